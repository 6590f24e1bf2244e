"""Health of accounts: who is about to leave, why, and when each should order next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.market_files import day_number, day_text
from bailiwick.api.markets.findings import Findings, column_of_sentences
from bailiwick.api.markets.leads import reasons_of
from bailiwick.api.markets.sheet import read_sheet
from bailiwick.api.sources import tabular
from bailiwick.domain import FloatArray, Notice, OrderTable, TextArray
from bailiwick.domain.said import plain, say, say_all
from bailiwick.domain.wording import counted, percent
from bailiwick.errors import InputError
from bailiwick.formats.dates import DateOrder
from bailiwick.formats.orders import read_orders
from bailiwick.insight.extra import require_models
from bailiwick.pictures.insight_charts import bar_chart, reliability_chart

if TYPE_CHECKING:
    import pandas as pd

    from bailiwick.insight.health import Lesson, Touches

HIGH, MEDIUM = 0.5, 0.25
"""From these risks on an account is in danger, or to be watched."""
LEVELS = ("high", "medium", "low", "gone")
_LEVEL_WORDS = {"high": say("high"), "medium": say("medium"), "low": say("low"), "gone": say("gone")}
"""In danger, to be watched, well; and who has been silent for so long that leaving is no question any more."""
_LEAST_STEP = 30
_BACKGROUND = 24


@dataclass(frozen=True, eq=False)
class _Risk:
    """Risk of n accounts, its interval, reasons, and how it was found."""

    values: FloatArray
    low: FloatArray
    high: FloatArray
    reasons: list[str]
    method: str
    facts: dict[str, Any]
    reliability: Any = None
    is_gone: Any = None


def score_health(
    orders: Any,
    *,
    contacts: Any = None,
    cases: Any = None,
    visits: Any = None,
    today: str | None = None,
    column_map: Mapping[str, str] | None = None,
    date_order: DateOrder | None = None,
    seed: int = 0,
) -> Findings:
    """Health of every account from 0 to 100, with reasons, and the day of its next order.

    Where the past teaches enough, health is 100 less the calibrated risk in percent that nothing is bought within the horizon, judged on
    the latest days whose outcome is known, of which the model saw nothing. Otherwise a stated rule takes points off.

    Parameters
    ----------
    orders
        Orders with customer, date, amount.
    contacts
        Calls, visits and messages: customer, date.
    cases
        Questions and complaints: customer, opened and, where solved, solved.
    visits
        Visits to the website: customer, date.
    today
        Day from which to look; by default the day of the last order.
    column_map
        Role → column of the orders.
    seed
        Of the random source.

    Raises
    ------
    InputError
        If a table cannot be used or nobody bought anything.

    Examples
    --------
    >>> table = {"customer": ["a"] * 4 + ["b"], "date": ["2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2024-03-01"],
    ...          "amount": [9] * 5}
    >>> found = score_health(table, today="2025-04-10")
    >>> found["accounts"][["account", "health", "level"]].values.tolist(), found.facts["method"]
    ([['b', 0.0, 'gone'], ['a', 100.0, 'low']], 'rule')
    """
    require_models()
    from bailiwick.insight.health import horizon_days, signs_at

    table = read_orders(tabular(orders), column_map=column_map, date_order=date_order)
    if not (table.amounts > 0).any():
        raise InputError("there is no purchase in the orders", code="no_rows", field="orders")
    said = day_number(today, "today")
    day = int(table.days.max()) if said is None else said
    touches = {
        "contacts": _touches(table, contacts, "date", None, date_order),
        "cases": _touches(table, cases, "opened", "solved", date_order),
        "visits": _touches(table, visits, "date", None, date_order),
    }
    horizon = horizon_days(table, day)
    signs = signs_at(table, day, **touches)
    bought = np.flatnonzero(np.isfinite(signs["since_days"].to_numpy()))
    signs = signs.iloc[bought].reset_index(drop=True)
    risk, told = _risk(table, signs, day, horizon, touches, seed)
    accounts = _accounts(table, bought, signs, _without_gone(risk, signs, horizon), day)
    return _findings(accounts, risk, day, horizon, (*table.notices, *told))


def _touches(orders: OrderTable, source: Any, start: str, end: str | None, date_order: DateOrder | None) -> Touches | None:
    """Events of customers who ordered; None without a table or a row."""
    from bailiwick.insight.health import Touches

    if source is None or (hasattr(source, "num_rows") and not source.num_rows):
        return None
    sheet = read_sheet(source, date_order=date_order)
    place = {name: i for i, name in enumerate(orders.customer_ids.tolist())}
    who = np.array([place.get(name, -1) for name in sheet.ids("customer").tolist()], np.int64)
    begun = sheet.days(sheet.find("date") if start == "date" else sheet.column(start))  # type: ignore[arg-type]
    over = sheet.days(sheet.column(end)) if end is not None and end in sheet.table.names else np.full(len(sheet), np.nan)
    known = (who >= 0) & np.isfinite(begun)
    return Touches(who[known], begun[known], over[known])


def _risk(
    table: OrderTable, signs: pd.DataFrame, day: int, horizon: int, touches: dict[str, Touches | None], seed: int
) -> tuple[_Risk, list[Notice]]:
    """Learned where the past teaches enough, by the rule otherwise."""
    from bailiwick.insight.health import LEAST_OF_EACH, lesson

    first, step = int(table.days.min()), max(_LEAST_STEP, horizon // 2)
    seen = say(
        "the orders begin %(days)s days before today; %(needed)s are needed to learn who leaves: a rule stands in",
        days=day - first,
        needed=3 * horizon + 1,
    )
    for n_tests in (3, 1):
        judged = [day - horizon - k * step for k in range(n_tests)]
        past = list(range(judged[-1] - horizon, max(first + horizon, judged[-1] - 5 * horizon), -step))
        if not past:
            continue
        train, test = lesson(table, past, horizon, touches), lesson(table, judged, horizon, touches)
        if train.is_enough() and test.is_enough():
            return _learned(signs, train, test, horizon, len(past), seed)
        counts = [int(part.sum()) for one in (train, test) for part in (one.left, 1 - one.left)]
        seen = say(
            "%(left)s left and %(stayed)s stayed in the past, %(lately_left)s and %(lately_stayed)s lately; %(needed)s of each are needed "
            "to learn who leaves: a rule stands in",
            **dict(zip(("left", "stayed", "lately_left", "lately_stayed"), counts, strict=True)),
            needed=LEAST_OF_EACH,
        )
    return _by_rule(signs), [Notice("rule", seen)]


def _learned(signs: pd.DataFrame, train: Lesson, test: Lesson, horizon: int, n_days: int, seed: int) -> tuple[_Risk, list[Notice]]:
    import pandas as pd

    from bailiwick.insight.health import Lesson, learned_risk
    from bailiwick.insight.scoring import judging as j

    trial = learned_risk(train, seed)
    p = trial.predict_proba(test.signs)[:, 1]
    rng = np.random.default_rng(seed)
    table = j.reliability(test.left, p)
    brier = j.with_interval(j.brier_score, test.left, p, rng)
    plain = j.brier_score(test.left, np.full(len(p), train.left.mean()))
    facts = {
        "n_learned_from": len(train.left),
        "n_days_learned_from": n_days,
        "n_tested": len(p),
        "left_share": float(test.left.mean()),
        "auc": j.with_interval(j.area_under_curve, test.left, p, rng).record(),
        "brier": brier.record(),
        "brier_of_base_rate": plain,
        "calibration_error": j.calibration_error(test.left, p),
        "chosen": trial.chosen_,
    }
    if brier.high >= plain:
        why = say("what was learned says who leaves no better than the share of all who leave, on days held back: a rule stands in")
        return _by_rule(signs, {"tried": facts}), [Notice("rule", why)]
    whole = Lesson(pd.concat([train.signs, test.signs], ignore_index=True), np.r_[train.left, test.left])
    scorer = learned_risk(whole, seed)
    values = scorer.predict_proba(signs)[:, 1]
    bin_of = np.abs(values[:, None] - table.predicted[None, :]).argmin(axis=1)
    low, high = np.minimum(table.low[bin_of], values), np.maximum(table.high[bin_of], values)
    background = whole.signs.sample(min(_BACKGROUND, len(whole.signs)), random_state=seed)
    reasons = [""] * len(signs)
    shown = np.flatnonzero(values >= MEDIUM)
    for row, text in zip(shown, reasons_of(scorer, signs.iloc[shown], background), strict=True):
        reasons[row] = text
    return _Risk(values, low, high, reasons, "learned", facts, table), []


def _without_gone(risk: _Risk, signs: pd.DataFrame, horizon: int) -> _Risk:
    """Who has been silent for two horizons has left: there is nothing to estimate."""
    from bailiwick.insight.health import is_alive

    gone = ~is_alive(signs, horizon)
    silent = [say("%(column)s = %(value)s: has left", column="since_days", value=plain(days, ".0f")) for days in signs["since_days"]]
    reasons = [silent[i] if gone[i] else reason for i, reason in enumerate(risk.reasons)]
    values, low, high = (np.where(gone, one, column) for one, column in ((1.0, risk.values), (np.nan, risk.low), (np.nan, risk.high)))
    return replace(risk, values=values, low=low, high=high, reasons=reasons, is_gone=gone)


def _by_rule(signs: pd.DataFrame, more: Mapping[str, Any] | None = None) -> _Risk:
    """Points taken off; no interval, as nothing was estimated."""
    from bailiwick.insight.health import RULE, rule_points

    points = rule_points(signs)
    values = points.sum(axis=1).to_numpy() / 100
    reasons: list[str] = []
    for i in range(len(points)):
        row = points.iloc[i]
        costly = [name for name in row.sort_values(ascending=False).index if row[name] >= 1]
        reasons.append(
            say_all(
                [
                    say(
                        "%(column)s = %(value)s: −%(points)s",
                        column=name,
                        value=plain(float(signs[name].iloc[i]), ".2g"),
                        points=plain(float(row[name]), ".0f"),
                    )
                    for name in costly
                ],
                "; ",
            )
        )
    nothing = np.full(len(values), np.nan)
    facts = {"rule": [{"sign": name, "points": most, "how": how} for name, most, how in RULE], **(more or {})}
    return _Risk(values, nothing, nothing, reasons, "rule", facts)


def _accounts(table: OrderTable, bought: Any, signs: pd.DataFrame, risk: _Risk, day: int) -> pd.DataFrame:
    import pandas as pd

    health = np.round(100 * (1 - risk.values))
    columns: dict[str, Any] = {
        "account": table.customer_ids[bought],
        "health": health,
        "risk": risk.values,
        "risk_low": risk.low,
        "risk_high": risk.high,
        "level": np.select([risk.is_gone, risk.values >= HIGH, risk.values >= MEDIUM], ["gone", "high", "medium"], "low"),
        "reasons": column_of_sentences(risk.reasons),
    }
    columns |= {name: signs[name].to_numpy() for name in signs.columns}
    columns |= _next_orders(table, table.customer_ids[bought], day)
    return pd.DataFrame(columns).sort_values(["risk", "account"], ascending=[False, True], ignore_index=True)


def _next_orders(table: OrderTable, accounts: TextArray, day: int) -> dict[str, Any]:
    """Expected day of the next order of those with a rhythm, and whether they are overdue; nothing where too few order again."""
    from bailiwick.insight.forecasting.next_orders import next_orders

    try:
        found = next_orders(table, today=day)
    except InputError:
        return {}
    place = {name: i for i, name in enumerate(found.customer_ids.tolist())}
    at = [place.get(name) for name in accounts.tolist()]
    days = {"next_order": found.expected_day, "next_from": found.low_day, "next_to": found.high_day}
    columns: dict[str, Any] = {
        name: [None if i is None else day_text(round(float(values[i]))) for i in at] for name, values in days.items()
    }
    columns["is_overdue"] = [i is not None and bool(found.is_overdue[i]) for i in at]
    columns["usual_amount"] = [np.nan if i is None else float(found.usual_amount[i]) for i in at]
    return columns


def _findings(accounts: pd.DataFrame, risk: _Risk, day: int, horizon: int, notices: tuple[Notice, ...]) -> Findings:
    import pandas as pd

    n = {level: int((accounts["level"] == level).sum()) for level in LEVELS}
    overdue = int(accounts["is_overdue"].sum()) if "is_overdue" in accounts else 0
    known = len(accounts) - n["gone"]
    sentences = [
        (
            f"{counted(n['high'], 'account is', 'accounts are')} in danger and {n['medium']:,} to be watched, of {known:,}; "
            f"{n['gone']:,} have left."
        ),
        f"{counted(overdue, 'account is', 'accounts are')} overdue by the own rhythm.",
    ]
    if risk.method == "learned":
        area = risk.facts["auc"]
        sentences.append(
            f"On {risk.facts['n_tested']:,} accounts held back: who left had the higher risk in {percent(area['value'])} of pairs; "
            f"{percent(risk.facts['left_share'])} left within {horizon} days."
        )
    else:
        sentences.append("Health follows a rule, as the past does not teach enough.")
    tables = {"accounts": accounts}
    counts = np.array([n[level] for level in LEVELS], np.float64)
    charts = {"levels": bar_chart("How many are in danger", "", "accounts", [_LEVEL_WORDS[level] for level in LEVELS], counts)}
    if risk.reliability is not None:
        r = risk.reliability
        columns = {"accounts": r.count, "risk": r.predicted, "left": r.came, "left_low": r.low, "left_high": r.high, "is_held": r.is_held}
        tables["reliability"] = pd.DataFrame(columns)
        title = "What was said of leaving, and what came"
        subtitle, outcome = "accounts held back; lines are 95 % intervals", "Share that left"
        charts["reliability"] = reliability_chart(title, subtitle, r.predicted, r.came, r.low, r.high, outcome=outcome)
    learned = say("95 %%: share that left among accounts of a like risk, held back")
    why = learned if risk.method == "learned" else say("none: a rule estimates nothing")
    facts = {"method": risk.method, "today": day_text(day), "horizon_days": horizon, "interval": why, "n_overdue": overdue, "levels": n}
    return Findings("health", tables, {**facts, "test": risk.facts}, tuple(sentences), charts, notices, frozenset({"accounts"}))
