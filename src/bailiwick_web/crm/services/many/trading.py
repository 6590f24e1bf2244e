"""Orders, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import MANY, audit_all, entry
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import AccountTerritory, Order, OrderLine, TimelineEvent
from bailiwick_web.crm.services import trading
from bailiwick_web.crm.services.many.changing import Change, change_all, locked_all, show_anew, touch_all
from bailiwick_web.crm.services.many.writing import New, Rates, by_record, create_all, identify_all, parts
from bailiwick_web.crm.services.money import house_currency
from bailiwick_web.crm.services.routing import BASE


@dataclass(frozen=True)
class NewOrder(New):
    """An order to be made, with its lines."""

    lines: Sequence[Mapping[str, Any]] = ()


@transaction.atomic
def create_orders(actor: Actor, news: Sequence[NewOrder], *, origin: str = "") -> list[Order]:
    """Add orders; each is credited to the territory that had the account on its day. Sellers may. Recorded, told, on the timeline."""
    rates, credits = Rates(), Credits(new.values["account"].pk for new in news)
    given, lines = [], []
    for new in news:
        rows = [trading.order_line(line, i) for i, line in enumerate(new.lines)]
        values = {**new.values, "amount": trading.total_of(new.values.get("amount"), rows)}
        values["ordered_on"] = on = c.day("ordered_on", new.values.get("ordered_on"))
        if on is not None:
            values |= credits.of(values["account"].pk, trading.counted_at(on, actor.now))
        given.append(values)
        lines.append(rows)

    def derive(_actor: Actor, order: Order) -> None:
        _in_house(order, rates)

    orders = create_all(actor, trading.ORDER, given, origin=origin, derive=derive)
    identify_all(Order, [(order, new.ids) for order, new in zip(orders, news, strict=True)])
    for order, rows in zip(orders, lines, strict=True):
        for row in rows:
            row.order = order
    OrderLine.objects.bulk_create((row for rows in lines for row in rows), batch_size=MANY)
    TimelineEvent.objects.bulk_create((trading.event_of(actor, order) for order in orders), batch_size=MANY)
    return orders


@dataclass(frozen=True)
class OrderChange(Change):
    """An order to be changed; lines, if given, take the place of those there are."""

    lines: Sequence[Mapping[str, Any]] | None = None


@transaction.atomic
def change_orders(actor: Actor, changes: Sequence[OrderChange]) -> list[Order]:
    """Change what is given of orders, as :func:`trading.change_order` does. Sellers may. Recorded, told, on the timeline."""
    orders = locked_all(actor, trading.ORDER, changes, "account", "contact", "territory", "position")
    news = [None if ch.lines is None else [trading.order_line(line, i) for i, line in enumerate(ch.lines)] for ch in changes]
    there = by_record(OrderLine.objects.select_related("product"), "order", orders)
    credits = Credits(order.account_id for order, change in zip(orders, changes, strict=True) if "ordered_on" in change.values)
    given = [
        trading.changeable(actor, change.values, there[order.pk], rows, partial(credits.of, order.account_id))
        for order, change, rows in zip(orders, changes, news, strict=True)
    ]
    changed = change_all(actor, trading.ORDER, orders, given, follow=_follow)
    identify_all(Order, [(order, change.ids) for order, change in zip(orders, changes, strict=True)])
    lined = [(order, rows) for order, rows in zip(orders, news, strict=True) if rows is not None]
    other = _set_lines(actor, lined, there)
    same = {order.pk for order, names in zip(orders, changed, strict=True) if not names}
    touch_all(actor, [order for order in other if order.pk in same])
    show_anew(trading.ORDER.name, orders, (trading.event_of(actor, order) for order in orders))
    return orders


def _follow(actor: Actor, orders: Sequence[Order]) -> tuple[str, ...]:
    rates = Rates()
    for order in orders:
        _in_house(order, rates)
    return ("currency", "rate", "house_amount")


def _in_house(order: Order, rates: Rates) -> None:
    order.currency = order.currency or house_currency()
    order.rate = order.rate or rates.on(order.currency, order.ordered_on)
    order.house_amount = round(order.amount * order.rate, 2)


def _set_lines(actor: Actor, lined: Sequence[tuple[Order, list[OrderLine]]], there: Mapping[int, list[OrderLine]]) -> list[Order]:
    """Lines of orders; those whose lines are others now. Recorded."""
    for part in parts([order.pk for order, _rows in lined]):
        OrderLine.objects.filter(order__in=part).delete()
    for order, rows in lined:
        for row in rows:
            row.order = order
    OrderLine.objects.bulk_create((row for _order, rows in lined for row in rows), batch_size=MANY)
    told = [(order, trading.listed(there[order.pk]), trading.listed(rows)) for order, rows in lined]
    other = [(order, before, after) for order, before, after in told if before != after]
    audit_all(entry(actor, "order.changed", order, field="lines", before=before, after=after) for order, before, after in other)
    return [order for order, _before, _after in other]


class Credits:
    """Which territory and position had accounts at instants."""

    def __init__(self, accounts: Iterable[int]) -> None:
        self.rows: dict[int, list[AccountTerritory]] = {}
        for part in parts(sorted(set(accounts))):
            for row in AccountTerritory.objects.filter(account__in=part, layer=BASE).select_related("territory", "position"):
                self.rows.setdefault(row.account_id, []).append(row)

    def of(self, account: int, at: datetime) -> dict[str, Any]:
        """As :func:`trading.credited`."""
        for row in self.rows.get(account, ()):
            if row.valid_from <= at and (row.valid_until is None or row.valid_until > at):
                return {"territory": row.territory, "position": row.position}
        return {"territory": None, "position": None}
