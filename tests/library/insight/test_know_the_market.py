"""Trends by industry, and drafts of strengths and weaknesses: what was planted is found, what is chance is not."""

from __future__ import annotations

import numpy as np
import pytest

import bailiwick as bw
from bailiwick.domain.said import document
from bailiwick.errors import InputError
from bailiwick.insight.standing import standing
from bailiwick.insight.trends import trend


def _orders(rng: np.random.Generator, growth: dict[str, float], n: int = 36) -> dict[str, list[object]]:
    days, amounts, groups = [], [], []
    for name, per_year in growth.items():
        for m in range(n):
            season = 1 + 0.4 * np.sin(2 * np.pi * m / 12)
            days.append(f"{2022 + m // 12}-{m % 12 + 1:02}-28" if m < n - 1 else f"{2022 + m // 12}-12-31")
            amounts.append(float(1000 * season * (1 + per_year) ** (m / 12) * rng.normal(1, 0.03)))
            groups.append(name)
    return {"customer": ["c"] * len(days), "date": days, "amount": amounts, "industry": groups}


def test_planted_trends_are_found_apart_from_the_season() -> None:
    found = bw.sales_trends(_orders(np.random.default_rng(1), {"Up": 0.25, "Down": -0.2, "Flat": 0.0}), by="industry")
    rows = found["trends"].set_index("group")
    for name, planted in (("Up", 0.25), ("Down", -0.2), ("Flat", 0.0)):
        assert rows.loc[name, "trend_low"] <= planted <= rows.loc[name, "trend_high"]
        assert rows.loc[name, "months"] == 35  # the first one began in the middle
    assert rows["direction"][["Up", "Down", "Flat"]].tolist() == ["growing", "shrinking", "unclear"]
    assert rows.loc["Up", "revenue"] / rows.loc["Up", "revenue_before"] == pytest.approx(1.25, rel=0.05)
    assert "Up" in found.lines()[1]
    assert "Down" in found.lines()[2]


@pytest.mark.parametrize("memory", [0.0, 0.6])
def test_intervals_hold_the_truth_about_as_often_as_they_say(memory: float) -> None:
    rng, held, n = np.random.default_rng(7), 0, 200
    for _ in range(n):
        noise = np.zeros(48)
        for m in range(48):
            noise[m] = memory * (noise[m - 1] if m else 0.0) + rng.normal(0, 0.08)
        found = trend(500 * 1.1 ** (np.arange(48) / 12) * np.exp(noise), 4)
        assert found is not None
        held += found.low <= 0.1 <= found.high
    low = 0.80 if memory else 0.90
    assert low <= held / n <= 0.99


@pytest.mark.parametrize(("n_months", "n_closed"), [(24, 6), (48, 6), (48, 3)])
def test_months_that_are_always_closed_make_nothing_surer(n_months: int, n_closed: int) -> None:
    rng, held, n = np.random.default_rng(3), 0, 200
    months = np.arange(n_months)
    is_closed = (months + 3) % 12 < n_closed
    for _ in range(n):
        found = trend(np.where(is_closed, 0.0, 500 * 1.1 ** (months / 12) * np.exp(rng.normal(0, 0.1, n_months))), 4)
        assert found is not None
        held += found.low <= 0.1 <= found.high
    assert 0.91 <= held / n <= 0.99


def test_a_month_that_is_not_over_is_no_fall() -> None:
    orders = _orders(np.random.default_rng(2), {"Flat": 0.0})
    for name, value in (("customer", "c"), ("date", "2025-01-03"), ("amount", 1.0), ("industry", "Flat")):
        orders[name].append(value)
    found = bw.sales_trends(orders, by="industry")
    assert found.facts["last_month"] == "2024-12"
    assert found["trends"]["direction"].tolist() == ["unclear", "unclear"]


def test_a_first_month_that_began_in_the_middle_is_no_growth() -> None:
    def orders(n: int, first_day: int) -> dict[str, list[object]]:
        days = [f"{2022 + m // 12}-{m % 12 + 1:02}-{day}" for m in range(n) for day in ("02", "28" if m % 12 == 1 else "29")]
        days = [day for day in days if day >= f"2022-01-{first_day:02}"]
        return {"customer": ["c"] * len(days), "date": days, "amount": [100.0] * len(days), "industry": ["Flat"] * len(days)}

    found = bw.sales_trends(orders(25, 20), by="industry")
    assert (found.facts["first_month"], found.facts["months"]) == ("2022-02", 24)
    assert bw.sales_trends(orders(24, 1), by="industry").facts["first_month"] == "2022-01"
    with pytest.raises(InputError, match="cover 23 whole months") as told:
        bw.sales_trends(orders(24, 20), by="industry")
    assert told.value.code == "too_little_data"


def test_less_than_two_years_is_refused() -> None:
    with pytest.raises(InputError, match="expected 24") as told:
        bw.sales_trends(_orders(np.random.default_rng(0), {"A": 0.1}, n=12), by="industry")
    assert told.value.code == "too_little_data"


def test_each_entry_cites_its_number_and_what_it_is_compared_with() -> None:
    names = list("abcde")
    growth = {"subject": names, "figure": ["growth"] * 5, "value": [-0.2, 0.04, 0.05, 0.06, 0.07]}
    entries = bw.draft_swot(growth, subject="a")["entries"]
    assert entries[["quadrant", "peers"]].values.tolist() == [["weakness", 4]]
    assert entries["reference"][0] == pytest.approx(0.055)
    assert entries["sentence"][0] == "Growth of revenue in twelve months: -20.0 %; the median of 4 others is +5.5 %."
    assert document(entries["sentence"][0])["n"] == 4  # it can be said in another language
    assert not len(bw.draft_swot(growth, subject="c")["entries"])  # in the middle: nothing to say


def test_a_share_of_few_says_nothing() -> None:
    rows = {
        "subject": list("abcd"),
        "figure": ["win_rate"] * 4,
        "value": [1.0, 0.3, 0.3, 0.3],
        "part": [4, 9, 9, 9],
        "whole": [4, 30, 30, 30],
    }
    assert not len(bw.draft_swot(rows, subject="a")["entries"])
    rows["part"][0] = rows["whole"][0] = 20
    entry = bw.draft_swot(rows, subject="a")["entries"].iloc[0]
    assert (entry["quadrant"], entry["peers"]) == ("strength", 3)
    assert entry["low"] > 0.3


def test_each_figure_goes_to_its_quadrant() -> None:
    def quadrant(figure: str, value: float, **more: list[object]) -> list[str]:
        rows = {"subject": list("abcd"), "figure": [figure] * 4, "value": [value, 0.30, 0.31, 0.32], **more}
        return bw.draft_swot(rows, subject="a")["entries"]["quadrant"].tolist()

    assert quadrant("growth", 0.9) == ["strength"]
    assert quadrant("churn", 0.9) == ["threat"]
    assert quadrant("churn", 0.01) == ["strength"]
    assert quadrant("penetration", 0.01) == ["opportunity"]
    assert quadrant("white_space", 0.9) == ["opportunity"]
    assert quadrant("white_space", -0.9) == []
    assert quadrant("win_rate_against", 0.01, detail=["Acme"] * 4) == ["threat"]
    assert quadrant("win_rate_against", 0.01, detail=["Acme", "Other", "Other", "Other"]) == []  # others met somebody else
    assert quadrant("concentration", 0.25) == ["threat"]
    assert quadrant("concentration", 0.24) == []


def test_the_year_before_stands_for_others_where_there_are_none() -> None:
    rows = {"subject": ["Us"], "figure": ["churn"], "value": [0.05], "part": [5], "whole": [100], "before": [0.2]}
    entry = bw.draft_swot(rows, subject="Us")["entries"].iloc[0]
    assert entry["quadrant"] == "strength"
    assert entry["sentence"].endswith("compared with itself, the year before it was 20.0 %.")
    with pytest.raises(InputError, match="no row is about"):
        bw.draft_swot(rows, subject="Them")


def test_growth_above_the_peers_is_a_strength_although_it_was_faster_before() -> None:
    rows = {"subject": list("abcd"), "figure": ["growth"] * 4, "value": [0.3, 0.02, 0.04, 0.06], "before": [0.8, 0.0, 0.0, 0.0]}
    entry = bw.draft_swot(rows, subject="a")["entries"].iloc[0]
    assert (entry["quadrant"], entry["peers"], entry["reference"]) == ("strength", 3, 0.04)
    assert "the median of 3 others" in entry["sentence"]
    few = {name: values[:3] for name, values in rows.items()}  # two others are too few: it is compared with itself
    assert bw.draft_swot(few, subject="a")["entries"]["peers"].tolist() == [0]


@pytest.mark.parametrize(
    ("now", "before", "quadrant"),
    [
        (0.30, 0.80, "threat"),
        (0.30, 0.10, "strength"),
        (-0.05, -0.20, "opportunity"),
        (-0.20, -0.05, "weakness"),
        (-0.20, 0.10, "weakness"),
        (0.10, -0.20, "strength"),
    ],
)
def test_growth_that_slows_is_no_weakness_and_a_fall_that_slows_no_strength(now: float, before: float, quadrant: str) -> None:
    rows = {"subject": ["Us"], "figure": ["growth"], "value": [now], "before": [before]}
    entry = bw.draft_swot(rows, subject="Us")["entries"].iloc[0]
    assert entry["quadrant"] == quadrant
    assert "compared with itself, the year before it was" in entry["sentence"]


def test_two_others_are_too_few() -> None:
    assert standing(0.9, np.array([0.1, 0.2, np.nan])) is None


def test_single_orders_are_no_trend() -> None:
    assert trend(np.array([100.0, *[0.0] * 30, 80.0]), 1) is None
