"""Introductory deals: who is made one, and who takes it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Account, Order
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.visibility import find, visible
from bailiwick_web.market.models import Offer, OfferUse
from bailiwick_web.market.services.creating import create_unless_there


def _period(actor: Actor, offer: Offer) -> tuple[str, ...]:
    if offer.ends_on < offer.starts_on:
        raise Invalid(_("An offer ends on or after the day it starts."), code="field", field="ends_on")
    return ()


OFFER = writing.Spec(
    Offer,
    {
        "name": c.needed(200),
        "what": c.needed(500),
        "segment": c.text(120),
        "most_uses": c.whole(1, 1_000_000),
        "starts_on": c.day,
        "ends_on": c.day,
    },
    needs=("name", "what", "starts_on", "ends_on"),
    right=Right.AIM,
    derive=_period,
)


@transaction.atomic
def create_offer(actor: Actor, **given: Any) -> Offer:
    """Add an introductory deal; those who lead or plan may. Recorded, told."""
    return writing.create(actor, OFFER, given)


@transaction.atomic
def change_offer(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Offer:
    """Change it; those who lead or plan may. Recorded, told."""
    offer = writing.locked(actor, OFFER, public_id, version)
    writing.change(actor, OFFER, offer, given)
    return offer


def archive_offer(actor: Actor, public_id: UUID, *, version: int | None) -> Offer:
    """Put it into the bin; those who lead or plan may. Recorded, told."""
    return writing.archive(actor, OFFER, public_id, version=version)


def restore_offer(actor: Actor, public_id: UUID, *, version: int | None) -> Offer:
    """Take it out of the bin; those who lead or plan may. Recorded, told."""
    return writing.restore(actor, OFFER, public_id, version=version)


def _running(offer: Offer, day: date) -> None:
    if not offer.starts_on <= day <= offer.ends_on:
        said = {"offer": offer, "start": offer.starts_on.isoformat(), "end": offer.ends_on.isoformat()}
        raise Conflict(_("“%(offer)s” runs from %(start)s to %(end)s.") % said, code="offer_over")


def _bought(account: Account) -> Conflict:
    return Conflict(_("An introductory offer is for who has not bought before; “%(name)s” has.") % {"name": account}, code="offer_bought")


@transaction.atomic
def make_offer(actor: Actor, offer_id: UUID, account_id: UUID) -> OfferUse:
    """Make an account the offer, once; sellers may, within their scope. Recorded, told.

    Raises
    ------
    Conflict
        If the offer does not run today, is for another segment, the account bought before, or has it already.
    """
    actor.need(Right.SELL)
    offer, account = find(actor, Offer, offer_id), find(actor, Account, account_id)
    _running(offer, actor.now.date())
    if offer.segment and account.segment != offer.segment:
        said = {"offer": offer, "segment": offer.segment, "other": account.segment or "–"}
        raise Conflict(_("“%(offer)s” is for the segment %(segment)s; this customer is in %(other)s.") % said, code="offer_segment")
    if account.orders.filter(deleted_at=None, ordered_on__lt=actor.now.date()).exclude(state=Order.State.CANCELLED).exists():
        raise _bought(account)
    has_it = OfferUse.objects.filter(offer=offer, account=account).exists()
    use = None if has_it else create_unless_there(OfferUse, offer=offer, account=account, offered_on=actor.now.date(), **stamped(actor))
    if use is None:
        raise Conflict(_("“%(name)s” has this offer already.") % {"name": account}, code="offer_made")
    audit(actor, "offer.made", use)
    tell(actor, "offer.made", offer=str(offer.public_id), account=str(account.public_id))
    return use


@transaction.atomic
def take_offer(actor: Actor, use_id: UUID, *, version: int | None, order_id: UUID | None = None) -> OfferUse:
    """An account takes the offer, with its first order if that is known; sellers may, within their scope. Recorded, told.

    Raises
    ------
    Conflict
        If the offer is over, all of it was taken, it is taken already, or the order was cancelled or is from before the offer.
    """
    actor.need(Right.SELL)
    seen = visible(actor, OfferUse).filter(public_id=use_id).values_list("pk", flat=True).first()
    use = OfferUse.objects.select_related("account").select_for_update(of=("self",)).filter(pk=seen).first() if seen is not None else None
    if use is None:
        raise Missing(_("There is no such record, or you may not see it."))
    check_version(use, version)
    offer = Offer.objects.select_for_update().get(pk=use.offer_id)  # nobody else takes the last one meanwhile
    if use.taken_on is not None:
        raise Conflict(_("It is taken already."), code="offer_taken")
    _running(offer, actor.now.date())
    if offer.most_uses is not None and offer.uses.filter(taken_on__isnull=False).count() >= offer.most_uses:
        raise Conflict(_("All %(n)s of “%(offer)s” were taken.") % {"n": offer.most_uses, "offer": offer}, code="offer_limit")
    order = find(actor, Order, order_id) if order_id is not None else None
    if order is not None and order.account_id != use.account_id:
        raise Invalid(_("This order is of another customer."), code="field", field="order")
    if order is not None and order.state == Order.State.CANCELLED:
        raise Conflict(_("This order was cancelled."), code="state")
    if order is not None and order.ordered_on < use.offered_on:
        raise _bought(use.account)
    use.taken_on, use.order, use.amount = actor.now.date(), order, order.house_amount if order is not None else None
    touch(actor, use, "taken_on", "order", "amount")
    audit(actor, "offer.taken", use, field="order", after=order or "")
    tell(actor, "offer.taken", offer=str(offer.public_id), account=str(use.account.public_id))
    return use
