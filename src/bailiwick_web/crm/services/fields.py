"""Free fields: what a record type may hold beside its own fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import FieldDefinition
from bailiwick_web.crm.services import writing

Kind = FieldDefinition.Kind
RECORD_TYPES = ("account", "contact", "lead", "opportunity", "product", "order", "activity", "case")
CHECKS: dict[str, c.Check] = {
    Kind.TEXT: c.text(2_000),
    Kind.NUMBER: lambda field, value: None if (found := c.decimal(field, value, 9)) is None else float(found),
    Kind.DATE: lambda field, value: None if (found := c.day(field, value)) is None else found.isoformat(),
    Kind.YES_NO: c.yes_no,
}


def free_fields(record_type: str) -> c.Check:
    """Values of the free fields of a record type: only those that somebody defined, and what they may hold."""

    def check(field: str, value: Any) -> dict[str, Any]:
        given = c.mapping(field, value)
        if not given:
            return {}
        known = {d.key: d for d in FieldDefinition.objects.filter(record_type=record_type)}
        strange = sorted(set(given) - set(known))
        if strange:
            said = {"field": strange[0], "known": ", ".join(sorted(known)) or "–"}
            raise Invalid(_("There is no free field “%(field)s”; there are: %(known)s.") % said, code="unknown_field", field=strange[0])
        checked = {key: _check(known[key])(key, v) for key, v in given.items() if v is not None}
        return {key: v for key, v in checked.items() if v not in (None, "")}

    return check


def _check(definition: FieldDefinition) -> Callable[[str, Any], Any]:
    return c.choice(definition.choices) if definition.kind == Kind.CHOICE else CHECKS[definition.kind]


def _key(field: str, value: Any) -> str:
    found: str = c.needed(60)(field, value)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", found):
        raise Invalid(_("A key has small letters, digits and underscores, and begins with a letter."), code="field", field=field)
    return found


SPEC = writing.Spec(
    FieldDefinition,
    {
        "record_type": c.choice(RECORD_TYPES),
        "key": _key,
        "label": c.needed(120),
        "kind": c.choice(Kind.values),
        "choices": c.tags,
        "place": c.whole(0, 1_000),
        "is_active": c.yes_no,
    },
    needs=("record_type", "key", "label"),
    right=Right.ORGANISE,
)


@transaction.atomic
def define_field(actor: Actor, **given: Any) -> FieldDefinition:
    """Add a free field to a record type; planners may. Recorded."""
    if FieldDefinition.objects.filter(record_type=given.get("record_type", ""), key=given.get("key", "")).exists():
        raise Conflict(_("There is a field of this key already."), code="field_taken")
    made = writing.create(actor, SPEC, given)
    _need_choices(made)
    return made


@transaction.atomic
def change_field(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> FieldDefinition:
    """Change a free field; its key and its type stay, as values hang on them. Planners may. Recorded."""
    if {"record_type", "key", "kind"} & set(given):
        raise Invalid(_("Key, record type and kind of a field cannot be changed; make a new field."), code="field")
    found = writing.locked(actor, SPEC, public_id, version)
    writing.change(actor, SPEC, found, given)
    _need_choices(found)
    return found


def _need_choices(definition: FieldDefinition) -> None:
    if definition.kind == Kind.CHOICE and not definition.choices:
        raise Invalid(_("Say what may be chosen."), code="field", field="choices")
