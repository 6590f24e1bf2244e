"""Write what was compared, record by record, through the services that every other way in uses, too."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Account, Contact, Opportunity, PersonalValue, Product, Stage
from bailiwick_web.crm.services import customers, deals, people
from bailiwick_web.crm.services.catalogue import default_pipeline
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.record_fields import ACCOUNTS, CONTACTS, OPPORTUNITIES, long_id
from bailiwick_web.exchange.services.records import known as k
from bailiwick_web.exchange.services.records.comparing import Difference, Row, find_stage
from bailiwick_web.exchange.services.records.values import OF_LOCATION
from bailiwick_web.exchange.services.rows import keep_account

IMPORTED = "as imported"


def write(actor: Actor, batch: ImportBatch, what: Difference) -> None:
    """Make and change records; the caller holds the transaction."""
    writer = _Writer(actor, batch, what)
    made = [writer.create(row) for row in what.fresh]
    updated = [(str(record.public_id), writer.change(row, record, new)) for row, record, new in what.changed]
    if what.kind == ACCOUNTS:
        writer.set_parents([(row, record) for row, record in zip(what.fresh, made, strict=True) if row.parent])
    keep_account(batch, (str(record.public_id) for record in made), updated, record=what.kind)


class _Writer:
    def __init__(self, actor: Actor, batch: ImportBatch, what: Difference) -> None:
        self.actor, self.what, self.origin = actor, what, f"import:{batch.public_id}"
        self.names = k.Names(actor, what.source) if what.kind == ACCOUNTS else None
        if self.names is not None:
            for row, record, _new in what.changed:
                self.names.add(record.pk, str(row.values.get("name", "")), long_id(row.external_id))
        self.accounts = k.by_keys(Account, (row.account for row in [*what.fresh, *(r for r, _, _ in what.changed)] if row.account))
        if what.kind == OPPORTUNITIES:
            default_pipeline(actor)
            self.stages = list(visible(actor, Stage))
            self.products = {product.name: product for product in visible(actor, Product)}

    def create(self, row: Row) -> Any:
        ids = {self.what.source: row.external_id} if row.external_id else None
        if self.what.kind == ACCOUNTS:
            made = customers.create_account(self.actor, location=row.location or None, external_ids=ids, origin=self.origin, **row.values)
            assert self.names is not None
            self.names.add(made.pk, made.name, row.external_id)
            return made
        account = self.accounts.get(row.account or 0)
        if self.what.kind == CONTACTS:
            return people.create_contact(self.actor, points=row.points, external_ids=ids, origin=self.origin, account=account, **row.values)
        assert account is not None
        stage = find_stage(self.stages, row.stage) if row.stage else None
        return deals.create_opportunity(
            self.actor, account=account, stage=stage, lines=self._lines(row), external_ids=ids, origin=self.origin, **row.values
        )

    def _lines(self, row: Row) -> list[dict[str, Any]]:
        if not row.product:
            return []
        return [{"product": self.products.get(row.product), "text": row.product, "quantity": 1, "price": row.values.get("amount") or 0}]

    def change(self, row: Row, record: Any, new: dict[str, Any]) -> dict[str, Any]:
        """Change a record; gives back what stood there before."""
        values = {name: value for name, value in new.items() if not name.startswith("+")}
        before: dict[str, Any] = {name: _plain(getattr(record, name)) for name in values}
        ids = {self.what.source: row.external_id} if row.external_id else None
        if isinstance(record, Account):
            before |= self._change_account(row, record, values, new, ids)
        elif isinstance(record, Contact):
            before |= self._change_contact(record, values, new, ids)
            kept = PersonalValue.objects.create(subject=record.public_id, value=json.dumps(before))
            return {"personal": str(kept.public_id)}
        else:
            before |= self._change_deal(row, record, values, new, ids)
        return before

    def _change_account(self, row: Row, record: Account, values: dict[str, Any], new: dict[str, Any], ids: Any) -> dict[str, Any]:
        before: dict[str, Any] = {}
        if "+parent" in new:
            assert self.names is not None
            before["+parent"] = record.parent_id
            values["parent"] = k.by_keys(Account, [self.names.find(row.parent, long_id(row.parent)) or 0]).popitem()[1]
        customers.change_account(self.actor, record.public_id, version=record.version, external_ids=ids, **values)
        if "+location" in new:
            main = record.locations.filter(is_main=True, deleted_at=None).first()
            before["+location"] = None if main is None else {name: getattr(main, name) for name in OF_LOCATION}
            if main is None:
                customers.add_location(self.actor, record, is_main=True, **new["+location"])
            else:
                customers.change_location(self.actor, main.public_id, version=main.version, **new["+location"])
        return before

    def _change_contact(self, record: Contact, values: dict[str, Any], new: dict[str, Any], ids: Any) -> dict[str, Any]:
        before: dict[str, Any] = {}
        if "+account" in new:
            before["+account"] = record.account_id
            values["account"] = self.accounts[new["+account"]]
        points = None
        if "+points" in new:
            kept = ("channel", "value", "label", "is_preferred")
            there = [{name: getattr(point, name) for name in kept} for point in record.points.all()]
            before["+points"] = there
            points = [*there, *new["+points"]]
        people.change_contact(self.actor, record.public_id, version=record.version, points=points, external_ids=ids, **values)
        return before

    def _change_deal(self, row: Row, record: Opportunity, values: dict[str, Any], new: dict[str, Any], ids: Any) -> dict[str, Any]:
        before: dict[str, Any] = {}
        if "+account" in new:
            before["+account"] = record.account_id
            values["account"] = self.accounts[new["+account"]]
        lines = None
        if "+product" in new or ("amount" in values and record.lines.exists()):
            before["+lines"] = [{"text": line.text, "product": line.product_id, "price": str(line.price)} for line in record.lines.all()]
            before.setdefault("amount", _plain(record.amount))
            lines = self._lines(row)
        deal = deals.change_opportunity(self.actor, record.public_id, version=record.version, lines=lines, external_ids=ids, **values)
        if "+stage" in new:
            before["+stage"] = record.stage_id
            stage = find_stage(self.stages, row.stage)
            assert stage is not None
            deals.move_to_stage(self.actor, deal.public_id, version=deal.version, stage=stage, note=IMPORTED)
        return before

    def set_parents(self, rows: list[tuple[Row, Account]]) -> None:
        """Once all are here: an account may stand above its parent in the file."""
        assert self.names is not None
        found = {row.row: self.names.find(row.parent, long_id(row.parent)) for row, _ in rows}
        parents = k.by_keys(Account, (key for key in found.values() if key))
        for row, record in rows:
            parent = parents.get(found[row.row] or 0)
            if parent is not None:
                fresh = Account.objects.get(pk=record.pk)
                customers.change_account(self.actor, fresh.public_id, version=fresh.version, parent=parent)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value
