"""What a rep or manager asks: what is mine, what changes for me and why, whom do I ask, who sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, User
from bailiwick_web.core.people.queries import Seer, leads, staffings_on, who_sees
from bailiwick_web.core.roles import Right
from bailiwick_web.planning.account_moves import moved_accounts
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.models import Challenge, Publication, Scenario, UnitAssignment
from bailiwick_web.planning.visibility import present_scenario, visible_scenarios, visible_territories
from bailiwick_web.territories.models import AlignmentPlan

MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A unit that comes to the territories of somebody, or leaves them. Whom it goes to is not told: that is outside their scope.

    A single account that moves against its area has the index −1.
    """

    idx: int
    code: str
    name: str
    is_gain: bool
    cause: str
    values: tuple[float, ...]
    challenge: Challenge | None = None


def changes_between(actor: Actor, before: Scenario | None, after: Scenario) -> tuple[list[Change], list[str]]:
    """What the territories of the user win and lose, the weightiest first, with the names of the measures; nothing without a before."""
    now = scenario_arrays(after)
    if before is None:
        return [], list(now.measures)
    had, has = _had_and_has(actor, before, after)
    weight = next(iter(now.measures.values()))
    changed = np.flatnonzero(had != has)
    order = changed[np.argsort(-weight[changed], kind="stable")][:MOST_CHANGES]
    own = {c.unit.idx: c for c in Challenge.objects.filter(scenario=after, by=actor.user).select_related("unit").order_by("pk")}
    units = [_change(now, i, is_gain=bool(has[i]), challenge=own.get(i)) for i in order.tolist()]
    return (_account_changes(actor, before, after) + units)[:MOST_CHANGES], list(now.measures)


def came_and_went(actor: Actor, before: Scenario, after: Scenario) -> tuple[int, int]:
    """How many units come to the territories of the user, and how many leave them."""
    had, has = _had_and_has(actor, before, after)
    alone = [change.is_gain for change in _account_changes(actor, before, after)]
    return int((has & ~had).sum()) + sum(alone), int((had & ~has).sum()) + len(alone) - sum(alone)


def _account_changes(actor: Actor, before: Scenario, after: Scenario) -> list[Change]:
    """Single accounts that come to the territories of the user, or leave them."""
    pair = (scenario_arrays(before), scenario_arrays(after))
    visible = [set(visible_territories(actor, scenario)) for scenario in (before, after)]
    found = []
    for moved in moved_accounts(pair):
        had, has = (place in seen for place, seen in zip(moved.territory_idx, visible, strict=True))
        if had != has:
            values = tuple(moved.amounts.get(name, 0.0) for name in pair[1].measures)
            found.append(Change(-1, moved.id, moved.name, has, moved.causes[1] if has else "", values))
    return found


def _had_and_has(actor: Actor, before: Scenario, after: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Which units are in territories of the user before and after, shape (n,) each; units that came since were nobody's before."""
    has = np.isin(scenario_arrays(after).territory_idx, visible_territories(actor, after))
    had = np.zeros_like(has)
    was = np.isin(scenario_arrays(before).territory_idx, visible_territories(actor, before))
    had[: len(was)] = was[: len(had)]
    return had, has


def _change(arrays: ScenarioArrays, i: int, *, is_gain: bool, challenge: Challenge | None) -> Change:
    values = tuple(float(column[i]) for column in arrays.measures.values())
    table = arrays.units.table
    cause = str(arrays.causes[i]) if is_gain else ""
    return Change(i, str(table.ids[i]), str(table.labels[i]), is_gain, cause, values, challenge)


def my_plans(actor: Actor) -> list[dict[str, Any]]:
    """Per plan in which the user has a territory: what counts now, what changed when it began, what is proposed."""
    found = []
    visible = visible_scenarios(actor)
    for plan in AlignmentPlan.objects.select_related("unit_set").order_by("-pk"):
        present = present_scenario(plan.pk, actor.now)
        places = visible_territories(actor, present) if present is not None else []
        proposals = list(visible.filter(plan=plan, state__in=[Scenario.State.PROPOSED, Scenario.State.APPROVED]))
        proposals = [p for p in proposals if visible_territories(actor, p)]
        if not places and not proposals:
            continue
        entry: dict[str, Any] = {"plan": plan, "present": present if places else None, "places": places}
        if present is not None and places:
            entry |= _since(actor, plan, present)
        entry["proposals"] = [_proposal(actor, p, present) for p in proposals]
        found.append(entry)
    return found


def _since(actor: Actor, plan: AlignmentPlan, present: Scenario) -> dict[str, Any]:
    """The publication that counts now, and what changed with it."""
    inside = Q(valid_until__isnull=True) | Q(valid_until__gt=actor.now)
    publication = Publication.objects.filter(inside, plan=plan, valid_from__lte=actor.now).select_related("published_by").first()
    earlier = Publication.objects.filter(plan=plan, valid_until__lte=actor.now).select_related("scenario").order_by("-valid_from").first()
    changes, measures = changes_between(actor, earlier.scenario if earlier else None, present)
    return {"publication": publication, "changes": changes, "measures": measures, "earlier": earlier}


def _proposal(actor: Actor, proposal: Scenario, present: Scenario | None) -> dict[str, Any]:
    changes, measures = changes_between(actor, present, proposal)
    own = [t for j, t in enumerate(scenario_arrays(proposal).territories) if j in set(visible_territories(actor, proposal))]
    can = proposal.state == Scenario.State.PROPOSED and actor.may(Right.CHALLENGE)
    return {"scenario": proposal, "changes": changes, "measures": measures, "own": own, "can_challenge": can}


def whom_to_ask(actor: Actor) -> list[dict[str, Any]]:
    """Who leads the nodes above the positions of the user, the nearest first, then the planners."""
    today = actor.now.date()
    paths = actor.scope().positions().values_list("node__path", flat=True).distinct()
    above = sorted({int(part) for path in paths for part in path.split("/") if part}, reverse=True)
    nodes = {n.pk: n for n in Node.objects.filter(pk__in=above)}
    leaders = staffings_on(today).filter(node__in=above).exclude(person__user=actor.user)
    depth = {pk: node.path.count("/") for pk, node in nodes.items()}
    ranked = sorted(leaders, key=lambda s: -depth[s.node_id or 0])
    asked = [
        {"name": s.person.name, "email": s.person.email or getattr(s.person.user, "email", ""), "node": s.node} for s in ranked if leads(s)
    ]
    planners = [user for user in User.objects.filter(is_active=True).order_by("name") if "planner" in user.roles]
    return asked + [{"name": user.name, "email": user.email, "node": None} for user in planners[:3]]


def my_challenges(actor: Actor) -> list[Challenge]:
    """What the user asked for, and the answers, newest first; also of proposals that are drafts again by now."""
    found = Challenge.objects.filter(by=actor.user).select_related("unit", "wanted", "answered_by", "scenario__plan")
    return list(found.order_by("-pk")[:50])


def visible_challenges(actor: Actor, scenario: Scenario, arrays: ScenarioArrays) -> list[Challenge]:
    """Challenges of a scenario: all for planners, for others their own and those about units of their territories."""
    found = list(scenario.challenges.select_related("unit", "wanted", "by", "answered_by"))
    if actor.may(Right.PLAN):
        return found
    visible = set(visible_territories(actor, scenario)) if actor.may(Right.REVIEW) else set()
    return [c for c in found if c.by == actor.user or int(arrays.territory_idx[c.unit.idx]) in visible]


def who_sees_unit(actor: Actor, plan: AlignmentPlan, code: str, now: datetime) -> dict[str, Any] | None:
    """Whose a unit is now, and who sees it for what reasons; None if nothing counts or the unit is outside the user's scope."""
    present = present_scenario(plan.pk, now)
    unit = plan.unit_set.units.filter(code=code).first()
    if present is None or unit is None:
        return None
    row = UnitAssignment.objects.filter(scenario=present, unit=unit).select_related("territory__position__node").first()
    territory = row.territory if row else None
    place = None if territory is None else scenario_arrays(present).codes.index(territory.code)
    if not actor.may(Right.PLAN) and place not in visible_territories(actor, present):
        return None
    position = territory.position if territory else None
    seers: list[Seer] = who_sees(position.node, now.date(), position.pk) if position else []
    return {"unit": unit, "territory": territory, "position": position, "seers": seers, "scenario": present}
