"""Potential of accounts and areas from drivers; how evenly it is spread; where it stands together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.fits import ids_of
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import figure, say, say_n
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.insight.extra import require_models
from bailiwick.insight.potential.concentration import Concentration, concentration
from bailiwick.insight.potential.white_space import white_space
from bailiwick.insight.scoring.judging import wilson
from bailiwick.pictures.insight_charts import pareto_chart
from bailiwick.pictures.market_charts import interval_chart

if TYPE_CHECKING:
    import pandas as pd

LEAST_ACCOUNTS = 40
"""Below so many accounts with sales no potential is learned."""
ALL = ""
_MOST_POINTS = 400


@dataclass(frozen=True, eq=False)
class _Estimate:
    """What the model says of n accounts."""

    model: Any
    potential: FloatArray
    draws: FloatArray
    sales_low: FloatArray
    sales_high: FloatArray
    is_far: NDArray[np.bool_]
    test: dict[str, Any]


def estimate_potential(
    accounts: Any,
    *,
    sales: str | None = None,
    drivers: Sequence[str] | None = None,
    by: Sequence[str] = (),
    effort: str | None = None,
    growth: str | None = None,
    context: Any = None,
    context_key: str | None = None,
    quantile: float = 0.75,
    column_map: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Findings:
    """What every account could buy, learned from what similar accounts do buy; added up by territory, unit or segment.

    The potential of an account is what one in four similar accounts reaches (``quantile`` 0.75), and never less than its own sales.
    Two intervals stand beside it: that of the potential itself (90 %, what the data leave open), and the range in which the sales of nine
    of ten such accounts lie (conformal). Both are tested on accounts that were held back.

    Parameters
    ----------
    accounts
        Accounts, prospects included; those with sales above 0 are learned from.
    sales
        Column of sales a year; by default found by its usual names.
    drivers
        Columns that explain sales: size, industry, population, income, competitors; by default all numbers and words that repeat.
    by
        Columns to add up by: territory, unit, segment.
    effort, growth
        Columns of hours or calls, and of growth as a fraction a year, for white space.
    context
        Table of units with demographics or economic indicators, joined by ``context_key``, a column of both tables.
    quantile
        Share of similar accounts that stay below their potential.

    Raises
    ------
    InputError
        If fewer than 40 accounts have sales, or a column is missing.
    """
    require_models()
    if not 0.5 <= quantile <= 0.95:
        raise InputError(f"the quantile must be 0.5 to 0.95, found {quantile:g}", code="insight_setting", field="quantile")
    sheet = read_sheet(accounts, column_map=column_map)
    sales_column = sheet.column(sales, "sales") if sales else sheet.needed("sales")
    sold = np.maximum(np.nan_to_num(sheet.numbers(sales_column)), 0.0)
    frame = _drivers(sheet, sales_column, drivers, [*by, *([effort] if effort else []), *([growth] if growth else [])])
    frame, told = _with_context(sheet, frame, context, context_key)
    check_accounts(int((sold > 0).sum()), len(frame.columns))
    found = _estimate(frame, sold, quantile, seed)
    spent = None if effort is None else np.nan_to_num(sheet.numbers(effort))
    grown = None if growth is None else sheet.numbers(growth)
    groups = _group_table(sheet, by, found, sold, spent, grown, seed)
    return _findings(sheet, sheet.texts(by[0]) if by else None, frame, found, sold, groups, (*sheet.notices, *told), quantile, seed)


def check_accounts(n_with_sales: int, n_drivers: int) -> None:
    """Refuse to learn from too little.

    Raises
    ------
    InputError
        If fewer than 40 accounts have sales or there is no driver.
    """
    if n_with_sales < LEAST_ACCOUNTS:
        raise InputError(
            f"{n_with_sales} accounts have sales; expected {LEAST_ACCOUNTS} or more to learn what similar accounts buy",
            code="too_little_data",
            field="sales",
        )
    if not n_drivers:
        raise InputError(
            "no column is left that could explain sales; name drivers such as size or industry", code="too_little_data", field="drivers"
        )


def _drivers(sheet: Sheet, sales_column: str, drivers: Sequence[str] | None, others: Sequence[str]) -> pd.DataFrame:
    without = {sales_column, *(sheet.column(name) for name in others)}
    outcome_like = {
        n for n in sheet.table.names if n.lower() in ("revenue_potential", "potential", "segment", "territory", "customer", "won")
    }
    names = [sheet.column(n, "drivers") for n in drivers] if drivers else sheet.feature_names(without=[*without, *outcome_like])
    return sheet.features(names)


def _with_context(sheet: Sheet, frame: pd.DataFrame, context: Any, key: str | None) -> tuple[pd.DataFrame, list[Notice]]:
    """Join indicators of units to their accounts."""
    if context is None:
        return frame, []
    other = read_sheet(context)
    if key is None:
        raise InputError(
            "say by which column of both tables the context is joined (context_key)", code="insight_setting", field="context_key"
        )
    place = {text: i for i, text in reversed(list(enumerate(other.texts(key).tolist())))}
    rows = np.array([place.get(text, -1) for text in sheet.texts(key).tolist()])
    more = other.features(other.feature_names(without=[other.column(key)]))
    joined = more.iloc[np.maximum(rows, 0)].reset_index(drop=True)
    for name in joined.columns:
        joined[name] = joined[name].where(rows >= 0, np.nan if joined[name].dtype == np.float64 else "")
    missing = int((rows < 0).sum())
    text = f"{counted(missing, 'account has', 'accounts have')} no row in the context and count as unknown there"
    joined.columns = [f"{n} of {key}" if n in frame.columns else n for n in joined.columns]
    import pandas as pd

    return pd.concat([frame, joined], axis=1), [Notice("no_context", text, missing)] if missing else []


def _estimate(frame: pd.DataFrame, sold: FloatArray, quantile: float, seed: int) -> _Estimate:
    from bailiwick.insight.potential.model import PotentialModel, conformal_reach, from_log, to_log

    learn = sold > 0
    model = PotentialModel(quantile, seed=seed).fit(frame[learn], sold[learn])
    raw = model.predict(frame)
    ahead = raw.copy()
    ahead[learn] = model.out_of_fold_
    low, high = conformal_reach(sold[learn], model.out_of_fold_)
    test = _test(model, sold[learn], quantile, seed)
    potential = np.maximum(raw, sold)
    draws = np.maximum(model.draws(frame), sold[None, :])
    return _Estimate(
        model, potential, draws, from_log(to_log(ahead) + low), from_log(to_log(ahead) + high), model.is_extrapolated(frame), test
    )


def _test(model: Any, sold: FloatArray, quantile: float, seed: int) -> dict[str, Any]:
    """Held-back accounts: share below the potential, coverage of the range, loss against the same for all."""
    from bailiwick.insight.potential.model import LEVEL, conformal_reach, from_log, pinball, to_log

    ahead = model.out_of_fold_
    below = int((sold <= ahead).sum())
    low, high = wilson(below, len(sold))
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(sold))
    one, other = order[: len(order) // 2], order[len(order) // 2 :]
    reach = conformal_reach(sold[one], ahead[one])
    inside = (sold[other] >= from_log(to_log(ahead[other]) + reach[0])) & (sold[other] <= from_log(to_log(ahead[other]) + reach[1]))
    same = pinball(to_log(sold), np.full(len(sold), np.quantile(to_log(sold), quantile)), quantile)
    ours = pinball(to_log(sold), to_log(ahead), quantile)
    cover = wilson(float(inside.sum()), float(len(other)))
    return {
        "n_held_back": len(sold),
        "how": "five-fold: each account by a model that has not seen it",
        "share_below_potential": {"value": below / len(sold), "low": float(low), "high": float(high), "expected": quantile},
        "range_coverage": {"value": float(inside.mean()), "low": float(cover[0]), "high": float(cover[1]), "expected": LEVEL},
        "pinball_loss": float(ours.mean()),
        "pinball_loss_same_for_all": float(same.mean()),
        "gain": float(1 - ours.mean() / max(float(same.mean()), 1e-12)),
        "chosen": model.chosen_,
        "candidates": {name: {"loss": loss, "standard_error": error} for name, (loss, error) in model.losses_.items()},
    }


def _group_table(
    sheet: Sheet, by: Sequence[str], found: _Estimate, sold: FloatArray, spent: FloatArray | None, grown: FloatArray | None, seed: int
) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for column in [ALL, *by]:
        texts = sheet.texts(column) if column else np.full(len(sold), ALL, dtype=object)
        names, idx = np.unique(np.where(texts == "", "(none)" if column else ALL, texts).astype(str), return_inverse=True)
        sums = {"potential": _sums(idx, found.potential), "sales": _sums(idx, sold)}
        by_draw = np.array([np.bincount(idx, draw, minlength=len(names)) for draw in found.draws])
        low, high = np.quantile(by_draw, [0.05, 0.95], axis=0)
        effort = None if spent is None else _sums(idx, spent)
        growth = None if grown is None else np.bincount(idx, np.nan_to_num(grown) * sold) / np.maximum(sums["sales"], 1e-12)
        space = white_space(sums["potential"], sums["sales"], effort, growth)
        spread = [concentration(found.potential[idx == g], seed=seed) for g in range(len(names))]
        table = pd.DataFrame(
            {
                "column": column,
                "group": names,
                "accounts": np.bincount(idx),
                **sums,
                "potential_low": np.minimum(low, sums["potential"]),
                "potential_high": np.maximum(high, sums["potential"]),
                "penetration": space.penetration,
                "open_potential": space.open_potential,
                "share_gap": space.share_gap,
                "growth_score": space.growth_score,
                "quadrant": space.quadrant if len(names) > 1 else "",
                "top_20_share": [s.top_share for s in spread],
                "gini": [s.gini for s in spread],
                "extrapolated": np.bincount(idx, found.is_far.astype(float)) / np.bincount(idx),
            }
        )
        parts.append(table.sort_values("open_potential", ascending=False, kind="stable"))
    return pd.concat(parts, ignore_index=True)


def _sums(idx: NDArray[np.integer], values: FloatArray) -> FloatArray:
    return np.bincount(idx, values).astype(np.float64)


def _findings(
    sheet: Sheet,
    group: TextArray | None,
    frame: pd.DataFrame,
    found: _Estimate,
    sold: FloatArray,
    groups: pd.DataFrame,
    notices: tuple[Notice, ...],
    quantile: float,
    seed: int,
) -> Findings:
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


def _account_table(sheet: Sheet, group: TextArray | None, found: _Estimate, sold: FloatArray, spread: Concentration) -> pd.DataFrame:
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


def _warnings(sheet: Sheet, found: _Estimate) -> list[Notice]:
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


def _sentences(found: _Estimate, groups: pd.DataFrame, spread: Concentration, quantile: float) -> tuple[str, ...]:
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
    charts = {"pareto": curve_chart(spread, "potential")}
    if len(groups) > 1:
        column = groups["column"].iloc[1]
        rows = groups[groups["column"] == column].sort_values("potential", ascending=False, kind="stable")
        values = [rows[c].to_numpy(dtype=np.float64) for c in ("potential", "potential_low", "potential_high")]
        top = rows["group"].iloc[0]
        charts["potential"] = interval_chart(
            f"{top} has the largest potential",
            f"by {column}; lines are 90 % intervals",
            "potential a year",
            rows["group"].to_numpy(dtype=object),
            *values,
        )
    return charts


def curve_chart(spread: Concentration, measure: str) -> dict[str, Any]:
    """The Pareto curve as a picture, thinned."""
    step = max(1, len(spread.share_of_rows) // _MOST_POINTS)
    rows = np.unique(np.r_[np.arange(0, len(spread.share_of_rows), step), len(spread.share_of_rows) - 1])
    title = f"The largest 20 % hold {percent(spread.top_share)} of the {measure}"
    return pareto_chart(title, f"Gini {spread.gini:.2f}; dashed: all alike", measure, spread.share_of_rows[rows], spread.share_of_sum[rows])
