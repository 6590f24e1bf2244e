"""Rows of a file as the services of the records take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bailiwick_web.crm.models import Account
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.exchange.record_fields import ACCOUNTS, CONTACTS

OF_ACCOUNT = (
    *("name", "code", "segment", "tier", "industry", "industry_code", "employees", "annual_revenue", "currency", "website"),
    *("phone", "email", "description"),
)
OF_LOCATION = ("street", "city", "region", "postal_code", "country", "lon", "lat")
OF_CONTACT = ("salutation", "first_name", "last_name", "name", "job_title", "department", "description")
OF_DEAL = ("name", "amount", "currency", "close_on", "probability", "source", "next_step", "description")
POINTS = (("email", Channel.EMAIL), ("phone", Channel.PHONE), ("mobile", Channel.MOBILE))
_STATES = {
    "prospect": ("prospect", "lead", "subscriber", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "target"),
    "customer": ("customer", "customerdirect", "customerchannel", "client", "kunde", "evangelist"),
    "former": ("former", "formercustomer", "inactive", "churned", "lost"),
    "partner": ("partner", "channelpartner", "channelpartnerreseller", "installationpartner", "technologypartner"),
    "vendor": ("vendor", "supplier", "lieferant"),
    "retailer": ("retailer", "reseller", "dealer"),
}


def state_of(text: str) -> str:
    """The state of an account that a system calls otherwise; empty text if nobody knows.

    Examples
    --------
    >>> state_of("Customer - Direct"), state_of("Reseller"), state_of("BM")
    ('customer', 'retailer', '')
    """
    plain = "".join(c for c in text.casefold() if c.isalnum())
    return next((str(Account.State(state)) for state, words in _STATES.items() if plain in words), "")


def given_values(kind: str, row: Mapping[str, str]) -> dict[str, Any]:
    """Fields of the record itself; an empty cell says nothing, so that it changes nothing."""
    names = {ACCOUNTS: OF_ACCOUNT, CONTACTS: OF_CONTACT}.get(kind, OF_DEAL)
    values: dict[str, Any] = {name: row[name] for name in names if row.get(name)}
    if kind == ACCOUNTS:
        if "annual_revenue" not in values:
            values.pop("currency", None)
        if state := state_of(row.get("state", "")):
            values["state"] = state
    if kind == CONTACTS and ("first_name" in values or "last_name" in values):
        values.pop("name", None)
    if kind not in {ACCOUNTS, CONTACTS} and "amount" not in values:
        values.pop("currency", None)
    return values


def location_of(row: Mapping[str, str]) -> dict[str, Any]:
    """The address of an account; half a position is none."""
    found: dict[str, Any] = {name: row[name] for name in OF_LOCATION if row.get(name)}
    if ("lon" in found) != ("lat" in found):
        found.pop("lon", None)
        found.pop("lat", None)
    return {name: float(value) if name in {"lon", "lat"} else value for name, value in found.items()}


def points_of(row: Mapping[str, str]) -> list[dict[str, Any]]:
    """Ways to reach a contact."""
    return [{"channel": str(channel), "value": row[name]} for name, channel in POINTS if row.get(name)]
