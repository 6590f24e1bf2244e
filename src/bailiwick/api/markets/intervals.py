"""How sure a share, a net score or a mean is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bailiwick.domain import FloatArray
from bailiwick.insight.scoring.judging import wilson

_Z = 1.959963984540054


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


def net_score(promoters: ArrayLike, detractors: ArrayLike, whole: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share of promoters minus share of detractors, with its 95 % interval; NaN, −1 and 1 where nobody answered.

    Parameters
    ----------
    promoters, detractors, whole
        Counts of answers, of one shape; of a scale from 0 to 10 those from 9 on, those up to 6, and all.

    Returns
    -------
    Value, lower and upper end, each from −1 to 1, of the same shape.

    Notes
    -----
    Adjusted Wald interval: three answers are added to the counts, a quarter of them promoters and a quarter detractors, so that it
    holds for few answers and for those that are all alike.

    References
    ----------
    B. Rocks: Interval estimation for the “net promoter score”. The American Statistician 70 (2016), 365–372.

    Examples
    --------
    >>> value, low, high = net_score([6, 0], [2, 0], [10, 0])
    >>> value.round(3).tolist(), low.round(3).tolist(), high.round(3).tolist()
    ([0.4, nan], [-0.126, -1.0], [0.741, 1.0])
    """
    good, bad, n = (np.asarray(counts, np.float64) for counts in (promoters, detractors, whole))
    value = np.divide(good - bad, n, out=np.full(n.shape, np.nan), where=n > 0)
    up, down, all_ = good + 0.75, bad + 0.75, n + 3
    middle = (up - down) / all_
    half = _Z * np.sqrt(((up + down) / all_ - middle**2) / all_)
    is_known = n > 0
    low = np.where(is_known, np.maximum(middle - half, -1), -1.0)
    high = np.where(is_known, np.minimum(middle + half, 1), 1.0)
    return value, low, high


def mean_interval(total: ArrayLike, squares: ArrayLike, whole: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Means with their 95 % interval by Student's t; NaN where there are no answers, and for the ends fewer than two.

    Parameters
    ----------
    total, squares, whole
        Sum of the values, sum of their squares, number of them, of one shape.

    Returns
    -------
    Mean, lower and upper end, of the same shape.

    Examples
    --------
    >>> mean, low, high = mean_interval([12.0], [50.0], [3])
    >>> mean.tolist(), low.round(3).tolist(), high.round(3).tolist()
    ([4.0], [1.516], [6.484])
    """
    total, squares, n = (np.asarray(values, np.float64) for values in (total, squares, whole))
    mean = np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0)
    spread = np.divide(squares - n * mean**2, n - 1, out=np.full(n.shape, np.nan), where=n > 1)
    half = stats.t.ppf(0.975, np.maximum(n - 1, 1)) * np.sqrt(np.maximum(spread, 0) / np.maximum(n, 1))
    return mean, mean - half, mean + half
