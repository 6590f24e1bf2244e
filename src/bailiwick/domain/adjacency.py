"""Which units touch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain.units import FloatArray, IntArray, frozen
from bailiwick.errors import InputError


@dataclass(frozen=True, eq=False)
class Adjacency:
    """An undirected neighbour graph in compressed rows.

    Attributes
    ----------
    indptr, indices
        The neighbours of unit ``i`` are ``indices[indptr[i]:indptr[i + 1]]``, ascending; every pair stands in both rows.
    border_km
        Length of the common border per entry of ``indices``, or None if unknown.
    rule
        How the pairs were found, in words.
    links
        Shape (m, 2): pairs that do not touch but were joined so that islands can be reached.
    """

    indptr: IntArray
    indices: IntArray
    border_km: FloatArray | None = None
    rule: str = "given"
    links: IntArray | None = None

    @classmethod
    def from_pairs(
        cls,
        n_units: int,
        pairs: NDArray[np.integer],
        *,
        border_km: FloatArray | None = None,
        rule: str = "given",
        links: NDArray[np.integer] | None = None,
    ) -> Adjacency:
        """Build from pairs of unit indices, shape (m, 2); order, repeats and self-pairs do not matter.

        Parameters
        ----------
        links
            Further pairs that join islands; they count as neighbours with a border of 0 km.

        Raises
        ------
        InputError
            If an index is outside ``0..n_units - 1``.
        """
        pairs = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
        extra = np.empty((0, 2), np.int64) if links is None else np.asarray(links, dtype=np.int64).reshape(-1, 2)
        border = None
        if border_km is not None:
            border = np.concatenate([np.asarray(border_km, dtype=np.float64), np.zeros(len(extra))])
        both = np.vstack([pairs, extra])
        if both.size and (both.min() < 0 or both.max() >= n_units):
            raise InputError(f"a neighbour pair names a unit outside 0..{n_units - 1}", code="adjacency")
        low, high = both.min(axis=1), both.max(axis=1)
        keep = low < high
        key, first = np.unique(low[keep] * n_units + high[keep], return_index=True)
        low, high = key // max(n_units, 1), key % max(n_units, 1)
        if border is not None:
            border = border[keep][first]
        return cls(*_compress(n_units, low, high, border), rule=rule, links=None if links is None else frozen(extra.astype(np.int32)))

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.indptr) - 1

    @property
    def pairs(self) -> IntArray:
        """Every neighbouring pair once, lower index first, shape (m, 2)."""
        row = np.repeat(np.arange(self.n_units, dtype=np.int32), np.diff(self.indptr))
        once = row < self.indices
        return np.column_stack([row[once], self.indices[once]])

    def neighbours(self, unit_idx: int) -> IntArray:
        """Indices of the units that touch ``unit_idx``, ascending."""
        return self.indices[self.indptr[unit_idx] : self.indptr[unit_idx + 1]]

    def take(self, unit_idx: NDArray[np.integer]) -> Adjacency:
        """The graph among some units, numbered in the order of ``unit_idx``.

        Examples
        --------
        >>> row = Adjacency.from_pairs(4, np.array([[0, 1], [1, 2], [2, 3]]))
        >>> row.take(np.array([3, 2, 0])).pairs.tolist()
        [[0, 1]]
        """
        place = np.full(self.n_units, -1, np.int64)
        place[unit_idx] = np.arange(len(unit_idx))
        row = np.repeat(np.arange(self.n_units, dtype=np.int32), np.diff(self.indptr))
        once = row < self.indices
        pairs = place[np.column_stack([row[once], self.indices[once]])]
        inside = (pairs >= 0).all(axis=1)
        border = None if self.border_km is None else self.border_km[once][inside]
        links = None if self.links is None else place[self.links]
        links = None if links is None else links[(links >= 0).all(axis=1)]
        graph = Adjacency.from_pairs(len(unit_idx), pairs[inside], border_km=border, rule=self.rule)
        return graph if links is None else replace(graph, links=frozen(links.astype(np.int32)))

    def components(self, labels: NDArray[np.integer] | None = None) -> IntArray:
        """Number the connected pieces, shape (n,).

        Parameters
        ----------
        labels
            If given, two neighbours count as joined only where their labels are equal: the pieces of territories.
        """
        from scipy.sparse import coo_matrix  # here: the processes that only read files start in two thirds of the time
        from scipy.sparse.csgraph import connected_components

        pairs = self.pairs
        if labels is not None:
            pairs = pairs[labels[pairs[:, 0]] == labels[pairs[:, 1]]]
        n = self.n_units
        graph = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
        return connected_components(graph, directed=False)[1].astype(np.int32)


def _compress(
    n_units: int, low: NDArray[np.int64], high: NDArray[np.int64], border: FloatArray | None
) -> tuple[IntArray, IntArray, FloatArray | None]:
    from scipy.sparse import csr_matrix

    number = np.arange(1, len(low) + 1, dtype=np.int32)
    once = csr_matrix((number, (low, high)), shape=(n_units, n_units))
    both = once + once.T
    both.sort_indices()
    border_of_entry = None if border is None else frozen(border[both.data - 1])
    return frozen(both.indptr.astype(np.int32)), frozen(both.indices.astype(np.int32)), border_of_entry
