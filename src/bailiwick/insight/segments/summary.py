"""The four columns of a segment: its name, demographics, purchasing history, estimated revenue potential."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.said import figure, plain, say, say_all, say_n
from bailiwick.domain.wording import percent
from bailiwick.insight.features import is_words

if TYPE_CHECKING:
    import pandas as pd

_BOOTSTRAPS = 500


@dataclass(frozen=True, slots=True)
class Total:
    """A sum with its 95 % interval; NaN where it is recorded and not estimated."""

    value: float
    low: float
    high: float


def demographics(frame: pd.DataFrame, members: NDArray[np.bool_], most: int = 4) -> str:
    """Who they are: the commonest words, the median and middle half of numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> demographics(pd.DataFrame({"staff": [5.0, 7, 9], "trade": ["bar", "bar", "shop"]}), np.ones(3, bool))
    'staff 7 (6 to 8); trade: bar 66.7 %, shop 33.3 %'
    """
    parts: list[str] = []
    for name in list(frame.columns)[:most]:
        column = frame[name][members]
        if is_words(column):
            counts = column.astype(str).value_counts()
            shares = {str(level) or say("(none)"): percent(count / max(len(column), 1)) for level, count in counts.iloc[:2].items()}
            parts.append(say("%(column)s: %(parts)s", column=name, parts=say_all([say_all([*pair]) for pair in shares.items()], ", ")))
            continue
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        values = values[np.isfinite(values)]
        if len(values):
            low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
            told = {key: _told(value, values) for key, value in (("middle", middle), ("low", low), ("high", high))}
            parts.append(say("%(column)s %(middle)s (%(low)s to %(high)s)", column=name, **told))
    return say_all(parts, "; ")


def _told(value: float, among: FloatArray) -> str:
    """A number as people write it; years have no separators."""
    return plain(value, ".0f" if among.min() >= 1900 and among.max() <= 2100 else ",.6g")


def purchasing(orders: NDArray[np.int64], amount: FloatArray, days_since: FloatArray, n_members: int, years: float) -> str:
    """What they bought: share who ever bought, purchases and amount a year, time since the last one.

    Parameters
    ----------
    orders, amount, days_since
        Of the members who bought, shape (b,).
    n_members
        Members in all.
    years
        Length of the observation.
    """
    if not len(orders):
        return say_n("none of %(n)s account has bought", "none of %(n)s accounts has bought", n_members)
    per_year = amount.sum() / years / len(orders)
    return say(
        "%(share)s have bought; %(orders)s purchases and %(amount)s a year each; last purchase %(days)s days ago (median)",
        share=percent(len(orders) / max(n_members, 1)),
        orders=figure(orders.mean() / years, 1),
        amount=figure(per_year),
        days=figure(float(np.median(days_since))),
    )


def estimated_total(values: FloatArray, rng: np.random.Generator) -> Total:
    """Sum over accounts with the interval of a bootstrap over them: what another draw of such accounts would add up to.

    Examples
    --------
    >>> total = estimated_total(np.array([1.0, 2.0, 3.0]), np.random.default_rng(0))
    >>> total.value, bool(3 <= total.low <= total.value <= total.high <= 9)
    (6.0, True)
    """
    if not len(values):
        return Total(0.0, 0.0, 0.0)
    draws = rng.choice(values, (_BOOTSTRAPS, len(values))).sum(axis=1) if len(values) <= 5_000 else _large(values, rng)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Total(float(values.sum()), float(low), float(high))


def _large(values: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The bootstrap sum of many values is normal."""
    return rng.normal(values.sum(), values.std() * np.sqrt(len(values)), _BOOTSTRAPS)


def lift_table(segments: TextArray, texts: TextArray, weights: FloatArray) -> pd.DataFrame:
    """Share of each text (product, reason) in each segment, and its lift: how many times its share of all.

    Parameters
    ----------
    segments, texts
        Per line, shape (m,); lines without either are left out.
    weights
        Amount or 1 per line, shape (m,).
    """
    import pandas as pd

    frame = pd.DataFrame({"segment": segments, "item": texts, "weight": weights})
    frame = frame[(frame["segment"] != "") & (frame["item"] != "")]
    table = (
        frame.groupby(["segment", "item"], as_index=False)["weight"]
        .agg(["sum", "count"])
        .rename(columns={"sum": "amount", "count": "lines"})
    )
    if not len(table):
        return pd.DataFrame({"segment": [], "item": [], "amount": [], "lines": [], "share": [], "lift": []})
    table["share"] = table["amount"] / table.groupby("segment")["amount"].transform("sum")
    overall = table.groupby("item")["amount"].sum() / table["amount"].sum()
    table["lift"] = table["share"] / table["item"].map(overall)
    return table.sort_values(["segment", "share"], ascending=[True, False], kind="stable").reset_index(drop=True)
