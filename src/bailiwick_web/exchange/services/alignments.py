"""Territories as they are today: a file of unit and territory, or the owner column of one of customers, becomes a scenario."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.templatetags.words import number, state_name
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.services.dependents import dependents, in_words, listed
from bailiwick_web.exchange.services.matching import match_codes
from bailiwick_web.exchange.services.reps import make_positions
from bailiwick_web.exchange.services.reps import take_back as take_positions_back
from bailiwick_web.exchange.services.rows import SCENARIO, Late, keep_account
from bailiwick_web.exchange.services.units import unit_sets_with
from bailiwick_web.planning.models import Publication, Scenario, UnitAssignment
from bailiwick_web.planning.services import NewTerritory, create_plan, create_scenario
from bailiwick_web.territories.models import AlignmentPlan, Unit, UnitSet

TOLERANCE = 0.05
MOST_TERRITORIES = 2_000
NAME = "Today"


@dataclass
class Difference:
    """What importing would do: for every unit of the file its territory, and how that compares with what is known."""

    alignment: dict[str, str] = field(default_factory=dict)
    n_created: int = 0
    n_updated: int = 0
    n_unchanged: int = 0
    late: list[Late] = field(default_factory=list)
    how: Counter[str] = field(default_factory=Counter)
    reference: Scenario | None = None


def target(rows: pa.Table, coming: ImportBatch | None) -> UnitSet | None:
    """The unit set that most of the file is of; that of the units that come with it, if there are such."""
    if coming is not None:
        return coming.unit_set
    return unit_sets_with({str(code) for code in rows.column("code").to_pylist()})


def compare(rows: pa.Table, unit_set: UnitSet | None, *, coming_codes: list[str] | None = None) -> Difference:
    """Compare with the territories of the latest file, or else with what is published; ids that are no units are told."""
    result = Difference()
    codes = [] if unit_set is None else list(Unit.objects.filter(unit_set=unit_set).values_list("code", flat=True))
    known = list(dict.fromkeys([*codes, *(coming_codes or ())]))
    result.reference = None if unit_set is None else reference_of(unit_set)
    before = {} if result.reference is None else _alignment_of(result.reference)
    columns = {name: rows.column(name).to_pylist() for name in ("row", "code", "territory")}
    matches = match_codes([str(code) for code in columns["code"]], known)
    result.how = matches.how
    for row, code, territory, j in zip(columns["row"], columns["code"], columns["territory"], matches.found, strict=True):
        if j < 0:
            said = say("there is no customer or area with the id %(id)s; import it first", id=repr(str(code)[:60]))
            result.late.append(Late(int(row), "", "unknown_unit", said))
        elif known[j] in result.alignment:
            result.late.append(Late(int(row), "", "duplicate_id", say("%(id)s stands already in a row above", id=repr(known[j]))))
        else:
            result.alignment[known[j]] = str(territory)[:80]
            _count(result, before.get(known[j], ""), result.alignment[known[j]])
    return result


def _count(result: Difference, before: str, now: str) -> None:
    if before == now:
        result.n_unchanged += 1
    elif before:
        result.n_updated += 1
    else:
        result.n_created += 1


def reference_of(unit_set: UnitSet) -> Scenario | None:
    """The latest scenario that came with a file and is still there, else what is published."""
    scenarios = Scenario.objects.filter(plan__unit_set=unit_set, deleted_at__isnull=True)
    came = ImportBatch.objects.filter(kind=ImportBatch.Kind.ALIGNMENT, state=ImportBatch.State.IMPORTED, unit_set=unit_set)
    for facts in came.values_list("facts", flat=True):
        found = scenarios.filter(public_id=facts["scenario"]).first() if facts.get("scenario") else None
        if found is not None:
            return found
    published = Publication.objects.filter(plan__unit_set=unit_set, valid_until=None).select_related("scenario").first()
    return None if published is None else published.scenario


def _alignment_of(scenario: Scenario) -> dict[str, str]:
    rows = UnitAssignment.objects.filter(scenario=scenario, territory__isnull=False).values_list("unit__code", "territory__code")
    return dict(rows)


def write(actor: Actor, batch: ImportBatch, what: Difference) -> None:
    """Make a scenario, and a plan for it if there is none; if nothing changes, nothing is made. The caller holds the transaction."""
    unit_set = batch.unit_set
    if unit_set is None or not what.alignment:
        raise Conflict(_("No unit of this file is known. Import the customers or areas first."), code="no_common_ids")
    if not what.n_created and not what.n_updated:
        batch.facts = {**batch.facts, "scenario": str(what.reference.public_id) if what.reference else "", "is_same": True}
        return
    before = _alignment_of(what.reference) if what.reference is not None else {}
    alignment = {**before, **what.alignment}
    if batch.options.get("makes_positions"):
        make_positions(actor, batch, sorted(set(what.alignment.values())))
    plan = unit_set.plans.order_by("-pk").first()
    made_plan = plan is None
    plan = plan or _plan(actor, unit_set)
    scenario = create_scenario(
        actor, plan, name=NAME, territories=territories(alignment), alignment=alignment, cause=f"file:{batch.public_id}"
    )
    batch.facts = {**batch.facts, "scenario": str(scenario.public_id), "made_plan": made_plan}
    keep_account(batch, (str(scenario.public_id),), (), record=SCENARIO)


def territories(alignment: dict[str, str]) -> list[NewTerritory]:
    """The territories that an alignment names: positions where they are known by code or name, else by name only."""
    codes = sorted(set(alignment.values()))
    if len(codes) > MOST_TERRITORIES:
        raise Conflict(
            _("The file names %(found)s territories, more than the %(most)s that a plan can have; choose another column.")
            % {"found": number(len(codes)), "most": number(MOST_TERRITORIES)},
            code="territories",
        )
    positions: dict[str, Position] = {}
    for position in Position.objects.all():
        positions.setdefault(position.name, position)
    positions |= {p.code: p for p in Position.objects.filter(code__in=codes)}
    found: list[Any] = []
    for code in codes:
        p = positions.get(code)
        found.append(NewTerritory(code, code) if p is None else NewTerritory(code, p.name, "", p, p.capacity, p.home_lon, p.home_lat))
    return found


def take_back(actor: Actor, batch: ImportBatch) -> None:
    """Remove the scenario that an import made, with its plan and positions if it made them; refused where work stands on it."""
    if batch.facts.get("is_same") or not batch.facts.get("scenario"):
        return
    scenario = Scenario.objects.filter(public_id=UUID(batch.facts["scenario"])).first()
    if scenario is not None:
        _remove(scenario)
        if batch.facts.get("made_plan") and not scenario.plan.scenarios.exclude(pk=scenario.pk).exists():
            plan = scenario.plan
            scenario.delete()
            if not dependents(AlignmentPlan, [plan.pk]):
                plan.delete()
        else:
            scenario.delete()
    take_positions_back(actor, batch)


def _remove(scenario: Scenario) -> None:
    """Refuse if the scenario is more than what the file said."""
    if scenario.state != Scenario.State.DRAFT:
        raise Conflict(
            _("“%(scenario)s” is %(state)s by now and belongs to the history; it cannot be taken back.")
            % {"scenario": scenario, "state": state_name(scenario.state)},
            code="in_use",
        )
    others = in_words(dependents(Scenario, [scenario.pk], but={"territorydefinition", "unitassignment"}))
    if others:
        raise Conflict(
            _("Work stands on “%(scenario)s” by now: %(names)s. Delete that first, or keep the territories.")
            % {"scenario": scenario, "names": listed(others)},
            code="in_use",
        )


def _plan(actor: Actor, unit_set: UnitSet) -> AlignmentPlan:
    first = unit_set.measures.first()
    return create_plan(actor, unit_set, name=f"{unit_set.name}: territories", balance={first.key if first else "units": TOLERANCE})
