"""How many deals pass each stage, and where most value is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.insight.scoring.judging import wilson


@dataclass(frozen=True, eq=False)
class Funnel:
    """Figures of s stages, the last one is won.

    Attributes
    ----------
    reached, passed, value_lost
        Deals that reached the stage, that went on from it, and the value of those that ended there, shape (s,). Open deals that still
        stand in a stage count as having reached it, but neither as passed nor as lost.
    conversion, low, high
        Passed ÷ decided, with Wilson's interval, shape (s,).
    largest_leak
        Index of the stage with the largest value lost.
    """

    reached: FloatArray
    passed: FloatArray
    value_lost: FloatArray
    conversion: FloatArray
    low: FloatArray
    high: FloatArray
    largest_leak: int


def funnel(furthest: NDArray[np.int64], is_open: NDArray[np.bool_], value: FloatArray, n_stages: int) -> Funnel:
    """Count deals by the furthest stage that they reached.

    Parameters
    ----------
    furthest
        Index of that stage, ``n_stages − 1`` is won, shape (n,).
    is_open
        Whether the deal is still open there, shape (n,).
    value
        In currency, shape (n,).

    Examples
    --------
    >>> found = funnel(np.array([0, 1, 2, 2]), np.array([False, False, False, False]), np.array([1.0, 9.0, 5.0, 5.0]), 3)
    >>> found.reached.tolist(), found.passed.tolist(), found.conversion.round(2).tolist(), found.largest_leak
    ([4.0, 3.0, 2.0], [3.0, 2.0, 2.0], [0.75, 0.67, 1.0], 1)
    """
    stages = np.arange(n_stages)
    reached = (furthest[:, None] >= stages).sum(axis=0).astype(float)
    passed = (furthest[:, None] > stages).sum(axis=0).astype(float)
    passed[-1] = reached[-1]
    ended = (furthest[:, None] == stages) & ~is_open[:, None]
    ended[:, -1] = False
    decided = passed + ended.sum(axis=0)
    lost = (ended * value[:, None]).sum(axis=0)
    low, high = wilson(passed, decided)
    rate = np.divide(passed, decided, out=np.full(n_stages, np.nan), where=decided > 0)
    return Funnel(reached, passed, lost, rate, low, high, int(np.argmax(lost)))
