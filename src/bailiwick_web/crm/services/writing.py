"""How every record of customers is written: right → transaction → version → check → audit → event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry, Record
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, entry, stamped, tell, touch
from bailiwick_web.crm.checking import Check, folded
from bailiwick_web.crm.models import ExternalId, PersonalValue
from bailiwick_web.crm.visibility import visible

R = TypeVar("R", bound=Record)
KEPT = timedelta(days=90)
"""How long the bin keeps a record."""


@dataclass(frozen=True)
class Spec(Generic[R]):
    """How records of a type are written.

    Attributes
    ----------
    model
        Of the records.
    checks
        Field → what it may hold; other fields cannot be given.
    needs
        Fields that a new record must have.
    right
        To write them.
    personal
        Fields that tell of a person: the history holds a reference instead of their value.
    search
        Fields that ``search_text`` is made of.
    derive
        Sets what follows from other fields, before a record is saved; names of the fields that it may set.
    """

    model: type[R]
    checks: Mapping[str, Check]
    needs: tuple[str, ...] = ()
    right: Right = Right.SELL
    personal: frozenset[str] = frozenset()
    search: tuple[str, ...] = ()
    derive: Callable[[Actor, R], Iterable[str]] | None = field(default=None)

    @property
    def name(self) -> str:
        """As in the history and in events."""
        return self.model._meta.model_name or ""


def create(actor: Actor, spec: Spec[R], given: Mapping[str, Any], *, origin: str = "") -> R:
    """Add a record; to be called in a transaction. Recorded, told."""
    actor.need(spec.right)
    record = made(actor, spec, given, origin=origin)
    derive(actor, spec, record)
    record.save(force_insert=True)
    audit(actor, f"{spec.name}.created", record, after=told_of(spec, record, given))
    tell(actor, f"{spec.name}.created", id=str(record.public_id))
    return record


def made(actor: Actor, spec: Spec[R], given: Mapping[str, Any], *, origin: str = "") -> R:
    """A record that is not kept yet, with what is given of it, checked."""
    missing = [name for name in spec.needs if given.get(name) in (None, "")]
    if missing:
        raise Invalid(_("There is something missing: %(fields)s.") % {"fields": ", ".join(missing)}, code="missing", field=missing[0])
    record = spec.model(**stamped(actor))
    if origin:
        record.origin = origin  # type: ignore[attr-defined]
    for name, value in checked(spec, given).items():
        setattr(record, name, value)
    return record


def told_of(spec: Spec[Any], record: Record, given: Mapping[str, Any]) -> str:
    """What the history says of a new record: what was given, without what tells of a person."""
    told = {name: getattr(record, name) for name in given if name not in spec.personal}
    return "; ".join(f"{k}: {shown(v)}" for k, v in told.items() if v not in ("", None, [], {}))


def locked(actor: Actor, spec: Spec[R], public_id: UUID, version: int | None, *, with_bin: bool = False) -> R:
    """A record that the user sees and may write, locked, at the version that they know.

    Raises
    ------
    NotAllowed, Missing, VersionNeeded, Stale
        Without the right; if there is none for this user; without a version; if somebody was faster.
    """
    actor.need(spec.right)
    seen = visible(actor, spec.model, with_bin=with_bin, ids=[public_id]).values_list("pk", flat=True).first()
    found = spec.model._default_manager.select_for_update().filter(pk=seen).first() if seen is not None else None
    if found is None:
        raise Missing(_("There is no such record, or you may not see it."))
    check_version(found, version)
    return found


def change(actor: Actor, spec: Spec[R], record: R, given: Mapping[str, Any]) -> set[str]:
    """Change what is given of a locked record; names of the fields that are different now. Recorded field by field, told."""
    return put(actor, spec, record, checked(spec, given))


def put(actor: Actor, spec: Spec[R], record: R, values: Mapping[str, Any]) -> set[str]:
    """The same with values that were checked when they were first written."""
    changed = differences(record, values)
    if not changed:
        return set()
    derived = derive(actor, spec, record)
    for name, (before, after) in changed.items():
        note(actor, spec, record, name, before, after)
    touch(actor, record, *{*changed, *derived})
    tell(actor, f"{spec.name}.changed", id=str(record.public_id), fields=sorted(changed))
    return set(changed)


def differences(record: Record, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set what is different now: field → before, after."""
    changed: dict[str, tuple[Any, Any]] = {}
    for name, value in values.items():
        if (before := getattr(record, name)) != value:
            changed[name] = before, value
            setattr(record, name, value)
    return changed


def note(actor: Actor, spec: Spec[Any], record: Record, name: str, before: Any, after: Any) -> None:
    """Record a change of one field; of a personal one by reference."""
    made, kept = noted(actor, spec, record, name, before, after)
    PersonalValue.objects.bulk_create(kept)
    made.save()


def noted(actor: Actor, spec: Spec[Any], record: Record, name: str, before: Any, after: Any) -> tuple[AuditEntry, list[PersonalValue]]:
    """What :func:`note` writes, not kept yet: the entry, and what it refers to."""
    told, kept = [shown(before), shown(after)], []
    if name in spec.personal:
        kept = [PersonalValue(subject=subject_of(record), value=value) for value in told if value]
        references = iter(kept)
        told = [by_reference(next(references)) if value else "" for value in told]
    return entry(actor, f"{spec.name}.changed", record, field=name, before=told[0], after=told[1]), kept


@transaction.atomic
def archive(actor: Actor, spec: Spec[R], public_id: UUID, *, version: int | None) -> R:
    """Put a record into the bin, from which it can be taken back for 90 days. Recorded, told."""
    record = locked(actor, spec, public_id, version)
    record.deleted_at = actor.now  # type: ignore[attr-defined]
    touch(actor, record, "deleted_at")
    audit(actor, f"{spec.name}.archived", record)
    tell(actor, f"{spec.name}.archived", id=str(record.public_id))
    return record


@transaction.atomic
def restore(actor: Actor, spec: Spec[R], public_id: UUID, *, version: int | None) -> R:
    """Take a record out of the bin. Recorded, told."""
    record = locked(actor, spec, public_id, version, with_bin=True)
    if record.deleted_at is None:  # type: ignore[attr-defined]
        raise Conflict(_("It is not in the bin."), code="state")
    if getattr(record, "merged_into_id", None) is not None:
        raise Conflict(_("It was merged into another record; undo that instead."), code="merged")
    record.deleted_at = None  # type: ignore[attr-defined]
    touch(actor, record, "deleted_at")
    audit(actor, f"{spec.name}.restored", record)
    tell(actor, f"{spec.name}.restored", id=str(record.public_id))
    return record


def identify(record: Record, ids: Mapping[str, str]) -> None:
    """Keep the identifiers of a record in other systems: source → identifier.

    Raises
    ------
    Conflict
        If another record of the type has one of them.
    """
    name = record._meta.model_name or ""
    for source, external in ids.items():
        there, is_new = ExternalId.objects.get_or_create(
            source=source, record_type=name, external_id=external, defaults={"record_key": record.pk}
        )
        if not is_new and there.record_key != record.pk:
            said = {"id": external, "source": source}
            raise Conflict(_("“%(id)s” of %(source)s belongs to another record already.") % said, code="external_id_taken")


def by_external_id(model: type[Model], source: str, ids: Iterable[str]) -> dict[str, int]:
    """Identifier in another system → primary key, of those that are known."""
    rows = ExternalId.objects.filter(source=source, record_type=model._meta.model_name, external_id__in=list(ids))
    return dict(rows.values_list("external_id", "record_key"))


def shown(value: Any) -> str:
    """A value as the history tells it."""
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(getattr(value, "audit_name", value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def by_reference(kept: PersonalValue) -> str:
    """How the history names a value that tells of a person."""
    return f"personal:{kept.public_id}"


def subject_of(record: Any) -> UUID:
    """Whom a record tells of: its contact, else itself."""
    contact = getattr(record, "contact", None)
    found: UUID = contact.public_id if contact is not None else record.public_id
    return found


def checked(spec: Spec[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, as it is kept.

    Raises
    ------
    Invalid
        If a field is not one of those that can be written, or holds what it may not.
    """
    strange = sorted(set(given) - set(spec.checks))
    if strange:
        raise Invalid(
            _("%(record)s has no field “%(field)s” to write.") % {"record": spec.name, "field": strange[0]},
            code="unknown_field",
            field=strange[0],
        )
    return {name: spec.checks[name](name, value) for name, value in given.items()}


def derive(actor: Actor, spec: Spec[R], record: R) -> set[str]:
    """Set what follows from the fields of a record; names of the fields that were set."""
    names = set(spec.derive(actor, record)) if spec.derive else set()
    return names | make_searchable(spec, record)


def make_searchable(spec: Spec[R], record: R) -> set[str]:
    """Set the text that searches look in."""
    names = set()
    if spec.search:
        record.search_text = folded(*(getattr(record, name) for name in spec.search))  # type: ignore[attr-defined]
        names.add("search_text")
    return names
