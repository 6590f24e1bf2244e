"""Which system a table of records comes from, whose its ids are, and what its rows seem to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bailiwick.formats.synonyms import name_key
from bailiwick_web.exchange.record_kinds import (
    ACCOUNTS,
    ACTIVITIES,
    ADDRESSES,
    CAMPAIGNS,
    CASES,
    CATEGORIES,
    CONTACTS,
    GUARDED,
    LEADS,
    MENTIONS,
    NEEDS,
    OPPORTUNITIES,
    ORDER_LINES,
    ORDERS,
    PRODUCTS,
    QUESTIONS,
    RAW,
    RESPONSES,
    SURVEYS,
    WEB_VISITS,
)
from bailiwick_web.exchange.record_names import FIELDS, NEEDED

SKIPPED_WORD = "skip:"
FILE = "file"
BAILIWICK = "bailiwick"
"""Tables that were exported here or in another installation: their ids are public ones."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(";"))


SYSTEMS: dict[str, tuple[str, ...]] = {
    BAILIWICK: (*GUARDED, *(name + RAW for name in GUARDED)),
    "hubspot": _names("""
        hs_object_id; Record ID; Company domain name; hubspot_owner_id; lifecyclestage; dealname; hs_lead_status; hs_ticket_id; hs_sku;
        Associated Company IDs; Associated Contact IDs
    """),
    "dynamics": _names("""
        (Do Not Modify) Account; (Do Not Modify) Contact; (Do Not Modify) Opportunity; (Do Not Modify) Lead; (Do Not Modify) Product;
        (Do Not Modify) Order; (Do Not Modify) Case; (Do Not Modify) Activity; accountid; contactid; telephone1; opportunityid; leadid;
        salesorderid; incidentid; activityid; regardingobjectid
    """),
    "pipedrive": _names("""
        Organization - Name; Organization - ID; Person - Name; Person - ID; Deal - Title; Deal - ID; Activity - Subject; Activity - ID;
        Lead - Title; Lead - ID; Product - Name; Product - ID
    """),
    "salesforce": _names("""
        Account ID 18; Account ID; Contact ID; Opportunity ID; Billing Zip/Postal Code; BillingPostalCode; StageName; AccountId; IsDeleted;
        Lead ID; Case ID; CaseNumber; WhoId; WhatId; Activity ID; Product2Id; OpportunityId; OrderItemNumber; Order Product Number
    """),
    "zoho": _names("Record Id; Account Owner; Closing Date; Billing Code; Lead Owner; Contact Owner; Call Result"),
}
"""Columns, as they are written there, by which an export of a system is known; the system is the source of its ids."""

INDUSTRIES = frozenset(
    _names("""
    agriculture; automotive; banking; biotechnology; chemicals; construction; consulting; education; electronics; employment; energy;
    engineering; entertainment; environmental; finance; government; healthcare; hospitality; insurance; logistics; machinery;
    manufacturing; marketing; media; medical; pharmaceuticals; recreation; retail; services; shipping; software; technology;
    telecommunications; transportation; utilities; wholesale
    """)
)
"""Words that an industry is called by: what is nearly one of them may be a slip of the keyboard."""

_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def system_of(names: list[str]) -> str:
    """The system that a header comes from, or ``file``.

    Examples
    --------
    >>> system_of(["Account ID", "Account Name"]), system_of(["Deal - Title"]), system_of(["id"])
    ('salesforce', 'pipedrive', 'file')
    """
    return next((system for system, known in SYSTEMS.items() if set(names) & set(known)), "file")


def long_id(text: str) -> str:
    """A Salesforce id of 15 characters in its form of 18, whose last three say which letters are capitals; others as they are.

    Examples
    --------
    >>> long_id("001D000000IqhSL"), long_id("001D000000IqhSLIAZ"), long_id("007")
    ('001D000000IqhSLIAZ', '001D000000IqhSLIAZ', '007')
    """
    if len(text) != 15 or not text.isascii() or not text.isalnum():
        return text
    ends = (sum(1 << i for i, letter in enumerate(text[at : at + 5]) if letter.isupper()) for at in (0, 5, 10))
    return text + "".join(_CHECKSUM[end] for end in ends)


_ENDS = ("id", "key", "no", "number", "code", "nr")
_NO_NAMES = frozenset(("", "record", "external", "row"))


def source_of(system: str, column: str) -> str:
    """Whose the ids of a column are: those of a system, or of files whose column is called like that.

    A column ``ProductKey`` of one file and a column ``ProductID`` of another one hold the same ids; ``StoreID`` holds others.

    Examples
    --------
    >>> source_of("salesforce", "Account ID"), source_of("file", "ProductKey"), source_of("file", "Id")
    ('salesforce', 'file:product', 'file')
    """
    if system != FILE or not column:
        return system
    key = name_key(column)
    end = next((end for end in _ENDS if key.endswith(end)), "")
    name = key.removesuffix(end) if end else key
    return FILE if name in _NO_NAMES else f"{FILE}:{name}"[:80]


_MARKS: Mapping[str, tuple[str, ...]] = {
    ORDER_LINES: ("orderproductnumber", "orderlineitem", "lineitemnumber", "salesorderdetailid", "linetotal"),
    CASES: ("caseid", "casenumber", "ticketnumber", "ticketid", "incidentid", "hsticketid", "casestatus", "ticketstatus", "datetimeopened"),
    ACTIVITIES: (
        *("activityid", "taskid", "eventid", "activitydate", "whoid", "whatid", "startdatetime", "hstasksubject"),
        *("tasksubtype", "activitytypecode", "activitysubject", "activitytype", "completeddatetime"),
    ),
    OPPORTUNITIES: (
        *("opportunityid", "stagename", "dealname", "dealstage", "closevalue", "dealtitle", "opportunityname", "closingdate", "dealid"),
        *("estimatedvalue", "estimatedclosedate"),
    ),
    LEADS: ("leadid", "leadstatus", "isconverted", "leadname", "prospectivebuyerkey", "companyaccount", "hsleadstatus"),
    PRODUCTS: ("productcode", "productnumber", "productsku", "sku", "hssku", "listprice", "salesprice", "product2id", "productfamily"),
    CATEGORIES: ("productcategoryid", "productsubcategoryid", "productlineid", "productfamilyid", "parentcategory", "parentcategoryid"),
    RESPONSES: ("survey", "surveyresponsekey", "surveyresponseid", "responseid", "surveyname", "surveytitle", "npsscore", "csat"),
    WEB_VISITS: ("visitid", "pageurl", "pagepath", "landingpage", "timeonpage", "visitedat", "sessionstart", "utmsource"),
    MENTIONS: ("mentionid", "mention", "mentiontext", "mentionurl", "sentiment", "mentionedat"),
    CAMPAIGNS: ("campaigntype", "actualcost", "budgetedcost", "totalactualcost"),
    SURVEYS: ("surveytype", "surveyquestion", "furtherquestions"),
    QUESTIONS: ("answertype", "questiontype", "questiontext", "pointsto", "highfrom"),
    NEEDS: ("needanswer", "needanswerid", "answerid", "answeredon"),
    ADDRESSES: ("addressid", "addresstype", "addressname", "customeraddressid"),
}
_IN_NAMES: tuple[tuple[str, str], ...] = (
    *(("surveys", SURVEYS), ("question", QUESTIONS), ("campaign", CAMPAIGNS), ("need", NEEDS)),
    *(("orderline", ORDER_LINES), ("orderitem", ORDER_LINES), ("orderproduct", ORDER_LINES), ("order", ORDERS), ("contact", CONTACTS)),
    *(("opportunit", OPPORTUNITIES), ("deal", OPPORTUNITIES), ("pipeline", OPPORTUNITIES), ("lead", LEADS), ("ticket", CASES)),
    *(("case", CASES), ("activit", ACTIVITIES), ("task", ACTIVITIES), ("event", ACTIVITIES), ("call", ACTIVITIES), ("address", ADDRESSES)),
    *(("categor", CATEGORIES), ("productline", CATEGORIES), ("product", PRODUCTS), ("account", ACCOUNTS), ("compan", ACCOUNTS)),
    *(("survey", RESPONSES), ("response", RESPONSES), ("visit", WEB_VISITS), ("mention", MENTIONS)),
    *(("organi", ACCOUNTS), ("customer", ACCOUNTS), ("store", ACCOUNTS)),
)


def fits(kind: str, keys: Iterable[str]) -> bool:
    """Whether a table with these columns has what a kind of record needs."""
    known = set(keys)
    fields = FIELDS[kind]
    return all(any(name_key(name) in known for field in group for name in fields[field][1]) for group in NEEDED[kind])


def guess_record_kind(names: Iterable[str], filename: str = "") -> str:
    """What the rows of a table of records are: by the name of the file if its columns agree, else by its columns.

    Examples
    --------
    >>> guess_record_kind(["Name", "StageName", "AccountId"]), guess_record_kind(["OrderNumber", "ProductKey", "OrderQuantity"])
    ('deals', 'order_lines')
    >>> guess_record_kind(["First Name", "Last Name", "Email"]), guess_record_kind(["name", "sales_price"], "products.csv")
    ('contacts', 'products')
    """
    keys = [name_key(name) for name in names]
    called = next((kind for part, kind in _IN_NAMES if part in name_key(filename) and fits(kind, keys)), "")
    if called and not (called == ORDERS and fits(ORDER_LINES, keys)):
        return called
    marked = {kind: sum(key in marks for key in keys) for kind, marks in _MARKS.items() if fits(kind, keys)}
    best = max(marked, key=lambda kind: marked[kind], default="")
    if best and marked[best]:
        return best
    if fits(ORDER_LINES, keys):
        return ORDER_LINES
    if fits(ORDERS, keys):
        return ORDERS
    is_person = {"firstname", "lastname"} & set(keys) and fits(CONTACTS, keys)
    return CONTACTS if is_person else ACCOUNTS if fits(ACCOUNTS, keys) else CONTACTS if fits(CONTACTS, keys) else ACCOUNTS
