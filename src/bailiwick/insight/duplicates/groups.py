"""From pairs to groups of records that are one, and the evidence for each pair in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.insight.duplicates.comparisons import Comparison
from bailiwick.insight.duplicates.model import Matches
from bailiwick.insight.duplicates.records import Records

if TYPE_CHECKING:
    import pandas as pd


def suggested(matches: Matches, threshold: float) -> NDArray[np.bool_]:
    """Pairs that are probably one, shape (n pairs,)."""
    return (~matches.pairs["is_elsewhere"] & (matches.pairs["probability"] >= threshold)).to_numpy()


def branches(matches: Matches, threshold: float) -> NDArray[np.bool_]:
    """Pairs of accounts in different areas whose names, domains or numbers say that they are one company, shape (n pairs,).

    Notes
    -----
    The address speaks against all of them alike, so that it is left out of their odds.
    """
    if "weight_address" not in matches.pairs or not matches.pairs["is_elsewhere"].any():
        return np.zeros(len(matches.pairs), bool)
    other = matches.pairs["weight"] - matches.pairs["weight_address"].fillna(0)
    odds = np.exp2(np.clip(other, -60, 60)) * matches.chance
    return (matches.pairs["is_elsewhere"] & (odds / (1 + odds) >= threshold)).to_numpy()


def group(pairs: pd.DataFrame, n: int) -> NDArray[np.int64]:
    """Number of the group of every record; records that hang together by pairs are one group.

    Returns
    -------
    Shape (n,); groups are numbered by their first record.

    Examples
    --------
    >>> import pandas as pd
    >>> group(pd.DataFrame({"left": [0, 1], "right": [2, 3]}), 5).tolist()
    [0, 1, 0, 1, 2]
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edges = coo_matrix((np.ones(len(pairs)), (pairs["left"], pairs["right"])), shape=(n, n))
    labels = connected_components(edges, directed=False)[1]
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[inverse]


def filled(records: Records) -> NDArray[np.int64]:
    """How many columns say something, per record, shape (n,)."""
    return np.sum([values != "" for values in records.columns.values()], axis=0, dtype=np.int64)


def evidence(matches: Matches, rows: NDArray[np.int64], shown: Mapping[str, TextArray]) -> list[str]:
    """What speaks for and against each pair, the weightiest first.

    Parameters
    ----------
    rows
        Positions in ``matches.pairs``.
    shown
        Column → text as it stands in the table, shape (n,); columns that lack are shown cleaned or not at all.

    Returns
    -------
    Such as ``e-mail the same: jo@acme.com (+11.1); family name nearly the same: Lee / Lea (+6.8); area different (−4.3)``. In brackets:
    by how many doublings the odds rise or fall.
    """
    frame = matches.pairs.iloc[rows]
    left, right = frame["left"].to_numpy(), frame["right"].to_numpy()
    parts = [_spoken(c, frame, left, right, shown.get(c.shows)) for c in matches.comparisons]
    weights = np.column_stack([frame[f"weight_{c.name}"].to_numpy(np.float64) for c in matches.comparisons])
    order = np.argsort(-np.nan_to_num(np.abs(weights)), axis=1, kind="stable")
    return ["; ".join(parts[k][i] for k in order[i] if parts[k][i]) for i in range(len(frame))]


def _spoken(
    comparison: Comparison, frame: pd.DataFrame, left: NDArray[np.int64], right: NDArray[np.int64], shown: TextArray | None
) -> list[str]:
    weights: FloatArray = frame[f"weight_{comparison.name}"].to_numpy(np.float64)
    found = []
    for value, weight, one, other in zip(frame[f"value_{comparison.name}"].tolist(), weights.tolist(), left, right, strict=True):
        if value < 0:
            found.append("")
            continue
        texts = [] if shown is None else [text for text in dict.fromkeys((shown[one], shown[other])) if text]
        told = f": {' / '.join(texts)}" if texts else ""
        sign = "+" if weight >= 0 else "−"
        found.append(f"{comparison.title} {comparison.words(value)}{told} ({sign}{abs(weight):.1f})")
    return found
