"""How sure a share is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bailiwick.domain import FloatArray
from bailiwick.insight.scoring.judging import wilson


def share_interval(part: ArrayLike, whole: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """95 % interval of shares by Wilson's formula; from 0 to 1 where the whole is nothing.

    Parameters
    ----------
    part, whole
        Counts, of one shape; no part is larger than its whole.

    Returns
    -------
    Lower and upper ends as fractions, of the same shape.

    References
    ----------
    E. B. Wilson: Probable inference, the law of succession, and statistical inference. JASA 22 (1927), 209–212.

    Examples
    --------
    >>> low, high = share_interval([5, 0], [10, 0])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.237, 0.0], [0.763, 1.0])
    """
    return wilson(np.asarray(part, np.float64), np.asarray(whole, np.float64))
