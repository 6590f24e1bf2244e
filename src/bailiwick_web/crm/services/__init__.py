"""The one write path to the records of customers, a module for each subject."""

from __future__ import annotations

from bailiwick_web.crm.services import (
    attachments,
    cases,
    catalogue,
    customers,
    deals,
    fields,
    leads,
    many,
    money,
    naming,
    people,
    privacy,
    series,
    trading,
    work,
)

__all__ = [
    "attachments",
    "cases",
    "catalogue",
    "customers",
    "deals",
    "fields",
    "leads",
    "many",
    "money",
    "naming",
    "people",
    "privacy",
    "series",
    "trading",
    "work",
]
