"""The sales organisation as pages and the interface show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from bailiwick_web.core.models import Node, Person, Position, Staffing
from bailiwick_web.territories.models import PersonProfile


@dataclass(frozen=True, eq=False)
class PositionRow:
    """A job with who has it on a day, who comes next, and where its node is."""

    position: Position
    holder: Staffing | None
    following: Staffing | None
    profile: PersonProfile | None

    @property
    def is_vacant(self) -> bool:
        """Whether nobody has it."""
        return self.holder is None


@dataclass(eq=False)
class NodeRow:
    """A node with its depth, who leads it, its jobs, and what lies below it."""

    node: Node
    depth: int
    leaders: list[Staffing] = field(default_factory=list)
    positions: list[PositionRow] = field(default_factory=list)
    n_positions: int = 0
    n_vacant: int = 0


def current(on: date) -> Q:
    """Staffings that hold on a day."""
    return Q(valid_from__lte=on) & (Q(valid_until__isnull=True) | Q(valid_until__gt=on))


def position_rows(on: date) -> list[PositionRow]:
    """All positions by code, in three queries however many there are."""
    held: dict[int, Staffing] = {}
    following: dict[int, Staffing] = {}
    staffings = Staffing.objects.filter(position__isnull=False).filter(current(on) | Q(valid_from__gt=on))
    for staffing in staffings.select_related("person").order_by("valid_from"):
        assert staffing.position_id is not None
        (held if staffing.valid_from <= on else following).setdefault(staffing.position_id, staffing)
    profiles = {p.person_id: p for p in PersonProfile.objects.filter(person__in=[s.person_id for s in held.values()])}
    return [
        PositionRow(p, held.get(p.pk), following.get(p.pk), profiles.get(held[p.pk].person_id) if p.pk in held else None)
        for p in Position.objects.select_related("node").order_by("code")
    ]


def tree(on: date) -> list[NodeRow]:
    """The organisation, parents before children, with counts that add up."""
    nodes = {node.pk: node for node in Node.objects.select_related("parent")}
    rows = {pk: NodeRow(node, node.path.count("/") - 2) for pk, node in nodes.items()}
    for staffing in Staffing.objects.filter(current(on), node__isnull=False).select_related("person"):
        assert staffing.node_id is not None
        rows[staffing.node_id].leaders.append(staffing)
    for row in position_rows(on):
        rows[row.position.node_id].positions.append(row)
        for pk in _keys(row.position.node.path):
            if (above := rows.get(pk)) is not None:
                above.n_positions += 1
                above.n_vacant += row.is_vacant
    return sorted(rows.values(), key=lambda row: [nodes[pk].name for pk in _keys(row.node.path) if pk in nodes])


def _keys(path: str) -> list[int]:
    return [int(pk) for pk in path.strip("/").split("/")]


def people(on: date) -> list[tuple[Person, PersonProfile | None, list[Staffing]]]:
    """Everybody by name, with profile and present jobs."""
    profiles = {p.person_id: p for p in PersonProfile.objects.all()}
    jobs: dict[int, list[Staffing]] = {}
    for staffing in Staffing.objects.filter(current(on)).select_related("position", "node"):
        jobs.setdefault(staffing.person_id, []).append(staffing)
    return [(p, profiles.get(p.pk), jobs.get(p.pk, [])) for p in Person.objects.order_by("name", "pk")]
