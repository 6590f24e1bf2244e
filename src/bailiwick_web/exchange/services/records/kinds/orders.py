"""Orders in and out of files, one row each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm.models import Order, Product
from bailiwick_web.crm.services import many
from bailiwick_web.crm.services.money import rate_on
from bailiwick_web.crm.services.trading import ORDER
from bailiwick_web.exchange.record_kinds import ACCOUNTS, CONTACTS, OPPORTUNITIES, ORDERS
from bailiwick_web.exchange.services.records.kinds.base import Before, Changed, Kind, Writer, values_before
from bailiwick_web.exchange.services.records.kinds.work import choose
from bailiwick_web.exchange.services.records.known import BY_NUMBER, Keys, Known, by_keys, folded
from bailiwick_web.exchange.services.records.lookups import BY_CODE
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row
from bailiwick_web.exchange.services.records.words import ORDER_STATES

_OF_LINE = ("place", "text", "quantity", "price", "discount", "amount", "cost")


class Orders(Kind):
    """Their amounts are those of the file; lines, if they come, must add up to them."""

    key, spec = ORDERS, ORDER
    own = ("number", "ordered_on", "due_on", "amount", "currency")
    its_own = Kind.its_own | {"orderline"}

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """Account, contact, opportunity, state."""
        if reader.find(row, ACCOUNTS, "account", cells.get("account", "")) is None:
            raise Invalid(_("the account is empty; an order needs one"), code="no_account", field="account")
        reader.find(row, CONTACTS, "contact", cells.get("contact", ""))
        reader.find(row, OPPORTUNITIES, "deal", cells.get("deal", ""), to="opportunity")
        for name, code in (("ordered_on", "no_day"), ("amount", "no_amount")):
            if row.values.get(name) is None:
                raise Invalid(_("an order has a day and an amount; %(field)s is empty") % {"field": name}, code=code, field=name)
        if currency := row.values.get("currency"):
            rate_on(currency, row.values["ordered_on"])
        choose(reader, row, "order_state", cells, ORDER_STATES, "state")

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By number."""
        return [(BY_NUMBER, folded(str(row.values.get("number", ""))))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, number in records.values_list("pk", "number"):
            known.add(BY_NUMBER, folded(number), pk)

    def names(self, row: Row) -> list[tuple[str, str]]:
        """Number."""
        return [(BY_CODE, str(row.values.get("number", "")))]

    def changes(self, row: Row, record: Order) -> dict[str, Any]:
        """An order does not go to another account."""
        found = super().changes(row, record)
        found.pop("+account", None)
        return found

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Order]:
        """The service for many."""
        news = [many.NewOrder(writer.values(row), writer.ids(row)) for row in rows]
        return many.create_orders(writer.actor, news, origin=writer.origin)

    def update(self, actor: Actor, changes: Sequence[many.OrderChange]) -> list[Order]:
        """The service."""
        return many.change_orders(actor, changes)

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """Their lines stay."""
        befores, changes = [], []
        for row, record, new in changed:
            before, values = self.before(writer, row, record, new)
            befores.append(before)
            changes.append(many.OrderChange(record.public_id, record.version, values, writer.ids(row)))
        self.update(writer.actor, changes)
        return befores

    def restore(self, actor: Actor, pairs: Sequence[Before]) -> None:
        """With their lines."""
        kept = [before.get("+lines") for _order, before in pairs]
        products = by_keys(Product, {line["product"] for lines in kept for line in lines or () if line["product"]})
        changes = [
            many.OrderChange(order.public_id, order.version, values, lines=None if lines is None else lines_of(lines, products))
            for (order, _before), values, lines in zip(pairs, values_before(pairs), kept, strict=True)
        ]
        self.update(actor, changes)


def kept_lines(order: Order) -> list[dict[str, Any]]:
    """Lines of an order as JSON keeps them."""
    return [{name: _plain(getattr(line, name)) for name in _OF_LINE} | {"product": line.product_id} for line in order.lines.all()]


def _plain(value: Any) -> Any:
    return None if value is None else str(value)


def lines_of(kept: Sequence[Mapping[str, Any]], products: Mapping[int, Any]) -> list[dict[str, Any]]:
    """Lines as the service takes them."""
    return [{**line, "product": products.get(line["product"] or 0), "place": int(line["place"])} for line in kept]
