"""Plans and scenarios: make, branch, name, delete, bring back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick.domain import Adjacency
from bailiwick.domain.said import say
from bailiwick.pictures.palette import territory_colours
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, touch
from bailiwick_web.core.templatetags.words import number
from bailiwick_web.planning import convert
from bailiwick_web.planning.models import Scenario, TerritoryDefinition
from bailiwick_web.planning.services.finding import locked
from bailiwick_web.planning.visibility import RESTORABLE
from bailiwick_web.territories.convert import UnitArrays, unit_arrays
from bailiwick_web.territories.models import AlignmentPlan, UnitSet

MOST_TERRITORIES = 2_000
BASE = "base"
"""Layer of the plan for the main role."""


@dataclass(frozen=True, slots=True)
class NewTerritory:
    """A territory to be made."""

    code: str
    name: str
    colour: str = ""
    position: Position | None = None
    capacity: float = 1.0
    home_lon: float | None = None
    home_lat: float | None = None

    @classmethod
    def of_position(cls, position: Position) -> NewTerritory:
        """The territory of a position, with its home and capacity."""
        return cls(position.code, position.name, "", position, position.capacity, position.home_lon, position.home_lat)


@transaction.atomic
def create_plan(
    actor: Actor, unit_set: UnitSet, *, name: str, balance: Mapping[str, float | None], is_contiguous: bool = True, layer: str = BASE
) -> AlignmentPlan:
    """Ask a question: who shall serve these units, balanced by what? Planners may. Recorded.

    Plans of one layer answer the same question, so one of them counts at a time; another layer is an overlay for another role.
    """
    actor.need(Right.PLAN)
    name = name.strip()
    if not name:
        raise Invalid(_("Give the plan a name."), code="no_name")
    layer = layer.strip()[:40]
    if not layer:
        raise Invalid(_("Give the layer a name, such as base or service."), code="no_layer")
    known = set(unit_set.measures.values_list("key", flat=True)) | {convert.COUNT}
    for measure, tolerance in balance.items():
        if measure not in known:
            raise Invalid(
                _("There is no measure “%(measure)s”; the units have: %(known)s.")
                % {"measure": measure, "known": ", ".join(sorted(known))},
                code="unknown_measure",
            )
        if tolerance is not None and not 0 < tolerance <= 1:
            raise Invalid(
                _("The tolerance of %(measure)s must be more than 0 %% and at most 100 %%.") % {"measure": measure}, code="tolerance"
            )
    plan = AlignmentPlan.objects.create(
        name=name[:200], unit_set=unit_set, layer=layer, balance=dict(balance), is_contiguous=is_contiguous, **stamped(actor)
    )
    audit(actor, "plan.created", plan)
    return plan


@transaction.atomic
def create_scenario(
    actor: Actor,
    plan: AlignmentPlan,
    *,
    name: str,
    territories: Sequence[NewTerritory],
    alignment: Mapping[str, str] | None = None,
    cause: str = "file",
    parent: Scenario | None = None,
) -> Scenario:
    """Make a draft: territories, and for every unit its territory or none; planners may. Recorded.

    Parameters
    ----------
    alignment
        Unit code → territory code; units that are not in it get none.
    """
    actor.need(Right.PLAN)
    codes = [territory.code for territory in territories]
    if not 0 < len(codes) <= MOST_TERRITORIES:
        raise Invalid(
            _("A scenario needs 1 to %(most)s territories, found %(found)s.")
            % {"most": number(MOST_TERRITORIES), "found": number(len(codes))},
            code="territories",
        )
    if len(set(codes)) < len(codes):
        raise Invalid(_("Two territories have the same code."), code="duplicate_id")
    units = unit_arrays(plan.unit_set)
    scenario = Scenario.objects.create(
        plan=plan, name=_free_name(plan, name), parent=parent, input_digest=plan.unit_set.digest, **stamped(actor)
    )
    colours = _colours(units, codes, alignment or {})
    TerritoryDefinition.objects.bulk_create(
        TerritoryDefinition(
            scenario=scenario,
            code=t.code,
            name=t.name,
            colour=t.colour or colours[j],
            position=t.position,
            capacity=t.capacity,
            home_lon=t.home_lon,
            home_lat=t.home_lat,
            place=j,
        )
        for j, t in enumerate(territories)
    )
    by_code = dict(TerritoryDefinition.objects.filter(scenario=scenario).values_list("code", "pk"))
    given = alignment or {}
    unknown = sorted({code for code in given.values() if code not in by_code})
    if unknown:
        raise Invalid(
            _("The alignment names the territory “%(name)s”, which does not exist.") % {"name": unknown[0]}, code="unknown_territory"
        )
    targets = [by_code.get(given.get(code, "")) for code in units.table.ids.tolist()]
    convert.create_assignments(scenario, units, targets, ["" if t is None else cause for t in targets])
    audit(
        actor,
        "scenario.created",
        scenario,
        after=say("%(territories)s territories, %(units)s units", territories=len(codes), units=units.n_units),
    )
    return scenario


@transaction.atomic
def branch(actor: Actor, source: Scenario, *, name: str = "") -> Scenario:
    """Copy a scenario as a draft; planners may. Recorded."""
    actor.need(Right.PLAN)
    copy = Scenario.objects.create(
        plan=source.plan,
        name=_free_name(source.plan, name or f"{source.name}, copy"),
        parent=source,
        settings=source.settings,
        seed=source.seed,
        input_digest=source.plan.unit_set.digest,
        **stamped(actor),
    )
    convert.copy_scenario(source, copy)
    audit(actor, "scenario.branched", copy, before=source.name, after=copy.name)
    return copy


@transaction.atomic
def rename(actor: Actor, public_id: UUID, *, version: int | None, name: str, notes: str) -> Scenario:
    """Change name and notes, whatever the state; planners may. Recorded."""
    actor.need(Right.PLAN)
    scenario = locked(public_id, version)
    name = name.strip()[:200]
    if not name:
        raise Invalid(_("Give the scenario a name."), code="no_name")
    for field, value in (("name", name), ("notes", notes.strip())):
        if getattr(scenario, field) != value:
            audit(actor, "scenario.changed", scenario, field=field, before=getattr(scenario, field), after=value)
            setattr(scenario, field, value)
    touch(actor, scenario, "name", "notes")
    return scenario


@transaction.atomic
def delete_scenario(actor: Actor, public_id: UUID, *, version: int | None) -> None:
    """Put a scenario that was never published into the bin; planners may. Recorded; can be restored for 90 days."""
    actor.need(Right.PLAN)
    scenario = locked(public_id, version)
    if scenario.publications.exists():
        raise Conflict(
            _("“%(scenario)s” was published and belongs to the history; it cannot be deleted.") % {"scenario": scenario},
            code="was_published",
        )
    scenario.deleted_at = actor.now
    touch(actor, scenario, "deleted_at")
    audit(actor, "scenario.deleted", scenario)


@transaction.atomic
def restore_scenario(actor: Actor, public_id: UUID) -> Scenario:
    """Take a scenario out of the bin; planners may, for 90 days. Recorded."""
    actor.need(Right.PLAN)
    scenario = Scenario.objects.select_for_update(of=("self",)).filter(public_id=public_id, deleted_at__gt=actor.now - RESTORABLE).first()
    if scenario is None:
        raise Missing(_("There is no such scenario in the bin."))
    scenario.deleted_at = None
    touch(actor, scenario, "deleted_at")
    audit(actor, "scenario.restored", scenario)
    return scenario


def _colours(units: UnitArrays, codes: list[str], alignment: Mapping[str, str]) -> list[str]:
    """A colour for each territory that its neighbours do not have."""
    place = {code: j for j, code in enumerate(codes)}
    of = np.array([place.get(alignment.get(str(unit), ""), -1) for unit in units.table.ids], dtype=np.int64)
    pairs = of[units.adjacency.pairs]
    touching = pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])]
    return territory_colours(Adjacency.from_pairs(len(codes), touching), len(codes))


def numbered(n: int) -> list[NewTerritory]:
    """Territories T1 … Tn."""
    width = len(str(n))
    return [NewTerritory(f"T{i:0{width}d}", f"Territory {i}") for i in np.arange(1, n + 1).tolist()]


def _free_name(plan: AlignmentPlan, name: str) -> str:
    taken = set(plan.scenarios.filter(deleted_at__isnull=True).values_list("name", flat=True))
    name = (name.strip() or "Scenario")[:190]
    fresh, n = name, 1
    while fresh in taken:
        n += 1
        fresh = f"{name} {n}"
    return fresh
