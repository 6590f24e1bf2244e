"""Why a territory brings less than the others: potential × coverage × conversion × deal size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.pipelines import LOST_WORDS, WON_WORDS
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import say
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.insight.kpis.gap import FACTORS, GapShares, share_gap
from bailiwick.insight.scoring.judging import wilson
from bailiwick.pictures.insight_charts import grouped_chart

if TYPE_CHECKING:
    import pandas as pd

LEAST_WON = 5
"""Groups with fewer won deals are not explained: their deal size and conversion are chance."""
_ADVICE = {
    "potential": "it has fewer accounts to win than the others; give it more, or expect less",
    "coverage": "too many of its accounts are not worked; give it time or help",
    "conversion": "it works its accounts and wins fewer; look at how it sells, and to whom",
    "deal size": "it wins as often and sells less each time; look at what it offers",
}


def explain_gap(
    deals: Any, *, by: str, column_map: Mapping[str, str] | None = None, date_order: DateOrder | None = None, worked: str | None = None
) -> Findings:
    """What each group would bring more or less, and which factor explains how much of it, against the mean of all groups.

    Revenue of won deals = opportunities (potential) × share of them worked (coverage) × share of these won (conversion) × value of a won
    deal (deal size).

    Parameters
    ----------
    deals
        One row per opportunity: stage (won, lost, or an open stage), value, and a column of groups.
    by
        Column of territories, reps or segments.
    worked
        Column that is filled once somebody works on an opportunity; by default its start date. Closed ones were worked.

    Raises
    ------
    InputError
        If columns are missing or fewer than two groups have five won deals.
    """
    sheet = read_sheet(deals, column_map=column_map, date_order=date_order)
    counts, told = _counts(sheet, by, worked)
    factors = _factors(counts)
    reference = _reference(counts)
    found = share_gap(factors, reference)
    table = _table(counts, factors, found)
    order = np.argsort(found.gap, kind="stable")
    worst = table.iloc[0]
    main = worst["main_factor"]
    sentences = (
        (
            f"{worst['group']} brings {abs(worst['gap']):,.0f} {'less' if worst['gap'] < 0 else 'more'} than the mean of "
            f"{counted(len(table), 'group', 'groups')}; most of it by {main} ({worst['effect ' + main]:+,.0f})."
        ),
        f"{worst['group']}: {_ADVICE[main]}." if worst["gap"] < 0 else "No group brings less than the mean.",
    )
    rows = [(str(counts["group"][i]), f, float(found.effects[i, j])) for i in order[:12] for j, f in enumerate(FACTORS)]
    charts = {"gap": grouped_chart("What explains the gap to the mean", "effects add up to the gap of each group", "revenue", rows)}
    facts = {
        "reference": dict(zip(FACTORS, reference.tolist(), strict=True)),
        "formula": "revenue = opportunities × worked ÷ opportunities × won ÷ worked × revenue ÷ won",
        "interval": say("95 %%, Wilson, for coverage and conversion; the other factors are counted"),
    }
    return Findings("gap", {"groups": table}, facts, sentences, charts, (*sheet.notices, *told))


def _counts(sheet: Sheet, by: str, worked: str | None) -> tuple[dict[str, Any], list[Notice]]:
    stage = np.array([text.casefold() for text in sheet.ids("stage")], dtype=object)
    is_won, is_lost = np.isin(stage, list(WON_WORDS)), np.isin(stage, list(LOST_WORDS))
    start = worked or sheet.find("start", needed=False)
    is_worked = is_won | is_lost | ((sheet.texts(start) != "") if start else (stage != ""))
    value = np.nan_to_num(sheet.numbers(sheet.needed("value")))
    groups: TextArray = sheet.texts(by)
    names, place = np.unique(groups.astype(str), return_inverse=True)
    sums = {
        "opportunities": np.bincount(place, minlength=len(names)),
        "worked": np.bincount(place, is_worked, len(names)),
        "won": np.bincount(place, is_won, len(names)),
        "revenue": np.bincount(place, np.where(is_won, value, 0.0), len(names)),
    }
    usable = (names != "") & (sums["won"] >= LEAST_WON) & (sums["revenue"] > 0)
    if usable.sum() < 2:
        raise InputError(
            f"{counted(int(usable.sum()), 'group has', 'groups have')} {LEAST_WON} won deals or more; expected two or more to compare",
            code="too_little_data",
            field=by,
        )
    left = names[~usable & (names != "")]
    text = say("left out, as they have fewer than %(least)s won deals: %(n)s groups", least=LEAST_WON, n=len(left))
    told = [Notice("too_few_won", text, len(left), tuple(left[:3].tolist()))] if len(left) else []
    return {"group": names[usable], **{k: v[usable].astype(np.float64) for k, v in sums.items()}}, told


def _factors(counts: Mapping[str, Any]) -> FloatArray:
    n, worked, won, revenue = (np.asarray(counts[k], np.float64) for k in ("opportunities", "worked", "won", "revenue"))
    return np.column_stack([n, worked / n, won / worked, revenue / won])


def _reference(counts: Mapping[str, Any]) -> FloatArray:
    """The mean group: its factors multiply to the mean revenue."""
    n, worked, won, revenue = (float(np.sum(counts[k])) for k in ("opportunities", "worked", "won", "revenue"))
    return np.array([n / len(counts["group"]), worked / n, won / worked, revenue / won])


def _table(counts: Mapping[str, Any], factors: FloatArray, found: GapShares) -> pd.DataFrame:
    import pandas as pd

    low, high = wilson(counts["won"], counts["worked"])
    main = np.where(found.gap < 0, found.effects.argmin(axis=1), found.effects.argmax(axis=1))
    columns: dict[str, Any] = {
        "group": counts["group"],
        "revenue": counts["revenue"],
        "gap": found.gap,
        "main_factor": [FACTORS[i] for i in main],
        **{f"effect {name}": found.effects[:, i] for i, name in enumerate(FACTORS)},
        "opportunities": counts["opportunities"],
        "coverage": factors[:, 1],
        "conversion": factors[:, 2],
        "conversion_low": low,
        "conversion_high": high,
        "deal_size": factors[:, 3],
        "share_of_mean": [percent(float(r)) for r in found.ratios.prod(axis=1)],
    }
    return pd.DataFrame(columns).sort_values("gap", kind="stable", ignore_index=True)
