"""The segments of the demographic approach: a column, or clusters of the measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.api.balance import COUNT
from bailiwick.domain import IntArray, TextArray, UnitTable
from bailiwick.errors import InputError

MOST_SEGMENTS = 12
N_CLUSTERS = 4


@dataclass(frozen=True, eq=False)
class Segments:
    """Classes of accounts that are treated alike.

    Attributes
    ----------
    names
        Shape (G,), those with most accounts first.
    idx
        Segment of each account, shape (n,).
    origin
        Where they come from, in words.
    is_given
        Whether a column says them; clusters of measures differ by their making and prove nothing.
    filled
        Share of the accounts that have one in the data, 0..1.
    """

    names: TextArray
    idx: IntArray
    origin: str
    is_given: bool
    filled: float


def find_segments(units: UnitTable, potential: str, wanted: str | None, *, seed: int, most: int) -> Segments:
    """Segments by a named column, else by the first column with 2 to 12 texts, else clusters of the measures.

    Parameters
    ----------
    most
        Largest number of segments; the smallest are put together as ``other``.

    Raises
    ------
    InputError
        If the named column has a single text.
    """
    column = wanted or _first_column(units)
    if column is None:
        return _clusters(units, potential, seed, min(N_CLUSTERS, most))
    texts = np.array([str(text).strip() or "(none)" for text in units.attributes[column]])
    names, idx, count = np.unique(texts, return_inverse=True, return_counts=True)
    if len(names) < 2:
        raise InputError(f"column {column!r} has a single segment {names[0]!r}; name a column that tells accounts apart", code="segment")
    order = np.argsort(-count, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    limit = min(MOST_SEGMENTS, most)
    kept = [*names[order][:limit]] if len(names) <= limit else [*names[order][: limit - 1], "other"]
    short: IntArray = np.minimum(rank[idx], len(kept) - 1).astype(np.int32)
    return Segments(np.array(kept, dtype=object), short, f"column {column}", True, float((texts != "(none)").mean()))


def _first_column(units: UnitTable) -> str | None:
    for name, texts in units.attributes.items():
        distinct = {str(text).strip() for text in texts} - {""}
        if 2 <= len(distinct) <= MOST_SEGMENTS:
            return name
    return None


def _clusters(units: UnitTable, potential: str, seed: int, k: int) -> Segments:
    from scipy.cluster.vq import kmeans2

    columns = [np.log1p(values) for name, values in units.measures.items() if name != COUNT] or [np.arange(units.n_units, dtype=np.float64)]
    table = np.column_stack(columns)
    table = (table - table.mean(axis=0)) / np.maximum(table.std(axis=0), 1e-12)
    k = min(k, len(np.unique(table, axis=0)))  # else a cluster stays empty
    found = kmeans2(table, k, minit="++", seed=seed)[1] if k > 1 else np.zeros(units.n_units, np.int64)
    used, idx = np.unique(found, return_inverse=True)
    worth = np.bincount(idx, weights=units.measures[potential]) / np.bincount(idx)
    rank = np.empty(len(used), np.int64)
    rank[np.argsort(-worth, kind="stable")] = np.arange(len(used))
    names = np.array([f"cluster {i + 1}" for i in range(len(used))], dtype=object)
    return Segments(names, np.asarray(rank[idx], dtype=np.int32), f"{len(used)} clusters of the measures", False, 1.0)
