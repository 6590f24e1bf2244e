"""What is heard of other records, and done by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.core.events import listens, listens_to_many
from bailiwick_web.core.ticking import every
from bailiwick_web.outreach.models import Enrolment
from bailiwick_web.outreach.services import following, mentioning, milestones

Payload = dict[str, Any]
Reason = Enrolment.Reason


@listens_to_many("activity.done")
def go_on(actor: Actor, payloads: Sequence[Payload]) -> None:
    """A step was done, or somebody answered."""
    following.activities_done(actor, [payload["id"] for payload in payloads])


@listens_to_many("activity.changed")
def go_back(actor: Actor, payloads: Sequence[Payload]) -> None:
    """A step was not done after all."""
    if reopened := [payload["id"] for payload in payloads if "state" in payload.get("fields", ())]:
        following.activities_reopened(actor, reopened)


@listens("lead.converted")
def stop_converted(actor: Actor, payload: Payload) -> None:
    """What they became is followed up otherwise."""
    following.stop_those_of(actor, Reason.CONVERTED, lead__public_id=payload["id"])


@listens("lead.changed")
def stop_disqualified(actor: Actor, payload: Payload) -> None:
    """Nobody runs after a lead that does not qualify."""
    if "status" in payload.get("fields", ()):
        about = {"lead__public_id": payload["id"], "lead__status": "disqualified"}
        following.stop_those_of(actor, Reason.DISQUALIFIED, **about)


@listens("consent.withdrawn")
def stop_withdrawn(actor: Actor, payload: Payload) -> None:
    """Who takes their consent back is followed up no more for that purpose, by no channel."""
    about = {"contact__public_id": payload["contact"], "cadence__purpose": payload["purpose"]}
    following.stop_those_of(actor, Reason.WITHDRAWN, **about)


@listens("lead.routed")
def hand_over_lead(actor: Actor, payload: Payload) -> None:
    """Somebody else looks after it now, and does what is due."""
    following.hand_over_those_of(actor, lead__public_id=payload["id"])


@listens_to_many("contact.changed")
def follow_contacts(actor: Actor, payloads: Sequence[Payload]) -> None:
    """They may work elsewhere now."""
    following.follow_contacts(actor, _ids(payloads, "account"))


@listens("lead.archived")
def stop_lead(actor: Actor, payload: Payload) -> None:
    """It is in the bin."""
    following.stop_those_of(actor, Reason.GONE, lead__public_id=payload["id"])


@listens("contact.archived")
def stop_contact(actor: Actor, payload: Payload) -> None:
    """They are in the bin."""
    following.stop_those_of(actor, Reason.GONE, contact__public_id=payload["id"])


@listens("account.archived")
def stop_account(actor: Actor, payload: Payload) -> None:
    """It is in the bin, and so is whoever works there."""
    following.stop_those_of(actor, Reason.GONE, account__public_id=payload["id"])


@every(600, "outreach.due")
def check_due(now: datetime) -> None:
    """Look again at what is due."""
    following.check_due(Actor(None, now, "clock"))


def _ids(payloads: Sequence[Payload], *fields: str) -> list[str]:
    """Identifiers of what is new, or had one of some fields changed."""
    return [str(payload["id"]) for payload in payloads if "fields" not in payload or set(fields) & set(payload["fields"])]


@listens_to_many("activity.created")
@listens_to_many("activity.changed")
def tell_in_activities(actor: Actor, payloads: Sequence[Payload]) -> None:
    """Somebody may be named in it."""
    mentioning.tell_mentioned(actor, "activity", _ids(payloads, "subject", "text", "outcome"))


@listens_to_many("case.created")
@listens_to_many("case.changed")
def tell_in_cases(actor: Actor, payloads: Sequence[Payload]) -> None:
    """Somebody may be named in it."""
    mentioning.tell_mentioned(actor, "case", _ids(payloads, "subject", "text", "solution"))


@every(6 * 3600, "outreach.milestones")
def remind(now: datetime) -> None:
    """Make tasks of anniversaries, if the rules say so."""
    milestones.remind(Actor(None, now, "clock"))
