"""What all kinds of records share when many that are there change: lock → version → check → derive → rows → history → events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import save_all
from bailiwick_web.core.models import AuditEntry, Record
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.services import MANY, audit_all, check_version, tell_all
from bailiwick_web.crm.models import PersonalValue, TimelineEvent
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.services.many.writing import parts
from bailiwick_web.crm.visibility import visible

R = TypeVar("R", bound=Record)
Follow = Callable[[Actor, Sequence[Any]], Iterable[str]]
STAMPS = ("version", "changed_at", "changed_by")


@dataclass(frozen=True)
class Change:
    """A record to be changed: which one, at which version, what is given of it, and further identifiers in other systems."""

    public_id: UUID
    version: int | None
    values: Mapping[str, Any]
    ids: Mapping[str, str] = field(default_factory=dict)


def locked_all(actor: Actor, spec: writing.Spec[R], changes: Sequence[Change], *related: str) -> list[R]:
    """As :func:`writing.locked`, for many: the records of some changes, each once, in their order.

    Raises
    ------
    NotAllowed, Missing, VersionNeeded, Stale
        If one of them would not be given alone; nothing is changed then.
    """
    actor.need(spec.right)
    found: dict[UUID, R] = {}
    for part in parts([change.public_id for change in changes]):
        seen = list(visible(actor, spec.model, ids=part).values_list("pk", flat=True))
        rows = spec.model._default_manager.select_for_update(of=("self",)).filter(pk__in=seen).order_by("pk")
        found |= {record.public_id: record for record in (rows.select_related(*related) if related else rows)}
    if len(found) < len(changes):
        raise Missing(_("There is no such record, or you may not see it."))
    records = [found[change.public_id] for change in changes]
    for record, change in zip(records, changes, strict=True):
        check_version(record, change.version)
    return records


def change_all(
    actor: Actor, spec: writing.Spec[R], records: Sequence[R], given: Iterable[Mapping[str, Any]], *, follow: Follow | None = None
) -> list[set[str]]:
    """As :func:`writing.change`, for many locked records: the names of the fields of each that are different now.

    Parameters
    ----------
    follow
        Takes the place of what the spec derives, where that would ask the database or the gazetteer for every record: sets what
        follows in the records that changed, and names the fields that it may set.
    """
    pairs = [(record, writing.differences(record, writing.checked(spec, values))) for record, values in zip(records, given, strict=True)]
    differ = [(record, changed) for record, changed in pairs if changed]
    if differ:
        fields = set(follow_all(actor, spec, [record for record, _changed in differ], follow))
        fields.update(*(changed for _record, changed in differ))
        _note_all(actor, spec, differ)
        touch_all(actor, [record for record, _changed in differ], *fields)
        tell_all(actor, f"{spec.name}.changed", [{"id": str(r.public_id), "fields": sorted(changed)} for r, changed in differ])
    return [set(changed) for _record, changed in pairs]


def follow_all(actor: Actor, spec: writing.Spec[R], records: Sequence[R], follow: Follow | None) -> set[str]:
    """Set what follows from the fields of records; names of the fields that were set."""
    names: set[str] = set()
    if follow is not None:
        names.update(follow(actor, records))
    for record in records:
        names.update(writing.make_searchable(spec, record) if follow is not None else writing.derive(actor, spec, record))
    return names


def _note_all(actor: Actor, spec: writing.Spec[Any], differ: Sequence[tuple[Any, Mapping[str, tuple[Any, Any]]]]) -> None:
    """A row of history for every field of every record."""
    keep_all(writing.noted(actor, spec, record, name, *values) for record, changed in differ for name, values in changed.items())


def keep_all(noted: Iterable[tuple[AuditEntry, list[PersonalValue]]]) -> None:
    """Keep entries of the history, and what they refer to."""
    entries, kept = [], []
    for made, values in noted:
        entries.append(made)
        kept += values
    PersonalValue.objects.bulk_create(kept, batch_size=MANY)
    audit_all(entries)


def touch_all(actor: Actor, records: Sequence[Any], *fields: str) -> None:
    """As :func:`core.services.touch`, for many: save changed records, each as its next version."""
    for record in records:
        record.version += 1
        record.changed_at, record.changed_by = actor.now, actor.user
    save_all(records, {*fields, *STAMPS})


def show_anew(record_type: str, records: Sequence[Any], events: Iterable[TimelineEvent]) -> None:
    """Let these be what the timeline shows of some records."""
    for part in parts([record.public_id for record in records]):
        TimelineEvent.objects.filter(record_type=record_type, record_id__in=part).delete()
    TimelineEvent.objects.bulk_create(events, batch_size=MANY)
