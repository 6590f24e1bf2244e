"""What comes in has names of its own: where a field of ours stands in it. Nothing of it is ever run as a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid

FIELDS = (
    *("name", "company", "job_title", "email", "phone", "website", "industry", "industry_code", "employees"),
    *("street", "city", "region", "postal_code", "country", "lon", "lat"),
    *("source", "campaign", "estimated_amount", "currency", "description", "tags"),
)
"""Fields of a lead that can come in; ``external_id`` says by which identifier the sender knows it."""
EXTERNAL_ID = "external_id"
NUMBERS = {"employees": int, "lon": float, "lat": float}
DEEPEST = 8
MOST_LINES = 60


def parse(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Lines ``field = path`` and ``field = "the same for all"`` as a mapping and fixed values.

    Examples
    --------
    >>> parse('email = contact.email' + chr(10) + 'source = "Website"')
    ({'email': 'contact.email'}, {'source': 'Website'})
    """
    mapping: dict[str, str] = {}
    fixed: dict[str, str] = {}
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise Invalid(_("At most %(n)s lines.") % {"n": MOST_LINES}, code="mapping", field="mapping")
    for number, line in enumerate(lines, 1):
        field, equals, value = (part.strip() for part in line.partition("="))
        if not equals or not value:
            raise Invalid(
                _("Line %(n)s is no “field = path”: “%(line)s”.") % {"n": number, "line": line[:80]}, code="mapping", field="mapping"
            )
        if field not in {*FIELDS, EXTERNAL_ID}:
            said = {"field": field[:40], "fields": ", ".join((*FIELDS, EXTERNAL_ID))}
            raise Invalid(_("A lead has no field “%(field)s”; it has: %(fields)s.") % said, code="mapping", field="mapping")
        is_fixed = len(value) >= 2 and value[0] == value[-1] == '"'
        (fixed if is_fixed else mapping)[field] = value[1:-1] if is_fixed else value[:200]
    return mapping, fixed


def text_of(mapping: Mapping[str, str], fixed: Mapping[str, str]) -> str:
    """A mapping as lines again."""
    return "\n".join(
        [*(f"{field} = {path}" for field, path in mapping.items()), *(f'{field} = "{value}"' for field, value in fixed.items())]
    )


def mapped(document: Mapping[str, Any], mapping: Mapping[str, str], fixed: Mapping[str, str]) -> dict[str, Any]:
    """What a document says of a lead; without a mapping it uses our names.

    Raises
    ------
    Invalid
        If a number is none.
    """
    paths = mapping or {field: field for field in (*FIELDS, EXTERNAL_ID)}
    found: dict[str, Any] = {}
    for field, path in paths.items():
        value = at(document, path)
        if value not in (None, "", [], {}):
            found[field] = _value(field, value)
    return found | dict(fixed)


def at(document: Any, path: str) -> Any:
    """What stands at a path: names and places divided by dots; None if there is nothing.

    Examples
    --------
    >>> at({"people": [{"email": "a@b.org"}]}, "people.0.email")
    'a@b.org'
    """
    value = document
    for part in path.split(".")[:DEEPEST]:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _value(field: str, value: Any) -> Any:
    if field == "tags":
        return (
            [str(part) for part in value] if isinstance(value, list) else [part.strip() for part in str(value).split(",") if part.strip()]
        )
    if isinstance(value, (dict, list)):
        raise Invalid(_("“%(field)s” must be a text or a number.") % {"field": field}, code="field", field=field)
    if (number := NUMBERS.get(field)) is None:
        return str(value)
    try:
        return number(str(value).strip())
    except ValueError:
        raise Invalid(
            _("“%(field)s” must be a number, found “%(found)s”.") % {"field": field, "found": str(value)[:40]}, code="field", field=field
        ) from None
