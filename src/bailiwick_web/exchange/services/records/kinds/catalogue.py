"""Products and their lines in and out of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Product, ProductLine
from bailiwick_web.crm.services import catalogue, many
from bailiwick_web.crm.services.catalogue import PRODUCT, PRODUCT_LINE
from bailiwick_web.crm.services.money import house_currency
from bailiwick_web.exchange.record_names import CATEGORIES, PRODUCTS
from bailiwick_web.exchange.services.records.kinds.base import Kind, Writer
from bailiwick_web.exchange.services.records.known import BY_NAME as NAME
from bailiwick_web.exchange.services.records.known import BY_NUMBER, Keys, Known, folded
from bailiwick_web.exchange.services.records.lookups import BY_CODE, BY_NAME
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row
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

    def change(self, writer: Writer, row: Row, record: ProductLine, new: Mapping[str, Any]) -> dict[str, Any]:
        """The service keeps no identifiers."""
        before, values = self.before(writer, row, record, new)
        catalogue.change(writer.actor, PRODUCT_LINE, record.public_id, version=record.version, **values)
        return before

    def update(self, actor: Actor, public_id: UUID, **given: Any) -> ProductLine:
        """The service."""
        given.pop("external_ids", None)
        found: ProductLine = catalogue.change(actor, PRODUCT_LINE, public_id, **given)
        return found

    def restore(self, actor: Actor, record: ProductLine, before: Mapping[str, Any]) -> None:
        """The line above is one of this kind."""
        values = {name: value for name, value in before.items() if not name.startswith("+")}
        if "+parent" in before:
            values["parent"] = ProductLine.objects.filter(pk=before["+parent"] or 0).first()
        self.update(actor, record.public_id, version=record.version, **values)


class Products(Kind):
    """With their line, made along where only its name is known, and their list price."""

    key, spec = PRODUCTS, PRODUCT
    own = ("name", "code", "unit", "description")
    related = ("prices",)
    its_own = Kind.its_own | {"price"}
    free = {"opportunityline": Q(opportunity__deleted_at__isnull=False), "orderline": Q(order__deleted_at__isnull=False)}

    def given(self, cells: Cells) -> dict[str, Any]:
        """Whether it is sold."""
        values = super().given(cells)
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
        for row, product in zip(rows, made, strict=True):
            if row.more.get("price"):
                self._price(writer.actor, product, row.more["price"])
        return made

    def _line(self, writer: Writer, row: Row) -> dict[str, Any]:
        name = row.more.get("line")
        if not name:
            return {}
        lines = writer.cache.setdefault("lines", {})
        if folded(name) not in lines:
            (made,) = many.create_lines(writer.actor, [many.New({"name": name})], origin=writer.origin)
            lines[folded(name)] = made
            writer.made_along.append((CATEGORIES, str(made.public_id), CREATED))
        return {"line": lines[folded(name)]}

    def _price(self, actor: Actor, product: Product, price: tuple[Decimal, str]) -> None:
        kept = [_as_given(p) for p in product.prices.all() if not (_listed(p) and p.currency == price[1])]
        fresh = Product.objects.get(pk=product.pk)
        given = [*kept, {"book": BOOK, "amount": price[0], "currency": price[1]}]
        catalogue.set_prices(actor, fresh.public_id, version=fresh.version, prices=given)

    def change(self, writer: Writer, row: Row, record: Product, new: Mapping[str, Any]) -> dict[str, Any]:
        """With line and price."""
        before, values = self.before(writer, row, record, new)
        if "+line" in new:
            before["+line"] = record.line_id
            values |= self._line(writer, row)
        if values:
            catalogue.change(writer.actor, PRODUCT, record.public_id, version=record.version, **values)
        if "+price" in new:
            before["+prices"] = [_plain(p) for p in record.prices.all()]
            self._price(writer.actor, record, new["+price"])
        return before

    def update(self, actor: Actor, public_id: UUID, **given: Any) -> Product:
        """The service."""
        given.pop("external_ids", None)
        found: Product = catalogue.change(actor, PRODUCT, public_id, **given)
        return found

    def restore(self, actor: Actor, record: Product, before: Mapping[str, Any]) -> None:
        """With the prices."""
        if "+prices" in before:
            catalogue.set_prices(actor, record.public_id, version=record.version, prices=before["+prices"])
            record.refresh_from_db()
        super().restore(actor, record, {name: value for name, value in before.items() if name != "+prices"})


def _listed(price: Any) -> bool:
    return bool(price.book == BOOK and not price.least_quantity and price.valid_from is None and price.valid_until is None)


def _as_given(price: Any) -> dict[str, Any]:
    return {name: getattr(price, name) for name in ("book", "amount", "currency", "least_quantity", "valid_from", "valid_until")}


def _plain(price: Any) -> dict[str, Any]:
    return {name: None if value is None else str(value) for name, value in _as_given(price).items()}
