"""Why a group brings less than another: the gap of a product, shared out among its factors so that nothing is left over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.domain import FloatArray

FACTORS = ("potential", "coverage", "conversion", "deal size")


@dataclass(frozen=True, eq=False)
class GapShares:
    """Result for n groups and p factors.

    Attributes
    ----------
    gap
        Product of the factors less that of the reference, shape (n,).
    effects
        Part of the gap that each factor explains, shape (n, p); rows add up to the gap.
    ratios
        Factor ÷ that of the reference, shape (n, p).
    """

    gap: FloatArray
    effects: FloatArray
    ratios: FloatArray


def share_gap(factors: FloatArray, reference: FloatArray) -> GapShares:
    """Share out the difference of two products by logarithmic means.

    Parameters
    ----------
    factors
        Above 0, shape (n, p).
    reference
        Above 0, shape (p,).

    Notes
    -----
    With a the product of a group and b that of the reference, factor i explains (a − b) ÷ ln(a ÷ b) × ln(factor ÷ reference factor): exact,
    whatever the order of the factors.

    References
    ----------
    B. W. Ang, "The LMDI approach to decomposition analysis: a practical guide", Energy Policy 33, 2005.

    Examples
    --------
    >>> found = share_gap(np.array([[10.0, 0.5], [20.0, 1.0]]), np.array([20.0, 0.5]))
    >>> found.gap.tolist(), found.effects.round(9).tolist()
    ([-5.0, 10.0], [[-5.0, 0.0], [0.0, 10.0]])
    """
    ours, theirs = factors.prod(axis=1), float(reference.prod())
    ratios = factors / reference
    apart = np.log(ours / theirs)
    is_equal = np.abs(apart) < 1e-12
    mean = np.where(is_equal, ours, (ours - theirs) / np.where(is_equal, 1.0, apart))
    return GapShares(ours - theirs, mean[:, None] * np.log(ratios), ratios)
