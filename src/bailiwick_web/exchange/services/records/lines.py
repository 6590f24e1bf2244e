"""Lines of orders: rows that are put together to orders, which are made, or get what they do not have yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bailiwick.formats.synonyms import name_key
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Order, Price
from bailiwick_web.crm.services.lines import line_values
from bailiwick_web.crm.services.money import house_currency, rate_on
from bailiwick_web.exchange.record_kinds import ACCOUNTS, ORDERS, PRODUCTS
from bailiwick_web.exchange.services.records.known import FEW
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row
from bailiwick_web.exchange.services.rows import CREATED, UNCHANGED, UPDATED, Late

LIST_PRICE = "list price"
_SAME = ("text", "quantity", "price", "discount", "amount")


@dataclass
class Line:
    """A row as a line: what it says, which product, and what it would do."""

    row: int
    values: dict[str, Any]
    product: int | None
    outcome: str = CREATED
    is_listed: bool = False


@dataclass
class Group:
    """Lines of one order.

    Attributes
    ----------
    key
        Of the order; below zero if it comes with the same import, None if the lines make it.
    head
        What the lines say of the order.
    order, version
        The one that is here, while lines are written to it; its version when they were compared.
    """

    key: int | None
    text: str
    head: Row
    lines: list[Line] = field(default_factory=list)
    order: Order | None = None
    version: int = 0

    @property
    def is_new(self) -> bool:
        """Whether the lines make the order."""
        return self.key is None


class Lines:
    """Read the lines of a file."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.counts: Counter[str] = Counter()
        self.how: Counter[str] = Counter()
        self.late: list[Late] = []
        self.groups: dict[Any, Group] = {}
        self.orders = reader.lookups.of(ORDERS)
        self.products = reader.lookups.of(PRODUCTS)
        self.rates: set[tuple[str, date]] = set()
        self.is_numbered = "place" in reader.columns
        self._prices: dict[tuple[int, str], Decimal] | None = None

    def read(self, rows: Iterable[Cells]) -> tuple[list[Group], list[Late]]:
        """Orders with their lines, and the rows that do not fit."""
        for cells in rows:
            try:
                self._take(cells)
            except Invalid as refused:
                name = str(refused.details.get("field", ""))
                self._reject(int(cells["row"]), name, refused.code or "bad_value", str(refused.message))
        self._compare_known()
        self.groups = {at: group for at, group in self.groups.items() if group.lines}
        for group in self.groups.values():
            self.counts.update(line.outcome for line in group.lines)
            self.how[LIST_PRICE] += sum(line.is_listed for line in group.lines)
        self.how = +self.how
        return list(self.groups.values()), self.late

    def _reject(self, row: int, name: str, code: str, reason: str) -> None:
        self.late.append(Late(row, self.reader.columns.get(name, ""), code, reason))

    def _take(self, cells: Cells) -> None:
        text = cells.get("order", "")
        if not text:
            raise Invalid(_("the order is empty"), code="no_order", field="order")
        key, _how = self.orders.find(text, self.reader.sources("order"))
        head = self._head(cells, text, is_new=key is None)
        group = self.groups.get(key or name_key(text))
        if group is None:
            group = Group(key, text, head)
        self._need_same_head(group.head, head)
        line = self._line(cells, head)
        if self.is_numbered and any(other.values["place"] == line.values["place"] for other in group.lines):
            said = _("order %(order)s has a line %(line)s already") % {"order": text, "line": line.values["place"]}
            raise Invalid(said, code="duplicate_row", field="place")
        line.values.setdefault("place", len(group.lines))
        group.lines.append(line)
        self.groups.setdefault(key or name_key(text), group)

    def _head(self, cells: Cells, text: str, *, is_new: bool) -> Row:
        row = Row(int(cells["row"]), text, {})
        account, ordered_on = cells.get("account", ""), c.day("ordered_on", cells.get("ordered_on"))
        if is_new and not account:
            raise self.reader.no_such(ORDERS, "order", text)
        if account:
            self.reader.find(row, ACCOUNTS, "account", account)
        if is_new and ordered_on is None:
            raise Invalid(_("the day of the order is empty"), code="no_day", field="ordered_on")
        row.values = {"ordered_on": ordered_on, "currency": c.currency("currency", cells.get("currency"))}
        currency = row.values["currency"]
        if currency and ordered_on is not None and (currency, ordered_on) not in self.rates:
            rate_on(currency, ordered_on)
            self.rates.add((currency, ordered_on))
        return row

    def _need_same_head(self, one: Row, other: Row) -> None:
        for name in ("ordered_on", "currency"):
            if other.values[name] and one.values[name] and other.values[name] != one.values[name]:
                said = _("a row above says %(one)s of the same order, this one %(other)s")
                raise Invalid(said % {"one": one.values[name], "other": other.values[name]}, code="order_differs", field=name)
        if one.refs.get("account") != other.refs.get("account"):
            said = _("row %(row)s says that the same order is of another account") % {"row": one.row}
            raise Invalid(said, code="order_differs", field="account")

    def _line(self, cells: Cells, head: Row) -> Line:
        product, text = self._product(cells)
        quantity, amount = c.decimal("quantity", cells.get("quantity"), 3), c.money("amount", cells.get("amount"))
        quantity = Decimal(1) if quantity is None and amount is not None else quantity
        price = c.decimal("price", cells.get("price"), 4)
        if price is None and amount is not None and quantity:
            price = abs(round(amount / quantity, 4))
        is_listed = False
        if price is None and product is not None:
            price = self._list_price(product, head.values["currency"] or house_currency())
            is_listed = price is not None
        if price is None:
            raise Invalid(_("there is no price, and the product has no list price"), code="no_price", field="price")
        given = {"product": product, "text": text, "quantity": quantity, "price": price, "amount": amount}
        values = line_values(given | {"discount": cells.get("discount") or 0}) | {"cost": c.money("cost", cells.get("cost"))}
        if self.is_numbered:
            place = c.whole()("place", cells.get("place") or None)
            if place is None:
                raise Invalid(_("the number of the line is empty"), code="missing", field="place")
            values["place"] = place
        values.pop("product")
        return Line(int(cells["row"]), values, product, is_listed=is_listed)

    def _product(self, cells: Cells) -> tuple[int | None, str]:
        text = cells.get("product", "")
        words = cells.get("text", "")
        if not text:
            return None, words
        found, how = self.products.find(text, self.reader.sources("product"))
        if found is None and not words:
            raise self.reader.no_such(PRODUCTS, "product", text)
        if found is None:
            self.reader.note("product", text)
            return None, f"{text} {words}"[:300]
        self.reader.refs[PRODUCTS, how] += 1
        return found, words

    def _list_price(self, product: int, currency: str) -> Decimal | None:
        """Of the standard book, whatever the day: products that come with the same import say theirs."""
        if self._prices is None:
            rows = Price.objects.filter(book="standard", least_quantity=0, valid_from=None, valid_until=None)
            self._prices = {(p, money): amount for p, money, amount in rows.values_list("product_id", "currency", "amount")}
        coming = self.reader.lookups.facts.get(product)
        if coming is not None and coming.more.get("price") and coming.more["price"][1] == currency:
            price: Decimal = coming.more["price"][0]
            return price
        return self._prices.get((product, currency))

    def _compare_known(self) -> None:
        """Orders that are here: which lines they have; those without lines have an amount that must be the sum."""
        known = [group for group in self.groups.values() if group.key is not None and group.key > 0]
        for at in range(0, len(known), FEW):
            keys = [group.key for group in known[at : at + FEW] if group.key is not None]
            orders = {order.pk: order for order in Order.objects.filter(pk__in=keys).prefetch_related("lines")}
            for group in known[at : at + FEW]:
                order = orders[group.key or 0]
                group.version = order.version
                account = group.head.refs.get("account")
                if account is not None and account[1] != order.account_id:
                    self._reject_all(group, "account", "order_differs", _("the order that is here is of another account"))
                    continue
                self._compare(group, list(order.lines.all()))
                if not order.lines.all():
                    self._need_sum(group, order.amount)
        for group in self.groups.values():
            if group.key is not None and group.key < 0:
                self._need_sum(group, self.reader.lookups.facts[group.key].values["amount"])

    def _compare(self, group: Group, there: list[Any]) -> None:
        """Which lines are new, other than they were, or the same."""
        by_place = {line.place: line for line in there}
        same = Counter(_content(line.product_id, {name: getattr(line, name) for name in _SAME}) for line in there)
        for line in group.lines:
            content = _content(line.product, line.values)
            if self.is_numbered:
                stored = by_place.get(line.values["place"])
                if stored is not None:
                    is_same = _content(stored.product_id, {name: getattr(stored, name) for name in _SAME}) == content
                    line.outcome = UNCHANGED if is_same else UPDATED
            elif same[content]:
                same[content] -= 1
                line.outcome = UNCHANGED

    def _need_sum(self, group: Group, amount: Decimal) -> None:
        total = sum((line.values["amount"] for line in group.lines), Decimal(0))
        if total != amount:
            said = _("the order is said to be %(told)s, but its lines add up to %(found)s") % {"told": amount, "found": total}
            self._reject_all(group, "order", "sum", said)

    def _reject_all(self, group: Group, name: str, code: str, reason: str) -> None:
        for line in group.lines:
            self._reject(line.row, name, code, reason)
        group.lines = []


def _content(product: int | None, values: dict[str, Any]) -> tuple[Any, ...]:
    return product, values["text"], *(values[name] for name in _SAME[1:])
