"""What the pages about the organisation read: the part of the tree that the user sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor, scope_of
from bailiwick_web.core.models import Node, Position, Staffing
from bailiwick_web.core.people.queries import leads, staffings_on
from bailiwick_web.core.refusals import Missing


@dataclass(slots=True)
class Branch:
    """A node with what hangs below it."""

    node: Node
    depth: int
    leaders: list[Staffing] = field(default_factory=list)
    positions: list[Seat] = field(default_factory=list)
    children: list[Branch] = field(default_factory=list)

    @property
    def n_positions(self) -> int:
        """Positions here and below."""
        return len(self.positions) + sum(child.n_positions for child in self.children)

    @property
    def n_vacant(self) -> int:
        """Vacant ones among them."""
        return sum(seat.staffing is None for seat in self.positions) + sum(child.n_vacant for child in self.children)


@dataclass(frozen=True, slots=True)
class Seat:
    """A position and who fills it; vacant if nobody does."""

    position: Position
    staffing: Staffing | None


def tree(actor: Actor) -> list[Branch]:
    """The tops of what the user sees, in three queries."""
    today = actor.now.date()
    scope = scope_of(actor.user, today)
    filled: dict[int, Staffing] = {}
    leading: dict[int, list[Staffing]] = {}
    for staffing in staffings_on(today):
        if staffing.position_id is not None:
            filled[staffing.position_id] = staffing
        elif staffing.node_id is not None and leads(staffing):
            leading.setdefault(staffing.node_id, []).append(staffing)
    nodes = Node.objects.order_by("name", "pk").select_related("parent")
    if scope.kind != "all":
        nodes = nodes.filter(pk__in=[n.pk for n in nodes if n.path.startswith(scope.paths)]) if scope.paths else nodes.none()
    branches = {node.pk: Branch(node, node.path.count("/") - 2, leading.get(node.pk, [])) for node in nodes}
    for position in Position.objects.filter(node__in=branches).order_by("name", "pk"):
        branches[position.node_id].positions.append(Seat(position, filled.get(position.pk)))
    tops: list[Branch] = []
    for branch in branches.values():
        above = branches.get(branch.node.parent_id or 0)
        (above.children if above else tops).append(branch)
    return tops


def flat(branches: list[Branch]) -> list[Branch]:
    """A tree in the order of reading, for lists and menus."""
    found = []
    for branch in branches:
        found += [branch, *flat(branch.children)]
    return found


def node(actor: Actor, public_id: UUID) -> Node:
    """A node that the user sees.

    Raises
    ------
    Missing
        If there is none, or not for this user: the answer is the same.
    """
    found = Node.objects.filter(public_id=public_id).select_related("parent").first()
    scope = scope_of(actor.user, actor.now.date())
    if found is None or not (scope.kind == "all" or (scope.paths and found.path.startswith(scope.paths))):
        raise Missing(_("There is no such node, or you may not see it."))
    return found


def position(actor: Actor, public_id: UUID) -> Position:
    """A position that the user sees; ``Missing`` as above."""
    found = scope_of(actor.user, actor.now.date()).positions().filter(public_id=public_id).select_related("node").first()
    if found is None:
        raise Missing(_("There is no such position, or you may not see it."))
    return found
