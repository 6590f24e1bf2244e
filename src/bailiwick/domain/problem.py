"""The problem of territory design: everything a user can ask for, in one frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from bailiwick.domain.adjacency import Adjacency
from bailiwick.domain.baseline import Baseline
from bailiwick.domain.travel import Pace, TravelTable, check_travel
from bailiwick.domain.units import FloatArray, IntArray, TextArray, UnitTable, frozen
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError

Objective = Literal["distance", "inertia", "diameter"]
OBJECTIVES: tuple[str, ...] = get_args(Objective)


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure to balance.

    Attributes
    ----------
    name
        A key of ``UnitTable.measures``.
    tolerance
        Allowed deviation of a territory from its target as a fraction (0.05 = 5 %); None: reported, not balanced.
    weight
        How much a deviation beyond the tolerance hurts beside the other measures, where not all can be met.
    """

    name: str
    tolerance: float | None = 0.05
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.tolerance is not None and not self.tolerance >= 0:
            raise InputError(
                f"the tolerance of {self.name!r} must be zero or more, found {self.tolerance}; 0.05 means 5 %",
                code="tolerance",
                field=self.name,
            )
        if not self.weight > 0:
            raise InputError(f"the weight of {self.name!r} must be positive, found {self.weight}", code="weight", field=self.name)


def check_n_territories(n_territories: int, n_units: int) -> None:
    """Make sure that there is a unit for every territory.

    Raises
    ------
    InputError
        If there are more territories than units.
    """
    if n_territories > n_units:
        there = "is only 1 unit" if n_units == 1 else f"are only {n_units:,} units"
        raise InputError(
            f"{counted(n_territories, 'territory was', 'territories were')} asked for but there {there}; ask for {n_units:,} or fewer",
            code="too_many_territories",
            field="territories",
        )


@dataclass(frozen=True, eq=False)
class Problem:
    """Cut ``units`` into territories.

    Attributes
    ----------
    units
        What is assigned.
    measures
        What is balanced, at least one; the first is also the weight of distance in the objective.
    territory_ids
        Text ids of the K territories.
    centre_coordinates
        Shape (K, 2), like ``UnitTable.coordinates``; NaN rows are free centres, the others are fixed (rep homes).
    target_shares
        Share of every measure that each territory should get, shape (K,), sums to 1.
    objective
        ``distance``: Σ weight · distance to the centre. ``inertia``: Σ weight · distance². ``diameter``: the largest
        distance between two units of one territory. Distances in km.
    adjacency
        Neighbour graph; None means that territories need not be connected.
    locked
        Territory index that a unit must keep, or −1, shape (n,).
    forbidden
        Pairs (unit index, territory index) that must not be, shape (m, 2).
    groups
        Group number of each unit, or −1, shape (n,): the units of a group go to one territory.
    max_distance_km
        Largest allowed distance of a unit from its centre, or None.
    territory_names
        Names for people, shape (K,), or None.
    baseline
        Today's alignment, the price of every change of hands, which is added to the objective, and the largest share that
        may change; None: nothing stands yet.
    travel
        Minutes of travel; then they are the distances of the objective, in place of km. None: straight km.
    pace
        How straight km become minutes where there is no table, for figures and for ``max_minutes``; the plan is the same.
    max_minutes
        Largest allowed travel of a unit to its centre, or None.

    Raises
    ------
    InputError
        If there is nothing to assign, lengths do not fit, an index is out of range, a name or id repeats, or a measure
        or an objective is unknown.

    Notes
    -----
    A free centre is a unit of its territory: the one from which the objective is least. This is the convention of
    the p-median and of the Hess model, so that bounds from the literature hold for the plans.
    """

    units: UnitTable
    measures: tuple[Measure, ...]
    territory_ids: TextArray
    centre_coordinates: FloatArray
    target_shares: FloatArray
    objective: Objective = "distance"
    adjacency: Adjacency | None = None
    locked: IntArray | None = None
    forbidden: IntArray | None = None
    groups: IntArray | None = None
    max_distance_km: float | None = None
    territory_names: TextArray | None = None
    baseline: Baseline | None = None
    travel: TravelTable | None = None
    pace: Pace | None = None
    max_minutes: float | None = None

    def __post_init__(self) -> None:
        self._check_size()
        _check_measures(self)
        n, k = self.units.n_units, len(self.territory_ids)
        frozen_fields = {
            "territory_ids": _unique_ids(self.territory_ids),
            "target_shares": _checked_shares(self.target_shares, k),
            "centre_coordinates": _checked_centres(self.centre_coordinates, k),
            "locked": None if self.locked is None else _checked_index("locked", self.locked, n, k),
            "groups": None if self.groups is None else _checked_index("groups", self.groups, n, None),
            "forbidden": None if self.forbidden is None else _checked_pairs(self.forbidden, n, k),
            "territory_names": None if self.territory_names is None else _checked_names(self.territory_names, k),
        }
        for name, value in frozen_fields.items():
            object.__setattr__(self, name, None if value is None else frozen(value))
        if self.baseline is not None:
            _checked_index("baseline", self.baseline.territory_idx, n, k)
        self._check_travel()

    def _check_travel(self) -> None:
        if self.travel is not None:
            check_travel(self.travel, self.n_units, self.is_fixed, self.objective)
        if self.max_minutes is not None and not (self.max_minutes > 0 and self.has_minutes):
            raise InputError(
                f"the most minutes must be above zero and need travel times, or a circuity and a speed; found {self.max_minutes:g}",
                code="max_minutes",
                field="max_minutes",
            )

    def _check_size(self) -> None:
        n, k = self.units.n_units, len(self.territory_ids)
        if n == 0:
            raise InputError("there are no units to assign", code="no_units")
        if k < 1:
            raise InputError("at least one territory is needed", code="territories", field="territories")
        check_n_territories(k, n)
        if self.objective not in OBJECTIVES:
            raise InputError(
                f"there is no objective {self.objective!r}; expected {', '.join(map(repr, OBJECTIVES))}",
                code="objective",
                field="objective",
            )
        if self.max_distance_km is not None and not 0 < self.max_distance_km < float("inf"):
            raise InputError(
                f"the largest distance must be a positive number of km, found {self.max_distance_km}; leave it out for none",
                code="max_distance",
                field="max_distance_km",
            )
        if self.adjacency is not None and self.adjacency.n_units != n:
            message = f"the adjacency is of {self.adjacency.n_units} units, but there are {n}"
            raise InputError(message, code="adjacency", field="adjacency")

    @property
    def n_units(self) -> int:
        """Number of units n."""
        return self.units.n_units

    @property
    def n_territories(self) -> int:
        """Number of territories K."""
        return len(self.territory_ids)

    @property
    def has_minutes(self) -> bool:
        """Whether travel can be told in minutes."""
        return self.travel is not None or self.pace is not None

    @property
    def distance_words(self) -> str:
        """What the distances of the objective are."""
        if self.travel is not None:
            return self.travel.source
        return "straight km in the plane" if self.units.is_planar else "great-circle km"

    @property
    def minutes_words(self) -> str | None:
        """What the minutes are, None if there are none."""
        if self.travel is not None:
            return self.travel.source
        return None if self.pace is None else self.pace.words

    @property
    def weights(self) -> FloatArray:
        """The weight of distance in the objective: the first measure, shape (n,)."""
        return self.units.measures[self.measures[0].name]

    @property
    def disruption(self) -> FloatArray:
        """What is at stake when a unit changes hands, shape (n,): of the baseline, or the first measure."""
        given = None if self.baseline is None else self.baseline.disruption
        return self.weights if given is None else given

    @property
    def is_fixed(self) -> np.ndarray:
        """Mask of the territories whose centre is given, shape (K,)."""
        return np.asarray(np.isfinite(self.centre_coordinates).all(axis=1))

    @property
    def measure_matrix(self) -> FloatArray:
        """Values of the measures, shape (n, M)."""
        return np.column_stack([self.units.measures[m.name] for m in self.measures])


def _check_measures(problem: Problem) -> None:
    if not problem.measures:
        raise InputError("name at least one measure to balance", code="no_measure", field="balance")
    for measure in problem.measures:
        if measure.name not in problem.units.measures:
            known = ", ".join(sorted(problem.units.measures)) or "none"
            message = f"there is no measure {measure.name!r}; the units have: {known}"
            raise InputError(message, code="unknown_measure", field=measure.name)
    names = [m.name for m in problem.measures]
    repeated = [name for i, name in enumerate(names) if name in names[:i]]
    if repeated:
        raise InputError(f"the measure {repeated[0]!r} is named twice; name each once", code="repeated_measure", field=repeated[0])


def _unique_ids(territory_ids: TextArray) -> TextArray:
    ids = np.asarray(territory_ids, dtype=object)
    seen: set[str] = set()
    for territory_id in ids:
        if territory_id in seen:
            raise InputError(
                f"territory id {territory_id!r} appears more than once; ids must be unique", code="duplicate_id", field="territory_ids"
            )
        seen.add(territory_id)
    return ids


def _checked_names(territory_names: TextArray, k: int) -> TextArray:
    names = np.asarray(territory_names, dtype=object)
    if names.shape != (k,):
        raise InputError(f"there must be {k} names of territories, found {len(names)}", code="length", field="territory_names")
    return names


def _checked_shares(target_shares: FloatArray, k: int) -> FloatArray:
    shares = np.asarray(target_shares, dtype=np.float64)
    if shares.shape != (k,) or not (shares > 0).all() or not np.isclose(shares.sum(), 1.0):
        raise InputError("target shares must be one positive number per territory and sum to 1", code="shares", field="target_shares")
    return shares


def _checked_centres(centre_coordinates: FloatArray, k: int) -> FloatArray:
    centres = np.asarray(centre_coordinates, dtype=np.float64)
    if centres.shape != (k, 2):
        raise InputError(f"centres must have shape ({k}, 2), found {centres.shape}", code="centres", field="centre_coordinates")
    is_odd = np.isnan(centres).any(axis=1) != np.isnan(centres).all(axis=1)
    bad = np.flatnonzero(is_odd | np.isinf(centres).any(axis=1))
    if len(bad):
        raise InputError(
            f"centre {bad[0]} is at {centres[bad[0]].tolist()}; expected two numbers, or NaN twice for a free centre",
            code="centres",
            field="centre_coordinates",
        )
    return centres


def _checked_index(name: str, column: IntArray, n: int, top: int | None) -> IntArray:
    """One index per unit, −1 for none."""
    index = np.asarray(column, dtype=np.int32)
    if index.shape != (n,):
        raise InputError(f"{name} must have one entry for each of the {n} units, found shape {index.shape}", code="length", field=name)
    if index.min() < -1 or (top is not None and index.max() >= top):
        where = "-1 or more" if top is None else f"in -1..{top - 1}"
        raise InputError(f"{name} must lie {where}, found {index.min()} to {index.max()}", code="territory_idx", field=name)
    return index


def _checked_pairs(forbidden: IntArray, n: int, k: int) -> IntArray:
    pairs = np.asarray(forbidden, dtype=np.int32).reshape(-1, 2)
    bad = np.flatnonzero((pairs < 0).any(axis=1) | (pairs >= [n, k]).any(axis=1))
    if len(bad):
        raise InputError(
            f"forbidden pair {bad[0]} is unit {pairs[bad[0], 0]} and territory {pairs[bad[0], 1]}; "
            f"expected a unit in 0..{n - 1} and a territory in 0..{k - 1}",
            code="forbidden",
            field="forbidden",
        )
    return pairs
