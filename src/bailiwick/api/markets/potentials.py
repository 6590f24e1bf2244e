"""Potential of accounts and areas from drivers; how evenly it is spread; where it stands together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.potential_findings import Estimate, disguise_table, potential_findings, told_disguises
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice
from bailiwick.domain.said import say_n
from bailiwick.errors import InputError
from bailiwick.insight.extra import require_models
from bailiwick.insight.potential.concentration import concentration
from bailiwick.insight.potential.disguises import find_disguises
from bailiwick.insight.potential.white_space import white_space
from bailiwick.insight.scoring.judging import wilson

if TYPE_CHECKING:
    import pandas as pd

LEAST_ACCOUNTS = 40
"""Below so many accounts with sales no potential is learned."""
ALL = ""


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
    keep_suspects: bool = False,
    column_map: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Findings:
    """What every account could buy, learned from what similar accounts do buy; added up by territory, unit or segment.

    The potential of an account is what one in four similar accounts reaches (``quantile`` 0.75), and never less than its own sales.
    Two intervals stand beside it: that of the potential itself (90 %, what the data leave open), and the range in which the sales of nine
    of ten such accounts lie (conformal). Both are tested on accounts that were held back.

    Drivers that are the sales in other clothes, such as the revenue beside the sales, are left out and told.

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
    keep_suspects
        Whether to use drivers that seem to be made of the sales all the same.

    Raises
    ------
    InputError
        If fewer than 40 accounts have sales, a column is missing, or no driver is left.
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
    disguises = find_disguises(frame[sold > 0], sold[sold > 0])
    told += told_disguises(disguises, kept=keep_suspects)
    frame = frame.drop(columns=[] if keep_suspects else [disguise.name for disguise in disguises])
    check_accounts(int((sold > 0).sum()), len(frame.columns))
    found = _estimate(frame, sold, quantile, seed)
    spent = None if effort is None else np.nan_to_num(sheet.numbers(effort))
    grown = None if growth is None else sheet.numbers(growth)
    groups = _group_table(sheet, by, found, sold, spent, grown, seed)
    names = sheet.texts(by[0]) if by else None
    answer = potential_findings(sheet, names, frame, found, sold, groups, (*sheet.notices, *told), quantile, seed)
    return answer if not disguises else replace(answer, tables=answer.tables | {"disguises": disguise_table(disguises)})


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
    text = say_n(
        "%(n)s account has no row in the context and counts as unknown there",
        "%(n)s accounts have no row in the context and count as unknown there",
        missing,
    )
    joined.columns = [f"{n} of {key}" if n in frame.columns else n for n in joined.columns]
    import pandas as pd

    return pd.concat([frame, joined], axis=1), [Notice("no_context", text, missing)] if missing else []


def _estimate(frame: pd.DataFrame, sold: FloatArray, quantile: float, seed: int) -> Estimate:
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
    return Estimate(
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
    sheet: Sheet, by: Sequence[str], found: Estimate, sold: FloatArray, spent: FloatArray | None, grown: FloatArray | None, seed: int
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
