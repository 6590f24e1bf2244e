"""Who held which territory in which month, from who sold there: months without sales are months, too."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from bailiwick.domain import FloatArray, IntArray, TextArray
from bailiwick.domain.said import say
from bailiwick.errors import InputError

NOBODY = -1
LATELY = 12
"""Months within which somebody must have sold in a territory to have it now."""
_MONTH = re.compile(r"(\d{4})-(0?[1-9]|1[0-2])")


def months_of(texts: TextArray) -> IntArray:
    """Months such as 2026-03 as numbers that follow each other, shape (n,).

    Raises
    ------
    InputError
        If one is not a month: a quarter or a week would make another year of it.

    Examples
    --------
    >>> (months_of(np.array(["2026-01", "2025-12"], object)) - 24_300).tolist()
    [12, 11]
    """
    found = np.zeros(len(texts), np.int32)
    for i, text in enumerate(texts.tolist()):
        match = _MONTH.fullmatch(text)
        if match is None:
            message = say("expected months such as 2026-03 as periods, found %(text)s; add the sales up by month", text=repr(text))
            raise InputError(message, code="months", field="period")
        found[i] = int(match[1]) * 12 + int(match[2]) - 1
    return found


@dataclass(frozen=True, eq=False)
class Holding:
    """Rows of a rep, a territory and a month, each once, shape (r,).

    Attributes
    ----------
    rep_idx
        −1 where it is said that nobody held it.
    month
        From 0 on.
    n_months
        From the first one to the last one.
    """

    rep_idx: IntArray
    territory_idx: IntArray
    month: IntArray
    sold: FloatArray
    n_months: int

    def owners(self, n_territories: int) -> IntArray:
        """Rep who has each territory now, −1 for nobody, shape (T,).

        It is who sold there in its last month, most if there are several, unless that is a year ago or they began elsewhere since.
        """
        first: dict[int, dict[int, int]] = defaultdict(dict)
        for rep, land, month in zip(self.rep_idx.tolist(), self.territory_idx.tolist(), self.month.tolist(), strict=True):
            first[rep][land] = min(month, first[rep].get(land, month))
        whole: dict[tuple[int, int], float] = defaultdict(float)
        for rep, land, sold in zip(self.rep_idx.tolist(), self.territory_idx.tolist(), self.sold.tolist(), strict=True):
            whole[rep, land] += sold
        found = np.full(n_territories, NOBODY, np.int32)
        for land in range(n_territories):
            rows = np.flatnonzero(self.territory_idx == land)
            last = int(self.month[rows].max()) if len(rows) else -LATELY
            if last <= self.n_months - 1 - LATELY:
                continue
            there = [i for i in rows.tolist() if self.month[i] == last and self.rep_idx[i] != NOBODY]
            best = max(there, key=lambda i: (self.sold[i], whole[int(self.rep_idx[i]), int(self.territory_idx[i])]), default=None)
            if best is not None and not any(began > last for began in first[int(self.rep_idx[best])].values()):
                found[land] = self.rep_idx[best]
        return found


def holding(rep_idx: IntArray, territory_idx: IntArray, month: IntArray, sold: FloatArray) -> Holding:
    """Add rows up by rep, territory and month, and add a row of 0 for months in which a rep held a territory without selling.

    Parameters
    ----------
    rep_idx, territory_idx, month, sold
        Sales, shape (r,); a rep of −1 says that nobody held the territory.

    Notes
    -----
    A territory without a row in a month is taken to be held by whoever sold there last: until the same person sells there again, or else
    for as long as their longest pause there, and never after they began elsewhere. Before its first sale it is held by whoever made it for
    as long. Who sold once only is taken to pause as long as half of all others do. Rows of 0 say better.

    Examples
    --------
    >>> found = holding(*(np.array(x, np.int32) for x in ([0, 0, 1], [0, 0, 1], [1, 3, 0])), np.array([5.0, 7.0, 1.0]))
    >>> found.month[found.rep_idx == 0].tolist(), found.sold[found.rep_idx == 0].tolist()
    ([0, 1, 2, 3], [0.0, 5.0, 0.0, 7.0])
    """
    start, n = int(month.min()), int(month.max() - month.min()) + 1
    sums: dict[tuple[int, int, int], float] = defaultdict(float)
    for row in zip(territory_idx.tolist(), (month - start).tolist(), rep_idx.tolist(), sold.tolist(), strict=True):
        sums[row[:3]] += row[3]
    at: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for land, when, rep in sums:
        at[land][when].add(rep)
    pauses, spans = _pauses(at), _spans(sums)
    usual = int(median(pauses.values())) if pauses else 1
    for land, months in at.items():
        known = sorted(months)
        for earlier, later in pairwise([-1, *known, n]):
            for rep in months[earlier] if earlier >= 0 else months[later]:
                if rep == NOBODY:
                    continue
                pause = pauses.get((rep, land), usual)
                if earlier < 0:
                    free = range(max(0, later - pause + 1, _left_others(spans, rep, later) + 1), later)
                elif later < n and rep in months[later]:
                    free = range(earlier + 1, later)
                else:
                    free = range(earlier + 1, min(later, earlier + pause, _began_elsewhere(spans, rep, earlier, n)))
                for when in free:
                    sums[land, when, rep] = 0.0
    rows = np.array(sorted(sums), np.int32)
    values = np.array([sums[key] for key in sorted(sums)], np.float64)
    return Holding(rows[:, 2], rows[:, 0], rows[:, 1], values, n)


def _pauses(at: dict[int, dict[int, set[int]]]) -> dict[tuple[int, int], int]:
    """Longest time in months between sales of a rep in a territory with nobody else's in between."""
    found: dict[tuple[int, int], int] = {}
    for land, months in at.items():
        known = sorted(months)
        for earlier, later in pairwise(known):
            for rep in (months[earlier] & months[later]) - {NOBODY}:
                found[rep, land] = max(later - earlier, found.get((rep, land), 1))
    return found


def _spans(sums: dict[tuple[int, int, int], float]) -> dict[int, list[tuple[int, int]]]:
    """First and last month of each rep in each territory."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for land, when, rep in sums:
        low, high = found.get((rep, land), (when, when))
        found[rep, land] = min(low, when), max(high, when)
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (rep, _land), span in found.items():
        spans[rep].append(span)
    return spans


def _began_elsewhere(spans: dict[int, list[tuple[int, int]]], rep: int, after: int, never: int) -> int:
    return min((first for first, _last in spans[rep] if first > after), default=never)


def _left_others(spans: dict[int, list[tuple[int, int]]], rep: int, before: int) -> int:
    return max((last for _first, last in spans[rep] if last < before), default=-1)
