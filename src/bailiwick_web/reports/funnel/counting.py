"""Counts, rates and lost values by stage, for all deals and for groups of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.markets.intervals import share_interval
from bailiwick_web.reports.funnel.facts import Facts


@dataclass(frozen=True, eq=False)
class Counts:
    """Of g groups and s open stages; arrays of shape (g, s).

    Attributes
    ----------
    names
        Keys of the groups.
    reached
        Deals that came to the stage or beyond it.
    passed, decided
        Deals that went on from it, and those of which that is known: the open ones that stand there are not among them.
    lost, at_stake
        Value of those that ended there, and of those decided there, in house currency.
    won
        Deals that were won, shape (g,).
    """

    names: tuple[Any, ...]
    reached: NDArray[np.float64]
    passed: NDArray[np.float64]
    decided: NDArray[np.float64]
    lost: NDArray[np.float64]
    at_stake: NDArray[np.float64]
    won: NDArray[np.float64]

    @property
    def rate(self) -> NDArray[np.float64]:
        """Share that goes on; not a number where nothing is decided."""
        return np.divide(self.passed, self.decided, out=np.full(self.passed.shape, np.nan), where=self.decided > 0)

    @property
    def ended(self) -> NDArray[np.float64]:
        """Deals that ended in the stage."""
        return self.decided - self.passed

    def interval(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of the rate, 95 %, by Wilson."""
        return share_interval(self.passed, self.decided)


def count(facts: Facts, groups: NDArray[np.object_] | None = None) -> Counts:
    """Count deals by group and by the furthest stage that they reached; deals without a group are left out."""
    s = len(facts.stages)
    if groups is None:
        names, at, use = (None,), np.zeros(len(facts), np.int64), np.ones(len(facts), bool)
    else:
        use = np.array([value is not None for value in groups], bool)
        found, places = np.unique(np.array([str(v) for v in groups[use]]), return_inverse=True)
        names, at = tuple(found.tolist()), places
    g = len(names)
    cell = at * (s + 1) + facts.furthest[use]
    is_open, value = facts.is_open[use], facts.value[use]
    all_n, open_n = _sum(cell, None, g, s), _sum(cell[is_open], None, g, s)
    all_v, open_v = _sum(cell, value, g, s), _sum(cell[is_open], value[is_open], g, s)
    ended_n, ended_v = all_n - open_n, all_v - open_v
    passed = _beyond(all_n)
    return Counts(
        names,
        (all_n[:, :s] + passed),
        passed,
        passed + ended_n[:, :s],
        ended_v[:, :s],
        _beyond(all_v) + ended_v[:, :s],
        all_n[:, s],
    )


def _sum(cell: NDArray[np.int64], weights: NDArray[np.float64] | None, g: int, s: int) -> NDArray[np.float64]:
    return np.bincount(cell, weights, minlength=g * (s + 1)).astype(float).reshape(g, s + 1)


def _beyond(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over all later stages, shape (g, s)."""
    later = np.cumsum(values[:, ::-1], axis=1)[:, ::-1]
    return later[:, 1:]


def excess(part: Counts, whole: Counts) -> NDArray[np.float64]:
    """Value that groups lost in a stage beyond what they would have at the rate of all, shape (g, s)."""
    usual = np.divide(whole.lost, whole.at_stake, out=np.zeros(whole.lost.shape), where=whole.at_stake > 0)
    return part.lost - part.at_stake * usual
