"""Audit, events and jobs: what other apps' services call inside their own transactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.events import pass_on
from bailiwick_web.core.models import AuditEntry, Job, OutboxEvent, Record, User
from bailiwick_web.core.refusals import Conflict, Invalid, Stale, VersionNeeded
from bailiwick_web.core.retelling import made_of
from bailiwick_web.core.roles import Right, Role

MANY = 1_000
"""Rows of one statement."""


def stamped(actor: Actor) -> dict[str, Any]:
    """The fields of a new record that say who and when."""
    return {"created_at": actor.now, "created_by": actor.user, "changed_at": actor.now, "changed_by": actor.user}


def audit(actor: Actor, action: str, record: Model, *, field: str = "", before: Any = "", after: Any = "", reason: str = "") -> None:
    """Write down what was done; to be called in the transaction that does it.

    What is a sentence (``bailiwick.domain.say``) keeps its pattern and values, so that everybody reads it in their own language.
    A record about a person has an ``audit_name`` without their name, so that what cannot be changed needs not be.
    """
    entry(actor, action, record, field=field, before=before, after=after, reason=reason).save()


def entry(actor: Actor, action: str, record: Model, *, field: str = "", before: Any = "", after: Any = "", reason: str = "") -> AuditEntry:
    """What :func:`audit` writes, not kept yet: for many at once, see :func:`audit_all`."""
    return AuditEntry(
        at=actor.now,
        actor=actor.user,
        request_id=actor.request_id,
        action=action,
        record_type=record._meta.model_name or "",
        record_id=str(getattr(record, "public_id", record.pk)),
        record_name=str(getattr(record, "audit_name", record))[:300],
        field=field,
        before=str(before),
        after=str(after),
        reason=reason,
        made_of=made_of(before=before, after=after, reason=reason),
    )


def audit_all(entries: Iterable[AuditEntry]) -> None:
    """Write down what was done with many records; to be called in the transaction that does it."""
    AuditEntry.objects.bulk_create(entries, batch_size=MANY)


def tell(actor: Actor, kind: str, **payload: Any) -> None:
    """Put an event into the outbox, and pass it on to apps that listen; to be called in the transaction of the change."""
    OutboxEvent.objects.create(kind=kind, payload=payload, request_id=actor.request_id[:40], created_at=actor.now)
    pass_on(actor, kind, [payload])


def tell_all(actor: Actor, kind: str, payloads: Sequence[dict[str, Any]]) -> None:
    """Like :func:`tell`, for many changes of a kind at once; who listens is told of each."""
    told = {"kind": kind, "request_id": actor.request_id[:40], "created_at": actor.now}
    OutboxEvent.objects.bulk_create((OutboxEvent(payload=payload, **told) for payload in payloads), batch_size=MANY)
    pass_on(actor, kind, payloads)


def check_version(record: Record, version: int | None) -> None:
    """Refuse a write that is based on another version than the present one.

    Raises
    ------
    VersionNeeded, Stale
        If none was given, or it is not the present one.
    """
    if version is None:
        raise VersionNeeded(_("Say which version this change is based on (If-Match), so that nobody's work is lost."))
    if version != record.version:
        who = str(record.changed_by or _("the engine"))
        raise Stale(
            _("%(who)s changed this at %(time)s, after you loaded it. Look at the new state and try again.")
            % {"who": who, "time": f"{record.changed_at:%H:%M:%S}"},
            version=record.version,
            given=version,
            record=str(record.public_id),
            changed_by=who,
            changed_at=record.changed_at.isoformat(),
        )


def touch(actor: Actor, record: Record, *fields: str) -> None:
    """Save a changed record as its next version."""
    record.version += 1
    record.changed_at, record.changed_by = actor.now, actor.user
    record.save(update_fields=[*fields, "version", "changed_at", "changed_by"])


@transaction.atomic
def create_first_administrator(actor: Actor, *, email: str, name: str, password: str) -> User:
    """The first user of a new installation; refused once there is one. Recorded."""
    if User.objects.exists():
        raise Conflict(_("This installation has users already; sign in."))
    return _new_user(actor, email=email, name=name, role=Role.ADMINISTRATOR, password=password)


@transaction.atomic
def create_user(actor: Actor, *, email: str, name: str, role: str, password: str | None = None) -> User:
    """Add a user; administrators may. Recorded."""
    actor.need(Right.PEOPLE)
    return _new_user(actor, email=email, name=name, role=role, password=password)


def _new_user(actor: Actor, *, email: str, name: str, role: str, password: str | None) -> User:
    if role not in Role.values:
        raise Invalid(
            _("There is no role “%(role)s”; there are: %(roles)s.") % {"role": role, "roles": ", ".join(Role.values)}, code="unknown_role"
        )
    if User.objects.filter(email=email.lower()).exists():
        raise Conflict(_("%(email)s has an account already.") % {"email": email})
    user = User.objects.create_user(email, name, role=role, password=password)
    audit(actor, "user.created", user, field="role", after=role)
    return user


@transaction.atomic
def request_cancel(actor: Actor, job: Job) -> None:
    """Cancel a job that has not begun, or ask one that runs to end with what it has; planners may, and who asked for it. Recorded."""
    if actor.user is None or job.created_by_id != actor.user.pk:
        actor.need(Right.PLAN)
    if job.is_over:
        return
    Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(state=Job.State.CANCELLED, finished_at=actor.now)
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(is_cancel_wanted=True)
    audit(actor, "job.cancelled", job)
