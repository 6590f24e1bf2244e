"""Health: who leaves is told before, by what is known at the day; a rule stands in where the past is silent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bailiwick import api
from bailiwick.domain import OrderTable
from bailiwick.insight import health


def day(number: int) -> str:
    return str(np.datetime64("2022-01-01") + number)


def history(n: int = 400, days: int = 1000, seed: int = 5) -> tuple[dict[str, list[Any]], set[str]]:
    """Customers who order every 30 days or so; a third stops at a random time. Orders, and who has stopped."""
    rng = np.random.default_rng(seed)
    table: dict[str, list[Any]] = {"customer": [], "date": [], "amount": []}
    gone = set()
    for i in range(n):
        name, end = f"c{i:03d}", float(days)
        if rng.random() < 0.4:
            end = rng.uniform(100, days - 100)
            gone.add(name)
        at = rng.uniform(0, 60)
        while at < end:
            for key, value in zip(table, (name, day(int(at)), round(rng.uniform(50, 150), 2)), strict=True):
                table[key].append(value)
            at += 30 * rng.lognormal(0, 0.35)
    return table, gone


def test_risk_is_learned_calibrated_and_tells_who_left() -> None:
    table, gone = history()
    found = api.score_health(table, today=day(1000))
    assert found.facts["method"] == "learned"
    test = found.facts["test"]
    assert test["auc"]["low"] > 0.8
    assert test["brier"]["high"] < test["brier_of_base_rate"]
    accounts = found["accounts"].set_index("account")
    assert accounts.loc[list(gone), "risk"].mean() > 0.9
    assert accounts.drop(index=list(gone))["risk"].mean() < 0.15
    late = accounts[accounts["level"] == "high"]
    assert late["reasons"].str.len().min() > 0
    alive = accounts[accounts["level"] != "gone"]
    assert len(alive) > 200
    assert ((alive["risk_low"] <= alive["risk"]) & (alive["risk"] <= alive["risk_high"])).all()
    assert set(accounts.index[accounts["level"] == "gone"]) <= gone
    assert accounts.loc[list(gone), "is_overdue"].mean() > 0.95
    assert (accounts["health"] == (100 * (1 - accounts["risk"])).round()).all()


def test_nothing_after_a_day_is_known_on_it() -> None:
    table, _gone = history(60)
    orders = OrderTable(*read(table))
    early = OrderTable(
        orders.customer_ids, *(column[orders.days <= 19_500] for column in (orders.customer_idx, orders.days, orders.amounts))
    )
    touches = health.Touches(np.array([0, 1, 1]), np.array([19_400.0, 19_490, 19_600]), np.array([19_410.0, np.nan, np.nan]))
    for one in (orders, early):
        signs = health.signs_at(one, 19_500, contacts=touches, cases=touches, visits=touches)
        if one is orders:
            before = signs
    assert before.equals(signs)
    assert before.loc[:1, ["contact_days", "open_cases", "complaints", "web_visits"]].values.tolist() == [[100, 0, 1, 0], [10, 1, 1, 1]]


def read(table: dict[str, list[Any]]) -> tuple[Any, Any, Any, Any]:
    names, who = np.unique(np.array(table["customer"], dtype=object), return_inverse=True)
    days = np.array(table["date"], dtype="datetime64[D]").astype(np.int64)
    return names, who, days, np.array(table["amount"], np.float64)


def test_a_rule_stands_in_and_says_so() -> None:
    table, _gone = history(20, days=200)
    found = api.score_health(table, today=day(200))
    assert found.facts["method"] == "rule"
    assert [notice.code for notice in found.notices] == ["rule"]
    assert found.facts["interval"].startswith("none")
    assert [part["sign"] for part in found.facts["test"]["rule"]] == ["pause", "trend", "complaints", "contact_days"]


def test_complaints_and_silence_cost_points_by_the_rule() -> None:
    orders = {"customer": ["a", "a", "b", "b"], "date": [day(0), day(100), day(0), day(100)], "amount": [5] * 4}
    cases = {"customer": ["a", "nobody"], "opened": [day(90), day(90)], "solved": ["", ""]}
    found = api.score_health(orders, cases=cases, contacts={"customer": ["b"], "date": [day(105)]}, today=day(110))
    health_of = found["accounts"].set_index("account")["health"]
    assert health_of.to_dict() == {"a": 75.0, "b": 100.0}
    assert "complaints = 1: −10" in found["accounts"].set_index("account").loc["a", "reasons"]


def test_cohorts_add_up_and_rates_are_counted() -> None:
    table, _gone = history(100)
    territory = [("North", "South")[int(name[1:]) % 2] for name in table["customer"]]
    found = api.cohort_tables({**table, "territory": territory}, by="territory", today=day(1000))
    repeat = found["repeat"].set_index("group")
    assert repeat.index.tolist() == ["(all)", "North", "South"]
    assert repeat.loc[["North", "South"], "repeat_of"].sum() == repeat.loc["(all)", "repeat_of"] == 100
    assert ((repeat["repeat_low"] <= repeat["repeat_rate"]) & (repeat["repeat_rate"] <= repeat["repeat_high"])).all()
    assert (repeat["churn_rate"] + repeat["retention_rate"]).tolist() == pytest.approx([1, 1, 1])
    cohorts = found["cohorts"]
    assert cohorts[cohorts["group"] == "(all)"]["customers"].sum() == 100
    assert cohorts["q1"].dropna().between(0, 1).all()
