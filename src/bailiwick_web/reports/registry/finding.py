"""Subjects and fields by their names, as far as somebody may ask for them; free fields that are in use are among them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import BooleanField, Case, DateField, FloatField, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import In, Regex
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid, NotAllowed
from bailiwick_web.crm.models import FieldDefinition
from bailiwick_web.reports.registry.kinds import Field, Kind, Make, Subject
from bailiwick_web.reports.registry.subjects import SUBJECTS

FREE = "free."
KINDS = {
    FieldDefinition.Kind.TEXT: Kind.TEXT,
    FieldDefinition.Kind.NUMBER: Kind.NUMBER,
    FieldDefinition.Kind.DATE: Kind.DAY,
    FieldDefinition.Kind.YES_NO: Kind.YES_NO,
    FieldDefinition.Kind.CHOICE: Kind.TEXT,
}
NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def subject_of(key: str) -> Subject:
    """A type of records.

    Raises
    ------
    Invalid
        If there is none of that name.
    """
    found = SUBJECTS.get(key)
    if found is None:
        said = {"key": key[:60], "known": ", ".join(SUBJECTS)}
        raise Invalid(_("There are no reports about “%(key)s”; there are: %(known)s.") % said, code="report", field="subject")
    return found


def fields_of(actor: Actor, subject: Subject) -> dict[str, Field]:
    """Everything that somebody may ask of a type of records, in the order in which it is offered."""
    rows = FieldDefinition.objects.filter(record_type=subject.free, is_active=True) if subject.free else ()
    return _allowed(actor, subject, rows)


def every_field(actor: Actor) -> dict[str, dict[str, Field]]:
    """The same of all types of records, in one query."""
    there: dict[str, list[FieldDefinition]] = {}
    for row in FieldDefinition.objects.filter(is_active=True):
        there.setdefault(row.record_type, []).append(row)
    return {key: _allowed(actor, subject, there.get(subject.free, ())) for key, subject in SUBJECTS.items()}


def _allowed(actor: Actor, subject: Subject, rows: Iterable[FieldDefinition]) -> dict[str, Field]:
    """Fields of the list that somebody may ask for, and free ones in their order."""
    found = {field.key: field for field in subject.fields if actor.may(field.right)}
    return found | {f"{FREE}{row.key}": _free(row) for row in rows}


def field_of(actor: Actor, subject: Subject, known: dict[str, Field], key: str) -> Field:
    """A field by its name.

    Raises
    ------
    NotAllowed
        If there is one and somebody may not ask for it.
    Invalid
        If there is none: what is not in the list cannot be reached.
    """
    if key in known:
        return known[key]
    if key in subject.picked:
        raise NotAllowed(_("Your role may not use the field “%(field)s”.") % {"field": subject.picked[key].label})
    said = {"field": str(key)[:60], "subject": subject.label}
    raise Invalid(_("%(subject)s have no field “%(field)s”.") % said, code="report", field=str(key)[:60])


def _free(row: FieldDefinition) -> Field:
    kind = KINDS[FieldDefinition.Kind(row.kind)]
    return Field(f"{FREE}{row.key}", row.label, kind, _value(row.key, kind), heading=gettext_lazy("Own fields"))


def _value(key: str, kind: Kind) -> Make:
    """A value of the bag of free fields; one that does not fit its kind counts as none."""
    text = Cast(KeyTextTransform(key, "fields"), TextField())
    if kind is Kind.NUMBER:
        return lambda ground: Case(When(Regex(text, NUMBER), then=Cast(text, FloatField())), default=None)
    if kind is Kind.DAY:
        return lambda ground: Case(When(Regex(text, DAY), then=Cast(text, DateField())), default=None)
    if kind is Kind.YES_NO:
        yes, no = (When(In(text, words), then=Value(word)) for words, word in ((["true", "1"], True), (["false", "0"], False)))
        return lambda ground: Case(yes, no, default=None, output_field=BooleanField(null=True))
    return lambda ground: text
