"""What is left to win: penetration, white space, growth, against the effort that is spent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.domain import FloatArray, TextArray


@dataclass(frozen=True, eq=False)
class WhiteSpace:
    """Result for n groups (units, territories, segments).

    Attributes
    ----------
    penetration
        Sales ÷ potential, shape (n,); NaN without potential.
    open_potential
        Potential − sales, not below 0, shape (n,).
    share_gap
        Share of the potential − share of the effort, shape (n,): above 0 is under-served.
    growth_score
        Open potential × (1 + growth), shape (n,).
    quadrant
        ``defend``, ``harvest``, ``invest`` or ``question`` by penetration and growth against the middle, shape (n,).
    """

    penetration: FloatArray
    open_potential: FloatArray
    share_gap: FloatArray
    growth_score: FloatArray
    quadrant: TextArray


def white_space(potential: FloatArray, sales: FloatArray, effort: FloatArray | None = None, growth: FloatArray | None = None) -> WhiteSpace:
    """Compare potential with sales and effort.

    Parameters
    ----------
    potential, sales
        Currency a year, shape (n,).
    effort
        Hours, calls or any measure of effort, shape (n,); None: sales stand for it.
    growth
        As a fraction a year, shape (n,); None: 0.

    Examples
    --------
    >>> found = white_space(np.array([100.0, 100.0]), np.array([80.0, 20.0]), np.array([3.0, 1.0]))
    >>> found.penetration.tolist(), found.open_potential.tolist(), found.share_gap.tolist()
    ([0.8, 0.2], [20.0, 80.0], [-0.25, 0.25])
    """
    spent = sales if effort is None else effort
    grown = np.zeros(len(sales)) if growth is None else np.nan_to_num(growth)
    share = np.divide(sales, potential, out=np.full(len(sales), np.nan), where=potential > 0)
    left = np.maximum(potential - sales, 0.0)
    gap = potential / max(potential.sum(), 1e-12) - spent / max(spent.sum(), 1e-12)
    is_deep = np.nan_to_num(share) >= np.nanmedian(share)
    is_growing = grown >= np.median(grown)
    words = np.select([is_deep & is_growing, is_deep, is_growing], ["defend", "harvest", "invest"], "question")
    return WhiteSpace(share, left, gap, left * (1 + grown), words.astype(object))
