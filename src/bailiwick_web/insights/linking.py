"""From the rows of an answer to the records that they are about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import escape
from django.utils.text import Truncator

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import models as m
from bailiwick_web.crm.queries.tables import find_accounts
from bailiwick_web.crm.visibility import visible
from bailiwick_web.insights.models import Study
from bailiwick_web.insights.own import made_of_ours

_ACCOUNTS = ("account", "customer")
_RECORDS: Mapping[str, tuple[Any, str]] = {"deal": (m.Opportunity, "deal"), "lead": (m.Lead, "lead")}
_LABEL = re.compile(r'(<text text-anchor="end"[^>]*>)([^<>]+)</text>')  # names beside bars
Links = dict[tuple[str, str], tuple[str, str]]


def links_of(actor: Actor, study: Study, rows: Iterable[Mapping[str, Any]]) -> Links:
    """Column and value → address and name of the record, of those that the user sees; only what was made from our records has any."""
    if not made_of_ours(study):
        return {}
    rows = list(rows)
    found = account_links(actor, _values(rows, _ACCOUNTS))
    for model, page in _RECORDS.values():
        ids = [text for text in _values(rows, ("deal", "lead")) if _is_identifier(text)]
        for record in visible(actor, model).filter(public_id__in=ids) if ids else ():
            for column in _RECORDS:
                found[column, str(record.public_id)] = (reverse(page, args=[record.public_id]), str(record))
    return found


def account_links(actor: Actor, keys: Iterable[str]) -> Links:
    """The same for accounts by what they are called in tables."""
    known = find_accounts(actor, keys)
    pages = {key: (reverse("customer", args=[public_id]), name) for key, (public_id, name) in known.items()}
    return {(column, key): page for key, page in pages.items() for column in (*_ACCOUNTS, "lead")}


def with_names(actor: Actor, study: Study, picture: dict[str, str]) -> dict[str, str]:
    """A picture whose labels are numbers of our accounts, with their names instead, as far as the user sees them."""
    found = {label[1] for size in ("wide", "narrow") for label in _LABEL.findall(picture.get(size, ""))}
    links = links_of(actor, study, ({"account": text} for text in sorted(found)))
    names = {text: links["account", text][1] for text in found if ("account", text) in links}

    def named(most: int) -> Callable[[re.Match[str]], str]:
        return lambda label: f"{label[1]}{escape(Truncator(names[label[2]]).chars(most))}</text>" if label[2] in names else label[0]

    return picture | {size: _LABEL.sub(named(most), picture.get(size, "")) for size, most in (("wide", 28), ("narrow", 16))}


def _values(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> set[str]:
    return {str(row[column]) for row in rows for column in columns if row.get(column) is not None}


def _is_identifier(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
