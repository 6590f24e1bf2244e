"""Orders: what was bought and what came back, in the currency and at the rate of the day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.services import audit, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Account, AccountTerritory, Order, OrderLine, TimelineEvent
from bailiwick_web.crm.services import timeline, writing
from bailiwick_web.crm.services.fields import free_fields
from bailiwick_web.crm.services.lines import amounts_of, line_values
from bailiwick_web.crm.services.money import house_currency, positive_rate, rate_on
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.visibility import present


def _derive(actor: Actor, order: Order) -> Iterable[str]:
    order.currency = order.currency or house_currency()
    order.rate = order.rate or rate_on(order.currency, order.ordered_on)
    order.house_amount = round(order.amount * order.rate, 2)
    return ("currency", "rate", "house_amount")


ORDER = writing.Spec(
    Order,
    {
        "account": c.reference,
        "contact": c.reference,
        "opportunity": c.reference,
        "location": c.reference,
        "number": c.text(80),
        "ordered_on": c.day,
        "due_on": c.day,
        "state": c.choice(Order.State.values),
        "currency": c.currency,
        "rate": positive_rate,
        "amount": c.money,
        "position": c.reference,
        "territory": c.reference,
        "fields": free_fields("order"),
    },
    needs=("account", "ordered_on"),
    derive=_derive,
)


@transaction.atomic
def create_order(
    actor: Actor,
    *,
    account: Account,
    lines: Sequence[Mapping[str, Any]] = (),
    external_ids: Mapping[str, str] | None = None,
    origin: str = "",
    **given: Any,
) -> Order:
    """Add an order; it is credited to the territory that has the account on its day. Sellers may. Recorded, told, on the timeline."""
    rows = [order_line(line, i) for i, line in enumerate(lines)]
    values = {**given, "account": account, "amount": total_of(given.get("amount"), rows)}
    values["ordered_on"] = c.day("ordered_on", given.get("ordered_on"))
    if values["ordered_on"] is not None:
        values |= credited(account, counted_at(values["ordered_on"], actor.now))
    order = writing.create(actor, ORDER, values, origin=origin)
    writing.identify(order, external_ids or {})
    for row in rows:
        row.order = order
    OrderLine.objects.bulk_create(rows)
    _show(actor, order)
    return order


@transaction.atomic
def change_order(
    actor: Actor,
    public_id: UUID,
    *,
    version: int | None,
    lines: Sequence[Mapping[str, Any]] | None = None,
    external_ids: Mapping[str, str] | None = None,
    **given: Any,
) -> Order:
    """Change what is given of an order; lines, if given, take the place of those there are. Sellers may. Recorded, told.

    The rate stays that of its day unless day, currency or rate are given.
    """
    order = writing.locked(actor, ORDER, public_id, version)
    rows = None if lines is None else [order_line(line, i) for i, line in enumerate(lines)]
    there = list(order.lines.select_related("product")) if rows is not None or "amount" in given else []
    values = changeable(actor, given, there, rows, lambda at: credited(order.account, at))
    changed = writing.change(actor, ORDER, order, values)
    writing.identify(order, external_ids or {})
    if rows is not None:
        before = listed(there)
        order.lines.all().delete()
        for row in rows:
            row.order = order
        OrderLine.objects.bulk_create(rows)
        if (after := listed(rows)) != before:
            audit(actor, "order.changed", order, field="lines", before=before, after=after)
            if not changed:
                touch(actor, order)
    timeline.forget(order)
    _show(actor, order)
    return order


def changeable(
    actor: Actor,
    given: Mapping[str, Any],
    there: Sequence[OrderLine],
    rows: Sequence[OrderLine] | None,
    credit: Callable[[datetime], Mapping[str, Any]],
) -> dict[str, Any]:
    """What is given of an order, as it is kept beside its lines or those that come: its account stays, another day credits others."""
    values = {name: value for name, value in given.items() if name != "account"}
    if rows is not None or (there and "amount" in values):
        values["amount"] = total_of(values.get("amount"), there if rows is None else rows)
    if {"currency", "ordered_on"} & set(values) and "rate" not in values:
        values["rate"] = None
    if "ordered_on" in values and (ordered_on := c.day("ordered_on", values["ordered_on"])) is not None:
        values |= credit(counted_at(ordered_on, actor.now))
    return values


@transaction.atomic
def archive_order(actor: Actor, public_id: UUID, *, version: int | None) -> Order:
    """Put an order into the bin, off the timeline. Sellers may. Recorded, told."""
    order = writing.archive(actor, ORDER, public_id, version=version)
    timeline.forget(order)
    return order


@transaction.atomic
def restore_order(actor: Actor, public_id: UUID, *, version: int | None) -> Order:
    """Take an order out of the bin. Sellers may. Recorded, told."""
    order = writing.restore(actor, ORDER, public_id, version=version)
    _show(actor, order)
    return order


def noon(on: date) -> datetime:
    """The instant that stands for a day on the timeline: noon in UTC, the same day in all but the farthest zones."""
    return datetime.combine(on, time(12), UTC)


def counted_at(on: date, now: datetime) -> datetime:
    """The instant whose territory a day is credited to: its end in UTC, or now if it is not over yet."""
    return min(datetime.combine(on, time.max, UTC), now)


def credited(account: Account, at: datetime, layer: str = BASE) -> dict[str, Any]:
    """Territory and position that had an account at an instant: results are credited as-was."""
    row = AccountTerritory.objects.filter(present(at), account=account, layer=layer).select_related("territory", "position").first()
    return {"territory": row.territory if row else None, "position": row.position if row else None}


def order_line(given: Mapping[str, Any], place: int) -> OrderLine:
    """A line that is not kept yet, at its place or at one that it says."""
    return OrderLine(place=given.get("place", place), cost=c.money("cost", given.get("cost")), **line_values(given))


def total_of(told: Any, rows: Sequence[OrderLine]) -> Any:
    """What the lines add up to; a head that says otherwise is refused, as one of the two is wrong."""
    amount = c.money("amount", told)
    if not rows:
        if amount is None:
            raise Invalid(_("An order has lines or an amount."), code="missing", field="amount")
        return amount
    total = amounts_of(rows)
    if amount is not None and amount != total:
        raise Invalid(
            _("The order is said to be %(told)s, but its lines add up to %(found)s.") % {"told": amount, "found": total},
            code="sum",
            field="amount",
        )
    return total


def listed(rows: Sequence[OrderLine]) -> str:
    """Lines as the history tells them."""
    return "; ".join(f"{row.quantity.normalize():f} × {row.product or row.text} = {row.amount}" for row in rows)


def _show(actor: Actor, order: Order) -> None:
    event_of(actor, order).save()


def event_of(actor: Actor, order: Order) -> TimelineEvent:
    """What the timeline shows of an order, not kept yet."""
    return timeline.event(
        actor,
        "order",
        order,
        account=order.account,
        contact=order.contact,
        at=noon(order.ordered_on),
        amount=str(order.amount),
        currency=order.currency,
        on=order.ordered_on.isoformat(),
        state=order.state,
    )
