"""What a plan does not meet, and why, in words."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import Notice, Problem
from bailiwick.metrics.evaluation import Evaluation


def findings(evaluation: Evaluation) -> tuple[Notice, ...]:
    """Notices on every rule that the plan breaks, largest cause first."""
    return (*_heavy_units(evaluation), *_unbalanced(evaluation), *_in_pieces(evaluation), *_islands(evaluation.problem))


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
        values, ids = problem.units.measures[measure.name], problem.units.ids
        target = values.sum() * problem.target_shares.max()
        first = heavy[0]
        others = f" and {len(heavy) - 1} more" if len(heavy) > 1 else ""
        notices.append(
            Notice(
                "unit_exceeds_territory",
                f"{_named(problem, first)} alone has {values[first] / target:.0%} of the {measure.name} that a territory should have{others}: "
                f"no plan can bring its territory within {measure.tolerance:.4g} of the target. Divide the unit, or ask for fewer territories.",
                len(heavy),
                tuple(str(ids[i]) for i in heavy[:10]),
            )
        )
    return notices


def _unbalanced(evaluation: Evaluation) -> list[Notice]:
    problem, notices = evaluation.problem, []
    for column, measure in enumerate(problem.measures):
        outside = np.flatnonzero(evaluation.is_violating[:, column])
        heavy_homes = set(evaluation.territory_idx[heavy_units(problem, column)].tolist())
        unexplained = [j for j in outside if j not in heavy_homes]
        if not unexplained:
            continue
        worst = max(unexplained, key=lambda j: abs(evaluation.deviations[j, column]))
        notices.append(
            Notice(
                "balance_not_met",
                f"{len(unexplained)} territories are more than {measure.tolerance:.1%} from their target of {measure.name}; "
                f"the farthest is {problem.territory_ids[worst]} with {evaluation.deviations[worst, column]:+.1%}. "
                f"Allow more tolerance, or a longer search with --time-limit.",
                len(unexplained),
                tuple(str(problem.territory_ids[j]) for j in unexplained[:10]),
            )
        )
    return notices


def _in_pieces(evaluation: Evaluation) -> list[Notice]:
    broken = evaluation.in_pieces
    if not len(broken):
        return []
    ids = evaluation.problem.territory_ids
    return [
        Notice(
            "contiguity_not_met",
            f"{len(broken)} territories are in more than one piece, the first is {ids[broken[0]]}: "
            "locks, groups or gaps in the neighbour graph keep them apart.",
            len(broken),
            tuple(str(ids[j]) for j in broken[:10]),
        )
    ]


def _islands(problem: Problem) -> list[Notice]:
    if problem.adjacency is None or problem.adjacency.links is None or not len(problem.adjacency.links):
        return []
    links, ids = problem.adjacency.links, problem.units.ids
    return [
        Notice(
            "islands_linked",
            f"{len(links)} links join units that touch nothing on the other side of a gap (islands, water) to their nearest neighbours; "
            f"the first joins {_named(problem, links[0, 0])} and {_named(problem, links[0, 1])}.",
            len(links),
            tuple(f"{ids[a]}–{ids[b]}" for a, b in links[:10]),
        )
    ]


def _named(problem: Problem, unit_idx: int) -> str:
    unit_id, label = str(problem.units.ids[unit_idx]), str(problem.units.labels[unit_idx])
    return unit_id if label == unit_id else f"{label} ({unit_id})"
