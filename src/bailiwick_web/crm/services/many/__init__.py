"""Many records at once, for imports: the same checks, history, events and derivation as one by one, in statements for many rows."""

from bailiwick_web.crm.services.many.catalogue import create_lines, create_products
from bailiwick_web.crm.services.many.customers import NewAccount, add_locations, create_accounts
from bailiwick_web.crm.services.many.deals import NewDeal, create_opportunities
from bailiwick_web.crm.services.many.leads import create_leads
from bailiwick_web.crm.services.many.people import NewContact, create_contacts
from bailiwick_web.crm.services.many.trading import NewOrder, create_orders
from bailiwick_web.crm.services.many.work import NewCase, create_activities, open_cases
from bailiwick_web.crm.services.many.writing import New, archive_all

__all__ = [
    "New",
    "NewAccount",
    "NewCase",
    "NewContact",
    "NewDeal",
    "NewOrder",
    "add_locations",
    "archive_all",
    "create_accounts",
    "create_activities",
    "create_contacts",
    "create_leads",
    "create_lines",
    "create_opportunities",
    "create_orders",
    "create_products",
    "open_cases",
]
