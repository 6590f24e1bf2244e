"""Levels above the territories: districts, regions, whatever a company calls them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bailiwick.domain.problem import Problem
from bailiwick.domain.units import IntArray, TextArray, frozen
from bailiwick.errors import InputError


@dataclass(frozen=True, eq=False)
class Level:
    """One level of a hierarchy; its groups are made of whole groups of the next finer level, in the end of territories.

    Attributes
    ----------
    name
        What a group of it is called, in the singular (``region``).
    group_ids
        Text ids of the G groups.
    tolerance
        Allowed deviation of a group from the sum of the targets of its territories, as a fraction; None: that of each measure.
    of_territory
        Group of each territory where it is given (the managers of reps), shape (K,); None where it is to be designed.
    of_unit
        Group of each unit where it is given (existing regions), shape (n,); None where it is to be designed.

    Raises
    ------
    InputError
        If there is no group, an id repeats, the tolerance is negative, or a group is given that does not exist.
    """

    name: str
    group_ids: TextArray
    tolerance: float | None = None
    of_territory: IntArray | None = None
    of_unit: IntArray | None = None

    def __post_init__(self) -> None:
        ids = np.asarray(self.group_ids, dtype=object)
        if not len(ids) or len(set(ids.tolist())) < len(ids):
            raise InputError(f"level {self.name!r} needs groups with ids that differ; found {len(ids)}", code="level", field=self.name)
        if self.tolerance is not None and not self.tolerance >= 0:
            raise InputError(
                f"the tolerance of level {self.name!r} must be zero or more, found {self.tolerance}", code="tolerance", field=self.name
            )
        object.__setattr__(self, "group_ids", frozen(ids))
        for name in ("of_territory", "of_unit"):
            given = getattr(self, name)
            if given is None:
                continue
            index = np.asarray(given, dtype=np.int32)
            if len(index) and (index.min() < 0 or index.max() >= len(ids)):
                raise InputError(
                    f"level {self.name!r} has {len(ids)} groups, but number {index.max()} is used", code="level", field=self.name
                )
            object.__setattr__(self, name, frozen(index))

    @property
    def n_groups(self) -> int:
        """Number of groups G."""
        return len(self.group_ids)

    @property
    def is_given(self) -> bool:
        """Whether the groups are given and not designed."""
        return self.of_territory is not None or self.of_unit is not None


def check_levels(levels: tuple[Level, ...], problem: Problem) -> None:
    """Make sure that levels, coarsest first, can be nested over the territories of a problem.

    Raises
    ------
    InputError
        If names repeat, numbers of groups do not grow, given levels stand below designed ones, or lengths do not fit.
    """
    names = [level.name for level in levels]
    if len(set(names)) < len(names):
        raise InputError(f"levels need names that differ, found {', '.join(names)}", code="level", field="levels")
    sizes = [*(level.n_groups for level in levels), problem.n_territories]
    for above, below, size, more in zip(names, [*names[1:], "territories"], sizes, sizes[1:], strict=False):
        if size > more:
            raise InputError(
                f"there are {size} of level {above!r} but only {more} of {below!r} below it; every group needs at least one: "
                "name the coarsest level first, and ask for no more groups than there is below",
                code="level",
                field="levels",
            )
    given = [level.is_given for level in levels]
    if given != sorted(given, reverse=True):
        raise InputError("a level that is given must stand above those that are designed", code="level", field="levels")
    for level in levels:
        for column, n in ((level.of_territory, problem.n_territories), (level.of_unit, problem.n_units)):
            if column is not None and len(column) != n:
                raise InputError(f"level {level.name!r} is given for {len(column)} of {n}", code="length", field=level.name)
    _check_nesting([level.of_territory for level in levels], names)
    _check_nesting([level.of_unit for level in levels], names)


def _check_nesting(given: list[IntArray | None], names: list[str]) -> None:
    for (coarse, above), (fine, below) in zip(zip(given, names, strict=True), zip(given[1:], names[1:], strict=True), strict=False):
        if coarse is None or fine is None:
            continue
        parent = np.full(int(fine.max()) + 1, -1, np.int64)
        parent[fine] = coarse
        if (parent[fine] != coarse).any():
            raise InputError(f"a {below} lies in two groups of level {above!r}; each must lie in one", code="level", field=below)


def level_problem(problem: Problem, level: Level, of_territory: IntArray) -> Problem:
    """The groups of a level as if they were territories: targets are the sums of those of their territories.

    Parameters
    ----------
    of_territory
        Group of each territory, shape (K,).

    Notes
    -----
    Locks, forbidden pairs and largest distances are those of territories and are not repeated here. Travel times are those between
    units; where minutes to homes only are known, groups are measured in straight km. What is given need not
    be connected; groups of units that are given are not balanced either, because nothing can change them.
    """
    tolerances = {m.name: m.tolerance if level.tolerance is None or m.tolerance is None else level.tolerance for m in problem.measures}
    if level.of_unit is not None:
        tolerances = dict.fromkeys(tolerances)
    return replace(
        problem,
        measures=tuple(replace(m, tolerance=tolerances[m.name]) for m in problem.measures),
        territory_ids=level.group_ids,
        territory_names=None,
        centre_coordinates=np.full((level.n_groups, 2), np.nan),
        target_shares=np.bincount(of_territory, weights=problem.target_shares, minlength=level.n_groups).astype(np.float64),
        adjacency=None if level.is_given else problem.adjacency,
        locked=None,
        forbidden=None,
        max_distance_km=None,
        max_minutes=None,
        travel=None if problem.travel is None else problem.travel.between_units(),
    )
