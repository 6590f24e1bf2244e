"""Runs of the engine: asked for here, done by a job, kept as a new scenario."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bailiwick.domain.said import say, say_n
from bailiwick.domain.wording import percent
from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped
from bailiwick_web.core.templatetags.words import number
from bailiwick_web.planning import convert
from bailiwick_web.planning.convert import ScenarioArrays
from bailiwick_web.planning.journal import Edit
from bailiwick_web.planning.models import Forbid, FrontPlan, Move, Run, Scenario, TerritoryDefinition
from bailiwick_web.planning.services import edits
from bailiwick_web.planning.services.scenarios import _free_name, branch
from bailiwick_web.territories.convert import unit_arrays

KIND, KIND_FRONT = "design", "front"
ANEW, FEW_CHANGES, FRONT = "anew", "few-changes", "front"
MODES = {
    FEW_CHANGES: gettext_noop("Mend what is here with few changes"),
    ANEW: gettext_noop("Draw the territories anew"),
    FRONT: gettext_noop("Several plans to choose from"),
}
MOST_SECONDS = 3_600


@transaction.atomic
def start_run(actor: Actor, scenario: Scenario, *, mode: str = "", seed: int = 0, time_limit_seconds: float = 60, name: str = "") -> Run:
    """Ask the engine for better territories with the present ones' homes, capacities and locks; planners may. Recorded.

    Without a mode it mends what is here, or draws anew where nothing has a territory yet. A front gives no scenario but several
    plans, of which :func:`choose_plan` makes one.
    """
    actor.need(Right.PLAN)
    is_empty = not scenario.assignments.filter(territory__isnull=False).exists()
    mode = mode or (ANEW if is_empty else FEW_CHANGES)
    if mode not in MODES:
        raise Invalid(
            _("There is no way “%(mode)s” to run the engine; there are: %(known)s.") % {"mode": mode, "known": ", ".join(MODES)},
            code="mode",
        )
    if mode == FEW_CHANGES and is_empty:
        raise Conflict(_("Nothing has a territory yet, so there is nothing to mend; draw the territories anew."), code="nothing_to_mend")
    if not 1 <= time_limit_seconds <= MOST_SECONDS:
        raise Invalid(_("The engine may have 1 to %(most)s seconds.") % {"most": number(MOST_SECONDS)}, code="time_limit")
    if not 0 <= seed < 2**31:
        raise Invalid(_("The seed is a whole number from 0 to 2,147,483,647."), code="seed")
    if not scenario.plan.unit_set.n_units:
        raise Conflict(_("There are no units to assign."), code="no_units")
    idle = scenario.territories.filter(is_locked=True, assignments=None).first()
    if idle is not None:
        raise Conflict(
            _("%(territory)s is locked and has nothing, and the engine gives every territory something: unlock it, or take it away.")
            % {"territory": idle.name},
            code="locked",
        )
    params: dict[str, Any] = {"scenario": str(scenario.public_id), "version": scenario.version, "seed": seed, "mode": mode}
    params |= {"time_limit_seconds": time_limit_seconds, "name": name or _balanced(scenario.name)}
    kind, title = KIND_FRONT if mode == FRONT else KIND, say("Balance “%(scenario)s”", scenario=scenario.name)
    job = jobs.enqueue(actor, kind, title=title, params=params, input_digest=scenario.plan.unit_set.digest)
    run = Run.objects.create(scenario=scenario, job=job, params=params)
    audit(actor, "run.started", scenario, after=_asked(mode, seed, time_limit_seconds))
    return run


def _balanced(name: str) -> str:
    """A name for what the engine makes of a scenario; what has it already is only numbered on."""
    suffix = _("%(scenario)s, balanced") % {"scenario": ""}
    plain = re.sub(r" \d+$", "", name)
    return plain if plain.endswith(suffix) or plain == _("Balanced") else _("%(scenario)s, balanced") % {"scenario": name}


@transaction.atomic
def replay_run(actor: Actor, result: Scenario) -> Run:
    """Run the engine again as it ran for a scenario: same input, parameters and seed; planners may. Recorded.

    Where the scenario that it began with was changed since, it begins with a copy of its state of then, from the journal. The
    summary of the finished run says whether the result is the same; one that its time limit ended may differ.
    """
    actor.need(Right.PLAN)
    run = Run.objects.filter(Q(result=result) | Q(plans__result=result)).select_related("scenario__plan__unit_set").first()
    if run is None:
        raise Conflict(_("“%(result)s” was not made by the engine, so there is nothing to run again.") % {"result": result}, code="no_run")
    source = run.scenario
    if source.plan.unit_set.digest != result.input_digest:
        raise Conflict(
            _("The units changed since: the run read %(then)s…, now they are %(now)s….")
            % {"then": result.input_digest[:12], "now": source.plan.unit_set.digest[:12]},
            code="input_changed",
        )
    start = source if source.version == run.params["version"] else _as_it_was(actor, source, run.params["version"])
    asked = {name: run.params[name] for name in ("mode", "seed", "time_limit_seconds")}
    again = start_run(actor, start, name=_("%(scenario)s, replayed") % {"scenario": result.name}, **asked)
    again.params = again.params | {"replay_of": str(run.public_id)}
    again.save(update_fields=["params"])
    audit(actor, "run.replayed", result, after=str(again.public_id))
    return again


def _as_it_was(actor: Actor, source: Scenario, version: int) -> Scenario:
    """A copy of a scenario at an earlier version: the later entries of its journal are taken back."""
    copy = branch(actor, source, name=_("%(scenario)s, as of version %(version)s") % {"scenario": source.name, "version": version})
    units = unit_arrays(source.plan.unit_set)
    for move in Move.objects.filter(scenario=source, version__gt=version).order_by("-seq"):
        edits.apply(copy, units, Edit.read(move.changes).reversed())
    return copy


def _is_same(run: Run, arrays: ScenarioArrays, territory_idx: np.ndarray) -> bool | None:
    """Whether a replay gave what the first run gave; None if this is no replay, or the first result was edited or is gone."""
    first = Run.objects.filter(public_id=run.params.get("replay_of")).select_related("result__plan__unit_set").first()
    if first is None or first.result is None:
        return None
    if Move.objects.filter(scenario=first.result).exists():
        return None
    kept = dict(first.result.assignments.values_list("unit_id", "territory__code"))
    fresh = dict(zip(arrays.units.keys.tolist(), np.array(arrays.codes, dtype=object)[territory_idx].tolist(), strict=True))
    return kept == fresh


def _scenario_of(
    actor: Actor, run: Run, arrays: ScenarioArrays, territory_idx: np.ndarray, *, colours: list[str], name: str, settings: dict[str, Any]
) -> Scenario:
    """A draft with the territories, locks, names and rules of the scenario that a run began with, and its own assignment."""
    source = run.scenario
    result = Scenario.objects.create(
        plan=source.plan,
        name=_free_name(source.plan, run.params.get("name") or name),
        parent=source,
        settings=settings,
        seed=run.params["seed"],
        input_digest=source.plan.unit_set.digest,
        **stamped(actor),
    )
    fresh = []
    for territory, colour in zip(arrays.territories, colours, strict=True):
        values = {
            f: getattr(territory, f) for f in ("code", "name", "position_id", "capacity", "home_lon", "home_lat", "is_locked", "place")
        }
        fresh.append(TerritoryDefinition(scenario=result, colour=colour, **values))
    TerritoryDefinition.objects.bulk_create(fresh)
    by_code = dict(TerritoryDefinition.objects.filter(scenario=result).values_list("code", "pk"))
    keys = np.array([by_code[code] for code in arrays.codes])
    same = territory_idx == arrays.territory_idx
    causes = np.where(same, arrays.causes, f"run:{run.public_id}")
    convert.create_assignments(result, arrays.units, keys[territory_idx].tolist(), causes.tolist())
    convert.update_locks(result, arrays.units.keys[arrays.is_locked], np.ones(int(arrays.is_locked.sum()), bool))
    Forbid.objects.bulk_create(
        Forbid(scenario=result, unit_id=arrays.units.keys[i], territory_id=keys[j]) for i, j in arrays.forbidden.tolist()
    )
    convert.copy_names_and_rules(source, result)
    return result


@transaction.atomic
def keep_result(
    actor: Actor, run: Run, arrays: ScenarioArrays, territory_idx: np.ndarray, *, colours: list[str], summary: dict[str, Any]
) -> Scenario:
    """Store what the engine found as a new draft; the job does. Recorded. Done once, however often the job is tried."""
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.result is not None:
        return run.result
    result = _scenario_of(actor, run, arrays, territory_idx, colours=colours, name=run.scenario.name, settings=run.params)
    if (is_same := _is_same(run, arrays, territory_idx)) is not None:
        summary = summary | {"is_same": is_same}
    run.result, run.summary = result, summary
    run.save(update_fields=["result", "summary"])
    audit(actor, "run.finished", result, before=run.scenario.name, after=_headline(summary))
    return result


def _asked(mode: str, seed: int, seconds: float) -> str:
    """What a run was asked for, as the history says it."""
    return say("%(mode)s, seed %(seed)s, %(seconds)s s", mode=say(MODES[mode]), seed=str(seed), seconds=f"{seconds:g}")


def _headline(summary: dict[str, Any]) -> str:
    """What a run brought, as the history says it; nothing where no measure was to be balanced."""
    worst = next(iter(summary.get("measures", ())), None)
    if worst is None:
        return ""
    before, after = percent(worst["before"]), percent(worst["after"] or 0.0)
    return say("worst deviation %(before)s → %(after)s", before=before, after=after)


@transaction.atomic
def dismiss_run(actor: Actor, run_id: UUID) -> None:
    """Take the card of a finished run off the screen; planners may."""
    actor.need(Right.PLAN)
    if not Run.objects.filter(public_id=run_id).update(is_dismissed=True):
        raise Missing(_("There is no such run."))


@transaction.atomic
def keep_front(actor: Actor, run: Run, plans: Sequence[tuple[dict[str, Any], np.ndarray]], *, summary: dict[str, Any]) -> None:
    """Store the plans of a front, each with its figures; the job does. Recorded. Done once, however often the job is tried."""
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.summary:
        return
    FrontPlan.objects.bulk_create(
        FrontPlan(run=run, number=figures["plan"], figures=figures, territory_idx=zlib.compress(np.asarray(labels, "<i2").tobytes()))
        for figures, labels in plans
    )
    run.summary = summary
    run.save(update_fields=["summary"])
    audit(actor, "run.finished", run.scenario, after=say_n("%(n)s plan to choose from", "%(n)s plans to choose from", len(plans)))


@transaction.atomic
def choose_plan(actor: Actor, run_id: UUID, number: int) -> Scenario:
    """Make a draft of one plan of a front; planners may. Recorded. The same choice again gives the same scenario.

    Raises
    ------
    Missing, Conflict
        If there is no such plan, or the scenario that it began with has other units, territories or locks by now.
    """
    actor.need(Right.PLAN)
    chosen = FrontPlan.objects.select_for_update(of=("self",)).filter(run__public_id=run_id, number=number).first()
    if chosen is None:
        raise Missing(_("There is no such plan to choose."))
    if chosen.result is not None and chosen.result.deleted_at is None:
        return chosen.result
    run = Run.objects.select_related("scenario__plan__unit_set").get(pk=chosen.run_id)
    arrays = convert.scenario_arrays(run.scenario)
    labels = np.frombuffer(zlib.decompress(bytes(chosen.territory_idx)), "<i2").astype(np.int32)
    _check_still_fits(run, arrays, labels)
    name = _("%(scenario)s, plan %(n)s of the front") % {"scenario": run.scenario.name, "n": number}
    settings = run.params | {"plan": number}
    chosen.result = _scenario_of(actor, run, arrays, labels, colours=[t.colour for t in arrays.territories], name=name, settings=settings)
    chosen.save(update_fields=["result"])
    audit(actor, "run.plan_chosen", chosen.result, before=run.scenario.name, after=number)
    return chosen.result


def _check_still_fits(run: Run, arrays: ScenarioArrays, labels: np.ndarray) -> None:
    """A plan of a front fits its scenario as long as units, territories, locks and forbidden pairs are what they were, or agree with it."""
    is_same = run.scenario.plan.unit_set.digest == run.summary["input_digest"] and arrays.codes == run.summary["territories"]
    if not is_same or bool(_breaks(arrays, labels).any()):
        raise Conflict(
            _("“%(scenario)s” has other units, territories or locks by now; let the engine look for plans again.")
            % {"scenario": run.scenario},
            code="input_changed",
        )


def _breaks(arrays: ScenarioArrays, labels: np.ndarray) -> np.ndarray:
    """Mask of the units that would leave where they must stay, or come to where they must not be, shape (n,)."""
    is_new = labels != arrays.territory_idx
    is_closed = np.array([t.is_locked for t in arrays.territories] + [False])[labels]
    units, barred = arrays.forbidden.T
    is_closed[units[labels[units] == barred]] = True
    return np.asarray(is_new & (is_closed | (arrays.is_stuck & (arrays.territory_idx >= 0))))
