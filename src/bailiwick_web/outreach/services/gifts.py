"""Gifts: kept with what they cost, refused over the limit of a person and year unless a manager says yes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.notices.services import tell_people
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, tell, touch
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Contact
from bailiwick_web.crm.services import timeline, writing
from bailiwick_web.crm.services.money import house_currency, in_house, rate_on
from bailiwick_web.crm.services.people import need_present
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.models import Gift, ThanksRules

State = Gift.State
COUNTS = (State.GIVEN, State.WAITING)
MOST_DAYS = 60


def _derive(actor: Actor, gift: Gift) -> Iterable[str]:
    """What it is worth in the currency of the house, by the rate of its day."""
    gift.account = gift.contact.account
    gift.currency = gift.currency or house_currency()
    gift.rate = rate_on(gift.currency, gift.given_on)
    gift.house_amount = in_house(gift.amount, gift.rate) or Decimal(0)
    return ("account", "currency", "rate", "house_amount")


def _price(field: str, value: Any) -> Decimal:
    found = c.money(field, value)
    if found is None or found <= 0:
        raise Invalid(_("Say what it cost."), code="missing", field=field)
    return found


GIFT = writing.Spec(
    Gift,
    {
        "contact": c.reference,
        "what": c.needed(200),
        "given_on": c.day,
        "amount": _price,
        "currency": c.currency,
        "state": c.choice(State.values),
        "why": c.text(300),
    },
    needs=("contact", "what", "amount"),
    personal=frozenset({"what", "why"}),
    derive=_derive,
)


def rules() -> ThanksRules | None:
    """What holds, if somebody said so."""
    return ThanksRules.objects.order_by("pk").first()


@transaction.atomic
def set_rules(actor: Actor, *, version: int | None = None, gift_limit: Any = None, remind_days: Any = None) -> ThanksRules:
    """Say the limit of gifts for a person and year, and how early a task is made of an anniversary. Who organises may. Recorded."""
    actor.need(Right.ORGANISE)
    there = ThanksRules.objects.select_for_update().order_by("pk").first()
    given = {"gift_limit": c.money("gift_limit", gift_limit), "remind_days": c.whole(0, MOST_DAYS)("remind_days", remind_days)}
    if given["gift_limit"] is not None and given["gift_limit"] < 0:
        raise Invalid(_("A limit is not below nothing."), code="field", field="gift_limit")
    found = there or ThanksRules(**stamped(actor))
    if there is not None:
        check_version(found, version)
    before = {name: getattr(found, name) for name in given}
    for name, value in given.items():
        setattr(found, name, value)
    if there is None:
        found.save()
    else:
        touch(actor, found, *given)
    for name, value in given.items():
        if value != before[name]:
            audit(actor, "thanks.rules", found, field=name, before=writing.shown(before[name]), after=writing.shown(value))
    return found


def spent(contact: Contact, year: int) -> Decimal:
    """What counts against the limit of a person in a year: what was given, and what waits."""
    gifts = Gift.objects.filter(contact=contact, given_on__year=year, state__in=COUNTS, deleted_at=None)
    return gifts.aggregate(total=Sum("house_amount"))["total"] or Decimal(0)


@transaction.atomic
def log_gift(actor: Actor, contact: Contact, *, asks: bool = False, why: str = "", given_on: date | None = None, **given: Any) -> Gift:
    """Keep a gift; sellers may. Recorded without what it was, told, on the timeline.

    Parameters
    ----------
    asks
        Whether a manager is asked if it is over the limit; then it says why, and waits.

    Raises
    ------
    Conflict
        If it is over the limit and nobody is asked; the sentence says by how much.
    """
    actor.need(Right.SELL)
    need_present(Contact.objects.select_for_update().get(pk=contact.pk))
    day = c.day("given_on", given_on) or local_day(actor.now)
    draft = writing.made(actor, GIFT, {"contact": contact, "given_on": day, **given})
    _derive(actor, draft)
    there = rules()
    limit = there.gift_limit if there is not None else None
    already = spent(contact, day.year)
    is_over = limit is not None and already + draft.house_amount > limit
    if limit is not None and is_over and not asks:
        sums = {"already": already, "limit": limit, "sum": already + draft.house_amount}
        told = {"contact": contact, "year": str(day.year), **{name: _in_words(value) for name, value in sums.items()}}
        said = _(
            "Over the limit: %(contact)s had gifts of %(already)s in %(year)s, with this one it would be %(sum)s of at most %(limit)s."
        )
        hint = _("Ask your manager, and say why.")
        raise Conflict(f"{said % told} {hint}", code="gift_limit", already=str(already), limit=str(limit))
    if is_over and not why.strip():
        raise Invalid(_("Say why, for the manager."), code="no_reason", field="why")
    state = State.WAITING if is_over else State.GIVEN
    made = writing.create(actor, GIFT, {"contact": contact, "given_on": day, **given, "state": state, "why": why if is_over else ""})
    if is_over:
        _ask(actor, made)
    else:
        _show(actor, made)
    return made


def _in_words(amount: Decimal) -> str:
    return f"{number_format(amount, 2)} {house_currency()}"


def _ask(actor: Actor, gift: Gift) -> None:
    """Whoever may decide and sees the contact hears of it; not who asks."""
    deciders = [user for user in User.objects.filter(is_active=True) if Actor(user, actor.now).may(Right.APPROVE)]
    seeing = [user for user in deciders if user != actor.user and visible(Actor(user, actor.now), Gift, ids=[gift.public_id]).exists()]
    text = say("A gift over the limit waits for you: %(who)s asks.", who=actor.user.name if actor.user else "Bailiwick")
    tell_people(actor, "gift.waiting", str(gift.public_id), [(user, text) for user in seeing], address=reverse("thanks"))


@transaction.atomic
def decide_gift(actor: Actor, public_id: UUID, *, version: int | None, is_approved: bool, decision: str = "") -> Gift:
    """Say yes or no to a gift over the limit; managers may, not who asked. Recorded, told, on the timeline if it is given."""
    actor.need(Right.APPROVE)
    gift = writing.locked(actor, GIFT, public_id, version)
    if gift.state != State.WAITING:
        raise Conflict(_("It was decided already."), code="state")
    if actor.user is not None and gift.created_by_id == actor.user.pk:
        raise Conflict(_("Somebody else decides on your own gifts."), code="own")
    if not is_approved and not decision.strip():
        raise Invalid(_("Say why not."), code="no_reason", field="decision")
    gift.state = State.GIVEN if is_approved else State.REFUSED
    gift.decided_by, gift.decided_at, gift.decision = actor.user, actor.now, c.text(300)("decision", decision)
    touch(actor, gift, "state", "decided_by", "decided_at", "decision")
    audit(actor, "gift.decided", gift, field="state", before=State.WAITING, after=gift.state)
    tell(actor, "gift.decided", id=str(gift.public_id), state=gift.state)
    if is_approved:
        _show(actor, gift)
    if gift.created_by is not None:
        text = say("Your gift over the limit was approved.") if is_approved else say("Your gift over the limit was refused.")
        tell_people(
            actor, "gift.decided", str(gift.public_id), [(gift.created_by, text)], address=reverse("contact", args=[gift.contact.public_id])
        )
    return gift


@transaction.atomic
def archive_gift(actor: Actor, public_id: UUID, *, version: int | None) -> Gift:
    """Put a gift into the bin: it counts no more. Sellers may. Recorded, told."""
    gift = writing.archive(actor, GIFT, public_id, version=version)
    timeline.forget(gift)
    return gift


def _show(actor: Actor, gift: Gift) -> None:
    if gift.account is not None:
        about: dict[str, Any] = {"account": gift.account, "contact": gift.contact, "title": gift.what}
        timeline.happened(actor, "gift", gift, at=actor.now, **about)
