"""A plan in the words and numbers that map and report draw."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.api.nouns import unit_noun, words
from bailiwick.api.summary import STOPPED
from bailiwick.api.view_changes import change_categories, change_facts, change_method, change_tail
from bailiwick.domain import Adjacency, FloatArray, Notice, Problem, TextArray, UnitTable
from bailiwick.domain.wording import counted
from bailiwick.geography.neighbours import from_points, territory_adjacency
from bailiwick.metrics import Evaluation
from bailiwick.pictures.palette import territory_colours
from bailiwick.pictures.view import Fact, LevelView, MeasureView, PlanView, TerritoryColumn
from bailiwick.pictures.wording import decimals_of, number_text, percent_text, tolerance_text

if TYPE_CHECKING:
    from bailiwick.api.plan import Plan

GENERATED = "generated"
"""A column of this name that is filled in every row says that the data are not real."""
MAX_CATEGORIES, MAX_CATEGORY_COLUMNS = 12, 4
LEAST_PART = 0.01
"""A part of a drawn territory is worth a word from this share of the largest part."""
HOW_IT_WAS_READ = frozenset(
    {"columns_chosen", "shapes_joined", "layer_chosen", "sheet_chosen", "unpacked", "encoding", "reprojected", "scaled"}
)
"""Codes of notices that belong to the settings, because there is nothing to worry about."""
OBJECTIVE_WORDS = {
    "distance": "{weight} times distance to the territory's centre",
    "inertia": "{weight} times squared distance to the territory's centre",
    "diameter": "the largest distance between two units of one territory",
}


BY_TRAVEL_WORDS = {
    "distance": "{weight} times minutes of travel to the territory's centre",
    "inertia": "{weight} times squared minutes of travel to the territory's centre",
}


def objective_words(problem: Problem, weight: str) -> str:
    """What is minimised, in words."""
    return (OBJECTIVE_WORDS if problem.travel is None else BY_TRAVEL_WORDS)[problem.objective].format(weight=weight)


def plan_view(plan: Plan, shapes: NDArray[np.object_]) -> PlanView:
    """Everything that the pictures show; ``shapes`` are the areas of the territories, shape (K,)."""
    evaluation, problem, units = plan.evaluation, plan.problem, plan.problem.units
    document = plan.document()
    noun = unit_noun(plan.source.title)
    bound = plan.result.bound
    weight = words(problem.measures[0].name).lower()
    return PlanView(
        title=f"{words(plan.source.title) or 'Sales territories'}: {counted(problem.n_territories, 'territory', 'territories')}",
        subtitle=_subtitle(plan, noun),
        disclaimer=disclaimer(units),
        unit_noun=noun,
        is_planar=units.is_planar,
        coordinates=units.coordinates,
        unit_ids=units.ids,
        unit_labels=units.names,
        unit_shapes=units.shapes,
        unit_categories={**change_categories(plan), **categories(units)},
        territory_idx=evaluation.territory_idx,
        territory_ids=problem.territory_ids,
        territory_names=problem.territory_names,
        territory_shapes=shapes,
        territory_colours=plan_colours(evaluation, shapes),
        territory_columns=(*_columns(evaluation), *_robust_columns(plan)),
        measures=_measures(evaluation),
        centres=evaluation.centre_coordinates,
        centre_labels=_centre_labels(evaluation),
        levels=_levels(plan),
        n_pieces=evaluation.column("n_pieces").astype(np.int32) if "n_pieces" in evaluation.values else None,
        facts=_facts(plan, shapes),
        objective_words=objective_words(problem, weight) + change_tail(plan),
        objective=evaluation.objective,
        objective_unit=_spoken(document["objective_unit"], problem),
        lower_bound=None if bound is None else bound.value,
        gap=plan.gap,
        bound_holds_for="" if bound is None else _spoken(bound.holds_for, problem),
        bound_method="" if bound is None else bound.method,
        notices=tuple(
            _spoken_notice(notice, problem) for notice in (*_clashes(plan), *plan.told_notices) if notice.code not in HOW_IT_WAS_READ
        ),
        n_clashes=len(plan.result.conflicts),
        method=_method(plan, weight),
        settings=_settings(plan, document["input_digest"]),
    )


def _spoken(text: str, problem: Problem) -> str:
    """A sentence with the names of measures as a person reads them."""
    for measure in problem.measures:
        spoken = words(measure.name).lower().replace("\\", r"\\")
        text = re.sub(rf"(?<!\w){re.escape(measure.name)}(?!\w)", spoken, text)
    return text


def _clashes(plan: Plan) -> tuple[Notice, ...]:
    """Why rules could not be kept and what would help, to stand before all else that should be known."""
    proof = {True: "Rules clash", False: "A rule is missed"}
    return tuple(
        Notice(c.code, f"{proof[c.is_proven]}: {c.message} What would help: {c.relaxation}.", len(c.unit_ids))
        for c in plan.result.conflicts
    )


def _spoken_notice(notice: Notice, problem: Problem) -> Notice:
    message = _spoken(notice.message, problem)
    starts_with_a_name = "." in message.split(" ", 1)[0]  # a file is called as it is called
    return replace(notice, message=message if starts_with_a_name else message[:1].upper() + message[1:])


def disclaimer(units: UnitTable) -> str:
    """One sentence if the data say of themselves that they are generated, else nothing."""
    marks = units.attributes.get(GENERATED)
    return "These data are generated, not real." if marks is not None and len(marks) and all(marks) else ""


def categories(units: UnitTable) -> dict[str, TextArray]:
    """The first few text columns with 2 to 12 different texts."""
    found: dict[str, TextArray] = {}
    for name, texts in units.attributes.items():
        if len(found) == MAX_CATEGORY_COLUMNS:
            break
        if 2 <= len(set(texts[:5000].tolist())) <= MAX_CATEGORIES and 2 <= len(set(texts.tolist())) <= MAX_CATEGORIES:
            found[words(name)] = texts
    return found


def _subtitle(plan: Plan, noun: tuple[str, str]) -> str:
    problem = plan.problem
    balanced = [words(m.name).lower() for m in problem.measures if m.tolerance is not None]
    balance = f", balanced by {' and '.join(balanced)}" if balanced else ""
    return f"{problem.n_units:,} {noun[0] if problem.n_units == 1 else noun[1]}{balance}"


def plan_colours(evaluation: Evaluation, shapes: NDArray[np.object_] | None = None) -> TextArray:
    """Colours that neighbours never share: by the neighbour graph (else by the nearest units), and by what touches in the drawing.

    Where an alignment of today was given, its neighbours count, too: then the colours fit both.
    """
    units, k = evaluation.problem.units, evaluation.problem.n_territories
    graph = evaluation.problem.adjacency or from_points(units.coordinates, is_planar=units.is_planar)
    pairs = territory_adjacency(graph, evaluation.territory_idx, k).pairs
    today = evaluation.problem.baseline
    if today is not None:
        pairs = np.vstack([pairs, territory_adjacency(graph, today.territory_idx, k).pairs])
    if shapes is not None:
        drawn = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
        pairs = np.vstack([pairs, drawn[drawn[:, 0] < drawn[:, 1]]])
    return np.array(territory_colours(Adjacency.from_pairs(k, pairs), k), dtype=object)


def _measures(evaluation: Evaluation) -> tuple[MeasureView, ...]:
    problem = evaluation.problem
    names = [words(m.name) for m in problem.measures]
    if len(set(names)) < len(names):
        names = [m.name for m in problem.measures]
    return tuple(
        MeasureView(
            name=names[m],
            values=problem.units.measures[measure.name],
            totals=evaluation.totals[:, m],
            targets=evaluation.targets[:, m],
            deviations=np.where(evaluation.targets[:, m] > 0, evaluation.deviations[:, m], np.nan),
            tolerance=measure.tolerance,
        )
        for m, measure in enumerate(problem.measures)
    )


def _levels(plan: Plan) -> tuple[LevelView, ...]:
    found: list[LevelView] = []
    for level in plan.levels:
        evaluation, ids = level.evaluation, level.level.group_ids
        parents = np.full(len(ids), "", dtype=object)
        if found:
            parents[level.of_territory] = found[-1].group_ids[found[-1].group_idx]
        found.append(
            LevelView(
                name=words(level.level.name),
                group_ids=ids,
                group_idx=level.of_territory,
                colours=plan_colours(evaluation),
                parents=parents,
                totals=evaluation.totals,
                deviations=np.where(evaluation.targets > 0, evaluation.deviations, np.nan),
                is_outside=evaluation.is_violating,
            )
        )
    return tuple(found)


def _columns(evaluation: Evaluation) -> tuple[TerritoryColumn, ...]:
    columns = [
        ("Mean distance", _float(evaluation.column("territory_mean_distance_km")), "km"),
        ("Farthest unit", _float(evaluation.column("reach_km")), "km"),
    ]
    if evaluation.problem.has_minutes:
        columns.append(("Mean travel", _float(evaluation.column("territory_mean_minutes")), "min"))
    return tuple(TerritoryColumn(name, values, unit, decimals_of(values)) for name, values, unit in columns)


def _robust_columns(plan: Plan) -> tuple[TerritoryColumn, ...]:
    if plan.robustness is None:
        return ()
    probability = plan.robustness.probability
    name = "Stays within" if len(probability) == 1 else "{} stays within"
    return tuple(TerritoryColumn(name.format(words(m)), 100 * values, "% of cases") for m, values in probability.items())


def _length(value: float) -> str:
    return number_text(value, decimals_of(np.array([value])))


def _float(values: np.ndarray) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


def _centre_labels(evaluation: Evaluation) -> TextArray | None:
    problem = evaluation.problem
    if problem.territory_names is None:
        return None
    labels = [f"{name}, home" if fixed else str(name) for name, fixed in zip(problem.territory_names, problem.is_fixed, strict=True)]
    return np.array(labels, dtype=object)


def _facts(plan: Plan, shapes: NDArray[np.object_]) -> tuple[Fact, ...]:
    evaluation, problem = plan.evaluation, plan.problem
    k = problem.n_territories
    facts = []
    for m, measure in enumerate(problem.measures):
        if measure.tolerance is not None:
            outside = int(evaluation.is_violating[:, m].sum())
            value = f"±{percent_text(float(evaluation.column('max_deviation')[m]))}"
            detail = f"all within {tolerance_text(measure.tolerance)}" if not outside else f"{outside:,} of {k:,} outside"
            facts.append(Fact(words(measure.name), value, detail, "warning" if outside else "good"))
    facts.append(Fact("Mean distance", f"{_length(evaluation.mean_distance_km)} km", "to the middle of the territory"))
    if problem.has_minutes:
        facts.append(Fact("Mean travel", f"{_length(evaluation.number('mean_minutes'))} min", "to the centre"))
    if problem.adjacency is not None:
        broken = len(evaluation.in_pieces)
        facts.append(Fact("In one piece", f"{k - broken:,} of {k:,}", _across(evaluation, shapes), "warning" if broken else "good"))
    facts.extend(change_facts(plan))
    if plan.robustness is not None and plan.robustness.probability:
        least = np.min(list(plan.robustness.probability.values()), axis=0)
        sure = int((least >= plan.robustness.confidence).sum())
        detail = f"territories stay within in {plan.robustness.confidence:.0%} of cases"
        facts.append(Fact("Robust", f"{sure:,} of {k:,}", detail, "good" if sure == k else "warning"))
    if plan.gap is not None:
        facts.append(Fact("Gap", percent_text(plan.gap), "at most, to the best possible"))
    return tuple(facts)


def _across(evaluation: Evaluation, shapes: NDArray[np.object_]) -> str:
    """Whether the picture shows as several areas what the neighbour graph holds together."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.area(parts)
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, owner, area)
    n_large = np.bincount(owner[area >= LEAST_PART * largest[owner]], minlength=len(shapes))
    n_large[evaluation.in_pieces] = 0
    across = int((n_large > 1).sum())
    return f"territories; {across:,} of them across water or a gap" if across else "territories"


def _method(plan: Plan, weight: str) -> tuple[str, ...]:
    problem = plan.problem
    fixed = int(problem.is_fixed.sum())
    kinds = {0: "Every centre was free to move.", problem.n_territories: "Every territory has its centre at the home of its rep."}
    centres = kinds.get(fixed, f"{fixed:,} centres are homes of reps, the others were free to move.")
    graph = problem.adjacency
    together = "Territories need not be connected." if graph is None else f"Territories are connected. Neighbours: {graph.rule}."
    how = change_method(plan) or (
        "Units are first shared out so that every territory gets its target at the least distance (a transport problem).",
        "Pieces that lie apart are then joined to a neighbour, and a search moves units along the borders as long as that helps.",
    )
    return (
        f"The plan makes {objective_words(problem, weight)}{change_tail(plan)} as small as it can within the tolerances. {centres}",
        *how,
        *_levels_words(plan),
        together,
        STOPPED.get(plan.result.stop_reason, "The search ended by itself."),
    )


def _levels_words(plan: Plan) -> tuple[str, ...]:
    if not plan.levels:
        return ()
    how = {
        "from above": "The levels were cut from the top down, the territories last.",
        "from below": "Territories were designed first and then grouped into the levels above them.",
    }
    last = "Then units moved along the borders while every level kept its tolerance and its one piece as far as it can."
    return (f"{how.get(plan.construction, '')} {last}".strip(),)


def _robust_settings(plan: Plan) -> tuple[tuple[str, str], ...]:
    if plan.robustness is None:
        return ()
    robust = plan.robustness
    kept = ", ".join(f"{words(name)} {tolerance_text(round(value, 4))}" for name, value in robust.search_tolerances.items())
    regions = f"{robust.n_regions} regions share {robust.correlation:.0%} of the variance"
    return (
        ("Uncertain", f"{', '.join(words(name) for name in robust.probability)}; {regions}"),
        ("Kept in the search", kept or "as asked"),
    )


def _settings(plan: Plan, digest: str) -> tuple[tuple[str, str], ...]:
    problem, rows = plan.problem, plan.source.rows
    balance = "; ".join(f"{words(m.name)} {tolerance_text(m.tolerance)}" for m in problem.measures if m.tolerance is not None)
    return (
        ("Bailiwick", plan.engine_version),
        ("Seed", str(plan.result.seed)),
        ("Input digest (SHA-256)", digest),
        ("Rows", f"{rows['read']:,} read, {rows['used']:,} used, {rows['rejected']:,} rejected"),
        ("Objective", problem.objective),
        ("Balance", balance or "none"),
        ("Distances", problem.distance_words),
        *((("Minutes", problem.minutes_words),) if problem.minutes_words and problem.travel is None else ()),
        *_robust_settings(plan),
        *((f"Level {level.level.name}", f"{level.level.n_groups}") for level in plan.levels),
        ("Stop reason", plan.result.stop_reason),
        *(("How it was read", notice.message) for notice in plan.notices if notice.code in HOW_IT_WAS_READ),
    )
