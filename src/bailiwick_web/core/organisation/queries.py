"""What is read about the organisation: the part of it that the user sees, on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor, Scope
from bailiwick_web.core.models import Node, Person, Position, Staffing
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
    """A position, who fills it — it is vacant if nobody does — and who comes next."""

    position: Position
    staffing: Staffing | None
    following: Staffing | None = None


def tree(actor: Actor, on: date | None = None) -> list[Branch]:
    """The tops of what the user sees, as it is on a day (by default today), in a fixed number of queries.

    What somebody sees follows from who leads what today, whichever day they look at.
    """
    on = on or actor.now.date()
    leading: dict[int, list[Staffing]] = {}
    for staffing in staffings_on(on).filter(node__isnull=False):
        assert staffing.node_id is not None
        if leads(staffing):
            leading.setdefault(staffing.node_id, []).append(staffing)
    found = nodes(actor).order_by("name", "pk")
    branches = {node.pk: Branch(node, node.path.count("/") - 2, leading.get(node.pk, [])) for node in found}
    for seat in seats(Position.objects.filter(node__in=branches).order_by("name", "pk"), on):
        branches[seat.position.node_id].positions.append(seat)
    tops: list[Branch] = []
    for branch in branches.values():
        above = branches.get(branch.node.parent_id or 0)
        (above.children if above else tops).append(branch)
    return tops


def seats(positions: QuerySet[Position] | list[Position], on: date) -> list[Seat]:
    """Who fills each position on a day, and who is the next after them, in two queries."""
    filled: dict[int, Staffing] = {}
    following: dict[int, Staffing] = {}
    kept = list(positions)
    later = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    for staffing in Staffing.objects.filter(later, position__in=[p.pk for p in kept]).select_related("person").order_by("valid_from"):
        assert staffing.position_id is not None
        (filled if staffing.valid_from <= on else following).setdefault(staffing.position_id, staffing)
    return [Seat(p, filled.get(p.pk), following.get(p.pk)) for p in kept]


def flat(branches: list[Branch]) -> list[Branch]:
    """A tree in the order of reading, for lists and menus."""
    found = []
    for branch in branches:
        found += [branch, *flat(branch.children)]
    return found


def nodes(actor: Actor) -> QuerySet[Node]:
    """The nodes that the user sees."""
    scope = _scope(actor)
    return Node.objects.filter(_inside(scope, "path")).select_related("parent")


def positions(actor: Actor) -> QuerySet[Position]:
    """The positions that the user sees."""
    return _scope(actor).positions().select_related("node")


def staffings(actor: Actor) -> QuerySet[Staffing]:
    """Who fills what, past and to come, as far as the user sees the position or the node."""
    scope = _scope(actor)
    seen = _inside(scope, "node__path") | _inside(scope, "position__node__path") | Q(position__in=scope.position_ids)
    return Staffing.objects.filter(seen).select_related("person", "position", "node")


def people(actor: Actor, text: str = "") -> QuerySet[Person]:
    """People with their profile, by name: all, or those who fill or lead, now or later, what the user sees."""
    found = Person.objects.select_related("profile").order_by("name", "pk")
    if _scope(actor).kind != "all":
        present = staffings(actor).filter(Q(valid_until__isnull=True) | Q(valid_until__gt=actor.now.date()))
        found = found.filter(pk__in=present.order_by().values("person_id"))
    return found.filter(Q(name__icontains=text) | Q(email__icontains=text)) if text else found


def people_with_jobs(actor: Actor, text: str = "") -> QuerySet[Person]:
    """People as above, each with what they fill or lead today, as far as the user sees it, as ``present``."""
    today = staffings_on(actor.now.date()).order_by().values("pk")
    return people(actor, text).prefetch_related(
        Prefetch("staffings", staffings(actor).filter(pk__in=today).order_by("pk"), to_attr="present")
    )


def node(actor: Actor, public_id: UUID) -> Node:
    """A node that the user sees.

    Raises
    ------
    Missing
        If there is none, or not for this user: the answer is the same.
    """
    found = nodes(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such node, or you may not see it."))
    return found


def position(actor: Actor, public_id: UUID) -> Position:
    """A position that the user sees; ``Missing`` as above."""
    found = positions(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such position, or you may not see it."))
    return found


def person(actor: Actor, public_id: UUID) -> Person:
    """A person of whom the user sees a job; ``Missing`` as above."""
    found = people(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such person, or you may not see them."))
    return found


def staffing(actor: Actor, public_id: UUID) -> Staffing:
    """A staffing of what the user sees; ``Missing`` as above."""
    found = staffings(actor).filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such staffing, or you may not see it."))
    return found


def _scope(actor: Actor) -> Scope:
    return actor.scope()


def _inside(scope: Scope, field: str) -> Q:
    """A path within the scope; without any path, nothing."""
    if scope.kind == "all":
        return Q(pk__isnull=False)
    inside = Q(pk__in=[])
    for path in scope.paths:
        inside |= Q(**{f"{field}__startswith": path})
    return inside
