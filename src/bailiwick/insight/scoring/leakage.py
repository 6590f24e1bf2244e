"""Columns that know the outcome: filled or measured only after it, so that a model that uses them fails on open leads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.domain.said import say, say_all
from bailiwick.domain.wording import percent
from bailiwick.insight.extra import one_thread
from bailiwick.insight.features import Coder
from bailiwick.insight.scoring.judging import area_under_curve

if TYPE_CHECKING:
    import pandas as pd

TOO_GOOD = 0.95
"""Above this share of pairs ranked right a column alone is beyond what is known beforehand."""
REMOVED_ERROR = 0.35
"""A column that removes so large a part of what all others together leave wrong is looked at."""
RARELY_SO_GOOD = 0.85
"""…if with it leads are ranked as well as what is known beforehand rarely allows."""
WORTH_A_LOOK = 0.65
_LEAST_ZONE = 0.05
_ZONE_RATE = 0.1
_MOST_ROWS = 12_000
_N_BINS = 20
_AFTERWARDS = re.compile(
    r"duration|length|talk.?time|outcome|result|reason|closed?\b|close_|won|lost|invoice|paid|payment|contract|signed|converted|"
    r"dauer|ergebnis|abschluss",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A column that seems to know the outcome.

    Attributes
    ----------
    name
        Of the column.
    alone
        Share of pairs of a win and a loss that it alone ranks right (AUC on rows held back).
    others, together
        The same of all other columns, and of all with it.
    why
        In words.
    """

    name: str
    alone: float
    others: float
    together: float
    why: str


def find_leakage(frame: pd.DataFrame, target: NDArray[np.int64], *, seed: int = 0) -> tuple[list[Suspect], dict[str, float]]:
    """Suspicious columns, and how well each column ranks alone.

    A column is suspect if alone it ranks nearly every pair right, or if it removes more than a third of the ranking error that all other
    columns together leave and 85 % of the pairs are right with it. What a name or a zone without any win adds is told.

    Parameters
    ----------
    frame
        Columns of numbers and words, shape (n, p).
    target
        1 for a win, 0 for a loss, shape (n,).
    seed
        Of the random source.

    Returns
    -------
    The suspects, the strongest first, and the AUC of every column alone.
    """
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(target))[:_MOST_ROWS]
    coder = Coder().fit(frame)
    values, target = coder.transform(frame.iloc[rows]), target[rows]
    half = len(rows) // 2
    alone = {name: _alone(values[:, i], target, half) for i, name in enumerate(coder.names_)}
    suspects = []
    together = float("nan")
    with one_thread():
        for name, area in sorted(alone.items(), key=lambda item: -item[1]):
            if area < WORTH_A_LOOK or len(coder.names_) < 2:
                continue
            if np.isnan(together):
                together = _joint(values, coder.is_coded, target, half, seed)
            i = coder.names_.index(name)
            kept = [j for j in range(len(coder.names_)) if j != i]
            others = _joint(values[:, kept], [coder.is_coded[j] for j in kept], target, half, seed)
            removed = (together - others) / max(1 - others, 1e-9)
            if area >= TOO_GOOD or (removed >= REMOVED_ERROR and together >= RARELY_SO_GOOD):
                why = _why(name, area, others, together, _zone(values[:, i], target, is_coded=coder.is_coded[i]))
                suspects.append(Suspect(name, area, others, together, why))
    return suspects, alone


def _alone(values: FloatArray, target: NDArray[np.int64], half: int) -> float:
    """AUC on the second half of the share of wins per level or bin of the first half."""
    bins = _bins(values, values[:half])
    count = np.bincount(bins[:half], minlength=_N_BINS + 2) + 2.0
    won = np.bincount(bins[:half], weights=target[:half], minlength=_N_BINS + 2) + 2.0 * target[:half].mean()
    size = max(len(count), int(bins.max()) + 1)
    rate = np.full(size, target[:half].mean())
    rate[: len(count)] = won / count
    return area_under_curve(target[half:], rate[bins[half:]])


def _bins(values: FloatArray, learn: FloatArray) -> NDArray[np.int64]:
    known = learn[np.isfinite(learn)]
    if not len(known):
        return np.zeros(len(values), np.int64)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _N_BINS + 1)[1:-1]))
    found = np.searchsorted(edges, values, side="right") + 1
    return np.where(np.isfinite(values), found, 0).astype(np.int64)


def _joint(values: FloatArray, is_coded: list[bool], target: NDArray[np.int64], half: int, seed: int) -> float:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=8, categorical_features=is_coded if any(is_coded) else None, early_stopping=False, random_state=seed
    )
    model.fit(values[:half], target[:half])
    return area_under_curve(target[half:], model.predict_proba(values[half:])[:, 1])


def _zone(values: FloatArray, target: NDArray[np.int64], *, is_coded: bool) -> str:
    """Where hardly anybody wins or loses, in words; empty if there is no such zone."""
    base = target.mean()
    known = np.isfinite(values)
    if is_coded or not known.any():
        return ""
    for part in (0.10, 0.90):
        edge = np.quantile(values[known], part)
        zone = known & ((values <= edge) if part < 0.5 else (values >= edge))
        if zone.mean() < _LEAST_ZONE:
            continue
        rate = target[zone].mean()
        if rate <= _ZONE_RATE * base or rate >= 1 - _ZONE_RATE * (1 - base):
            shares = {"edge": f"{edge:g}", "rate": percent(float(rate)), "base": percent(float(base))}
            if part < 0.5:
                return say("of the rows with the lowest values (up to %(edge)s) %(rate)s are won, against %(base)s of all", **shares)
            return say("of the rows with the highest values (from %(edge)s) %(rate)s are won, against %(base)s of all", **shares)
    return ""


def _why(name: str, area: float, others: float, together: float, zone: str) -> str:
    ranked = say(
        "alone it ranks %(alone)s of the pairs of a won and a lost lead right; with all other columns it is %(others)s, and "
        "%(together)s with it",
        alone=percent(area),
        others=percent(others),
        together=percent(together),
    )
    parts: list[str] = [ranked]
    if zone:
        parts.append(zone)
    if _AFTERWARDS.search(name):
        parts.append(say("the name “%(name)s” speaks of something that is known only when the contact is over", name=name))
    parts.append(say("if it is not known before the outcome, a score that uses it promises what it cannot keep"))
    return say_all(parts, "; ")
