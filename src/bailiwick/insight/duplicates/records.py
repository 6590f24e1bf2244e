"""Records of a table in one form: what can be compared, as plain columns of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bailiwick.domain import TextArray
from bailiwick.errors import InputError
from bailiwick.insight.duplicates import cleaning as c

ROLES = (
    *("name", "given", "family", "full_name", "company", "email", "phone", "website"),
    *("street", "house_number", "postcode", "place", "state", "born", "registration"),
)
"""What a column can mean for the comparison."""

COLUMNS = (
    *("name", "given", "family", "company", "email", "domain", "phone", "number", "street", "postcode", "place", "state", "born"),
    "registration",
)
"""Columns of records in one form."""


@dataclass(frozen=True, eq=False)
class Records:
    """A table of accounts or of people, ready to be compared.

    Attributes
    ----------
    ids
        One per record, unique, shape (n,).
    columns
        Name → cleaned text, empty where nothing stands, shape (n,) each; names are those of `COLUMNS`.
    is_people
        Whether the records are persons.

    Examples
    --------
    >>> found = clean_records(np.array(["a", "b"], object), {"name": np.array(["ACME Inc.", "Acme"], object)})
    >>> found.columns["name"].tolist(), found.is_people
    (['acme', 'acme'], False)
    """

    ids: TextArray
    columns: Mapping[str, TextArray]
    is_people: bool

    def __len__(self) -> int:
        return len(self.ids)


def clean_records(ids: TextArray, given: Mapping[str, TextArray]) -> Records:
    """Bring columns to one form.

    Parameters
    ----------
    ids
        Unique ids, shape (n,).
    given
        Role (see `ROLES`) → text as it stands, shape (n,) each.

    Raises
    ------
    InputError
        If ids repeat, or nothing is there to tell records apart by.
    """
    if len(set(ids.tolist())) < len(ids):
        seen: set[str] = set()
        again = next(i for i in ids.tolist() if i in seen or seen.add(i))  # type: ignore[func-returns-value]
        raise InputError(
            f"the id {again!r} stands in more than one row; ids must be unique, else pairs cannot be named", code="duplicate_id", field="id"
        )
    is_people = any(role in given for role in ("given", "family", "full_name"))
    columns = {**_names(given, is_people), **_channels(given, is_people), **_addresses(given)}
    columns = {name: values for name, values in columns.items() if (values != "").sum() >= 2}
    if not columns:
        raise InputError(f"no column says who is who; map at least one of: {', '.join(ROLES)}", code="nothing_to_compare", field="map")
    return Records(ids, columns, is_people)


def _each(function: object, values: TextArray) -> TextArray:
    """Apply to every distinct text once."""
    assert callable(function)
    known: dict[str, str] = {}
    return np.array([known[v] if v in known else known.setdefault(v, function(v)) for v in values.tolist()], dtype=object)


def _names(given: Mapping[str, TextArray], is_people: bool) -> dict[str, TextArray]:
    found: dict[str, TextArray] = {}
    if not is_people:
        source = given.get("name", given.get("company"))
        return {} if source is None else {"name": _each(c.clean_company, source)}
    if "full_name" in given:
        parts = [c.split_person(text) for text in given["full_name"].tolist()]
        found["given"] = np.array([part[0] for part in parts], dtype=object)
        found["family"] = np.array([part[1] for part in parts], dtype=object)
    found |= {role: _each(c.clean_word, given[role]) for role in ("given", "family") if role in given}
    if "company" in given:
        found["company"] = _each(c.clean_company, given["company"])
    return found


def _channels(given: Mapping[str, TextArray], is_people: bool) -> dict[str, TextArray]:
    found: dict[str, TextArray] = {}
    if "email" in given:
        found["email"] = _each(c.clean_email, given["email"])
    if not is_people and ("website" in given or "email" in given):
        blank = np.full(len(next(iter(given.values()))), "", dtype=object)
        site = _each(c.clean_domain, given.get("website", blank))
        mail = found.get("email", blank)
        domain = np.where(site != "", site, _each(c.clean_domain, mail))
        found["domain"] = np.where(domain != "", domain, mail)  # a mailbox at a provider stands for itself
    if "phone" in given:
        found["phone"] = _each(c.clean_phone, given["phone"])
    if "registration" in given:
        found["registration"] = _each(c.clean_code, given["registration"])
    if "born" in given:
        found["born"] = _each(c.clean_code, given["born"])
    return found


def _addresses(given: Mapping[str, TextArray]) -> dict[str, TextArray]:
    found: dict[str, TextArray] = {}
    if "street" in given:
        streets = given["street"].tolist()
        numbers = given["house_number"].tolist() if "house_number" in given else [""] * len(streets)
        parts = [c.clean_street(street, number) for street, number in zip(streets, numbers, strict=True)]
        found["number"] = np.array([part[0] for part in parts], dtype=object)
        found["street"] = np.array([part[1] for part in parts], dtype=object)
    if "postcode" in given:
        found["postcode"] = _each(c.clean_postcode, given["postcode"])
    found |= {role: _each(c.fold, given[role]) for role in ("place", "state") if role in given}
    return found
