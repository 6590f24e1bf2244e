"""Judge a plan: every metric that applies, in one frozen record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bailiwick.domain import FloatArray, IntArray, Problem
from bailiwick.domain.units import frozen
from bailiwick.errors import InputError
from bailiwick.metrics.balance import deviations, is_outside
from bailiwick.metrics.objective import place_centres, resolve_centres, resolve_sites
from bailiwick.metrics.registry import METRICS
from bailiwick.metrics.situation import Situation

OBJECTIVE_BY_TRAVEL = {"distance": "travel", "inertia": "travel_inertia"}
"""The metric that an objective is where minutes take the place of km."""


class Values(Mapping[str, float | FloatArray | IntArray]):
    """The metrics that apply to a situation, each computed when it is first asked for: a search looks at a few, a report at all."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._metrics = {metric.key: metric for metric in METRICS if metric.applies(situation)}
        self._known: dict[str, float | FloatArray | IntArray] = {}

    def __getitem__(self, key: str) -> float | FloatArray | IntArray:
        if key not in self._known:
            self._known[key] = _frozen(self._metrics[key].compute(self._situation))
        return self._known[key]

    def __contains__(self, key: object) -> bool:
        return key in self._metrics

    def __iter__(self) -> Iterator[str]:
        return iter(self._metrics)

    def __len__(self) -> int:
        return len(self._metrics)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What is true of a plan, whoever made it.

    Attributes
    ----------
    problem
        What it is judged against.
    territory_idx
        Territory index of each unit, or −1, shape (n,).
    centre_coordinates
        Shape (K, 2); NaN rows for empty territories without a fixed centre.
    totals, targets, deviations
        Per territory and measure, shape (K, M); a deviation is ``total / target − 1``.
    is_violating
        Mask of the deviations beyond the tolerance, shape (K, M).
    values
        Metric key → a number (plan), shape (M,) (measure) or shape (K,) (territory). Only what applies, computed when first asked for.
    sites
        With travel times, the unit that is the centre of each territory, or −1 for its fixed one, shape (K,); else None.
    """

    problem: Problem
    territory_idx: IntArray
    centre_coordinates: FloatArray
    totals: FloatArray
    targets: FloatArray
    deviations: FloatArray
    is_violating: np.ndarray
    values: Mapping[str, float | FloatArray | IntArray]
    sites: IntArray | None = None

    def number(self, key: str) -> float:
        """Value of a metric of the whole plan."""
        return float(self.values[key])

    def column(self, key: str) -> np.ndarray:
        """Value of a metric per measure or per territory."""
        return np.asarray(self.values[key])

    @property
    def objective(self) -> float:
        """Value of the objective of the problem: distance, and the price of what changes hands where something stands today."""
        baseline = self.problem.baseline
        disruption = 0.0 if baseline is None else baseline.price * self.number("moved_disruption")
        return self.compactness + disruption

    @property
    def compactness(self) -> float:
        """The objective without the price of disruption: Σ weight · distance, Σ weight · distance², or the largest diameter."""
        if self.problem.objective == "diameter":
            return float(self.column("diameter_km").max())
        return self.number(OBJECTIVE_BY_TRAVEL[self.problem.objective] if self.problem.travel is not None else self.problem.objective)

    @property
    def mean_distance_km(self) -> float:
        """Weighted mean distance to the weighted middle of the territory, km."""
        return self.number("mean_distance_km")

    @property
    def unit_minutes(self) -> FloatArray:
        """Minutes from each unit to the centre of its territory, shape (n,); needs travel times or a pace."""
        return Situation(self.problem, self.territory_idx, self.centre_coordinates, sites=self.sites).minutes

    @property
    def in_pieces(self) -> IntArray:
        """Indices of the territories in more than one piece; empty where contiguity was not asked for."""
        if "n_pieces" not in self.values:
            return np.empty(0, np.int32)
        return np.flatnonzero(self.column("n_pieces") > 1).astype(np.int32)

    @property
    def unassigned(self) -> IntArray:
        """Indices of the units without a territory."""
        return np.flatnonzero(self.territory_idx < 0).astype(np.int32)

    @property
    def keeps_every_rule(self) -> bool:
        """Whether every unit has a territory, no tolerance is passed, nothing is in pieces, and every hard rule holds."""
        broken = (
            "unassigned_units",
            "broken_locks",
            "forbidden_assignments",
            "split_groups",
            "too_far_units",
            "moved_above_cap",
            "too_long_units",
            "territories_in_pieces",
        )
        return not self.is_violating.any() and not any(self.values.get(key, 0) for key in broken)


def evaluate(
    problem: Problem,
    territory_idx: IntArray,
    centre_coordinates: FloatArray | None = None,
    *,
    baseline_idx: IntArray | None = None,
) -> Evaluation:
    """Judge an alignment with every metric that applies.

    Parameters
    ----------
    problem
        The units and rules to judge by.
    territory_idx
        Territory index of each unit, or −1 for a unit without a territory, shape (n,).
    centre_coordinates
        Centres to measure from, shape (K, 2). By default the fixed ones, and the best unit of the other territories; always
        so with travel times, which are known from units and homes only.
    baseline_idx
        Another alignment of the same units, for the disruption, shape (n,).

    Raises
    ------
    InputError
        If an index is out of range or a length does not fit.

    Examples
    --------
    >>> from bailiwick.domain import Measure, Problem, UnitTable
    >>> line = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [6.0, 0.0]])
    >>> units = UnitTable(ids=list("abcd"), coordinates=line, measures={"people": [3.0, 2.0, 2.0, 3.0]}, is_planar=True)
    >>> problem = Problem(units, (Measure("people"),), ["east", "west"], np.full((2, 2), np.nan), [0.5, 0.5])
    >>> plan = evaluate(problem, np.array([0, 0, 1, 1]))
    >>> plan.objective, round(plan.mean_distance_km, 3), plan.totals.tolist(), plan.keeps_every_rule
    (4.0, 0.48, [[5.0], [5.0]], True)
    """
    idx = _checked(problem, territory_idx, "territory_idx", problem.n_territories)
    baseline = None if baseline_idx is None else _checked(problem, baseline_idx, "baseline_idx", None)
    sites = None if problem.travel is None else resolve_sites(problem, idx)
    if sites is not None:
        centres = place_centres(problem, sites)
    else:
        centres = resolve_centres(problem, idx) if centre_coordinates is None else np.asarray(centre_coordinates, dtype=np.float64)
    situation = Situation(problem, idx, centres, baseline, sites)
    deviation = deviations(situation.totals, situation.targets)
    return Evaluation(
        problem=problem,
        territory_idx=frozen(idx),
        centre_coordinates=frozen(centres),
        totals=frozen(situation.totals),
        targets=frozen(situation.targets),
        deviations=frozen(deviation),
        is_violating=frozen(is_outside(deviation, [m.tolerance for m in problem.measures])),
        values=Values(situation),
        sites=None if sites is None else frozen(sites),
    )


def _checked(problem: Problem, territory_idx: IntArray, name: str, top: int | None) -> IntArray:
    idx = np.array(territory_idx, dtype=np.int32)
    if idx.shape != (problem.n_units,):
        raise InputError(
            f"{name} must have one entry for each of the {problem.n_units} units, found shape {idx.shape}", code="length", field=name
        )
    if top is not None and idx.max() >= top:
        raise InputError(f"{name} names territory {idx.max()}, but there are only {top}", code="territory_idx", field=name)
    return np.maximum(idx, -1)


def _frozen(value: float | FloatArray | IntArray) -> float | FloatArray | IntArray:
    return frozen(value) if isinstance(value, np.ndarray) else float(value)
