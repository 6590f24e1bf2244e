"""Orders, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import MANY
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import AccountTerritory, Order, OrderLine, TimelineEvent
from bailiwick_web.crm.services import trading
from bailiwick_web.crm.services.many.writing import New, Rates, create_all, identify_all, parts
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
        order.currency = order.currency or house_currency()
        order.rate = order.rate or rates.on(order.currency, order.ordered_on)
        order.house_amount = round(order.amount * order.rate, 2)

    orders = create_all(actor, trading.ORDER, given, origin=origin, derive=derive)
    identify_all(Order, [(order, new.ids) for order, new in zip(orders, news, strict=True)])
    for order, rows in zip(orders, lines, strict=True):
        for row in rows:
            row.order = order
    OrderLine.objects.bulk_create((row for rows in lines for row in rows), batch_size=MANY)
    TimelineEvent.objects.bulk_create((trading.event_of(actor, order) for order in orders), batch_size=MANY)
    return orders


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
