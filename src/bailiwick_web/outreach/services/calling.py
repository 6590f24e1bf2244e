"""What came of a call, in one tap: kept as an activity, a planned call is done by it, and who says no is called no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import MANY, audit
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Activity, Contact, Lead, Suppression
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.crm.services import blocking, people, work
from bailiwick_web.crm.services.reaching import normal
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.services.reaching import PURPOSE, WAYS

Reply = Activity.Reply
MOST_NUMBERS = 5_000


@dataclass(frozen=True)
class Outcome:
    """What may come of a call."""

    label: Any
    reply: str
    calls_again: bool = False
    is_refusal: bool = False


OUTCOMES: dict[str, Outcome] = {
    "reached": Outcome(gettext_lazy("Reached"), Reply.ANSWERED),
    "nobody": Outcome(gettext_lazy("Nobody answered"), Reply.NONE),
    "later": Outcome(gettext_lazy("Call again tomorrow"), Reply.ANSWERED, calls_again=True),
    "no_interest": Outcome(gettext_lazy("No interest"), Reply.ANSWERED),
    "never": Outcome(gettext_lazy("Never call again"), Reply.ANSWERED, is_refusal=True),
}


@transaction.atomic
def log_call(actor: Actor, who: Contact | Lead, *, outcome: str, note: str = "") -> Activity:
    """Keep what came of a call that was just made; sellers may. Recorded, told, on the timeline.

    A call that was planned for today or before is done by it, and so a cadence goes on. Who is never to be called again takes their
    consent to calls back; of a lead, which holds no consent, the number is suppressed.
    """
    actor.need(Right.SELL)
    found = OUTCOMES.get(str(outcome))
    if found is None:
        raise Invalid(_("What came of it is one of: %(outcomes)s.") % {"outcomes": ", ".join(OUTCOMES)}, code="outcome", field="outcome")
    told: dict[str, Any] = {"outcome": str(found.label), "text": c.text(20_000)("note", note), "reply": found.reply}
    about: dict[str, Any] = {"contact" if isinstance(who, Contact) else "lead": who, "account": who.account, "kind": Kind.CALL}
    done = _done(actor, who, about, told)
    if found.calls_again:
        work.create_activity(actor, subject=_("Call again"), due_on=local_day(actor.now) + timedelta(days=1), **about)
    if found.is_refusal:
        refuse_calls(actor, who)
    return done


def _done(actor: Actor, who: Contact | Lead, about: dict[str, Any], told: dict[str, Any]) -> Activity:
    """The call that was planned, done, if it is for this user to see; else a new one."""
    calls = visible(actor, Activity).filter(kind=Kind.CALL, state=Activity.State.PLANNED)
    planned = calls.filter(pk__in=who.activities.values("pk"), due_on__lte=local_day(actor.now))
    waiting = planned.order_by("due_on", "pk").first()
    if waiting is None:
        return work.create_activity(actor, subject=str(Kind.CALL.label), state=Activity.State.DONE, **about, **told)
    text = "\n".join(filter(None, (waiting.text, told["text"])))
    return work.complete_activity(actor, waiting.public_id, version=waiting.version, **{**told, "text": text})


@transaction.atomic
def refuse_calls(actor: Actor, who: Contact | Lead) -> None:
    """Let somebody never be called again, as they said on the phone. Sellers may. Recorded, told."""
    actor.need(Right.SELL)
    if isinstance(who, Lead):
        for channel in WAYS[Kind.CALL] if who.phone else ():
            blocking.suppress(actor, channel, who.phone, "refused", who.country)
        return
    for channel in WAYS[Kind.CALL]:
        people.record_consent(actor, who, purpose=PURPOSE, channel=channel, is_given=False, how=_("said on the phone"))
    fresh = Contact.objects.get(pk=who.pk)
    wishes = {channel: {**fresh.preferences.get(channel, {}), "wanted": False} for channel in WAYS[Kind.CALL]}
    people.change_contact(actor, fresh.public_id, version=fresh.version, preferences={**fresh.preferences, **wishes})


@transaction.atomic
def block_numbers(actor: Actor, numbers: Sequence[str]) -> int:
    """Let numbers never be called, such as those of a public list; who organises may. Kept as digests only; recorded as a number.

    Returns
    -------
    How many there are of them, each once.
    """
    actor.need(Right.ORGANISE)
    plain = list(dict.fromkeys(filter(None, (normal(Channel.PHONE, number).strip("+") and number.strip() for number in numbers))))
    if not 1 <= len(plain) <= MOST_NUMBERS:
        raise Invalid(_("Give 1 to %(n)s numbers, one in a line.") % {"n": MOST_NUMBERS}, code="numbers", field="numbers")
    rows = (made for number in plain for channel in WAYS[Kind.CALL] for made in blocking.suppressions(actor, channel, number, "blocked"))
    Suppression.objects.bulk_create(rows, ignore_conflicts=True, batch_size=MANY)
    if actor.user is not None:
        audit(actor, "numbers.blocked", actor.user, field="numbers", after=len(plain))
    return len(plain)
