"""Many records at once, for imports: the same checks, history, events and derivation as one by one, in statements for many rows."""

from bailiwick_web.crm.services.many.catalogue import change_products, create_lines, create_products, set_prices
from bailiwick_web.crm.services.many.changing import Change
from bailiwick_web.crm.services.many.customers import NewAccount, add_locations, change_accounts, change_locations, create_accounts
from bailiwick_web.crm.services.many.deals import DealChange, NewDeal, change_opportunities, create_opportunities
from bailiwick_web.crm.services.many.leads import change_leads, create_leads
from bailiwick_web.crm.services.many.people import ContactChange, NewContact, change_contacts, create_contacts
from bailiwick_web.crm.services.many.trading import NewOrder, OrderChange, change_orders, create_orders
from bailiwick_web.crm.services.many.work import NewCase, change_activities, change_cases, create_activities, open_cases
from bailiwick_web.crm.services.many.writing import New, archive_all

__all__ = [
    "Change",
    "ContactChange",
    "DealChange",
    "New",
    "NewAccount",
    "NewCase",
    "NewContact",
    "NewDeal",
    "NewOrder",
    "OrderChange",
    "add_locations",
    "archive_all",
    "change_accounts",
    "change_activities",
    "change_cases",
    "change_contacts",
    "change_leads",
    "change_locations",
    "change_opportunities",
    "change_orders",
    "change_products",
    "create_accounts",
    "create_activities",
    "create_contacts",
    "create_leads",
    "create_lines",
    "create_opportunities",
    "create_orders",
    "create_products",
    "open_cases",
    "set_prices",
]
