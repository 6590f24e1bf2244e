"""Write what was compared, many records at once, through the services of the records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Order, Product
from bailiwick_web.crm.services import belonging, many
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import Stopped
from bailiwick_web.exchange.record_kinds import ORDER_LINES, ORDERS, PRODUCTS
from bailiwick_web.exchange.services.records.comparing import Difference
from bailiwick_web.exchange.services.records.kinds import KINDS, Writer
from bailiwick_web.exchange.services.records.kinds.base import AT_ONCE, by_keys, parts
from bailiwick_web.exchange.services.records.kinds.orders import kept_lines, lines_of
from bailiwick_web.exchange.services.records.lines import Group
from bailiwick_web.exchange.services.records.reading import Row
from bailiwick_web.exchange.services.rows import UNCHANGED, UPDATED, Watch, keep_account


def write(actor: Actor, batch: ImportBatch, what: Difference, watch: Watch) -> None:
    """Make and change records; the caller holds the transaction. Whose accounts are is derived once, at the end.

    Raises
    ------
    Stopped
        If it was told to stop; the caller takes back what was written.
    """
    writer = Writer(actor, batch, what.source)
    with belonging.settling_once(actor):
        if what.kind == ORDER_LINES:
            _write_lines(writer, what, watch)
        else:
            _write_records(writer, what, watch)
    for kind, key, _outcome in writer.made_along:
        keep_account(batch, [key], [], record=kind)


def _write_records(writer: Writer, what: Difference, watch: Watch) -> None:
    kind = KINDS[what.kind]()
    made: list[Any] = []
    for part in _until_stopped(what.fresh, watch):
        writer.load(part)
        made += kind.create(writer, part)
    updated = []
    for some in _until_stopped(what.changed, watch):
        writer.load([row for row, _, _ in some])
        befores = kind.change(writer, some)
        updated += [(str(record.public_id), before) for (_row, record, _new), before in zip(some, befores, strict=True)]
    if kind.parent:
        _set_parents(writer, kind, list(zip(what.fresh, made, strict=True)))
    keep_account(writer.batch, (str(record.public_id) for record in made), updated, record=what.kind)


def _until_stopped(rows: Sequence[Any], watch: Watch) -> Iterator[Sequence[Any]]:
    """Some rows after the other; between them is asked whether to stop."""
    for part in parts(rows, AT_ONCE):
        if watch.should_stop():
            raise Stopped
        yield part


def _set_parents(writer: Writer, kind: Any, pairs: Sequence[tuple[Row, Any]]) -> None:
    """Once all are here: a record may stand above its parent in the file."""
    below = [(record, row.refs[kind.parent]) for row, record in pairs if row.refs.get(kind.parent, ("", 1))[1] < 0]
    for some in parts(below, AT_ONCE):
        versions = {fresh.pk: fresh.version for fresh in by_keys(kind.model, [record.pk for record, _ref in some]).values()}
        changes = [many.Change(r.public_id, versions[r.pk], {kind.parent: writer.records[ref]}) for r, ref in some]
        kind.update(writer.actor, changes)


def _write_lines(writer: Writer, what: Difference, watch: Watch) -> None:
    new = [group for group in what.groups if group.order is None]
    changed = [group for group in what.groups if group.order is not None and any(line.outcome != UNCHANGED for line in group.lines)]
    made: list[Order] = []
    for part in _until_stopped(new, watch):
        _load(writer, part)
        made += many.create_orders(writer.actor, [_new_order(writer, group) for group in part], origin=writer.origin)
    updated = []
    for part in _until_stopped(changed, watch):
        _load(writer, part)
        updated += _change(writer, part)
    keep_account(writer.batch, (str(order.public_id) for order in made), updated, record=ORDERS)


def _load(writer: Writer, groups: Sequence[Group]) -> None:
    products = [Row(0, "", {}, {"product": (PRODUCTS, line.product)}) for g in groups for line in g.lines if line.product is not None]
    writer.load([*(group.head for group in groups), *products])


def _new_order(writer: Writer, group: Group) -> many.NewOrder:
    values = writer.values(group.head) | {"number": group.text[:80]}
    return many.NewOrder({name: v for name, v in values.items() if v not in (None, "")}, {}, _lines(writer, group))


def _lines(writer: Writer, group: Group) -> list[dict[str, Any]]:
    return [line.values | {"product": writer.records.get((PRODUCTS, line.product or 0))} for line in group.lines]


def _change(writer: Writer, groups: Sequence[Group]) -> list[tuple[str, dict[str, Any]]]:
    """Put new lines beside those that are there, and changed ones in their place; gives back what stood there before."""
    updated, changes = [], []
    orders = [group.order for group in groups if group.order is not None]
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
