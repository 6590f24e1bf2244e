"""What the open deals will bring: by simulation from the deals that were closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.market_files import day_number, day_text
from bailiwick.api.markets.findings import Findings
from bailiwick.api.markets.fits import ids_of
from bailiwick.api.markets.sheet import Sheet, read_sheet
from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import figure, plain, say, say_n
from bailiwick.domain.wording import percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.insight.forecasting.past_forecasts import DealHistory, PastForecasts, forecast_the_past
from bailiwick.insight.forecasting.pipeline import simulate, stage_rates
from bailiwick.pictures.market_charts import interval_chart

if TYPE_CHECKING:
    import pandas as pd

LEAST_CLOSED = 20
WON_WORDS, LOST_WORDS = {"won", "closed won", "gewonnen", "success"}, {"lost", "closed lost", "verloren", "failure"}


def forecast_pipeline(
    deals: Any,
    *,
    days: float = 90.0,
    by: str | None = None,
    rate_by: str | None = None,
    goals: Mapping[str, float] | None = None,
    today: str | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    n_simulations: int = 2_000,
    seed: int = 0,
) -> Findings:
    """Amount that the open deals will bring within some days, by territory, with an interval and the chance to reach a goal.

    Parameters
    ----------
    deals
        Closed and open deals: stage (won, lost, or an open stage), value, and start and end dates where known. Open deals without a value
        get the median of the won ones (of their product where there is such a column).
    days
        Horizon.
    by
        Column to add up by: territory, rep.
    rate_by
        Column by which rates of winning differ: the stage from which a deal was closed, product, region. By default all deals share one
        rate.
    goals
        Group → amount still to reach.
    today
        By default the latest date of the deals.

    Raises
    ------
    InputError
        If fewer than 20 deals were closed or none is open.
    """
    sheet = read_sheet(deals, column_map=column_map, date_order=date_order)
    found = _deals(sheet, today)
    classes = sheet.texts(rate_by) if rate_by else np.full(len(sheet), "", dtype=object)
    names, code = np.unique(classes.astype(str), return_inverse=True)
    is_open, closed = found.is_open, found.is_closed
    alpha, beta = stage_rates(code[is_open], len(names), code[closed], found.is_won[closed])
    groups = sheet.texts(by)[is_open] if by else np.full(int(is_open.sum()), "(all)", dtype=object)
    group_names, group = np.unique(groups.astype(str), return_inverse=True)
    value, lift = found.value[is_open], (alpha[code[is_open]], beta[code[is_open]])
    age = np.maximum(np.nan_to_num(found.lasted[is_open]), 0)
    run = simulate(value, group, age, _history(found), lift, days, n_simulations=n_simulations, seed=seed)
    past = forecast_the_past(found.dated(code), found.today, days)
    factors = past.factors(np.random.default_rng(seed), n_simulations)
    ceiling = np.bincount(group, value, minlength=run.totals.shape[1])
    totals = np.minimum(run.totals * factors[:, None], ceiling[None, :])
    table = _group_table(group_names, group, value, totals, goals)
    tables = {
        "groups": table,
        "deals": _deal_table(ids_of(sheet)[is_open], groups, value, np.minimum(run.probability * float(np.median(factors)), 1.0)),
        "rates": _rate_table(names, code[closed], alpha, beta),
    }
    if len(past.days):
        tables["past"] = _past_table(past)
    facts = {
        "days": days,
        "n_simulations": n_simulations,
        "seed": seed,
        "test": {"n_days": len(past.days), "n_apart": past.n_apart, "factor": float(np.median(factors))},
        "interval": say("90 %%, simulated: what the history may have been, rates of classes, who wins, how far earlier forecasts were off"),
    }
    notices = (*sheet.notices, *found.notices)
    charts = {"pipeline": _chart(table, days)}
    sentences = (*_sentences(found, table, days), _past_sentence(past, float(np.median(factors))))
    return Findings("pipeline", tables, facts, sentences, charts, notices, frozenset({"deals"}))


@dataclass(frozen=True, eq=False)
class _Deals:
    """What became of every deal, its value, and the days that it took, or has taken so far; all of shape (n,)."""

    is_won: NDArray[np.bool_]
    is_lost: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    value: FloatArray
    lasted: FloatArray
    start: FloatArray
    end: FloatArray
    today: float
    notices: list[Notice]

    @property
    def is_closed(self) -> NDArray[np.bool_]:
        return self.is_won | self.is_lost

    def dated(self, code: NDArray[np.int64]) -> DealHistory:
        """The deals with a start, by which earlier forecasts are made; ``code`` is the class of each, shape (n,)."""
        some = np.isfinite(self.start) & (self.is_closed | self.is_open)
        end = np.where(self.is_closed, self.end, np.nan)
        return DealHistory(self.start[some], end[some], self.is_won[some], self.is_lost[some], code[some])


def _deals(sheet: Sheet, today: str | None) -> _Deals:
    stage = np.array([t.casefold() for t in sheet.ids("stage")], dtype=object)
    is_won, is_lost = np.isin(stage, list(WON_WORDS)), np.isin(stage, list(LOST_WORDS))
    is_open = ~is_won & ~is_lost & (stage != "")
    n_closed, n_open = int((is_won | is_lost).sum()), int(is_open.sum())
    if n_closed < LEAST_CLOSED or not n_open:
        raise InputError(
            f"{n_closed} closed and {n_open} open deals; expected {LEAST_CLOSED} closed (won, lost) and some open ones",
            code="too_little_data",
            field="stage",
        )
    value, told = _values(sheet, is_won, is_open)
    start, end = (_days(sheet, role) for role in ("start", "end"))
    is_over = is_won | is_lost
    now = float(day_number(today, "today") or np.nanmax(np.r_[start, end[is_over], 0.0]))  # an open deal ends when it is hoped to
    lasted = np.where(is_over, end - start, now - start)
    return _Deals(is_won, is_lost, is_open, value, lasted, start, end, now, told)


def _history(found: _Deals) -> tuple[FloatArray, NDArray[np.bool_], NDArray[np.bool_]]:
    """Days, won, lost of the deals with dates."""
    usable = np.isfinite(found.lasted) & (found.is_closed | found.is_open)
    if not (usable & found.is_won).any():
        raise InputError(
            "no won deal has a start and an end, so that nothing tells how long they take", code="too_little_data", field="start"
        )
    return np.maximum(found.lasted[usable], 0), found.is_won[usable], found.is_lost[usable]


def _deal_table(ids: TextArray, groups: TextArray, value: FloatArray, probability: FloatArray) -> pd.DataFrame:
    import pandas as pd

    columns = {"deal": ids, "group": groups, "value": value, "probability": probability, "expected": value * probability}
    return pd.DataFrame(columns).sort_values("expected", ascending=False, kind="stable")


def _past_table(past: PastForecasts) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"date": [day_text(int(day)) for day in past.days], "expected": past.expected, "won": past.came.astype(int)})


def _past_sentence(past: PastForecasts, factor: float) -> str:
    """How earlier forecasts fared, and what was made of it."""
    if not len(past.days):
        return say("There is no earlier day on which this could be tested; the interval is wide for that reason.")
    return say_n(
        "Forecast from %(n)s earlier day, %(came)s of the wins expected came; the forecast is corrected by it (× %(factor)s).",
        "Forecast from %(n)s earlier days, %(came)s of the wins expected came; the forecast is corrected by it (× %(factor)s).",
        len(past.days),
        came=percent(float(past.came.sum() / past.expected.sum())),
        factor=figure(factor, 2),
    )


def _rate_table(names: NDArray[Any], closed: NDArray[np.int64], alpha: FloatArray, beta: FloatArray) -> pd.DataFrame:
    import pandas as pd

    n_closed = np.bincount(closed, minlength=len(names))
    called = np.where(names == "", "(all)" if len(names) == 1 else "(none)", names)
    return pd.DataFrame({"class": called, "closed": n_closed, "win_rate": alpha / (alpha + beta), **_rate_interval(alpha, beta)})


def _sentences(found: _Deals, table: pd.DataFrame, days: float) -> tuple[str, ...]:
    whole, closed = table.iloc[0], found.is_closed
    n_open, worth = int(found.is_open.sum()), found.value[found.is_open].sum()
    cycle = found.lasted[found.is_won & np.isfinite(found.lasted)]
    return (
        say(
            "%(n)s open deals worth %(worth)s; within %(days)s days they bring %(sum)s, 90 %% interval %(low)s to %(high)s.",
            n=n_open,
            worth=figure(worth),
            days=figure(days, 0 if days == int(days) else 1),
            sum=figure(whole["expected"]),
            low=figure(whole["low"]),
            high=figure(whole["high"]),
        ),
        say(
            "%(share)s of %(n)s closed deals were won; a won deal takes %(days)s days (median).",
            share=percent(float(found.is_won[closed].mean())),
            n=int(closed.sum()),
            days=figure(float(np.median(cycle))) if len(cycle) else "–",
        ),
    )


def _chart(table: Any, days: float) -> dict[str, Any]:
    return interval_chart(
        say("%(name)s brings most", name=table.iloc[min(1, len(table) - 1)]["group"]),
        "lines are 90 % intervals",
        say("won within %(days)s days", days=plain(days, "g")),
        table["group"].to_numpy(dtype=object),
        *(table[c].to_numpy(dtype=np.float64) for c in ("expected", "low", "high")),
    )


def _days(sheet: Sheet, role: str) -> FloatArray:
    column = sheet.find(role, needed=False)
    return sheet.days(column) if column else np.full(len(sheet), np.nan)


def _values(sheet: Sheet, is_won: NDArray[np.bool_], is_open: NDArray[np.bool_]) -> tuple[FloatArray, list[Notice]]:
    value = sheet.numbers(sheet.needed("value"))
    missing = is_open & ~np.isfinite(value)
    if not missing.any():
        return np.nan_to_num(value), []
    product = sheet.find("product", needed=False)
    kinds: TextArray = sheet.texts(product) if product else np.full(len(sheet), "", dtype=object)
    known = is_won & np.isfinite(value)
    middle = float(np.median(value[known])) if known.any() else 0.0
    by_kind = {k: float(np.median(value[known & (kinds == k)])) for k in set(kinds[known].tolist())}
    value = value.copy()
    value[missing] = [by_kind.get(k, middle) for k in kinds[missing]]
    text = say(
        "%(n)s open deals have no value and count as the median of the won ones, by product where there is one", n=int(missing.sum())
    )
    return np.nan_to_num(value), [Notice("no_value", text, int(missing.sum()))]


def _group_table(
    names: NDArray[np.str_], group: NDArray[np.int64], value: FloatArray, totals: FloatArray, goals: Mapping[str, float] | None
) -> Any:
    import pandas as pd

    whole = totals.sum(axis=1)
    rows = []
    for name, draws, mask in [
        ("(all)", whole, np.ones(len(group), bool)),
        *((str(n), totals[:, i], group == i) for i, n in enumerate(names) if len(names) > 1),
    ]:
        low, high = np.quantile(draws, [0.05, 0.95])
        row: dict[str, Any] = {
            "group": name,
            "deals": int(mask.sum()),
            "open_value": float(value[mask].sum()),
            "expected": float(draws.mean()),
            "low": float(low),
            "high": float(high),
        }
        goal = (goals or {}).get(name)
        if goal is not None:
            row |= {
                "goal": goal,
                "coverage": float(draws.mean()) / max(goal, 1e-12),
                "open_coverage": float(value[mask].sum()) / max(goal, 1e-12),
                "chance_of_goal": float((draws >= goal).mean()),
            }
        rows.append(row)
    table = pd.DataFrame(rows)
    return pd.concat([table.iloc[:1], table.iloc[1:].sort_values("expected", ascending=False, kind="stable")], ignore_index=True)


def _rate_interval(alpha: FloatArray, beta: FloatArray) -> dict[str, FloatArray]:
    from scipy.stats import beta as distribution

    return {"win_rate_low": distribution.ppf(0.05, alpha, beta), "win_rate_high": distribution.ppf(0.95, alpha, beta)}
