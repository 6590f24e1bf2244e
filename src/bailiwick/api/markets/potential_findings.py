"""What a potential of accounts says: tables, warnings, sentences, pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.markets.findings import Findings, column_of_sentences
from bailiwick.api.markets.fits import ids_of
from bailiwick.api.markets.sheet import Sheet
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import figure, say, say_n
from bailiwick.domain.wording import percent
from bailiwick.insight.potential.concentration import Concentration, concentration
from bailiwick.insight.potential.disguises import Disguise
from bailiwick.pictures.insight_charts import pareto_chart
from bailiwick.pictures.market_charts import interval_chart

if TYPE_CHECKING:
    import pandas as pd

_MOST_POINTS = 400


@dataclass(frozen=True, eq=False)
class Estimate:
    """What the model says of n accounts."""

    model: Any
    potential: FloatArray
    draws: FloatArray
    sales_low: FloatArray
    sales_high: FloatArray
    is_far: NDArray[np.bool_]
    test: dict[str, Any]


def told_disguises(disguises: Sequence[Disguise], *, kept: bool) -> list[Notice]:
    """What was left out because it is made of the sales."""
    done = say("used all the same, as asked") if kept else say("left out")
    return [
        Notice(
            "disguise",
            say("column “%(name)s” seems to be made of the sales and is %(done)s: %(why)s", name=d.name, done=done, why=d.why),
            1,
            (d.name,),
        )
        for d in disguises
    ]


def disguise_table(disguises: Sequence[Disguise]) -> pd.DataFrame:
    """One row per driver that is made of the sales."""
    import pandas as pd

    columns = {"name": [d.name for d in disguises], "order": [d.order for d in disguises]}
    return pd.DataFrame({**columns, "why": column_of_sentences([d.why for d in disguises])})


def potential_findings(
    sheet: Sheet,
    group: TextArray | None,
    frame: pd.DataFrame,
    found: Estimate,
    sold: FloatArray,
    groups: pd.DataFrame,
    notices: tuple[Notice, ...],
    quantile: float,
    seed: int,
) -> Findings:
    """Everything that a potential says; ``group`` is the first column to add up by, shape (n,)."""
    import pandas as pd

    from bailiwick.insight.potential.model import driver_effects

    spread = concentration(found.potential, seed=seed)
    effects = pd.DataFrame(driver_effects(found.model, frame[sold > 0], np.random.default_rng(seed)))
    tables = {
        "accounts": _account_table(sheet, group, found, sold, spread),
        "groups": groups,
        "drivers": effects,
        "test": _test_table(found.test),
    }
    facts = {"quantile": quantile, "test": found.test, "concentration": spread_record(spread)}
    told = (*notices, *_warnings(sheet, found))
    sentences = _sentences(found, groups, spread, quantile)
    return Findings("potential", tables, facts, sentences, _charts(groups, spread), told, frozenset({"accounts"}))


def _account_table(sheet: Sheet, group: TextArray | None, found: Estimate, sold: FloatArray, spread: Concentration) -> pd.DataFrame:
    """Accounts with their potential, those with most still to be won first."""
    import pandas as pd

    low, high = np.quantile(found.draws, [0.05, 0.95], axis=0)
    order = np.argsort(-(found.potential - sold), kind="stable")
    columns: dict[str, Any] = {"account": ids_of(sheet)}
    columns |= {"group": group} if group is not None else {}
    columns |= {
        "sales": sold,
        "potential": found.potential,
        "potential_low": np.minimum(low, found.potential),
        "potential_high": np.maximum(high, found.potential),
        "open_potential": found.potential - sold,
        "similar_low": found.sales_low,
        "similar_high": found.sales_high,
        "is_extrapolated": found.is_far,
        "abc": spread.classes,
    }
    return pd.DataFrame({name: values[order] for name, values in columns.items()})


def _warnings(sheet: Sheet, found: Estimate) -> list[Notice]:
    told = []
    n = int(found.is_far.sum())
    if n:
        text: str = say_n(
            "%(n)s account lies outside what was learned from in some driver; its potential is extrapolated and marked",
            "%(n)s accounts lie outside what was learned from in some driver; their potential is extrapolated and marked",
            n,
        )
        told.append(Notice("extrapolated", text, n, tuple(map(str, ids_of(sheet)[found.is_far][:3]))))
    if found.model.chosen_ == "same for all":
        text = say(
            "no driver explains sales better than the same potential for all; the differences between groups are those of their numbers"
        )
        told.append(Notice("drivers_tell_nothing", text))
    return told


def _test_table(test: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        ("share of held-back accounts at or below their potential", test["share_below_potential"]),
        ("share of held-back accounts inside the range", test["range_coverage"]),
    ]
    return pd.DataFrame([{"what": what, **figure} for what, figure in rows])


def spread_record(spread: Concentration) -> dict[str, Any]:
    """Figures of a Pareto curve for a document."""
    return {"top_20_share": spread.top_share, "gini": {"value": spread.gini, "low": spread.gini_low, "high": spread.gini_high}}


def _sentences(found: Estimate, groups: pd.DataFrame, spread: Concentration, quantile: float) -> tuple[str, ...]:
    whole, test = groups.iloc[0], found.test
    below, range_ = test["share_below_potential"], test["range_coverage"]
    lines = [
        say(
            "Potential %(sum)s a year (%(low)s to %(high)s) of %(n)s accounts; %(won)s of it is won.",
            sum=figure(whole["potential"]),
            low=figure(whole["potential_low"]),
            high=figure(whole["potential_high"]),
            n=int(whole["accounts"]),
            won=percent(float(whole["penetration"])),
        ),
        say(
            "On accounts held back %(below)s stay below their potential (meant: %(meant)s) and %(inside)s lie in their range "
            "(meant: %(expected)s); the method chosen errs %(gain)s less than the same for all.",
            below=percent(below["value"]),
            meant=percent(quantile),
            inside=percent(range_["value"]),
            expected=percent(range_["expected"]),
            gain=percent(max(test["gain"], 0.0)),
        ),
        say(
            "The largest 20 %% hold %(share)s of the potential (Gini %(gini)s, %(low)s to %(high)s).",
            share=percent(spread.top_share),
            gini=figure(spread.gini, 2),
            low=figure(spread.gini_low, 2),
            high=figure(spread.gini_high, 2),
        ),
    ]
    if len(groups) > 1:
        best = groups.iloc[1]
        lines.append(
            say(
                "Most is open in %(name)s: %(open)s, penetration %(share)s.",
                name=best["group"],
                open=figure(best["open_potential"]),
                share=percent(float(best["penetration"])),
            )
        )
    return tuple(lines)


def _charts(groups: pd.DataFrame, spread: Concentration) -> dict[str, Any]:
    charts = {"pareto": curve_chart(spread, say("potential"))}
    if len(groups) > 1:
        column = groups["column"].iloc[1]
        rows = groups[groups["column"] == column].sort_values("potential", ascending=False, kind="stable")
        values = [rows[c].to_numpy(dtype=np.float64) for c in ("potential", "potential_low", "potential_high")]
        top = rows["group"].iloc[0]
        charts["potential"] = interval_chart(
            say("%(name)s has the largest potential", name=top),
            say("by %(column)s; lines are 90 %% intervals", column=column),
            say("potential a year"),
            rows["group"].to_numpy(dtype=object),
            *values,
        )
    return charts


def curve_chart(spread: Concentration, measure: str) -> dict[str, Any]:
    """The Pareto curve as a picture, thinned."""
    step = max(1, len(spread.share_of_rows) // _MOST_POINTS)
    rows = np.unique(np.r_[np.arange(0, len(spread.share_of_rows), step), len(spread.share_of_rows) - 1])
    title = say("The largest 20 %% hold %(share)s of the %(measure)s", share=percent(spread.top_share), measure=measure)
    subtitle = say("Gini %(gini)s; dashed: all alike", gini=figure(spread.gini, 2))
    return pareto_chart(title, subtitle, measure, spread.share_of_rows[rows], spread.share_of_sum[rows])
