"""A person: everything that is kept of them in one document, and their erasure from every copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.erasing import ERASED, FORGETS, Told, look_ahead, sweep
from bailiwick_web.core.logs import empty_log
from bailiwick_web.core.models import AuditEntry, IdempotencyKey
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, tell, touch
from bailiwick_web.crm.models import (
    Activity,
    ActivitySeries,
    Attachment,
    Case,
    Contact,
    DuplicatePair,
    ExternalId,
    Lead,
    Merge,
    PersonalNote,
    PersonalValue,
    TimelineEvent,
)
from bailiwick_web.crm.services.attachments import drop_content
from bailiwick_web.crm.services.blocking import countries, suppress
from bailiwick_web.crm.services.kept import copies, leads_of, told_of
from bailiwick_web.crm.services.merging.surviving import cluster
from bailiwick_web.crm.visibility import visible

ENCODER = DjangoJSONEncoder
EMPTY = {"CharField": "", "TextField": "", "DateField": None, "DateTimeField": None, "DecimalField": None, "FloatField": None}
WORDS = {
    Activity: ("subject", "text", "outcome", "place", "lon", "lat", "fields"),
    ActivitySeries: ("subject", "text"),
    Case: ("subject", "text", "solution", "tags", "fields"),
    Lead: (
        *("name", "job_title", "email", "phone", "street", "city", "postal_code", "lon", "lat", "placed_by", "website", "bant", "hot"),
        *("description", "tags", "fields", "search_text", "company", "routing"),
    ),
}
"""What records about a person say in words: it may name them anywhere."""


def dossier(actor: Actor, contact: Contact) -> dict[str, Any]:
    """Everything that is kept of a person, for the person; administrators may. Recorded."""
    actor.need(Right.PRIVACY)
    audit(actor, "contact.exported", contact)
    found: dict[str, Any] = {"contact": _plain(contact)}
    for name, rows in copies(contact).items():
        found[name] = [_plain(row) for row in rows]
    found["account"] = str(contact.account or "")
    found["merged"] = [_plain(record) | {"points": [_plain(p) for p in record.points.all()]} for record in cluster(contact)[1:]]
    found["history"] = list(_history(contact))
    return found


def _history(contact: Contact) -> Iterator[dict[str, str]]:
    values = {f"personal:{v.public_id}": v.value for v in PersonalValue.objects.filter(subject=contact.public_id)}
    for entry in AuditEntry.objects.filter(record_id=str(contact.public_id)).select_related("actor").order_by("pk"):
        told = {name: values.get(getattr(entry, name), getattr(entry, name)) for name in ("before", "after")}
        yield {"at": entry.at.isoformat(), "action": entry.action, "field": entry.field, "by": str(entry.actor or ""), **told}


def _plain(row: Model) -> dict[str, Any]:
    """A record as keys and values; other records by their public identifier."""
    skipped = {"id", "search_text", "version", "record_key"}
    found = {}
    for field in row._meta.fields:
        if field.name in skipped:
            continue
        value = getattr(row, field.name)
        found[field.name] = str(getattr(value, "public_id", value)) if isinstance(value, Model) else value
    return found


def erase(actor: Actor, public_id: UUID, *, version: int | None, reason: str) -> Contact:
    """Erase a person from every copy; a tombstone without personal data stays, so that counts and relations hold. Administrators may.

    What was merged into it is the same person and goes, too; a merge cannot be undone then. Their addresses are suppressed by digest, so
    that they are not written to if they come back by an import. Recorded, told.

    Raises
    ------
    Invalid
        Without a reason: the request, and when it came.
    """
    actor.need(Right.PRIVACY)
    seen = visible(actor, Contact, with_bin=True, ids=[public_id])
    words = _words(seen.first())
    found = look_ahead(words, actor.now)
    with transaction.atomic():
        contact = Contact.objects.select_for_update().filter(pk__in=seen.values("pk")).first()
        if contact is None:
            raise Missing(_("There is no such record, or you may not see it."))
        check_version(contact, version)
        _need_whole(contact)
        if not reason.strip():
            raise Invalid(_("Say why, for the history."), code="no_reason")
        records = cluster(contact)
        told = {record.pk: told_of(record) for record in records}
        for record in records:
            _erase_record(actor, record, told[record.pk])
        audit(actor, "contact.erased", contact, reason=reason.strip()[:500])
        tell(actor, "contact.erased", contact=str(contact.public_id))
        present = [word for one in told.values() for word in one.words]
        sweep(present, found if set(present) <= set(words) else None)  # another one since: all has to be looked through
        contact.refresh_from_db()
        transaction.on_commit(empty_log, robust=True)
    return contact


def _words(contact: Contact | None) -> list[str]:
    """What tells of a person and all that was merged into them; nothing of who cannot be erased."""
    if contact is None or contact.erased_at is not None or contact.merged_into is not None:
        return []
    return [word for record in cluster(contact) for word in told_of(record).words]


def _need_whole(contact: Contact) -> None:
    """Refuse who was erased already, and a part of somebody."""
    if contact.erased_at is not None:
        raise Conflict(_("This person was erased already."), code="erased")
    if contact.merged_into is not None:
        message = _("This record was merged into %(record)s: erase that one, and this goes with it.")
        raise Conflict(message % {"record": contact.merged_into.public_id}, code="merged")


def _erase_record(actor: Actor, contact: Contact, told: Told) -> None:
    for forget in FORGETS:
        forget(actor, contact, told)
    _forget_replies(contact, told.texts)
    _forget_merges(contact)
    _erase_work(actor, contact)
    _erase_contact(actor, contact)


def _forget_merges(contact: Contact) -> None:
    """What was kept to undo merges holds the person; pairs are about nobody any more."""
    merges = Merge.objects.filter(Q(kept_id=contact.public_id) | Q(gone_id=contact.public_id), record_type="contact")
    merges.update(changes={}, evidence=[], left=[])
    DuplicatePair.objects.filter(Q(one_key=contact.pk) | Q(other_key=contact.pk), record_type="contact").delete()


def _forget_replies(contact: Contact, told: Sequence[str]) -> None:
    """Answers that are kept for a day, to be given again, may hold the person."""
    ids = {str(contact.public_id), *told}
    for rows in (*copies(contact).values(),):
        ids |= {str(row.public_id) for row in rows if hasattr(row, "public_id")}
    for key in IdempotencyKey.objects.all().iterator():
        if any(identifier in key.body for identifier in ids):
            key.delete()


def _erase_work(actor: Actor, contact: Contact) -> None:
    """Words of and about the person; the numbers stay."""
    subjects = [contact.public_id]
    for model, names in WORDS.items():
        manager: Any = model._default_manager
        rows = leads_of(contact) if model is Lead else manager.filter(contact=contact)
        for row in rows:
            subjects.append(row.public_id)
            for name in names:
                setattr(row, name, _empty(row, name))
            if hasattr(row, "subject"):
                row.subject = ERASED
            if isinstance(row, Lead):
                row.company = ERASED
            touch(actor, row, *names)
            TimelineEvent.objects.filter(record_id=row.public_id).update(title=ERASED, data={})
    TimelineEvent.objects.filter(contact=contact).update(title=ERASED, data={})
    PersonalValue.objects.filter(subject__in=subjects).delete()
    for file in Attachment.objects.filter(contact=contact):
        drop_content(file)
        file.delete()


def _erase_contact(actor: Actor, contact: Contact) -> None:
    country = countries([contact]).get((Contact, contact.pk), "")
    for point in contact.points.all():
        suppress(actor, point.channel, point.value, "erased", country)
    contact.points.all().delete()
    contact.consents.all().delete()
    PersonalNote.objects.filter(contact=contact).delete()
    ExternalId.objects.filter(record_type="contact", record_key=contact.pk).delete()
    names = [field.name for field in contact._meta.fields if field.get_internal_type() in {"CharField", "TextField", "JSONField"}]
    for name in names:
        if name not in {"role", "origin"}:
            setattr(contact, name, _empty(contact, name))
    contact.name, contact.origin = ERASED, ""
    contact.erased_at = actor.now
    contact.deleted_at = contact.deleted_at or actor.now
    contact.last_activity_at = None
    touch(actor, contact, *names, "erased_at", "deleted_at", "last_activity_at")


def _empty(row: Model, name: str) -> Any:
    field = row._meta.get_field(name)
    if field.get_internal_type() == "JSONField":
        return field.get_default()  # type: ignore[union-attr]
    return EMPTY[field.get_internal_type()]
