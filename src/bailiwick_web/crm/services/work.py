"""Activities: planned, done, cancelled; the timeline shows what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.services import tell
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Account, Activity, Contact, Lead, TimelineEvent
from bailiwick_web.crm.services import timeline, writing
from bailiwick_web.crm.services.fields import free_fields
from bailiwick_web.crm.services.looking_after import with_rep

State, Kind = Activity.State, Activity.Kind
REFERENCES = ("account", "contact", "opportunity", "lead", "case", "series", "position", "person")


def _derive(actor: Actor, activity: Activity) -> Iterable[str]:
    """The account follows from what the activity is about; what is done has a time, and nobody answered what is to come."""
    for about in (activity.opportunity, activity.case, activity.contact, activity.lead):
        if activity.account is None and about is not None:
            activity.account = about.account
    if activity.state == State.DONE and activity.done_at is None:
        activity.done_at = min(activity.starts_at or actor.now, actor.now)
    if activity.state != State.DONE:
        activity.done_at = None
    if activity.state == State.PLANNED:
        activity.reply = ""
    if activity.done_at is not None and activity.done_at > actor.now:
        raise Invalid(_("What lies ahead is planned, not done."), code="field", field="done_at")
    return ("account", "done_at", "reply")


ACTIVITY = writing.Spec(
    Activity,
    {
        **dict.fromkeys(REFERENCES, c.reference),
        "kind": c.choice(Kind.values),
        "state": c.choice(State.values),
        "subject": c.needed(300),
        "text": c.text(50_000),
        "starts_at": c.instant,
        "due_on": c.day,
        "done_at": c.instant,
        "duration_minutes": c.whole(0, 100_000),
        "outcome": c.text(300),
        "reply": c.choice(("", *Activity.Reply.values)),
        "place": c.text(300),
        "lon": c.degrees(180),
        "lat": c.degrees(90),
        "priority": c.whole(1, 3),
        "fields": free_fields("activity"),
    },
    needs=("kind", "subject"),
    personal=frozenset({"subject", "text", "outcome", "place"}),
    derive=_derive,
)


@transaction.atomic
def create_activity(actor: Actor, *, external_ids: Mapping[str, str] | None = None, origin: str = "", **given: Any) -> Activity:
    """Add an activity, planned or done; it is the doing of whoever adds it, unless said otherwise. Sellers may. Recorded, told."""
    activity = writing.create(actor, ACTIVITY, _with_person(actor, given), origin=origin)
    writing.identify(activity, external_ids or {})
    _follow(actor, activity)
    return activity


@transaction.atomic
def change_activity(
    actor: Actor, public_id: UUID, *, version: int | None, external_ids: Mapping[str, str] | None = None, **given: Any
) -> Activity:
    """Change what is given of an activity. Sellers may. Recorded field by field, told."""
    activity = writing.locked(actor, ACTIVITY, public_id, version)
    writing.change(actor, ACTIVITY, activity, given)
    writing.identify(activity, external_ids or {})
    timeline.forget(activity)
    _follow(actor, activity)
    return activity


@transaction.atomic
def complete_activity(
    actor: Actor,
    public_id: UUID,
    *,
    version: int | None,
    outcome: str = "",
    reply: str = "",
    done_at: datetime | None = None,
    duration_minutes: int | None = None,
    text: str | None = None,
) -> Activity:
    """Say that a planned activity was done, and what came of it; a series plans its next one. Sellers may. Recorded, told."""
    from bailiwick_web.crm.services.series import plan_next

    activity = writing.locked(actor, ACTIVITY, public_id, version)
    if activity.state != State.PLANNED:
        raise Conflict(_("This is %(state)s already.") % {"state": activity.get_state_display()}, code="state")
    given: dict[str, Any] = {"state": State.DONE, "outcome": outcome, "done_at": done_at or actor.now}
    given |= {"reply": reply} if reply else {}
    given |= {"duration_minutes": duration_minutes} if duration_minutes is not None else {}
    given |= {"text": text} if text is not None else {}
    writing.change(actor, ACTIVITY, activity, given)
    _follow(actor, activity)
    if activity.series is not None:
        plan_next(actor, activity.series)
    return activity


def log_visit(actor: Actor, account: Account, *, subject: str = "", **given: Any) -> Activity:
    """Keep a visit that was just made: one call for the three taps of a phone. Sellers may. Recorded, told."""
    return create_activity(actor, account=account, kind=Kind.VISIT, state=State.DONE, subject=subject.strip() or str(_("Visit")), **given)


@transaction.atomic
def archive_activity(actor: Actor, public_id: UUID, *, version: int | None) -> Activity:
    """Put an activity into the bin, off the timeline. Sellers may. Recorded, told."""
    activity = writing.archive(actor, ACTIVITY, public_id, version=version)
    timeline.forget(activity)
    return activity


@transaction.atomic
def restore_activity(actor: Actor, public_id: UUID, *, version: int | None) -> Activity:
    """Take an activity out of the bin. Sellers may. Recorded, told."""
    activity = writing.restore(actor, ACTIVITY, public_id, version=version)
    _follow(actor, activity)
    return activity


def _with_person(actor: Actor, given: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(given)
    if values.get("person") is None and actor.user is not None:
        values["person"] = Person.objects.filter(user=actor.user).first()
    values = with_account(values)
    return with_rep(actor, values.get("account"), values)


def with_account(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of an activity, with the account that follows from what it is about."""
    values = dict(given)
    for name in ("contact", "opportunity", "lead", "case"):
        about = values.get(name)
        if values.get("account") is None and about is not None:
            values["account"] = about.account
    return values


def _follow(actor: Actor, activity: Activity) -> None:
    """What is done stands on the timeline, and says when an account and a contact were last in touch with us."""
    if activity.state != State.DONE or activity.done_at is None:
        return
    event_of(actor, activity).save()
    is_later = Q(last_activity_at__isnull=True) | Q(last_activity_at__lt=activity.done_at)
    if activity.kind not in {Kind.NOTE, Kind.TASK}:
        Account.objects.filter(is_later, pk=activity.account_id or 0).update(last_activity_at=activity.done_at)
        Contact.objects.filter(is_later, pk=activity.contact_id or 0).update(last_activity_at=activity.done_at)
        if activity.lead_id is not None:
            Lead.objects.filter(pk=activity.lead_id, responded_at=None).update(responded_at=activity.done_at)
            Lead.objects.filter(pk=activity.lead_id, status=Lead.Status.NEW).update(status=Lead.Status.WORKING)
    tell(actor, "activity.done", id=str(activity.public_id), what=activity.kind)


def event_of(actor: Actor, activity: Activity) -> TimelineEvent:
    """What the timeline shows of an activity that was done, not kept yet."""
    return timeline.event(
        actor,
        f"activity.{activity.kind}",
        activity,
        account=activity.account,
        contact=activity.contact,
        at=activity.done_at or actor.now,
        title=activity.subject,
        outcome=activity.outcome,
        minutes=activity.duration_minutes,
        person=str(activity.person.public_id) if activity.person else None,
    )
