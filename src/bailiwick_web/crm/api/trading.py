"""Orders and rates of exchange: over the interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from bailiwick_web.core.access import Actor
from bailiwick_web.core.rest.requests import one_page
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import Resource, add_routes, external_ids, page_of, plain, reader, writer
from bailiwick_web.crm.api.deals import LineIn, LineOut, shown_line
from bailiwick_web.crm.models import ExchangeRate, Order, OrderLine
from bailiwick_web.crm.services import money, trading
from bailiwick_web.crm.visibility import visible

router = Router(tags=["orders"])


class OrderLineIn(LineIn):
    """A line; the quantity of a return is negative."""

    cost: Decimal | None = None


class OrderLineOut(LineOut):
    """A line with what it adds up to."""

    cost: Decimal | None


class OrderFields(Schema):
    """What an order may hold."""

    contact: UUID | None = None
    opportunity: UUID | None = None
    location: UUID | None = None
    number: str | None = None
    ordered_on: date | None = None
    due_on: date | None = None
    state: str | None = None
    currency: str | None = None
    rate: Decimal | None = None
    amount: Decimal | None = None
    fields: dict[str, Any] | None = None
    external_ids: dict[str, str] | None = None


class OrderIn(OrderFields):
    """An order: with lines, or with an amount alone."""

    account: UUID
    ordered_on: date
    lines: list[OrderLineIn] = []


class OrderPatch(OrderFields):
    """What shall be different; what is left out stays. ``lines`` take the place of those there are."""

    lines: list[OrderLineIn] | None = None


class OrderOut(OrderFields):
    """An order; territory and position are those of its day."""

    id: UUID
    version: int
    account: UUID
    account_name: str
    house_amount: Decimal
    territory: str | None
    position: UUID | None
    lines: list[OrderLineOut]
    origin: str
    created_at: datetime
    changed_at: datetime


class OrderFilter(Schema):
    """What a list of orders can be asked."""

    q: str | None = None
    account: UUID | None = None
    contact: UUID | None = None
    state: str | None = None
    ordered_on_from: date | None = None
    ordered_on_until: date | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


OWN = tuple(name for name in OrderFields.model_fields if name != "external_ids")


def shown_orders(actor: Actor, found: Sequence[Order]) -> list[dict[str, Any]]:
    """Orders as the interface shows them, with a fixed number of queries."""
    ids = external_ids(Order, found)
    lines: dict[int, list[dict[str, Any]]] = {}
    for line in OrderLine.objects.filter(order__in=[order.pk for order in found]).select_related("product"):
        lines.setdefault(line.order_id, []).append(shown_line(line) | {"cost": line.cost})
    return [
        plain(
            order,
            *OWN,
            *("version", "account", "house_amount", "position", "origin", "created_at", "changed_at"),
            account_name=order.account.name,
            territory=order.territory.code if order.territory else None,
            external_ids=ids.get(order.pk, {}),
            lines=lines.get(order.pk, []),
        )
        for order in found
    ]


add_routes(
    router,
    Resource(
        path="orders",
        one="An order",
        many="Orders",
        model=Order,
        new=OrderIn,
        patch=OrderPatch,
        out=OrderOut,
        filters=OrderFilter,
        show=shown_orders,
        create=trading.create_order,
        change=trading.change_order,
        archive=trading.archive_order,
        restore=trading.restore_order,
    ),
)


class RateIn(Schema):
    """What one of a currency is worth in the currency of the house from a day on."""

    currency: str
    on: date
    rate: Decimal


RatePage = page_of(RateIn)


@router.get("/exchange-rates", response=RatePage)
def list_rates(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Rates of exchange, the last one told first."""
    return one_page(visible(reader(request), ExchangeRate), _rate, after=after, limit=limit)


@router.post("/exchange-rates", response={201: RateIn})
def post_rate(request: HttpRequest, new: RateIn) -> Any:
    """Say what a currency is worth from a day on; amounts that are kept stay as they are."""
    return Status(201, _rate(money.set_rate(writer(request, Right.ORGANISE), **new.dict())))


def _rate(found: ExchangeRate) -> dict[str, Any]:
    return {"currency": found.currency, "on": found.on, "rate": found.rate}
