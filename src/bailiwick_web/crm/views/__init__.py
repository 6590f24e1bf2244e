"""Pages of customers."""

from bailiwick_web.crm.views.cases import case, cases, change_case, new_case
from bailiwick_web.crm.views.catalogue import add_to_catalogue, catalogue, catalogue_entry, change_catalogue
from bailiwick_web.crm.views.customers import (
    act_on_customer,
    change_location,
    customer,
    customer_field,
    customer_map,
    customer_timeline,
    customers,
    customers_csv,
    new_customer,
)
from bailiwick_web.crm.views.deals import change_deal, deal, move_deal, new_deal, pipeline
from bailiwick_web.crm.views.duplicates import alike, duplicates, duplicates_progress, judge_duplicate, search_duplicates
from bailiwick_web.crm.views.leads import change_lead, convert_lead, lead, leads, new_lead
from bailiwick_web.crm.views.merging import merge_records, pick_account_to_merge, pick_contact_to_merge, undo_merge
from bailiwick_web.crm.views.needs import answer_needs, needs, needs_of_customer, needs_of_deal
from bailiwick_web.crm.views.orders import change_order, new_order, order
from bailiwick_web.crm.views.people import add_contact, add_file, change_contact, contact, drop_file, file
from bailiwick_web.crm.views.privacy import contact_dossier, erase_contact
from bailiwick_web.crm.views.work import act_on_activity, calendar, day, log_activity, plan_activity, tasks

__all__ = [
    "act_on_activity",
    "act_on_customer",
    "add_contact",
    "add_file",
    "add_to_catalogue",
    "alike",
    "answer_needs",
    "calendar",
    "case",
    "cases",
    "catalogue",
    "catalogue_entry",
    "change_case",
    "change_catalogue",
    "change_contact",
    "change_deal",
    "change_lead",
    "change_location",
    "change_order",
    "contact",
    "contact_dossier",
    "convert_lead",
    "customer",
    "customer_field",
    "customer_map",
    "customer_timeline",
    "customers",
    "customers_csv",
    "day",
    "deal",
    "drop_file",
    "duplicates",
    "duplicates_progress",
    "erase_contact",
    "file",
    "judge_duplicate",
    "lead",
    "leads",
    "log_activity",
    "merge_records",
    "move_deal",
    "needs",
    "needs_of_customer",
    "needs_of_deal",
    "new_case",
    "new_customer",
    "new_deal",
    "new_lead",
    "new_order",
    "order",
    "pick_account_to_merge",
    "pick_contact_to_merge",
    "pipeline",
    "plan_activity",
    "search_duplicates",
    "tasks",
    "undo_merge",
]
