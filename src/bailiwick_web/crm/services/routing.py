"""Who does the work of a position on a day: its holder, unless they are away or full; else the manager of its node. And why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, Position, Staffing
from bailiwick_web.core.people.queries import leads
from bailiwick_web.crm.deriving import Facts, derive, present_of
from bailiwick_web.crm.models import Absence, Lead, PositionLimit
from bailiwick_web.crm.services.grounds import counting, known_fields
from bailiwick_web.planning.models import TerritoryDefinition

VACANT, ABSENT, FULL, UNLED = "vacant", "absent", "full", "unled"
BASE = "base"


@dataclass(frozen=True)
class Duty:
    """Who does the work of a position.

    Attributes
    ----------
    person
        None if nobody could be found.
    detours
        Why it is not the holder: ``vacant``, ``absent``, ``full``; ``unled`` if no manager stands above either.
    """

    person: Person | None
    detours: tuple[str, ...] = ()


class Duties:
    """Who does the work of some positions on a day, in a fixed number of queries."""

    def __init__(self, positions: Iterable[int], on: date, *, for_leads: bool = False) -> None:
        keys = set(positions)
        self.on = on
        holding = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
        self.positions = {p.pk: p for p in Position.objects.filter(pk__in=keys).select_related("node")}
        staffings = Staffing.objects.filter(holding, position__in=keys, valid_from__lte=on).select_related("person")
        self.holders = {s.position_id: s.person for s in staffings.order_by("-pk")}
        self.leaders = self._leaders(holding)
        away = Absence.objects.filter(valid_from__lte=on, valid_until__gt=on).select_related("deputy")
        self.away = {absence.person_id: absence for absence in away}
        self.full = self._full(keys) if for_leads else set()

    def _leaders(self, holding: Q) -> dict[int, Person]:
        nodes = {int(key) for p in self.positions.values() for key in p.node.path.strip("/").split("/") if key}
        rows = Staffing.objects.filter(holding, node__in=nodes, valid_from__lte=self.on).select_related("person__user").order_by("-pk")
        return {row.node_id: row.person for row in rows if row.node_id is not None and leads(row)}

    def _full(self, keys: set[int]) -> set[int]:
        limits = dict(PositionLimit.objects.filter(position__in=keys).values_list("position_id", "most_open_leads"))
        open_leads = Lead.objects.filter(position__in=limits, deleted_at=None, status__in=OPEN_LEADS).values_list("position_id")
        counts = dict(open_leads.annotate(n=Count("pk")).order_by())
        return {key for key, most in limits.items() if counts.get(key, 0) >= most}

    def of(self, position_id: int | None) -> Duty:
        """Who does the work of a position."""
        position = self.positions.get(position_id or 0)
        if position is None:
            return Duty(None)
        holder, detours = self.holders.get(position.pk), []
        if holder is None:
            detours.append(VACANT)
        elif holder.pk in self.away:
            detours.append(ABSENT)
            if (deputy := self._deputy(holder)) is not None:
                return Duty(deputy, (ABSENT,))
        elif position.pk in self.full:
            detours.append(FULL)
        else:
            return Duty(holder)
        manager = self._manager(position)
        return Duty(manager, tuple(detours)) if manager is not None else Duty(None, (*detours, UNLED))

    def _deputy(self, holder: Person) -> Person | None:
        """Who stands in for somebody who is away; a deputy who is away, too, has a deputy in turn."""
        seen: set[int] = set()
        person: Person | None = holder
        while person is not None and person.pk in self.away and person.pk not in seen:
            seen.add(person.pk)
            person = self.away[person.pk].deputy
        return None if person is None or person.pk in self.away else person

    def _manager(self, position: Position) -> Person | None:
        """The nearest leader above who is not away."""
        for key in reversed(position.node.path.strip("/").split("/")):
            leader = self.leaders.get(int(key)) if key else None
            if leader is not None and leader.pk not in self.away:
                return leader
        return None


OPEN_LEADS = (Lead.Status.NEW, Lead.Status.WORKING, Lead.Status.NURTURING, Lead.Status.QUALIFIED)


def duty_of(position_id: int | None, on: date, *, for_leads: bool = False) -> Duty:
    """Who does the work of one position."""
    return Duties([position_id] if position_id else [], on, for_leads=for_leads).of(position_id)


@dataclass(frozen=True)
class Route:
    """Where something new goes: the territory, the position, the person, and why."""

    territory: TerritoryDefinition | None
    position_id: int | None
    duty: Duty
    reason: dict[str, Any] = field(default_factory=dict)


def route(actor: Actor, facts: Facts, *, layer: str = BASE) -> Route:
    """Where a lead goes by the plan that counts now: territory by name, rule or place, then the person on duty."""
    return route_all(actor, [facts], layer=layer)[0]


def route_all(actor: Actor, facts: Sequence[Facts], *, layer: str = BASE) -> list[Route]:
    """Where leads go."""
    publications = [p for p in counting(actor.now) if p.plan.layer == layer and p.covers(actor.now)]
    fields = known_fields()
    answers = [(present, derive(present, facts, {})) for present in (present_of(p, fields) for p in publications)]
    routes: list[Route] = []
    for i in range(len(facts)):
        if not answers:
            routes.append(Route(None, None, Duty(None), {"cause": "gap:no_plan"}))
            continue
        present, belongings = min(answers, key=lambda answer: answer[1][i].rank)
        found = belongings[i]
        reason = {"cause": found.cause, "relation": found.relation, "distance_km": found.distance_km, "layer": layer}
        reason |= {"scenario": str(present.publication.scenario.public_id)}
        if found.unit_id is not None:
            arrays = present.ground.arrays
            reason["unit"] = str(arrays.table.ids[int((arrays.keys == found.unit_id).argmax())])
        routes.append(Route(present.territories.get(found.territory_id or 0), found.position_id, Duty(None), reason))
    duties = Duties([r.position_id for r in routes if r.position_id], actor.now.date(), for_leads=True)
    return [_on_duty(r, duties.of(r.position_id)) for r in routes]


def _on_duty(found: Route, duty: Duty) -> Route:
    return Route(found.territory, found.position_id, duty, {**found.reason, "detours": list(duty.detours)})
