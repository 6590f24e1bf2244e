"""The one write path to the records of customers, a module for each subject."""

from __future__ import annotations

from bailiwick_web.crm.services import (
    attachments,
    blocking,
    cases,
    catalogue,
    customers,
    deals,
    duplicates,
    fields,
    leads,
    many,
    merging,
    money,
    naming,
    needs,
    people,
    privacy,
    series,
    trading,
    work,
)

__all__ = [
    "attachments",
    "blocking",
    "cases",
    "catalogue",
    "customers",
    "deals",
    "duplicates",
    "fields",
    "leads",
    "many",
    "merging",
    "money",
    "naming",
    "needs",
    "people",
    "privacy",
    "series",
    "trading",
    "work",
]
