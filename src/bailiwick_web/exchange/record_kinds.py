"""The kinds of records, what their fields hold, and the marks of files that were exported here. Pure data."""

from __future__ import annotations

ACCOUNTS, CONTACTS, OPPORTUNITIES, LEADS, ADDRESSES = "accounts", "contacts", "deals", "leads", "addresses"
CATEGORIES, PRODUCTS, ORDERS, ORDER_LINES, CASES, ACTIVITIES = "categories", "products", "orders", "order_lines", "cases", "activities"
RESPONSES, WEB_VISITS, MENTIONS = "responses", "web_visits", "mentions"
CAMPAIGNS, SURVEYS, QUESTIONS, NEEDS = "campaigns", "surveys", "questions", "needs"
RECORD_KINDS = (
    *(CATEGORIES, PRODUCTS, CAMPAIGNS, SURVEYS, QUESTIONS, ACCOUNTS, ADDRESSES, CONTACTS, LEADS, OPPORTUNITIES),
    *(ORDERS, ORDER_LINES, CASES, ACTIVITIES, RESPONSES, WEB_VISITS, MENTIONS, NEEDS),
)
"""In the order in which they are imported: what others name comes first."""
CADENCES, ENROLMENTS, MATERIALS, SHARES, GIFTS = "cadences", "enrolments", "materials", "shares", "gifts"
ONLY_OUT = (CADENCES, ENROLMENTS, MATERIALS, SHARES, GIFTS)
"""Kinds that go out and do not come in: they stand on consents, approvals, files and steps that a table does not hold."""
OUT_FOLDER = "only-out"
"""Where they lie in an archive of everything; the importer passes it over."""
OWN_ID, OWN_ORDER_ID, RAW = "Bailiwick ID", "Bailiwick Order ID", " (raw)"
GUARDED = frozenset((OWN_ID, OWN_ORDER_ID))
"""Headers of identifiers in tables that were exported here; by them the importer knows that texts are guarded against being run."""
EMPTIED = "\x00emptied"
"""A cell that empties its field, where an empty cell would leave it as it is; no file can hold such a text."""
TEXT, MONEY, WHOLE, DAY, SHARE, DEGREES = "text", "money", "whole", "day", "share", "degrees"
NUMBER, INSTANT, YES_NO = "number", "instant", "yes-no"
