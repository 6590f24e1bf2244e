"""Products and their lines in and out of files."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q, prefetch_related_objects

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Product, ProductLine
from bailiwick_web.crm.services import catalogue, many
from bailiwick_web.crm.services.catalogue import PRODUCT, PRODUCT_LINE
from bailiwick_web.crm.services.money import house_currency
from bailiwick_web.exchange.record_kinds import CATEGORIES, PRODUCTS
from bailiwick_web.exchange.services.records.kinds.base import Before, Changed, Kind, Writer, values_before
from bailiwick_web.exchange.services.records.known import BY_NAME as NAME
from bailiwick_web.exchange.services.records.known import BY_NUMBER, Keys, Known, folded
from bailiwick_web.exchange.services.records.lookups import BY_CODE, BY_NAME
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row
from bailiwick_web.exchange.services.records.words import tags_of
from bailiwick_web.exchange.services.rows import CREATED

BOOK = "standard"


class Categories(Kind):
    """Product lines, one above the other."""

    key, spec, parent = CATEGORIES, PRODUCT_LINE, "parent"
    own = ("name", "code")
    its_own = Kind.its_own | {"productline"}

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """The line above by its words."""
        row.more["parent"] = cells.get("parent", "")

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By code, then by name."""
        return [(BY_NUMBER, folded(str(row.values.get("code", "")))), (NAME, folded(str(row.values.get("name", ""))))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, name, code in records.values_list("pk", "name", "code"):
            known.add(BY_NUMBER, folded(code), pk)
            known.add(NAME, folded(name), pk)

    def names(self, row: Row) -> list[tuple[str, str]]:
        """Code and name."""
        return [(BY_NAME, str(row.values.get("name", ""))), (BY_CODE, str(row.values.get("code", "")))]

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[ProductLine]:
        """Lines above that come with the file are set once all are here."""
        news = [many.New(writer.values(row), writer.ids(row)) for row in rows]
        made = many.create_lines(writer.actor, news, origin=writer.origin)
        writer.records |= {(CATEGORIES, row.key): record for row, record in zip(rows, made, strict=True)}
        return made

    def update(self, actor: Actor, changes: Sequence[many.Change]) -> list[ProductLine]:
        """One by one: there are few, and each is looked at beside those above it."""
        return [catalogue.change(actor, PRODUCT_LINE, change.public_id, version=change.version, **change.values) for change in changes]

    def restore(self, actor: Actor, pairs: Sequence[Before]) -> None:
        """The line above is one of this kind."""
        changes = []
        for (line, before), values in zip(pairs, values_before(pairs), strict=True):
            above = {"parent": ProductLine.objects.filter(pk=before["+parent"] or 0).first()} if "+parent" in before else {}
            changes.append(many.Change(line.public_id, line.version, values | above))
        self.update(actor, changes)


class Products(Kind):
    """With their line, made along where only its name is known, and their list price."""

    key, spec = PRODUCTS, PRODUCT
    own = ("name", "code", "unit", "description")
    related = ("prices",)
    hangs = {"+price": "prices"}
    its_own = Kind.its_own | {"price"}
    free = {"opportunityline": Q(opportunity__deleted_at__isnull=False), "orderline": Q(order__deleted_at__isnull=False)}
    parts_of = {"opportunityline": "opportunity", "orderline": "order"}

    def given(self, cells: Cells) -> dict[str, Any]:
        """Whether it is sold, and the needs that it answers."""
        values = super().given(cells)
        values |= {"needs": tags_of(cells["needs"])} if cells.get("needs") else {}
        return values | ({"is_active": cells["is_active"] == "true"} if cells.get("is_active") else {})

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """The line and the price."""
        text = cells.get("category", "")
        if text:
            lookup = reader.lookups.of(CATEGORIES)
            found, how = lookup.find(text, reader.sources("category"))
            if found is not None:
                reader.refs[CATEGORIES, how] += 1
                row.refs["line"] = (CATEGORIES, found)
            elif text.isdigit():
                raise reader.no_such(CATEGORIES, "category", text)
            else:
                row.more["line"] = text
        if cells.get("price"):
            row.more["price"] = (c.decimal("price", cells["price"], 4), c.currency("currency", cells.get("currency")) or house_currency())

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By code, then by name."""
        return [(BY_NUMBER, folded(str(row.values.get("code", "")))), (NAME, folded(str(row.values.get("name", ""))))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, name, code in records.values_list("pk", "name", "code"):
            known.add(BY_NUMBER, folded(code), pk)
            known.add(NAME, folded(name), pk)

    def names(self, row: Row) -> list[tuple[str, str]]:
        """Code and name."""
        return [(BY_NAME, str(row.values.get("name", ""))), (BY_CODE, str(row.values.get("code", "")))]

    def changes(self, row: Row, record: Product) -> dict[str, Any]:
        """With line and price."""
        found = super().changes(row, record)
        if row.more.get("line"):
            found["+line"] = row.more["line"]
        wanted = row.more.get("price")
        if wanted and not any(_listed(p) and (p.amount, p.currency) == wanted for p in record.prices.all()):
            found["+price"] = wanted
        return found

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Product]:
        """With lines and prices."""
        news = [many.New(writer.values(row) | self._line(writer, row), writer.ids(row)) for row in rows]
        made = many.create_products(writer.actor, news, origin=writer.origin)
        _set_prices(writer.actor, [(product, row.more["price"]) for row, product in zip(rows, made, strict=True) if row.more.get("price")])
        return made

    def _line(self, writer: Writer, row: Row) -> dict[str, Any]:
        name = row.more.get("line")
        if not name:
            return {}
        if "lines" not in writer.cache:  # those that earlier slices of the same import made
            writer.cache["lines"] = {folded(line.name): line for line in ProductLine.objects.filter(origin=writer.origin)}
        lines = writer.cache["lines"]
        if folded(name) not in lines:
            (made,) = many.create_lines(writer.actor, [many.New({"name": name})], origin=writer.origin)
            lines[folded(name)] = made
            writer.made_along.append((CATEGORIES, str(made.public_id), CREATED))
        return {"line": lines[folded(name)]}

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """With lines and prices."""
        befores, changes = [], []
        for row, record, new in changed:
            before, values = self.before(writer, row, record, new)
            if "+line" in new:
                before["+line"] = record.line_id
                values |= self._line(writer, row)
            if "+price" in new:
                before["+prices"] = [_plain(p) for p in record.prices.all()]
            befores.append(before)
            changes.append(many.Change(record.public_id, record.version, values))
        made = self.update(writer.actor, changes)
        _set_prices(writer.actor, [(product, new["+price"]) for product, (_, _, new) in zip(made, changed, strict=True) if "+price" in new])
        return befores

    def update(self, actor: Actor, changes: Sequence[many.Change]) -> list[Product]:
        """The service."""
        return many.change_products(actor, changes)

    def restore(self, actor: Actor, pairs: Sequence[Before]) -> None:
        """With the prices."""
        changes = [
            many.Change(product.public_id, product.version, values)
            for (product, _before), values in zip(pairs, values_before(pairs), strict=True)
        ]
        made = self.update(actor, changes)
        priced = [(product, before) for product, (_product, before) in zip(made, pairs, strict=True) if "+prices" in before]
        many.set_prices(actor, [many.Change(p.public_id, p.version, {"prices": before["+prices"]}) for p, before in priced])


def _set_prices(actor: Actor, pairs: Sequence[tuple[Product, tuple[Decimal, str]]]) -> None:
    """Let these be the list prices of products, beside those that they have in other currencies and books."""
    prefetch_related_objects([product for product, _price in pairs], "prices")
    changes = []
    for product, (amount, currency) in pairs:
        kept = [_as_given(p) for p in product.prices.all() if not (_listed(p) and p.currency == currency)]
        prices = [*kept, {"book": BOOK, "amount": amount, "currency": currency}]
        changes.append(many.Change(product.public_id, product.version, {"prices": prices}))
    many.set_prices(actor, changes)


def _listed(price: Any) -> bool:
    return bool(price.book == BOOK and not price.least_quantity and price.valid_from is None and price.valid_until is None)


def _as_given(price: Any) -> dict[str, Any]:
    return {name: getattr(price, name) for name in ("book", "amount", "currency", "least_quantity", "valid_from", "valid_until")}


def _plain(price: Any) -> dict[str, Any]:
    return {name: None if value is None else str(value) for name, value in _as_given(price).items()}
