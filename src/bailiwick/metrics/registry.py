"""Every metric, as a table: what it is called, what it means, which way is better, how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, cast

import numpy as np

from bailiwick.domain import Adjacency, Baseline, FloatArray, IntArray
from bailiwick.metrics import balance, contiguity, diameter, disruption, distance, fairness, objective, rules
from bailiwick.metrics.situation import Situation

Better = Literal["lower", "higher", "target"]
Scope = Literal["plan", "measure", "territory"]
Need = Literal[
    "", "adjacency", "baseline", "locked", "forbidden", "groups", "max_distance", "today", "max_moved", "travel", "minutes", "max_minutes"
]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes
    ----------
    key
        Stable name in files and programs.
    version
        Raised when the definition changes.
    unit
        Unit of measure; ``1`` for a fraction or a ratio, ``count`` for a number of things.
    better
        Which way is better; ``target`` if neither is, but nearness to a target.
    label
        Name for people.
    scope
        ``plan``: one number; ``measure``: one per measure, shape (M,); ``territory``: one per territory, shape (K,).
    compute
        From a :class:`Situation` to that number or array.
    needs
        What must be given for it to make sense; empty if it always does.
    """

    key: str
    version: int
    unit: str
    better: Better
    label: str
    scope: Scope
    compute: Callable[[Situation], float | FloatArray | IntArray]
    needs: Need = ""

    def applies(self, situation: Situation) -> bool:
        """Whether everything is there that the metric needs."""
        return not self.needs or _NEEDS[self.needs](situation)


_NEEDS: Mapping[str, Callable[[Situation], bool]] = {
    "adjacency": lambda s: s.problem.adjacency is not None,
    "baseline": lambda s: s.baseline_idx is not None,
    "locked": lambda s: s.problem.locked is not None,
    "forbidden": lambda s: s.problem.forbidden is not None,
    "groups": lambda s: s.problem.groups is not None,
    "max_distance": lambda s: s.problem.max_distance_km is not None,
    "today": lambda s: s.problem.baseline is not None,
    "max_moved": lambda s: s.problem.baseline is not None and s.problem.baseline.max_moved_share is not None,
    "travel": lambda s: s.problem.travel is not None,
    "minutes": lambda s: s.problem.has_minutes,
    "max_minutes": lambda s: s.problem.max_minutes is not None,
}


def _graph(s: Situation) -> Adjacency:
    return cast(Adjacency, s.problem.adjacency)


def _deviations(s: Situation) -> FloatArray:
    return balance.deviations(s.totals, s.targets)


def _load(s: Situation) -> FloatArray:
    return _deviations(s) + 1.0


def _outside(s: Situation) -> np.ndarray:
    return balance.is_outside(_deviations(s), [m.tolerance for m in s.problem.measures])


def _mean_distance(s: Situation) -> float:
    return distance.mean_distance_km(s.points, s.problem.weights, s.territory_idx, s.centroids)


def _mean_distances(s: Situation) -> FloatArray:
    return distance.mean_distances_km(s.points, s.problem.weights, s.territory_idx, s.centroids)


def _reach(s: Situation) -> FloatArray:
    return distance.reach_km(s.centre_distance_km, s.territory_idx, s.k)


def _disruption(s: Situation) -> FloatArray:
    return disruption.disruption(cast(IntArray, s.baseline_idx), s.territory_idx, s.problem.measure_matrix)


def _moved_share(s: Situation) -> float:
    return disruption.moved_share(s.is_moved, s.problem.disruption)


def _moved_above_cap(s: Situation) -> float:
    cap = cast(float, cast(Baseline, s.problem.baseline).max_moved_share)
    above = _moved_share(s) - cap
    return above if above > balance.TOLERANCE_SLACK else 0.0


def _moved_by_measure(s: Situation) -> FloatArray:
    return np.array([disruption.moved_share(s.is_moved, column) for column in s.problem.measure_matrix.T])


def _length(s: Situation, power: int) -> float:
    return objective.weighted_distance(s.problem.weights, s.centre_distance_km, power=power)


def _travel(s: Situation, power: int) -> float:
    return objective.weighted_distance(s.problem.weights, s.minutes, power=power)


def _mean_minutes(s: Situation) -> float:
    return distance.mean_to_centre(s.problem.weights, s.minutes, s.territory_idx)


def _mean_minutes_of_territories(s: Situation) -> FloatArray:
    return distance.means_to_centre(s.problem.weights, s.minutes, s.territory_idx, s.k)


def _reach_minutes(s: Situation) -> FloatArray:
    return distance.reach_km(s.minutes, s.territory_idx, s.k)


def _diameters(s: Situation) -> FloatArray:
    return diameter.diameters_km(s.points, s.territory_idx, s.k)


def _count(found: np.ndarray) -> float:
    return float(len(found))


METRICS: tuple[Metric, ...] = (
    Metric("distance", 1, "weight · km", "lower", "Σ weight · distance to the centre", "plan", lambda s: _length(s, 1)),
    Metric("inertia", 1, "weight · km²", "lower", "Σ weight · distance² to the centre", "plan", lambda s: _length(s, 2)),
    Metric("travel", 1, "weight · min", "lower", "Σ weight · minutes to the centre", "plan", lambda s: _travel(s, 1), "travel"),
    Metric("travel_inertia", 1, "weight · min²", "lower", "Σ weight · minutes² to the centre", "plan", lambda s: _travel(s, 2), "travel"),
    Metric("mean_minutes", 1, "min", "lower", "Mean travel to the centre", "plan", _mean_minutes, "minutes"),
    Metric("mean_distance_km", 1, "km", "lower", "Mean distance to the weighted middle of the territory", "plan", _mean_distance),
    Metric("unassigned_units", 1, "count", "lower", "Units without a territory", "plan", lambda s: float((~s.is_assigned).sum())),
    Metric("empty_territories", 1, "count", "lower", "Territories without units", "plan", lambda s: float((s.unit_counts == 0).sum())),
    Metric(
        "violating_territories",
        1,
        "count",
        "lower",
        "Territories outside a tolerance",
        "plan",
        lambda s: float(_outside(s).any(axis=1).sum()),
    ),
    Metric(
        "territories_in_pieces",
        1,
        "count",
        "lower",
        "Territories in more than one piece",
        "plan",
        lambda s: float((s.n_pieces > 1).sum()),
        "adjacency",
    ),
    Metric(
        "cut_edges",
        1,
        "count",
        "lower",
        "Neighbouring units in different territories",
        "plan",
        lambda s: float(contiguity.cut_edges(_graph(s), s.territory_idx)),
        "adjacency",
    ),
    Metric(
        "border_share",
        1,
        "1",
        "lower",
        "Share of the borders between units that divides territories",
        "plan",
        lambda s: contiguity.border_share(_graph(s), s.territory_idx),
        "adjacency",
    ),
    Metric(
        "broken_locks",
        1,
        "count",
        "lower",
        "Locked units that lie elsewhere",
        "plan",
        lambda s: _count(rules.broken_locks(cast(IntArray, s.problem.locked), s.territory_idx)),
        "locked",
    ),
    Metric(
        "forbidden_assignments",
        1,
        "count",
        "lower",
        "Units in a territory forbidden to them",
        "plan",
        lambda s: _count(rules.forbidden_assignments(cast(IntArray, s.problem.forbidden), s.territory_idx)),
        "forbidden",
    ),
    Metric(
        "split_groups",
        1,
        "count",
        "lower",
        "Groups in more than one territory",
        "plan",
        lambda s: _count(rules.split_groups(cast(IntArray, s.problem.groups), s.territory_idx)),
        "groups",
    ),
    Metric(
        "too_far_units",
        1,
        "count",
        "lower",
        "Units beyond the largest distance",
        "plan",
        lambda s: _count(rules.too_far(s.centre_distance_km, cast(float, s.problem.max_distance_km))),
        "max_distance",
    ),
    Metric(
        "too_long_units",
        1,
        "count",
        "lower",
        "Units beyond the most minutes",
        "plan",
        lambda s: _count(rules.too_far(s.minutes, cast(float, s.problem.max_minutes))),
        "max_minutes",
    ),
    Metric(
        "moved_units", 1, "count", "lower", "Units that leave their territory of today", "plan", lambda s: float(s.is_moved.sum()), "today"
    ),
    Metric(
        "moved_disruption",
        1,
        "disruption",
        "lower",
        "Disruption that changes hands",
        "plan",
        lambda s: float(s.problem.disruption[s.is_moved].sum()),
        "today",
    ),
    Metric("moved_share", 1, "1", "lower", "Share of the disruption that changes hands", "plan", _moved_share, "today"),
    Metric("moved_above_cap", 1, "1", "lower", "Moved share beyond the largest allowed one", "plan", _moved_above_cap, "max_moved"),
    Metric("moved_by_measure", 1, "1", "lower", "Share that leaves its territory of today", "measure", _moved_by_measure, "today"),
    Metric(
        "max_deviation",
        1,
        "1",
        "lower",
        "Largest deviation of a territory from its target",
        "measure",
        lambda s: balance.max_deviation(_deviations(s)),
    ),
    Metric("rms_deviation", 1, "1", "lower", "Root mean square deviation", "measure", lambda s: balance.rms_deviation(_deviations(s))),
    Metric("load_range", 1, "1", "lower", "Largest minus smallest load", "measure", lambda s: fairness.load_range(_load(s))),
    Metric(
        "load_cv",
        1,
        "1",
        "lower",
        "Coefficient of variation of the loads",
        "measure",
        lambda s: fairness.coefficient_of_variation(_load(s)),
    ),
    Metric("load_gini", 1, "1", "lower", "Gini coefficient of the loads", "measure", lambda s: fairness.gini(_load(s))),
    Metric("disruption", 1, "1", "lower", "Share whose territory changes", "measure", _disruption, "baseline"),
    Metric("n_units", 1, "count", "target", "Units", "territory", lambda s: s.unit_counts),
    Metric("n_pieces", 1, "count", "lower", "Connected pieces", "territory", lambda s: s.n_pieces, "adjacency"),
    Metric("territory_mean_distance_km", 1, "km", "lower", "Mean distance to the weighted middle", "territory", _mean_distances),
    Metric("reach_km", 1, "km", "lower", "Distance of the farthest unit from the centre", "territory", _reach),
    Metric("territory_mean_minutes", 1, "min", "lower", "Mean travel to the centre", "territory", _mean_minutes_of_territories, "minutes"),
    Metric("reach_minutes", 1, "min", "lower", "Travel of the farthest unit to the centre", "territory", _reach_minutes, "minutes"),
    Metric("diameter_km", 1, "km", "lower", "Largest distance between two units", "territory", _diameters),
)

BY_KEY: Mapping[str, Metric] = MappingProxyType({metric.key: metric for metric in METRICS})
