"""Drivers that are the sales in other clothes: they explain what they are made of, and say nothing about who has sold nothing yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bailiwick.domain import FloatArray
from bailiwick.domain.said import figure, plain, say, say_all
from bailiwick.domain.wording import percent
from bailiwick.insight.features import is_words

if TYPE_CHECKING:
    import pandas as pd

LEAST_ROWS = 30
"""Below so many accounts with both a value and sales nothing is said of a driver."""
SAME_RATIO = 0.02
"""Where the middle half of the ratios of sales and driver lies within this part of the median ratio, they are one figure."""
SAME_ORDER = 0.995
"""From this rank correlation on a driver puts accounts in the very order of their sales."""
NAMED_ORDER = 0.8
"""…and from this one if its name speaks of money that was earned."""
SAME_SUM = 0.999
"""Share of the variance of sales that columns which are its parts explain by their sum."""
_MOST_PARTS = 12
_MONEY = re.compile(
    r"sales|revenue|turnover|spend|spent|invoice|billing|booking|purchase|profit|margin|order.?(value|amount|total)|amount|"
    r"umsatz|erl(ö|oe)s|ertrag|gewinn|rechnung|deckungsbeitrag|absatz",
    re.IGNORECASE,
)
_PERSON = re.compile(r"person|rep\b|team|region|territor|manager|channel|mitarbeiter|gebiet", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Disguise:
    """A driver that is made of the sales.

    Attributes
    ----------
    name
        Of the column.
    order
        Rank correlation with the sales, −1 to 1.
    why
        In words.
    """

    name: str
    order: float
    why: str


def find_disguises(frame: pd.DataFrame, sold: FloatArray) -> list[Disguise]:
    """Drivers that are the sales in other clothes, the plainest first.

    A driver is told if its ratio to the sales is the same for all, if it puts the accounts in the very order of their sales, if its name
    speaks of earned money and it nearly does, or if it is one of several columns that add up to the sales. A driver that explains much
    without any of this, such as the number of employees, is none.

    Parameters
    ----------
    frame
        Drivers: columns of numbers and words, shape (n, p).
    sold
        Sales above 0, shape (n,).

    Examples
    --------
    >>> import pandas as pd
    >>> sold = np.exp(np.linspace(1, 5, 50))
    >>> found = find_disguises(pd.DataFrame({"staff": np.arange(50.0) % 7, "in thousands": sold / 1000}), sold)
    >>> [disguise.name for disguise in found]
    ['in thousands']
    """
    numbers = {str(name): frame[name].to_numpy(dtype=np.float64) for name in frame.columns if not is_words(frame[name])}
    found = [told for name, values in numbers.items() if (told := _alone(name, values, sold)) is not None]
    rest = {name: values for name, values in numbers.items() if name not in {disguise.name for disguise in found}}
    return sorted(found, key=lambda disguise: -abs(disguise.order)) + _parts(rest, sold)


def _alone(name: str, values: FloatArray, sold: FloatArray) -> Disguise | None:
    known = np.isfinite(values)
    if known.sum() < LEAST_ROWS or len(np.unique(values[known])) < 2:
        return None
    values, sold = values[known], sold[known]
    order = _order(values, sold)
    ratio = _ratio(values, sold)
    if ratio is not None:
        how = say("it is the sales in another unit: the sales are %(factor)s times as large", factor=plain(ratio, ".3g"))
    elif abs(order) >= SAME_ORDER and len(np.unique(values)) * 2 >= len(np.unique(sold)):
        how = say("it puts the accounts in the very order of their sales (rank correlation %(order)s)", order=figure(order, 3))
    elif abs(order) >= NAMED_ORDER and _MONEY.search(name) and not _PERSON.search(name):
        how = say("its name speaks of earned money, and it follows the sales (rank correlation %(order)s)", order=figure(order, 3))
    else:
        return None
    return Disguise(name, order, say_all([how, _ADVICE], "; "))


_ADVICE = say("who has sold nothing yet has nothing there, so that a potential learned from it says what is sold already")


def _order(values: FloatArray, sold: FloatArray) -> float:
    from scipy.stats import rankdata

    return float(np.corrcoef(rankdata(values), rankdata(sold))[0, 1])


def _ratio(values: FloatArray, sold: FloatArray) -> float | None:
    """Sales ÷ driver, if it is nearly one number; None if it is not."""
    if (values <= 0).mean() > SAME_RATIO or len(np.unique(sold)) < 3:
        return None
    low, middle, high = np.quantile(sold[values > 0] / values[values > 0], [0.25, 0.5, 0.75])
    return float(middle) if high - low <= SAME_RATIO * middle else None


def _parts(numbers: dict[str, FloatArray], sold: FloatArray) -> list[Disguise]:
    """Columns that add up to the sales, such as those of four quarters."""
    known = {name: values for name, values in numbers.items() if np.isfinite(values).all() and values.std() > 0}
    parts: list[str] = []
    left = sold.copy()
    while len(parts) < min(_MOST_PARTS, len(known)) and len(sold) >= LEAST_ROWS + 2 * len(parts):
        rest = [name for name in known if name not in parts]
        parts.append(max(rest, key=lambda name: abs(np.corrcoef(known[name], left)[0, 1])))
        table = np.column_stack([known[name] for name in parts])
        weights, *_others = np.linalg.lstsq(table, sold, rcond=None)
        left = sold - table @ weights
        explained = 1 - float(left.var() / max(float(sold.var()), 1e-300))
        if explained >= SAME_SUM:
            return _told_parts(parts, known, sold, explained) if len(parts) > 1 else []
        if left.std() <= 0:
            break
    return []


def _told_parts(parts: list[str], known: dict[str, FloatArray], sold: FloatArray, explained: float) -> list[Disguise]:
    names = ", ".join(sorted(parts))
    how = say("the columns %(names)s add up to %(share)s of the differences of the sales", names=names, share=percent(explained))
    return [Disguise(name, _order(known[name], sold), say_all([how, _ADVICE], "; ")) for name in sorted(parts)]
