"""Opportunities in and out of files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from bailiwick.formats.synonyms import name_key
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm.models import Opportunity, Product, Stage
from bailiwick_web.crm.services import deals, many
from bailiwick_web.crm.services.catalogue import STAGES, default_pipeline
from bailiwick_web.crm.services.deals import OPPORTUNITY
from bailiwick_web.crm.services.money import rate_on
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.record_kinds import ACCOUNTS, OPPORTUNITIES, PRODUCTS
from bailiwick_web.exchange.services.records.kinds.base import Before, Changed, Kind, Writer, plain, values_before
from bailiwick_web.exchange.services.records.known import BY_NAME as NAME
from bailiwick_web.exchange.services.records.known import Keys, Known, by_keys, folded
from bailiwick_web.exchange.services.records.lookups import BY_NAME, PEOPLE
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row

_WON, _LOST = frozenset(("won", "closedwon", "gewonnen")), frozenset(("lost", "closedlost", "verloren"))
IMPORTED, TAKEN_BACK = "as imported", "import taken back"


class Deals(Kind):
    """With stage, product and whoever looks after them."""

    key, spec = OPPORTUNITIES, OPPORTUNITY
    own = ("name", "amount", "currency", "close_on", "probability", "source", "next_step", "description")
    related = ("lines__product",)
    hangs = {"+product": "lines"}
    its_own = Kind.its_own | {"opportunityline", "opportunitycompetitor"}

    def given(self, cells: Cells) -> dict[str, Any]:
        """A currency without an amount says nothing."""
        values = super().given(cells)
        if "amount" not in values:
            values.pop("currency", None)
        return values

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """Account, stage, product, person, and a name if there is none."""
        if reader.find(row, ACCOUNTS, "account", cells.get("account", "")) is None:
            raise Invalid(_("the account is empty; an opportunity needs one"), code="no_account", field="account")
        if currency := row.values.get("currency"):
            rate_on(currency, reader.actor.now.date())
        stage, product = cells.get("stage", ""), cells.get("product", "")
        self._check_stage(reader, stage)
        row.more |= {"stage": stage, "product": product}
        known = reader.lookups.of(PRODUCTS).by.get((BY_NAME, name_key(product))) if product else None
        if known is not None and (shown := reader.lookups.of(PRODUCTS).shown[name_key(product)]) != product:
            reader.offer("product", product, shown)
        reader.maybe(row, PEOPLE, "owner", cells.get("owner", ""), to="person")
        if "name" not in row.values:
            row.values["name"] = " – ".join(filter(None, (cells.get("account", ""), product, row.external_id)))

    def _check_stage(self, reader: Reader, stage: str) -> None:
        shown = self._stages(reader)
        if stage and not stage_kind(stage) and name_key(stage) not in shown:
            near = get_close_matches(name_key(stage), shown, n=1, cutoff=0.5)
            reader.offer("stage", stage, shown[near[0]] if near else next(iter(shown.values())))
            said = {"stage": stage, "stages": ", ".join(shown.values())}
            raise Invalid(_("there is no stage “%(stage)s”; there are: %(stages)s") % said, code="no_stage", field="stage")

    def _stages(self, reader: Reader) -> dict[str, str]:
        if "stages" not in reader.cache:
            names = [stage.name for stage in visible(reader.actor, Stage)] or [str(stage[0]) for stage in STAGES]
            reader.cache["stages"] = {name_key(name): name for name in names}
        found: dict[str, str] = reader.cache["stages"]
        return found

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By name and account."""
        return [(NAME, folded(str(row.values.get("name", "")), str(row.refs["account"][1])))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, name, account in records.values_list("pk", "name", "account"):
            known.add(NAME, folded(name, str(account)), pk)

    def names(self, row: Row) -> list[tuple[str, str]]:
        """Name."""
        return [(BY_NAME, str(row.values.get("name", "")))]

    def changes(self, row: Row, record: Opportunity) -> dict[str, Any]:
        """With stage and product."""
        found = super().changes(row, record)
        stage = self._stage(row.more["stage"])
        if stage is not None and stage.pk != record.stage_id:
            found["+stage"] = row.more["stage"]
        line, product = next(iter(record.lines.all()), None), row.more["product"]
        if product and (line is None or product not in {line.text, line.product.name if line.product else ""}):
            found["+product"] = product
        return found

    def _stage(self, text: str) -> Stage | None:
        if "stages" not in self.cache:
            self.cache["stages"] = list(Stage.objects.select_related("pipeline"))
        return find_stage(self.cache["stages"], text) if text else None

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Opportunity]:
        """The service for many."""
        if "stages" not in writer.cache:
            default_pipeline(writer.actor)
            writer.cache["stages"] = list(visible(writer.actor, Stage).select_related("pipeline"))
        news = []
        for row in rows:
            stage = find_stage(writer.cache["stages"], row.more["stage"]) if row.more["stage"] else None
            news.append(many.NewDeal(writer.values(row), writer.ids(row), stage, self._lines(writer, row)))
        return many.create_opportunities(writer.actor, news, origin=writer.origin)

    def _lines(self, writer: Writer, row: Row) -> list[dict[str, Any]]:
        text = row.more["product"]
        if not text:
            return []
        if "products" not in writer.cache:
            writer.cache["products"] = {product.name: product for product in visible(writer.actor, Product)}
        return [{"product": writer.cache["products"].get(text), "text": text, "quantity": 1, "price": row.values.get("amount") or 0}]

    def update(self, actor: Actor, changes: Sequence[many.DealChange]) -> list[Opportunity]:
        """The service."""
        return many.change_opportunities(actor, changes)

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """With their products, and moves to other stages, which are made one by one."""
        befores, changes = [], []
        for row, record, new in changed:
            before, values = self.before(writer, row, record, new)
            there, lines = list(record.lines.all()), None
            if "+product" in new or ("amount" in values and there):
                before["+lines"] = [{"text": line.text, "product": line.product_id, "price": str(line.price)} for line in there]
                before.setdefault("amount", plain(record.amount))
                lines = self._lines(writer, row)
            if "+stage" in new:
                before["+stage"] = record.stage_id
            befores.append(before)
            changes.append(many.DealChange(record.public_id, record.version, values, writer.ids(row), lines))
        made = self.update(writer.actor, changes)
        stages = [self._stage(row.more["stage"]) if "+stage" in new else None for row, _record, new in changed]
        _move(writer.actor, zip(made, stages, strict=True), IMPORTED)
        return befores

    def restore(self, actor: Actor, pairs: Sequence[Before]) -> None:
        """With products and stages."""
        products = by_keys(Product, {line["product"] for _deal, before in pairs for line in before.get("+lines", ()) if line["product"]})
        given, changes = values_before(pairs), []
        for (deal, before), values in zip(pairs, given, strict=True):
            lines = [{**line, "product": products.get(line["product"])} for line in before["+lines"]] if "+lines" in before else None
            changes.append(many.DealChange(deal.public_id, deal.version, values, lines=lines))
        made = self.update(actor, changes)
        stages = Stage.objects.select_related("pipeline").in_bulk([before["+stage"] for _deal, before in pairs if "+stage" in before])
        _move(actor, zip(made, (stages.get(before.get("+stage", 0)) for _deal, before in pairs), strict=True), TAKEN_BACK)


def _move(actor: Actor, pairs: Iterable[tuple[Opportunity, Stage | None]], note: str) -> None:
    for deal, stage in pairs:
        if stage is not None:
            deals.move_to_stage(actor, deal.public_id, version=deal.version, stage=stage, note=note)


def stage_kind(text: str) -> str:
    """Whether the name of a stage says that a deal is won or lost."""
    key = name_key(text)
    return "won" if key in _WON else "lost" if key in _LOST else ""


def find_stage(stages: list[Stage], text: str) -> Stage | None:
    """The stage of that name, else the first one of its kind."""
    named = next((s for s in stages if name_key(s.name) == name_key(text)), None)
    return named or next((s for s in stages if s.kind == stage_kind(text)), None)
