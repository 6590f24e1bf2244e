"""Write one slice of what was compared, many records at once, through the services of the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_noop

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.crm.models import Order, Product
from bailiwick_web.crm.services import belonging, many
from bailiwick_web.crm.services.writing import by_external_id
from bailiwick_web.exchange.models import ImportBatch, ImportRow
from bailiwick_web.exchange.record_kinds import ORDER_LINES, ORDERS, PRODUCTS
from bailiwick_web.exchange.services.records import plans
from bailiwick_web.exchange.services.records.comparing import source_in
from bailiwick_web.exchange.services.records.kinds import KINDS, Kind, Writer
from bailiwick_web.exchange.services.records.kinds.base import by_keys, parts
from bailiwick_web.exchange.services.records.kinds.orders import kept_lines, lines_of
from bailiwick_web.exchange.services.records.lines import Group
from bailiwick_web.exchange.services.records.plans import group_of, row_of
from bailiwick_web.exchange.services.records.reading import Row
from bailiwick_web.exchange.services.rows import CREATED, FAILED, UNCHANGED, UPDATED, keep_account, keep_failed

CHANGED, GONE, CAME, UNFIT = "changed_meanwhile", "gone_meanwhile", "came_meanwhile", "against_rules"
MEANWHILE = {
    CHANGED: gettext_noop(
        "somebody changed it while the file was being imported; look at it, and import this row again if it still counts"
    ),
    GONE: gettext_noop("it, or something that it names, went away while the file was being imported"),
    UNFIT: gettext_noop(
        "the rules for such a record do not allow it together with what it names; enter it by hand, and the page says which rule"
    ),
    CAME: gettext_noop("a record with this identifier came while the file was being imported; import this row again to change that one"),
}


def write_fitting(actor: Actor, batch: ImportBatch, step: str, items: Sequence[Any]) -> Slice:
    """Write a slice; what the rules of the records refuse is found by halving, and goes into the file of rejected rows alone.

    Returns
    -------
    The slice, with what was moved and written in all its parts.
    """
    part = Slice(actor, batch)
    try:
        with transaction.atomic():
            part.write(step, items)
    except (Invalid, Conflict, Missing):
        if step == plans.PARENTS:
            raise
        part = Slice(actor, batch)
        if len(items) == 1:
            part.refuse_all(step, items)
        else:
            for half in (items[: len(items) // 2], items[len(items) // 2 :]):
                part.add(write_fitting(actor, batch, step, half))
    return part


class Slice:
    """Some rows of an import while they are written; the caller holds the transaction.

    Attributes
    ----------
    moved
        Outcome → how many rows more, or less, than the comparison said: what others did meanwhile.
    """

    def __init__(self, actor: Actor, batch: ImportBatch) -> None:
        self.batch, self.name = batch, ORDERS if batch.kind == ORDER_LINES else batch.kind
        self.kind: Kind = KINDS[batch.kind]()
        self.writer = Writer(actor, batch, source_in(batch.facts))
        self.moved: Counter[str] = Counter()
        self.n_written = 0
        self._failed: list[tuple[int, str]] = []

    def write(self, step: str, items: Sequence[Any]) -> None:
        """Make or change what the slice holds, with its history, events and account; whose accounts are is derived once, at its end."""
        steps: dict[str, Callable[[Sequence[Any]], None]] = {
            plans.CREATE: self._create,
            plans.CHANGE: self._change,
            plans.PARENTS: self._set_parents,
            plans.NEW_ORDERS: self._create_orders,
            plans.LINES: self._change_orders,
        }
        with belonging.settling_once(self.writer.actor):
            steps[step](items)
        for kind, key, _outcome in self.writer.made_along:
            keep_account(self.batch, [key], [], record=kind)
        keep_failed(self.batch, self._failed, record=self.name)

    def add(self, other: Slice) -> None:
        """Count what another part of the slice moved and wrote."""
        self.n_written += other.n_written
        for outcome, n in other.moved.items():
            self.moved[outcome] += n

    def refuse_all(self, step: str, items: Sequence[Any]) -> None:
        """None of these is written, as the rules of the records refuse them."""
        for item in items:
            if step in {plans.NEW_ORDERS, plans.LINES}:
                self._refuse_lines(group_of(item), UNFIT)
            elif step == plans.CHANGE:
                self._refuse(row_of(item[0]).row, UPDATED, UNFIT)
            else:
                self._refuse(row_of(item).row, CREATED, UNFIT)
        keep_failed(self.batch, self._failed, record=self.name)

    def _refuse(self, row: int, planned: str, code: str) -> None:
        """A row does not fit any more: it goes into the file of rejected rows."""
        self._failed.append((row, code))
        self.moved.update({planned: -1, FAILED: 1})

    def _create(self, items: Sequence[Any]) -> None:
        rows = self._still_new([row_of(item) for item in items])
        self._load(rows)
        rows = [row for row in rows if self._has_all(row, CREATED)]
        made = self.kind.create(self.writer, rows)
        self.n_written += len(made)
        pairs = zip(made, rows, strict=True)
        keep_account(self.batch, [(str(record.public_id), row.row) for record, row in pairs], [], record=self.name)

    def _still_new(self, rows: Sequence[Row]) -> list[Row]:
        ids = {row.row: external for row in rows for external in self.writer.ids(row).values()}
        taken: set[str] = set()
        for part in parts(list(ids.values())):
            taken |= set(by_external_id(self.kind.model, self.writer.source, part))
        for row in rows:
            if ids.get(row.row) in taken:
                self._refuse(row.row, CREATED, CAME)
        return [row for row in rows if ids.get(row.row) not in taken]

    def _load(self, rows: Sequence[Row]) -> None:
        """What rows name: what was here before, and what came with earlier slices."""
        self.writer.load(rows)
        coming = {(kind, key) for row in rows for kind, key in row.refs.values() if key < 0}
        if coming:
            made = self._made(-key for _kind, key in coming)
            self.writer.records |= {(kind, key): made[-key] for kind, key in coming if -key in made}

    def _made(self, numbers: Iterable[int]) -> dict[int, Any]:
        """What this import made: row of the file → record."""
        found: dict[int, Any] = {}
        for part in parts(sorted(set(numbers))):
            rows = ImportRow.objects.filter(batch=self.batch, record=self.name, outcome=CREATED, row__in=part)
            row_by_id = {key: row or 0 for key, row in rows.values_list("key", "row")}
            records = self.kind.model._default_manager.filter(public_id__in=list(row_by_id))
            found |= {row_by_id[str(record.public_id)]: record for record in records}
        return found

    def _has_all(self, row: Row, planned: str) -> bool:
        """Whether what a row names is here; what comes with a later slice is not missed yet."""
        if all(ref in self.writer.records or ref[1] < 0 for ref in row.refs.values()):
            return True
        self._refuse(row.row, planned, GONE)
        return False

    def _change(self, items: Sequence[Any]) -> None:
        rows = [row_of(kept) for kept, _stood in items]
        stood = {row.row: before for row, (_kept, before) in zip(rows, items, strict=True)}
        records = self._locked([row.key for row in rows])
        self._load(rows)
        changed = []
        for row in rows:
            if row.key not in records:
                self._refuse(row.row, UPDATED, GONE)
            elif self._has_all(row, UPDATED) and (new := self._still_to_change(row, records[row.key], stood[row.row])):
                changed.append((row, records[row.key], new))
        befores = self.kind.change(self.writer, changed)
        updated = [(str(record.public_id), before) for (_row, record, _new), before in zip(changed, befores, strict=True)]
        self.n_written += len(updated)
        keep_account(self.batch, [], updated, record=self.name)

    def _still_to_change(self, row: Row, record: Any, stood: Mapping[str, Any]) -> dict[str, Any]:
        """What a row changes of a locked record; nothing if it says the same by now, or if somebody changed that since the comparison."""
        new = self.kind.changes(row, record)
        if not new:
            self.moved.update({UPDATED: -1, UNCHANGED: 1})
        elif any(name not in stood or self.kind.stands(record, name) != stood[name] for name in new):
            self._refuse(row.row, UPDATED, CHANGED)
            return {}
        return new

    def _locked(self, keys: Sequence[int]) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for part in parts(sorted(keys)):
            rows = self.kind.model._default_manager.select_for_update(of=("self",)).filter(pk__in=part, deleted_at=None).order_by("pk")
            found |= {record.pk: record for record in rows}
        prefetch_related_objects(list(found.values()), *self.kind.related)
        return found

    def _set_parents(self, items: Sequence[Any]) -> None:
        """Of those whose parent stands further down in the file."""
        made = self._made(abs(number) for item in items for number in item)
        pairs = [(made[row], made[-ref]) for row, ref in items if row in made and -ref in made]
        name = self.kind.parent
        changes = [many.Change(r.public_id, r.version, {name: above}) for r, above in pairs if getattr(r, f"{name}_id") != above.pk]
        if changes:
            self.kind.update(self.writer.actor, changes)

    def _create_orders(self, items: Sequence[Any]) -> None:
        groups = [group_of(item) for item in items]
        self._load_groups(groups)
        groups = [group for group in groups if self._has_head(group)]
        made = many.create_orders(self.writer.actor, [_new_order(self.writer, group) for group in groups], origin=self.writer.origin)
        self.n_written += sum(len(group.lines) for group in groups)
        keep_account(self.batch, [(str(o.public_id), g.head.row) for o, g in zip(made, groups, strict=True)], [], record=self.name)

    def _change_orders(self, items: Sequence[Any]) -> None:
        groups = [group_of(item) for item in items]
        self._load_groups(groups)
        orders = self._locked([group.key or 0 for group in groups])
        prefetch_related_objects(list(orders.values()), "lines")
        fitting = []
        for group in groups:
            group.order = orders.get(group.key or 0)
            if group.order is None or group.order.version != group.version:
                self._refuse_lines(group, GONE if group.order is None else CHANGED)
            elif self._has_head(group):
                fitting.append(group)
        self.n_written += sum(line.outcome != UNCHANGED for group in fitting for line in group.lines)
        keep_account(self.batch, [], _change_lines(self.writer, fitting), record=self.name)

    def _load_groups(self, groups: Sequence[Group]) -> None:
        products = [Row(0, "", {}, {"product": (PRODUCTS, line.product)}) for g in groups for line in g.lines if line.product is not None]
        self.writer.load([*(group.head for group in groups), *products])

    def _has_head(self, group: Group) -> bool:
        products = {(PRODUCTS, line.product) for line in group.lines if line.product is not None}
        if all(ref in self.writer.records for ref in (*group.head.refs.values(), *products)):
            return True
        self._refuse_lines(group, GONE)
        return False

    def _refuse_lines(self, group: Group, code: str) -> None:
        for line in group.lines:
            if line.outcome != UNCHANGED:
                self._refuse(line.row, line.outcome, code)


def _new_order(writer: Writer, group: Group) -> many.NewOrder:
    values = writer.values(group.head) | {"number": group.text[:80]}
    return many.NewOrder({name: v for name, v in values.items() if v not in (None, "")}, {}, _lines(writer, group))


def _lines(writer: Writer, group: Group) -> list[dict[str, Any]]:
    return [line.values | {"product": writer.records.get((PRODUCTS, line.product or 0))} for line in group.lines]


def _change_lines(writer: Writer, groups: Sequence[Group]) -> list[tuple[str, dict[str, Any]]]:
    """Put new lines beside those that are there, and changed ones in their place; gives back what stood there before."""
    updated, changes = [], []
    orders: list[Order] = [group.order for group in groups if group.order is not None]
    kept = [kept_lines(order) for order in orders]
    products = by_keys(Product, {line["product"] for lines in kept for line in lines if line["product"]})
    for group, order, there in zip(groups, orders, kept, strict=True):
        updated.append((str(order.public_id), {"+lines": there, "amount": str(order.amount)}))
        fresh = [line for line, known in zip(_lines(writer, group), group.lines, strict=True) if known.outcome != UNCHANGED]
        lines = lines_of(there, products)
        if any(line.outcome == UPDATED for line in group.lines):  # the file numbers its lines
            places = {line["place"] for line in fresh}
            lines = [line for line in lines if line["place"] not in places]
        changes.append(many.OrderChange(order.public_id, order.version, {}, lines=[*lines, *fresh]))
    many.change_orders(writer.actor, changes)
    return updated
