"""What evidence of others does to an estimate: each claim lifts or lowers what is in its industry and its region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bailiwick.domain import FloatArray
from bailiwick.errors import InputError


@dataclass(frozen=True, slots=True)
class Claim:
    """What evidence says of potential.

    Attributes
    ----------
    effect
        As a fraction, above −1: 0.05 is 5 % more.
    industry, region
        What it is about; empty: all. Capital letters and blanks at the ends do not count.
    """

    effect: float
    industry: str = ""
    region: str = ""


@dataclass(frozen=True, eq=False)
class Applied:
    """An estimate of n accounts with k claims applied.

    Attributes
    ----------
    before, after
        Currency a year, shape (n,).
    changes
        What all claims together do to each account, as a fraction, shape (n,); exactly 0 where none is about it.
    hits
        Accounts that each claim is about, shape (k,).
    """

    before: FloatArray
    after: FloatArray
    changes: FloatArray
    hits: NDArray[np.int64]

    @property
    def total_before(self) -> float:
        """Sum before, currency a year."""
        return float(self.before.sum())

    @property
    def total_after(self) -> float:
        """Sum after, currency a year."""
        return float(self.after.sum())

    @property
    def total_change(self) -> float:
        """What the claims do to the sum, as a fraction; 0 where there is nothing to change."""
        return _change(self.total_before, self.total_after)


@dataclass(frozen=True, slots=True)
class IndustrySum:
    """Accounts of an industry, their estimates before and after in currency a year, and the change as a fraction."""

    industry: str
    n: int
    before: float
    after: float
    change: float


def apply_claims(before: ArrayLike, industries: Sequence[str], regions: Sequence[str], claims: Sequence[Claim]) -> Applied:
    """Multiply the estimate of every account by one plus each effect that is about it, one on the other.

    Parameters
    ----------
    before
        Estimates, currency a year, shape (n,).
    industries, regions
        Of the accounts, length n; empty where they are not known: only claims about all reach those.

    Raises
    ------
    InputError
        If the lengths differ, or an effect would leave nothing or less.

    Notes
    -----
    The claims count as independent of each other: 10 % more and 20 % less make 12 % less, in whatever order.

    Examples
    --------
    >>> claims = [Claim(0.5, industry="Hotels"), Claim(0.1)]
    >>> found = apply_claims([100.0, 200.0], ["hotels ", "Offices"], ["", ""], claims)
    >>> found.after.round(9).tolist(), found.hits.tolist(), round(found.total_change, 4)
    ([165.0, 220.0], [1, 2], 0.2833)
    """
    values = np.asarray(before, np.float64)
    if not len(values) == len(industries) == len(regions):
        raise InputError(
            f"expected an industry and a region for each of {len(values)} estimates, found {len(industries)} and {len(regions)}",
            code="insight_setting",
            field="industries",
        )
    names, places = _folded(industries), _folded(regions)
    factors, hits = np.ones(len(values)), np.zeros(len(claims), np.int64)
    for k, claim in enumerate(claims):
        if not claim.effect > -1:
            raise InputError(f"expected an effect above -1, found {claim.effect}", code="insight_setting", field="effect")
        is_about = _is_about(claim.industry, names) & _is_about(claim.region, places)
        factors[is_about] *= 1 + claim.effect
        hits[k] = is_about.sum()
    return Applied(values, values * factors, factors - 1, hits)


def sums_by_industry(applied: Applied, industries: Sequence[str]) -> list[IndustrySum]:
    """Estimates by industry as it is written, the largest before first.

    Examples
    --------
    >>> found = apply_claims([100.0, 300.0, 50.0], ["Hotels", "Offices", "Hotels"], [""] * 3, [Claim(0.2, industry="Hotels")])
    >>> sums = sums_by_industry(found, ["Hotels", "Offices", "Hotels"])
    >>> [(one.industry, one.n, one.before, round(one.after, 9), round(one.change, 9)) for one in sums]
    [('Offices', 1, 300.0, 300.0, 0.0), ('Hotels', 2, 150.0, 180.0, 0.2)]
    """
    names, place = np.unique(np.asarray(industries, dtype=np.str_), return_inverse=True)
    counts = np.bincount(place, minlength=len(names))
    before, after = (np.bincount(place, values, minlength=len(names)) for values in (applied.before, applied.after))
    order = np.argsort(-before, kind="stable")
    return [IndustrySum(str(names[i]), int(counts[i]), float(before[i]), float(after[i]), _change(before[i], after[i])) for i in order]


def _folded(texts: Sequence[str]) -> NDArray[np.object_]:
    return np.array([text.strip().casefold() for text in texts], dtype=object)


def _is_about(wanted: str, found: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.ones(len(found), bool) if not wanted else np.asarray(found == wanted.strip().casefold(), bool)


def _change(before: float, after: float) -> float:
    return float(after / before - 1) if before else 0.0
