"""One new record beside those that there are, so that nobody is entered twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bailiwick.errors import InputError
from bailiwick.insight.duplicates.resembling import Agreement, Resemblance, clean_fields, resemblance

__all__ = ["Agreement", "Resemblance", "clean_record", "resemblances"]

_KINDS = ("accounts", "contacts")


def resemblances(new: Mapping[str, str], others: Sequence[Mapping[str, str]], *, kind: str) -> list[Resemblance]:
    """How much a new account or contact resembles each of some others.

    Parameters
    ----------
    new, others
        Role → text: name, given, family, full_name, company, email, phone, website, street, house_number, postcode, place.
    kind
        ``accounts`` or ``contacts``.

    Returns
    -------
    One per other record, in their order. Unlike `find_duplicates` it learns nothing: it is for the moment in which a record is entered.

    Raises
    ------
    InputError
        If the kind is neither.

    Examples
    --------
    >>> others = [{"name": "ACME Inc.", "place": "Ulm"}, {"name": "Bolt Ltd", "place": "Ulm"}]
    >>> [round(found.probability, 2) for found in resemblances({"name": "Acme", "place": "Ulm"}, others, kind="accounts")]
    [0.89, 0.0]
    """
    is_people = _is_people(kind)
    cleaned = clean_fields(new, is_people=is_people)
    return [resemblance(cleaned, clean_fields(other, is_people=is_people), is_people=is_people) for other in others]


def clean_record(given: Mapping[str, str], *, kind: str) -> dict[str, str]:
    """A record as it is compared: names without legal forms, numbers as digits, addresses without abbreviations.

    Examples
    --------
    >>> clean_record({"full_name": "Dr. Jo Miller", "phone": "+49 (0) 30 1234-567"}, kind="contacts")
    {'given': 'jo', 'family': 'miller', 'phone': '301234567'}
    """
    return clean_fields(given, is_people=_is_people(kind))


def _is_people(kind: str) -> bool:
    if kind not in _KINDS:
        raise InputError(f"expected accounts or contacts, found {kind!r}", code="option", field="kind")
    return kind == "contacts"
