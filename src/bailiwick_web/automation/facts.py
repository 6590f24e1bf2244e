"""What triggers there are, and what a condition may ask about the record that something happened to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models as dj
from django.db.models import Model
from django.utils.translation import gettext as _

from bailiwick.domain.rules import Column, Rule
from bailiwick.errors import InputError
from bailiwick.formats.rule_text import parse_rule
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.webhooks.kinds import KINDS, Subject
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.ruling import text_column

QUIET = "account.quiet"
TRIGGERS: Mapping[str, Subject] = {
    **{kind: subject for kind, subject in KINDS.items() if subject.model is not Scenario and kind != "contact.erased"},
    QUIET: Subject(m.Account, "accounts"),
}
PLAIN = (dj.CharField, dj.TextField, dj.IntegerField, dj.DecimalField, dj.FloatField, dj.BooleanField, dj.DateField, dj.DateTimeField)
HIDDEN = frozenset({"id", "version", "search_text", "deleted_at", "origin"})
NAMED = ("position", "person", "owner", "stage", "territory", "pipeline")
"""Other records that a condition asks for by code or name."""
EVENT = ("fields", "before", "after", "layer", "level", "what", "purpose", "channel")
"""Of what happened itself: ``event.fields`` are the fields that were changed."""
RELATED = ("account", *NAMED)


def fields_of(trigger: str) -> list[str]:
    """What conditions of a trigger may ask about."""
    model = TRIGGERS[trigger].model
    found = [*own_fields(model), *(f"event.{name}" for name in EVENT)]
    if model is not m.Account and "account" in _names(model):
        found += [f"account.{name}" for name in own_fields(m.Account)]
    free = m.FieldDefinition.objects.filter(record_type=model._meta.model_name, is_active=True).values_list("key", flat=True)
    return [*found, *(f"fields.{key}" for key in free)]


def _names(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.fields}


def own_fields(model: type[Model]) -> list[str]:
    """What can be asked of a record itself."""
    names = [f.name for f in model._meta.fields if isinstance(f, PLAIN) and f.name not in HIDDEN and not f.primary_key]
    names += [name for name in NAMED if name in _names(model)]
    return [*names, *(["tags"] if "tags" in _names(model) else [])]


def parsed(trigger: str, condition: str) -> Rule | None:
    """Read a condition; None if it is empty.

    Raises
    ------
    Invalid
        If it cannot be read, or asks about something that such records do not have.
    """
    if not condition.strip():
        return None
    try:
        rule = parse_rule(condition)
    except InputError as error:
        raise Invalid(str(error), code="rule", field="condition") from None
    known = fields_of(trigger)
    if strange := [field for field in rule.fields() if field not in known]:
        told = {"field": strange[0], "fields": ", ".join(known[:40])}
        raise Invalid(
            _("A condition cannot ask about “%(field)s”; it can about: %(fields)s.") % told, code="unknown_column", field="condition"
        )
    return rule


def fits(rule: Rule | None, records: Sequence[Any], payloads: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Which records fit a condition, each with what happened to it."""
    if rule is None:
        return [True] * len(records)
    if not records:
        return []
    columns: dict[str, Column] = {
        field: text_column(value_of(record, payload, field) for record, payload in zip(records, payloads, strict=True))
        for field in set(rule.fields())
    }
    return [bool(fit) for fit in rule.matches(columns)]


def value_of(record: Any, payload: Mapping[str, Any], field: str) -> str:
    """A field as conditions compare it; empty if there is nothing."""
    first, _dot, rest = field.partition(".")
    if first == "event":
        return _text(payload.get(rest))
    if first == "account" and rest:
        return value_of(record.account, payload, rest) if getattr(record, "account", None) is not None else ""
    if first == "fields" and rest:
        return _text(record.fields.get(rest))
    return _text(getattr(record, field))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(getattr(value, "code", value))


def records_of(actor: Actor, trigger: str, ids: Iterable[Any]) -> dict[str, Any]:
    """Identifier → record, of those that somebody sees, out of the bin."""
    model = TRIGGERS[trigger].model
    related = [name for name in RELATED if name in _names(model)]
    rows = visible(actor, model, ids=list(ids)).select_related(*related)
    return {str(row.public_id): row for row in rows}
