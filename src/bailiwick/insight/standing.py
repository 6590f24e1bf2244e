"""How one stands among others: a value against the median of the others, and whether the difference is more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.domain import FloatArray
from bailiwick.insight.scoring.judging import wilson

LEAST_PEERS, LEAST_COUNTED = 3, 8
"""Others that a median needs; deals or customers that a share needs."""
_NOISE = 1e-9
"""The lower end for none of ten is 0 but for rounding."""


@dataclass(frozen=True)
class Standing:
    """Where a value stands.

    Attributes
    ----------
    reference
        What it is compared with: the median of the others, or a value of its own, such as that of the year before.
    n_peers
        Others behind the reference; 0 where it is no median.
    low, high
        95 % interval of a share, by Wilson; NaN where the value is no share of counted things.
    side
        1 above the reference, −1 below it, 0 where the difference is none or may be chance.
    """

    value: float
    reference: float
    n_peers: int
    low: float
    high: float
    side: int


def standing(
    value: float,
    others: FloatArray,
    *,
    part: float = np.nan,
    whole: float = np.nan,
    other_wholes: FloatArray | None = None,
    reference: float | None = None,
    reference_whole: float = np.nan,
    apart: float = 0.0,
) -> Standing | None:
    """Compare a value with the median of others, or with a given reference; None where there is too little to compare.

    Parameters
    ----------
    others
        The values of the others, without the own one, shape (n,); NaN are left out.
    part, whole
        Of a share: counts.
    other_wholes
        Of shares: what those of the others are of, shape (n,); NaN where the value is no share of counted things.
    reference
        Instead of the median of the others.
    reference_whole
        What the given reference is a share of.
    apart
        How far a value that is no share of counted things must be from a given reference.

    Notes
    -----
    A share of counted things stands apart if the 95 % interval of its difference from the reference leaves 0 out. That interval is made of
    Wilson's of both (Newcombe 1998, method 10); a median counts for 2/π of all that is counted in the others, as that of many does.
    Others, or a reference, of fewer than ``LEAST_COUNTED`` say nothing. Any other value stands apart from a median if it lies outside the
    middle half of the others, and from a given reference if it is farther away than ``apart``.

    Examples
    --------
    >>> found = standing(0.9, np.array([0.1, 0.2, 0.3, 0.4]))
    >>> round(found.reference, 2), found.n_peers, found.side
    (0.25, 4, 1)
    >>> standing(0.5, np.array([0.3, 0.3, 0.3]), part=5, whole=10).side  # 24 % to 76 % holds 30 %
    0
    >>> standing(0.6, np.ones(3), part=12, whole=20, other_wholes=np.ones(3)) is None  # one deal each
    True
    """
    of = np.full(len(others), np.nan) if other_wholes is None else other_wholes
    is_known = np.isfinite(others) & ~(of < LEAST_COUNTED)
    known, of = others[is_known], of[is_known]
    if not np.isfinite(value) or (reference is None and len(known) < LEAST_PEERS):
        return None
    is_counted = bool(np.isfinite(whole))
    if (is_counted and whole < LEAST_COUNTED) or (reference is not None and reference_whole < LEAST_COUNTED):
        return None
    middle = float(np.median(known)) if reference is None else reference
    n_peers = len(known) if reference is None else 0
    low, high = (float(end) for end in wilson(part, whole)) if is_counted else (np.nan, np.nan)
    if is_counted:
        under, over = _reach(middle, of if reference is None else np.array([reference_whole]))
        above, below = np.hypot(value - low, over), np.hypot(high - value, under)
        side = 1 if value - middle > above + _NOISE else -1 if middle - value > below + _NOISE else 0
    elif reference is None:
        lower, upper = np.quantile(known, [0.25, 0.75])
        side = 1 if value > upper else -1 if value < lower else 0
    else:
        side = int(np.sign(value - middle)) if abs(value - middle) > apart else 0
    return Standing(float(value), middle, n_peers, low, high, side)


def _reach(middle: float, wholes: FloatArray) -> tuple[float, float]:
    """How far the median of shares may lie below and above what it is, for what is counted in each; 0 where nothing is."""
    n, spread = len(wholes), float(np.nan_to_num(1 / wholes).mean())
    if spread == 0.0:
        return 0.0, 0.0
    counted = (1.0 if n == 1 else n * 2 / np.pi) / spread
    low, high = wilson(middle * counted, counted)
    return middle - float(low), float(high) - middle
