"""Write what was compared: what is new many at once, what changes one by one, through the services of the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Order
from bailiwick_web.crm.services import belonging, many, trading
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.record_names import ORDER_LINES, ORDERS, PRODUCTS
from bailiwick_web.exchange.services.records.comparing import Difference
from bailiwick_web.exchange.services.records.kinds import KINDS, Writer
from bailiwick_web.exchange.services.records.kinds.base import AT_ONCE, parts
from bailiwick_web.exchange.services.records.kinds.orders import kept_lines, lines_of
from bailiwick_web.exchange.services.records.lines import Group
from bailiwick_web.exchange.services.records.reading import Row
from bailiwick_web.exchange.services.rows import UNCHANGED, UPDATED, keep_account


def write(actor: Actor, batch: ImportBatch, what: Difference) -> None:
    """Make and change records; the caller holds the transaction. Whose accounts are is derived once, at the end."""
    writer = Writer(actor, batch, what.source)
    with belonging.settling_once(actor):
        if what.kind == ORDER_LINES:
            _write_lines(writer, what)
        else:
            _write_records(writer, what)
    for kind, key, _outcome in writer.made_along:
        keep_account(batch, [key], [], record=kind)


def _write_records(writer: Writer, what: Difference) -> None:
    kind = KINDS[what.kind]()
    made: list[Any] = []
    for part in parts(what.fresh, AT_ONCE):
        writer.load(part)
        made += kind.create(writer, part)
    updated = []
    for some in parts(what.changed, AT_ONCE):
        writer.load([row for row, _, _ in some])
        updated += [(str(record.public_id), kind.change(writer, row, record, new)) for row, record, new in some]
    if kind.parent:
        _set_parents(writer, kind, list(zip(what.fresh, made, strict=True)))
    keep_account(writer.batch, (str(record.public_id) for record in made), updated, record=what.kind)


def _set_parents(writer: Writer, kind: Any, pairs: Sequence[tuple[Row, Any]]) -> None:
    """Once all are here: a record may stand above its parent in the file."""
    for row, record in pairs:
        ref = row.refs.get(kind.parent)
        if ref is None or ref[1] > 0:
            continue
        fresh = kind.model.objects.get(pk=record.pk)
        kind.update(writer.actor, fresh.public_id, version=fresh.version, **{kind.parent: writer.records[ref]})


def _write_lines(writer: Writer, what: Difference) -> None:
    new = [group for group in what.groups if group.order is None]
    changed = [group for group in what.groups if group.order is not None and any(line.outcome != UNCHANGED for line in group.lines)]
    made: list[Order] = []
    for part in parts(new, AT_ONCE):
        _load(writer, part)
        made += many.create_orders(writer.actor, [_new_order(writer, group) for group in part], origin=writer.origin)
    updated = []
    for part in parts(changed, AT_ONCE):
        _load(writer, part)
        updated += [_change(writer, group) for group in part]
    keep_account(writer.batch, (str(order.public_id) for order in made), updated, record=ORDERS)


def _load(writer: Writer, groups: Sequence[Group]) -> None:
    products = [Row(0, "", {}, {"product": (PRODUCTS, line.product)}) for g in groups for line in g.lines if line.product is not None]
    writer.load([*(group.head for group in groups), *products])


def _new_order(writer: Writer, group: Group) -> many.NewOrder:
    values = writer.values(group.head) | {"number": group.text[:80]}
    return many.NewOrder({name: v for name, v in values.items() if v not in (None, "")}, {}, _lines(writer, group))


def _lines(writer: Writer, group: Group) -> list[dict[str, Any]]:
    return [line.values | {"product": writer.records.get((PRODUCTS, line.product or 0))} for line in group.lines]


def _change(writer: Writer, group: Group) -> tuple[str, dict[str, Any]]:
    """Put new lines beside those that are there, and changed ones in their place."""
    order = group.order
    assert order is not None
    there = kept_lines(order)
    before = {"+lines": there, "amount": str(order.amount)}
    fresh = [line for line, known in zip(_lines(writer, group), group.lines, strict=True) if known.outcome != UNCHANGED]
    kept = lines_of(there)
    if any(line.outcome == UPDATED for line in group.lines):  # the file numbers its lines
        places = {line["place"] for line in fresh}
        kept = [line for line in kept if line["place"] not in places]
    trading.change_order(writer.actor, order.public_id, version=order.version, lines=[*kept, *fresh])
    return str(order.public_id), before
