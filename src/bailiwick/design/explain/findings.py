"""What a plan does not meet, and why, in words."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import Notice, Problem
from bailiwick.domain.naming import unit_name
from bailiwick.domain.wording import counted, percent, tolerance_percent
from bailiwick.geography.geodesy import coordinates_to_points, distance_km, points_km
from bailiwick.geography.islands import island_notice
from bailiwick.metrics.evaluation import Evaluation
from bailiwick.metrics.rules import too_far


def findings(evaluation: Evaluation, *, was_searched: bool = True) -> tuple[Notice, ...]:
    """Notices on every rule that the plan breaks, largest cause first; no search is blamed for a plan that none has made."""
    return (
        *_empty(evaluation),
        *_heavy_units(evaluation),
        *_unbalanced(evaluation, was_searched),
        *_in_pieces(evaluation),
        *_too_far(evaluation),
        *_moved_above_cap(evaluation),
        *_too_long(evaluation),
        *_islands(evaluation.problem),
    )


def _empty(evaluation: Evaluation) -> list[Notice]:
    problem = evaluation.problem
    empty = np.setdiff1d(np.arange(problem.n_territories), evaluation.territory_idx)
    if not len(empty):
        return []
    ids = [str(problem.territory_ids[j]) for j in empty[:10]]
    return [
        Notice(
            "empty_territory",
            f"{counted(len(empty), 'territory has', 'territories have')} no unit, the first is {ids[0]}.",
            len(empty),
            tuple(ids),
        )
    ]


def heavy_units(problem: Problem, column: int) -> np.ndarray:
    """Indices of the units that alone are above the upper limit of the mean target of one measure, heaviest first."""
    measure = problem.measures[column]
    if measure.tolerance is None:
        return np.empty(0, np.int64)
    values = problem.units.measures[measure.name]
    largest_target = values.sum() * problem.target_shares.max()
    heavy = np.flatnonzero(values > largest_target * (1 + measure.tolerance) * (1 + 1e-9))
    return heavy[np.argsort(-values[heavy], kind="stable")]


def _heavy_units(evaluation: Evaluation) -> list[Notice]:
    problem, notices = evaluation.problem, []
    for column, measure in enumerate(problem.measures):
        heavy = heavy_units(problem, column)
        if not len(heavy):
            continue
        values = problem.units.measures[measure.name]
        share = values[heavy[0]] / (values.sum() * problem.target_shares.max())
        others = f" ({counted(len(heavy) - 1, 'more unit is', 'more units are')} too large, too)" if len(heavy) > 1 else ""
        allowed = tolerance_percent(measure.tolerance or 0.0)
        notices.append(
            Notice(
                "unit_exceeds_territory",
                f"{unit_name(problem, heavy[0])} alone has {percent(share)} of the {measure.name} that a territory should have{others}: no "
                f"plan can bring its territory within {allowed} of the target. Divide the unit, or ask for fewer territories.",
                len(heavy),
                tuple(str(problem.units.ids[i]) for i in heavy[:10]),
            )
        )
    return notices


def _unbalanced(evaluation: Evaluation, was_searched: bool) -> list[Notice]:
    return [notice for column in range(len(evaluation.problem.measures)) for notice in _unbalanced_in(evaluation, column, was_searched)]


def _advice(problem: Problem) -> str:
    if problem.baseline is not None and problem.baseline.max_moved_share is not None:
        return "Let more change hands, or allow more tolerance."
    return "Allow more tolerance, or try another seed; a search that was cut short needs more time."


def _unbalanced_in(evaluation: Evaluation, column: int, was_searched: bool) -> list[Notice]:
    problem, measure = evaluation.problem, evaluation.problem.measures[column]
    heavy = heavy_units(problem, column)
    heavy_homes = set(evaluation.territory_idx[heavy].tolist())
    outside = [int(j) for j in np.flatnonzero(evaluation.is_violating[:, column]) if j not in heavy_homes]
    if not outside:
        return []
    worst = max(outside, key=lambda j: abs(evaluation.deviations[j, column]))
    advice = _advice(problem) if was_searched else ""
    cause = _mix(evaluation, column, outside) or advice
    left = _left_for_others(problem, column, heavy)
    if len(heavy) and left < -float(measure.tolerance or 0.0):
        rest = percent(left, signed=True)
        cause = f"What the units that are too large leave over is {rest} of the target on average, so this cannot be avoided."
    farthest = f"{problem.territory_ids[worst]} with {percent(evaluation.deviations[worst, column], signed=True)}"
    return [
        Notice(
            "balance_not_met",
            f"{counted(len(outside), 'territory is', 'territories are')} more than {tolerance_percent(measure.tolerance or 0.0)} from the "
            f"target of {measure.name}; "
            f"the farthest is {farthest}.{cause and f' {cause}'}",
            len(outside),
            tuple(str(problem.territory_ids[j]) for j in outside[:10]),
        )
    ]


def _mix(evaluation: Evaluation, column: int, outside: list[int]) -> str:
    """Where a territory outside has too little, or too much, per unit of another balanced measure to bring both within by its size."""
    measures, deviations = evaluation.problem.measures, evaluation.deviations
    mine = measures[column].tolerance or 0.0
    for other, measure in enumerate(measures):
        if other == column or measure.tolerance is None or measure.tolerance >= 1:
            continue
        ratio = (1 + deviations[outside, column]) / np.maximum(1 + deviations[outside, other], 1e-9)
        least, most = (1 - mine) / (1 + measure.tolerance), (1 + mine) / (1 - measure.tolerance)
        n_less, n_more = int((ratio < least - 1e-9).sum()), int((ratio > most + 1e-9).sum())
        if n_less + n_more > 0.5 * len(outside):
            name, per = measures[column].name, measure.name
            return (
                f"{name} per {per} decides: it is too low in {n_less} and too high in {n_more} of these (from {ratio.min():.2f} to "
                f"{ratio.max():.2f} of the mean; {least:.2f} to {most:.2f} would do). No size of such a territory brings both within, only "
                f"a mix with units farther away. Allow more tolerance for one of them, or accept these."
            )
    return ""


def _left_for_others(problem: Problem, column: int, heavy: np.ndarray) -> float:
    """Mean deviation of the territories without a heavy unit, at best: where the heavy ones stand in those of the largest targets."""
    values = problem.units.measures[problem.measures[column].name]
    share_of_others = np.sort(problem.target_shares)[: max(problem.n_territories - len(heavy), 0)].sum()
    if share_of_others <= 0 or values.sum() <= 0:
        return 0.0
    return float((values.sum() - values[heavy].sum()) / (values.sum() * share_of_others) - 1.0)


def _in_pieces(evaluation: Evaluation) -> list[Notice]:
    broken = evaluation.in_pieces
    if not len(broken):
        return []
    ids = evaluation.problem.territory_ids
    return [
        Notice(
            "contiguity_not_met",
            f"{counted(len(broken), 'territory is', 'territories are')} in more than one piece, the first is {ids[broken[0]]}: "
            "locks, groups or gaps in the neighbour graph keep them apart.",
            len(broken),
            tuple(str(ids[j]) for j in broken[:10]),
        )
    ]


def _too_far(evaluation: Evaluation) -> list[Notice]:
    problem = evaluation.problem
    if not evaluation.values.get("too_far_units", 0):
        return []
    points = coordinates_to_points(evaluation.centre_coordinates, is_planar=problem.units.is_planar)
    distance = distance_km(points_km(problem.units), points[evaluation.territory_idx])
    beyond = too_far(distance, float(problem.max_distance_km or 0.0))
    beyond = beyond[np.argsort(-distance[beyond], kind="stable")]
    return [
        Notice(
            "distance_not_met",
            f"{counted(len(beyond), 'unit is', 'units are')} more than {problem.max_distance_km:g} km from the centre of the territory; "
            f"the farthest is {unit_name(problem, beyond[0])} with {distance[beyond[0]]:.4g} km.",
            len(beyond),
            tuple(str(problem.units.ids[i]) for i in beyond[:10]),
        )
    ]


def _moved_above_cap(evaluation: Evaluation) -> list[Notice]:
    baseline = evaluation.problem.baseline
    if baseline is None or not evaluation.values.get("moved_above_cap", 0):
        return []
    moved = np.flatnonzero(baseline.is_moved(evaluation.territory_idx))
    return [
        Notice(
            "moved_above_cap",
            f"{evaluation.number('moved_share'):.2%} changes hands, more than the {baseline.max_moved_share:.2%} allowed: "
            "locks, bars, groups or empty territories leave no other way.",
            len(moved),
            tuple(str(evaluation.problem.units.ids[i]) for i in moved[:10]),
        )
    ]


def _too_long(evaluation: Evaluation) -> list[Notice]:
    problem = evaluation.problem
    if not evaluation.values.get("too_long_units", 0):
        return []
    minutes = evaluation.unit_minutes
    beyond = too_far(minutes, float(problem.max_minutes or 0.0))
    beyond = beyond[np.argsort(-minutes[beyond], kind="stable")]
    return [
        Notice(
            "minutes_not_met",
            f"{counted(len(beyond), 'unit is', 'units are')} more than {problem.max_minutes:g} minutes from their centre; "
            f"the farthest is {unit_name(problem, beyond[0])} with {minutes[beyond[0]]:.4g} minutes.",
            len(beyond),
            tuple(str(problem.units.ids[i]) for i in beyond[:10]),
        )
    ]


def _islands(problem: Problem) -> list[Notice]:
    if problem.adjacency is None:
        return []
    notice = island_notice(problem.adjacency, problem.units.labels, points_km(problem.units))
    return [] if notice is None else [notice]
