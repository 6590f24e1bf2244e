"""What a design gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bailiwick.domain.conflict import Conflict
from bailiwick.domain.notice import Notice
from bailiwick.domain.problem import Problem
from bailiwick.domain.units import FloatArray, IntArray, frozen


@dataclass(frozen=True, eq=False)
class Prices:
    """What room in each territory is worth: the dual prices behind a bound.

    Attributes
    ----------
    measures
        The measures whose tolerances they belong to: one, or all that are balanced.
    values
        Shape (K, measures), in units of the objective per unit of the measure. Positive: the territory is full, and one
        more unit of room there would save so much. Negative: it is filled up to its lower limit, and one unit less would
        save so much. 0: its tolerance does not matter. At these prices a unit is best off in the territory where its
        share of the objective plus its measures times their prices is least.
    """

    measures: tuple[str, ...]
    values: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen(np.asarray(self.values, dtype=np.float64)))


@dataclass(frozen=True, slots=True)
class Bound:
    """A proven lower bound.

    Attributes
    ----------
    value
        No plan of the problem named in ``holds_for`` has a smaller objective; unit of the objective.
    holds_for
        The problem for which that is proven, in words.
    method
        How it was found.
    prices
        The prices that prove it, or None if the proof has none.
    """

    value: float
    holds_for: str
    method: str
    prices: Prices | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """State of a running search, given to stopping rules and progress displays.

    Attributes
    ----------
    phase
        ``construct``, ``improve`` or ``bound``.
    fraction
        Share of the planned work that is done, 0..1.
    seconds
        Since the start of the search.
    objective
        Best so far, or NaN.
    n_violations
        Territories outside a tolerance, or −1 while unknown.
    lower_bound
        Best so far, or NaN.
    """

    phase: str
    fraction: float
    seconds: float
    objective: float = float("nan")
    n_violations: int = -1
    lower_bound: float = float("nan")


@dataclass(frozen=True, eq=False)
class Result:
    """A plan and what is known about it.

    Attributes
    ----------
    problem
        What was asked.
    territory_idx
        Territory index of each unit, shape (n,).
    centre_coordinates
        Shape (K, 2): the fixed centres, and the units chosen as free centres.
    objective
        Value of the objective of the plan (unit of the weight × km, × km², or km).
    bound
        Lower bound, or None if none is at hand.
    bound_any_centres
        Lower bound over all places of the free centres, or None if none was asked for or is at hand.
    stop_reason
        ``converged``, ``time_limit`` or ``interrupted``.
    seed
        Of the random source.
    notices
        What cannot be met and why, and everything suspicious.
    timings_seconds
        Phase → seconds.
    conflicts
        Why the rules that the plan breaks cannot be kept, as far as that is known.
    """

    problem: Problem
    territory_idx: IntArray
    centre_coordinates: FloatArray
    objective: float
    bound: Bound | None
    stop_reason: str
    seed: int
    notices: tuple[Notice, ...] = ()
    timings_seconds: Mapping[str, float] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    bound_any_centres: Bound | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "territory_idx", frozen(np.ascontiguousarray(self.territory_idx, dtype=np.int32)))
        object.__setattr__(self, "centre_coordinates", frozen(np.asarray(self.centre_coordinates, dtype=np.float64)))

    @property
    def gap(self) -> float | None:
        """How far the objective is above the bound, as a fraction of the bound; None without a bound."""
        return self._above(self.bound)

    @property
    def gap_any_centres(self) -> float | None:
        """The same above the bound over all places of the free centres."""
        return self._above(self.bound_any_centres)

    def _above(self, bound: Bound | None) -> float | None:
        if bound is None:
            return None
        if bound.value <= 0:
            return 0.0 if self.objective <= 0 else None
        return max(0.0, self.objective / bound.value - 1.0)
