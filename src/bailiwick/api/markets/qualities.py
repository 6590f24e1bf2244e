"""Which territory is worth most: quality from sub-scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.fits import ids_of
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.domain import Notice, TextArray
from bailiwick.domain.said import say, say_n
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError
from bailiwick.insight.scoring.quality import Factor, territory_quality
from bailiwick.pictures.market_charts import interval_chart

QUALITY_FACTORS = ("potential:1", "concentration:1", "travel:1:low", "competition:1:low")
"""The four sub-scores of a territory, of equal weight; travel and competition are better low."""


def score_territories(
    territories: Any,
    *,
    factors: Sequence[str] = QUALITY_FACTORS,
    column_map: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Findings:
    """Quality of territories from four sub-scores: high, medium or low, and how far the class hangs on the weights.

    Parameters
    ----------
    territories
        One row per territory.
    factors
        ``column[:weight][:low]``: ``low`` where less is better. By default potential, concentration, travel and competition.
    column_map
        Role → column, also for the factors.

    Raises
    ------
    InputError
        If a column is missing or there are fewer than three territories.

    Examples
    --------
    >>> table = {"territory": ["a", "b", "c"], "potential": [9, 5, 1], "travel": [2, 1, 3]}
    >>> found = score_territories(table, factors=["potential:2", "travel:1:low"])
    >>> found["territories"][["territory", "class"]].values.tolist()
    [['a', 'high'], ['b', 'medium'], ['c', 'low']]
    """
    import pandas as pd

    sheet = read_sheet(territories, column_map=column_map)
    parsed = tuple(parse_factor(text) for text in factors)
    values = np.column_stack([sheet.numbers(str(sheet.find(f.name))) for f in parsed])
    name_column = sheet.find("territory", needed=False)
    names = sheet.texts(name_column) if name_column else ids_of(sheet)
    found = territory_quality(values, parsed, seed=seed)
    order = np.argsort(-found.score, kind="stable")
    columns: dict[str, Any] = {
        "territory": names[order],
        "score": found.score[order],
        "class": found.classes[order],
        "class_stability": found.stability[order],
    }
    columns |= {f"{f.name}_score": found.sub_scores[order, i] for i, f in enumerate(parsed)}
    columns |= {"score_low": found.low[order], "score_high": found.high[order], "raise_first": found.raise_first[order]}
    table = pd.DataFrame(columns)
    firm = int((found.stability >= 0.8).sum())
    unknown = int((~np.isfinite(values)).sum())
    told = (
        [
            Notice(
                "missing_factor",
                say_n(
                    "%(n)s cell of the factors holds no number and counts as the middle",
                    "%(n)s cells of the factors hold no number and count as the middle",
                    unknown,
                ),
                unknown,
            )
        ]
        if unknown
        else []
    )
    back = _most_common(found.raise_first)
    sentences = (
        f"{counted(len(table), 'territory', 'territories')}: best {table['territory'][0]}; most held back by {back}.",
        f"{firm} of {len(table)} classes hold in 80 of 100 draws of the weights; the others hang on how the factors are weighed.",
    )
    chart = interval_chart(
        f"{table['territory'][0]} has the best quality",
        "lines: range of the score when the weights change",
        "quality, 0 to 100",
        names[order],
        found.score[order],
        found.low[order],
        found.high[order],
    )
    facts = {"factors": [asdict(f) for f in parsed], "interval": say("score under 1,000 draws of the weights, 95 %%")}
    stability = table[["territory", "class", "class_stability"]]
    return Findings(
        "territory_quality", {"territories": table, "stability": stability}, facts, sentences, {"quality": chart}, (*sheet.notices, *told)
    )


def _most_common(names: TextArray) -> str:
    values, counts = np.unique(names.astype(str), return_counts=True)
    return str(values[np.argmax(counts)])


def parse_factor(text: str) -> Factor:
    """``travel:2:low`` as a factor.

    Raises
    ------
    InputError
        If it is not of that form.

    Examples
    --------
    >>> parse_factor("travel:2:low")
    Factor(name='travel', weight=2.0, higher_is_better=False)
    """
    parts = text.split(":")
    is_low = len(parts) > 1 and parts[-1].strip().lower() == "low"
    parts = parts[:-1] if is_low else parts
    try:
        weight = float(parts[1]) if len(parts) > 1 else 1.0
    except ValueError:
        weight = float("nan")
    if len(parts) > 2 or not parts[0].strip() or not np.isfinite(weight):
        raise InputError(
            f"expected COLUMN[:WEIGHT][:low], found {text!r}; for example travel:2:low", code="insight_setting", field="factors"
        )
    return Factor(parts[0].strip(), weight, not is_low)
