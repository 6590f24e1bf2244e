"""Reps in and out: every rep is a position with a home and a capacity, and the person who fills it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Person, Position, Staffing
from bailiwick_web.core.organisation.services import add_node
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import stamped, touch
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.dependents import dependents, in_words, listed
from bailiwick_web.exchange.services.rows import CREATED, NODE, POSITION, UPDATED, Late, keep_account

FIELDS = ("name", "capacity", "home_lon", "home_lat")
REGION_COLUMNS = ("region", "district", "team", "home_state", "state")
ROOT = "Sales"
BY_CODE, BY_EMAIL, BY_NAME = "id", "e-mail address", "name"


@dataclass
class Incoming:
    """One row of the file, as a position."""

    row: int
    code: str
    values: dict[str, Any]
    region: str = ""
    email: str = ""


@dataclass
class Difference:
    """What importing would do."""

    fresh: list[Incoming] = field(default_factory=list)
    changed: list[tuple[Incoming, Position]] = field(default_factory=list)
    n_unchanged: int = 0
    late: list[Late] = field(default_factory=list)
    how: Counter[str] = field(default_factory=Counter)


def incoming(rows: pa.Table, facts: dict[str, Any]) -> list[Incoming]:
    """The rows of a checked file; ``region`` is the first column that names one. What the file does not have is left alone."""
    given = facts.get("given") or {"name": True, "capacity": True, "home": True}
    found = []
    for row in rows.to_pylist():
        values: dict[str, Any] = {"name": str(row["name"])[:200]} if given["name"] else {}
        if given["capacity"]:
            values["capacity"] = float(row["capacity"])
        if given["home"]:
            is_known = row["lon"] is not None and not math.isnan(row["lon"])
            values |= {"home_lon": row["lon"] if is_known else None, "home_lat": row["lat"] if is_known else None}
        region = next((row[f"text:{c}"] for c in REGION_COLUMNS if row.get(f"text:{c}")), "")
        said = str(row.get("text:email") or row["code"]).strip().lower()
        email = said if "@" in said else ""
        found.append(Incoming(int(row["row"]), str(row["code"])[:80], values, str(region)[:200], email))
    return found


def compare(rows: list[Incoming]) -> Difference:
    """Match by id, else by e-mail address, else by a name that only one has."""
    result = Difference()
    finders = _finders()
    seen: dict[int, int] = {}
    for row in rows:
        position, how = next(((p, how) for how, find in finders if (p := find(row)) is not None), (None, ""))
        if position is None:
            result.fresh.append(row)
        elif position.pk in seen:
            said = say("it is the same rep (%(rep)s) as row %(row)s", rep=position.code, row=str(seen[position.pk]))
            result.late.append(Late(row.row, "", "duplicate_id", said))
        else:
            seen[position.pk] = row.row
            result.how[how] += 1
            if all(getattr(position, name) == value for name, value in row.values.items()):
                result.n_unchanged += 1
            else:
                result.changed.append((row, position))
    return result


def _finders() -> list[tuple[str, Any]]:
    positions = list(Position.objects.all())
    by_code = {p.code: p for p in positions}
    by_name: dict[str, Position | None] = {}
    for p in positions:
        by_name[p.name.casefold()] = None if p.name.casefold() in by_name else p
    people = Staffing.objects.filter(position__isnull=False, valid_until=None).exclude(person__email="")
    by_email = {s.person.email.lower(): s.position for s in people.select_related("person", "position")}
    return [
        (BY_CODE, lambda row: by_code.get(row.code)),
        (BY_EMAIL, lambda row: by_email.get(row.email) if row.email else None),
        (BY_NAME, lambda row: by_name.get(row.code.casefold())),
    ]


def write(actor: Actor, batch: ImportBatch, what: Difference) -> None:
    """Make and change positions and people; the caller holds the transaction."""
    if what.fresh:
        root = Node.objects.filter(parent=None).first() or _node(actor, batch, ROOT, "nation", None)
        regions = {node.name: node for node in root.children.all()}
    for row in what.fresh:
        node = root
        if row.region:
            node = regions.get(row.region) or _node(actor, batch, row.region, "region", root)
            regions[row.region] = node
        _create(actor, row, node)
    updated = []
    for row, position in what.changed:
        updated.append((position.code, {name: getattr(position, name) for name in row.values}))
        for name, value in row.values.items():
            setattr(position, name, value)
        touch(actor, position, *row.values)
    keep_account(batch, (row.code for row in what.fresh), updated, record=POSITION)


def _node(actor: Actor, batch: ImportBatch, name: str, kind: str, parent: Node | None) -> Node:
    node = add_node(actor, name=name, kind=kind, parent=parent)
    keep_account(batch, (str(node.public_id),), (), record=NODE)
    return node


def _create(actor: Actor, row: Incoming, node: Node) -> None:
    values = {"name": row.code, **row.values}
    position = Position.objects.create(code=row.code, node=node, **values, **stamped(actor))
    person = Person.objects.create(name=values["name"], email=row.email, **stamped(actor))
    Staffing.objects.create(person=person, position=position, valid_from=actor.now.date(), **stamped(actor))


def make_positions(actor: Actor, batch: ImportBatch, names: list[str]) -> None:
    """Positions for owners that are not known yet: a file of customers may be all that there is."""
    rows = [Incoming(0, name[:80], {"name": name[:200]}) for name in names]
    known = compare(rows)
    write(actor, batch, Difference(fresh=known.fresh))


def take_back(actor: Actor, batch: ImportBatch) -> None:
    """Remove the positions that an import made and restore those that it changed; the caller holds the transaction."""
    made = Position.objects.filter(code__in=list(batch.rows.filter(record=POSITION, outcome=CREATED).values_list("key", flat=True)))
    keys = list(made.values_list("pk", flat=True))
    others = in_words(dependents(Position, keys, but={"staffing"}))
    if others:
        raise Conflict(
            _("Work stands on these positions by now, such as territories: %(names)s; they cannot be taken back.")
            % {"names": listed(others)},
            code="in_use",
        )
    people = list(Staffing.objects.filter(position__in=keys).values_list("person_id", flat=True))
    Staffing.objects.filter(position__in=keys).delete()
    Person.objects.filter(pk__in=people, user=None, staffings=None).delete()
    made.delete()
    for row in batch.rows.filter(record=POSITION, outcome=UPDATED):
        position = Position.objects.filter(code=row.key).first()
        if position is None:
            raise Conflict(_("The position %(position)s that this import changed is gone.") % {"position": row.key}, code="in_use")
        for name, value in (row.before or {}).items():
            setattr(position, name, value)
        touch(actor, position, *(row.before or {}))
    _remove_nodes(batch)


def _remove_nodes(batch: ImportBatch) -> None:
    """Regions that the import made, if nobody uses them, from the leaves up."""
    keys = list(batch.rows.filter(record=NODE, outcome=CREATED).order_by("-pk").values_list("key", flat=True))
    for key in keys:
        node = Node.objects.filter(public_id=key).first()
        if node is not None and not dependents(Node, [node.pk]):
            node.delete()
