"""What the pages of introductory offers show."""

from __future__ import annotations

from typing import Any

from bailiwick.api.markets.intervals import share_interval
from bailiwick_web.core.access import Actor
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import find, visible
from bailiwick_web.market.models import Offer, OfferUse


def offers_page(actor: Actor) -> dict[str, Any]:
    """Every offer with how it does, as far as the reader sees the customers."""
    uses = list(visible(actor, OfferUse).values_list("offer_id", "taken_on", "amount"))
    return {
        "offers": [(offer, conversion([u for u in uses if u[0] == offer.pk])) for offer in visible(actor, Offer)[:200]],
        "today": actor.now.date(),
    }


def conversion(uses: list[Any]) -> dict[str, Any]:
    """Taken ÷ made, with its 95 % interval by Wilson, and what came of it."""
    n, taken = len(uses), sum(use[1] is not None for use in uses)
    low, high = share_interval([taken], [n])
    revenue = sum(float(use[2]) for use in uses if use[2] is not None)
    return {"n": n, "taken": taken, "rate": taken / n if n else None, "low": float(low[0]), "high": float(high[0]), "revenue": revenue}


def offer_page(actor: Actor, public_id: Any) -> dict[str, Any]:
    """One offer: to whom it was made, who took it."""
    offer = find(actor, Offer, public_id)
    uses = list(visible(actor, OfferUse).filter(offer=offer).select_related("account", "order"))
    everywhere = offer.uses.filter(taken_on__isnull=False).count()
    return {
        "offer": offer,
        "uses": uses[:500],
        "found": conversion([(use.offer_id, use.taken_on, use.amount) for use in uses]),
        "left": None if offer.most_uses is None else max(offer.most_uses - everywhere, 0),
        "is_running": offer.starts_on <= actor.now.date() <= offer.ends_on,
        "today": actor.now.date(),
    }


def first_order(actor: Actor, use: OfferUse) -> m.Order | None:
    """The first order of a customer since the offer was made that counts and that the user sees."""
    orders = visible(actor, m.Order).exclude(state=m.Order.State.CANCELLED).filter(account=use.account_id, ordered_on__gte=use.offered_on)
    return orders.order_by("ordered_on", "pk").first()


def open_to(actor: Actor, offer: Offer, text: str) -> list[m.Account]:
    """Customers to be who may be made the offer today: of its segment, without an order before, without the offer."""
    rows = visible(actor, m.Account).exclude(offer_uses__offer=offer).exclude(state=m.Account.State.FORMER)
    if offer.segment:
        rows = rows.filter(segment=offer.segment)
    bought = m.Order.objects.filter(deleted_at=None, ordered_on__lt=actor.now.date()).exclude(state=m.Order.State.CANCELLED)
    rows = rows.exclude(pk__in=bought.values("account_id"))
    if text:
        rows = rows.filter(name__icontains=text)
    return list(rows.order_by("name", "pk")[:20])
