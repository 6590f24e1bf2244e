"""How many territories each group of each level gets."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, IntArray, Level


def apportion(loads: FloatArray, seats: int, *, most: IntArray | None = None) -> IntArray:
    """Whole numbers that follow the loads, at least 1 each, shape (G,), sum ``seats`` (Webster's method).

    Parameters
    ----------
    loads
        Zero or more, shape (G,).
    seats
        At least G.
    most
        Largest allowed numbers, shape (G,); their sum is at least ``seats``.

    References
    ----------
    Balinski, M. L., Young, H. P. (2001). Fair Representation. Brookings Institution Press.

    Examples
    --------
    >>> apportion(np.array([50.0, 30.0, 20.0]), 10).tolist()
    [5, 3, 2]
    >>> apportion(np.array([99.0, 1.0, 0.0]), 5).tolist()
    [3, 1, 1]
    """
    given = np.ones(len(loads), np.int32)
    limit = np.full(len(loads), seats) if most is None else np.asarray(most)
    heft = np.asarray(loads, dtype=np.float64) + 1e-12 * max(float(np.sum(loads)), 1e-300)
    for _ in range(seats - len(loads)):
        claim = np.where(given < limit, heft / (2 * given + 1), -1.0)
        given[int(np.argmax(claim))] += 1
    return given


def plan_tree(
    levels: tuple[Level, ...], n_territories: int, loads_of_given: FloatArray | None, units_of_given: IntArray | None
) -> list[IntArray]:
    """Group of each territory at each level, coarsest first: shape (K,) each, territories of a group numbered in a row.

    Parameters
    ----------
    levels
        Coarsest first; those given by units come first.
    loads_of_given, units_of_given
        Load and number of units in each group of the finest level that is given by units; None if there is none.

    Notes
    -----
    A designed level divides what is above it as evenly as whole territories allow; the groups of a given level get
    territories in proportion to their load, and never more than they have units.

    Examples
    --------
    >>> two = (Level("region", ["r1", "r2"]), Level("district", ["a", "b", "c"]))
    >>> [group.tolist() for group in plan_tree(two, 6, None, None)]
    [[0, 0, 0, 1, 1, 1], [0, 0, 1, 2, 2, 2]]
    """
    n_given = sum(level.of_unit is not None for level in levels)
    parents: list[IntArray] = []
    blocks = [np.arange(n_territories)]
    if n_given and loads_of_given is not None and units_of_given is not None:
        finest = levels[n_given - 1].of_unit
        spans = apportion(loads_of_given, n_territories, most=units_of_given)
        of_territory = np.repeat(np.arange(len(spans), dtype=np.int32), spans)
        parents = [_coarser(level.of_unit, finest, of_territory) for level in levels[:n_given]]
        blocks = [np.flatnonzero(of_territory == g) for g in range(len(spans))]
    for level in levels[n_given:]:
        blocks = split_blocks(blocks, level.n_groups)
        of_territory = np.empty(n_territories, np.int32)
        for g, block in enumerate(blocks):
            of_territory[block] = g
        parents.append(of_territory)
    return parents


def _coarser(coarse: IntArray | None, fine: IntArray | None, of_territory: IntArray) -> IntArray:
    assert coarse is not None and fine is not None  # noqa: PT018 - only levels that are given by units come here
    parent = np.zeros(int(fine.max()) + 1, np.int32)
    parent[fine] = coarse
    return parent[of_territory]


def split_blocks(blocks: list[np.ndarray], n_groups: int) -> list[np.ndarray]:
    """Divide blocks of territories into ``n_groups`` runs, as evenly as whole territories allow."""
    sizes = np.array([len(block) for block in blocks])
    parts = apportion(sizes.astype(np.float64), n_groups, most=sizes)
    return [run for block, count in zip(blocks, parts, strict=True) for run in np.array_split(block, count)]
