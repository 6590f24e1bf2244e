"""The problem of territory design: everything a user can ask for, in one frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from bailiwick.domain.adjacency import Adjacency
from bailiwick.domain.units import FloatArray, IntArray, TextArray, UnitTable, frozen
from bailiwick.errors import InputError

Objective = Literal["distance", "inertia", "diameter"]
OBJECTIVES: tuple[str, ...] = get_args(Objective)
UNASSIGNED = -1


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
            f"{n_territories:,} territories were asked for but there {there}; ask for {n_units:,} or fewer",
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

    def __post_init__(self) -> None:
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
        if not self.measures:
            raise InputError("name at least one measure to balance", code="no_measure", field="balance")
        for measure in self.measures:
            if measure.name not in self.units.measures:
                known = ", ".join(sorted(self.units.measures)) or "none"
                message = f"there is no measure {measure.name!r}; the units have: {known}"
                raise InputError(message, code="unknown_measure", field=measure.name)
        shares = np.asarray(self.target_shares, dtype=np.float64)
        if shares.shape != (k,) or not (shares > 0).all() or not np.isclose(shares.sum(), 1.0):
            raise InputError("target shares must be one positive number per territory and sum to 1", code="shares", field="target_shares")
        centres = np.asarray(self.centre_coordinates, dtype=np.float64)
        if centres.shape != (k, 2):
            raise InputError(f"centres must have shape ({k}, 2), found {centres.shape}", code="centres", field="centre_coordinates")
        set_ = object.__setattr__
        set_(self, "target_shares", frozen(shares))
        set_(self, "centre_coordinates", frozen(centres))
        set_(self, "territory_ids", frozen(np.asarray(self.territory_ids, dtype=object)))
        for name, size, top in (("locked", n, k), ("groups", n, None)):
            self._freeze_index(name, size, top)
        if self.forbidden is not None:
            set_(self, "forbidden", frozen(np.asarray(self.forbidden, dtype=np.int32).reshape(-1, 2)))

    def _freeze_index(self, name: str, size: int, top: int | None) -> None:
        column = getattr(self, name)
        if column is None:
            return
        column = np.asarray(column, dtype=np.int32)
        if column.shape != (size,) or (top is not None and column.max(initial=-1) >= top):
            raise InputError(f"{name} must have one index per unit, below {top}", code=name, field=name)
        object.__setattr__(self, name, frozen(column))

    @property
    def n_units(self) -> int:
        """Number of units n."""
        return self.units.n_units

    @property
    def n_territories(self) -> int:
        """Number of territories K."""
        return len(self.territory_ids)

    @property
    def weights(self) -> FloatArray:
        """The weight of distance in the objective: the first measure, shape (n,)."""
        return self.units.measures[self.measures[0].name]

    @property
    def is_fixed(self) -> np.ndarray:
        """Mask of the territories whose centre is given, shape (K,)."""
        return np.asarray(np.isfinite(self.centre_coordinates).all(axis=1))

    @property
    def measure_matrix(self) -> FloatArray:
        """Values of the measures, shape (n, M)."""
        return np.column_stack([self.units.measures[m.name] for m in self.measures])
