"""People and territories: performance apart from luck, the best assignment, the price of every other pair."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bailiwick as bw
from bailiwick.errors import InputError
from bailiwick.staffing.matching import best_assignment, performance

MONTHS = [f"2025-{m:02}" for m in range(1, 13)]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 5), st.integers(0, 10_000))
def test_prices_are_those_of_trying_every_assignment(n: int, seed: int) -> None:
    worth = np.random.default_rng(seed).integers(0, 20, (n, n)).astype(float)
    found = best_assignment(worth)
    every = [(sum(worth[i, j] for i, j in enumerate(p)), p) for p in permutations(range(n))]
    assert found.total == max(total for total, _ in every)
    for i in range(n):
        for j in range(n):
            forced = max(total for total, p in every if p[i] == j)
            assert found.price[i, j] == pytest.approx(found.total - forced)


def test_who_has_much_to_sell_is_no_better_for_it() -> None:
    """Ann has the rich territory and sells most; Bob sells more of what there is."""
    months = [f"2025-{m:02}" for m in range(1, 13)]
    sales = {"rep": ["Ann"] * 12 + ["Bob"] * 12, "territory": ["Rich"] * 12 + ["Poor"] * 12, "period": months * 2}
    season = np.tile([1.0, 2.0], 6)
    amounts = np.r_[400 * 0.9 * season, 100 * 1.4 * season] * np.tile([0.97, 1.03], 12)
    found = bw.match_reps({**sales, "sales": amounts}, {"territory": ["Rich", "Poor"], "potential": [400, 100]})
    reps = found["reps"].set_index("rep")
    assert reps.loc["Bob", "performance"] > reps.loc["Ann", "performance"]
    assert reps.loc["Bob", "performance_raw"] / reps.loc["Ann", "performance_raw"] == pytest.approx(1.4 / 0.9)
    assert found["matches"][["territory", "rep"]].values.tolist() == [["Rich", "Bob"], ["Poor", "Ann"]]
    assert found.facts["gain"]["low"] > 0


def test_what_is_chance_moves_nobody() -> None:
    rng = np.random.default_rng(3)
    reps, months = [f"R{i}" for i in range(8)], MONTHS
    sales = {"rep": np.repeat(reps, 12), "territory": np.repeat([f"T{i}" for i in range(8)], 12), "period": months * 8}
    found = bw.match_reps(
        {**sales, "sales": rng.normal(100, 30, 96)}, {"territory": [f"T{i}" for i in range(8)], "potential": [100.0 + i for i in range(8)]}
    )
    assert (found["matches"]["rep"] == found["matches"]["rep_now"]).all()
    assert (found["prices"]["price"] >= 0).all()


def test_a_high_price_of_switching_keeps_everybody() -> None:
    months = MONTHS
    sales = {
        "rep": ["A"] * 12 + ["B"] * 12,
        "territory": ["S"] * 12 + ["L"] * 12,
        "period": months * 2,
        "sales": [14, 16] * 6 + [19, 21] * 6,
    }
    lands = {"territory": ["S", "L"], "potential": [100, 200]}
    moved = bw.match_reps(sales, lands, switching_loss=0.0)
    kept = bw.match_reps(sales, lands, switching_loss=0.9)
    assert moved["matches"]["rep"].tolist() == ["A", "B"]
    assert kept["matches"]["rep"].tolist() == ["B", "A"]
    assert kept.facts["gain"]["value"] == pytest.approx(0)


def test_little_data_counts_little() -> None:
    who = np.r_[np.zeros(24, int), np.ones(24, int), [2, 2]].astype(np.int32)
    noise = np.tile([0.8, 1.2], 25)
    found = performance(who, np.r_[np.full(24, 1.3), np.full(24, 0.7), [1.3, 1.3]] * noise, np.ones(50), 3)
    assert found.raw[2] == pytest.approx(found.raw[0])
    assert found.weight[2] < found.weight[0]
    assert found.adjusted[2] < found.adjusted[0]
    assert found.high[2] - found.low[2] > found.high[0] - found.low[0]


def test_a_vacant_territory_finds_somebody_and_a_spare_rep_nobody_has() -> None:
    months = MONTHS
    sales = {"rep": ["A"] * 12 + ["B"] * 12 + ["C"] * 12, "territory": ["S"] * 12 + ["L"] * 12 + ["S"] * 12, "period": months * 3}
    found = bw.match_reps({**sales, "sales": [14, 16] * 6 + [19, 21] * 6 + [4, 5] * 6}, {"territory": ["S", "L"], "potential": [100, 200]})
    assert sorted(found["matches"]["rep"]) == ["A", "B"]
    with pytest.raises(InputError, match="2 or more reps"):
        bw.match_reps({"rep": ["A"], "territory": ["S"], "period": ["2025-01"], "sales": [1]}, {"territory": ["S"], "potential": [1]})


def _sold(amounts: dict[tuple[str, str], dict[str, float]]) -> dict[str, list[object]]:
    rows = [(rep, land, month, sold) for (rep, land), by_month in amounts.items() for month, sold in by_month.items()]
    return dict(zip(("rep", "territory", "period", "sales"), map(list, zip(*rows, strict=True)), strict=True))


def test_months_without_sales_count_whoever_sells_in_lumps() -> None:
    """1,200 in either territory: in three months of 400, in twelve of 100."""
    lands = {"territory": ["A", "B", "C"], "potential": [100, 100, 100]}
    others = {("Bob", "B"): dict.fromkeys(MONTHS, 100.0), ("Cy", "C"): dict.fromkeys(MONTHS, 100.0)}
    for at in ((1, 5, 9), (2, 6, 10), (0, 3, 8)):
        found = bw.match_reps(_sold({("Ann", "A"): {MONTHS[m]: 400.0 for m in at}, **others}), lands)
        reps = found["reps"].set_index("rep")
        assert reps["sold"].tolist() == [1200] * 3
        assert reps["periods"].tolist() == [12] * 3
        whole = _sold({("Ann", "A"): {month: 400.0 if m in at else 0.0 for m, month in enumerate(MONTHS)}, **others})
        said = bw.match_reps(whole, lands)["reps"].set_index("rep")
        assert reps["performance_raw"].to_dict() == pytest.approx(said["performance_raw"].to_dict())
        assert reps["performance_raw"].tolist() == pytest.approx([1.0] * 3)


def test_nobody_is_charged_with_months_before_or_after_they_held_a_territory() -> None:
    rows = {
        ("Ann", "A"): {month: 100.0 + m % 2 for m, month in enumerate(MONTHS[:4])},
        ("Bob", "A"): {month: 100.0 + m % 2 for m, month in enumerate(MONTHS[6:])},
        ("Cy", "B"): {month: 101.0 - m % 2 for m, month in enumerate(MONTHS)},
    }
    lands = {"territory": ["A", "B"], "potential": [100, 100]}
    assert bw.match_reps(_sold(rows), lands)["reps"].set_index("rep")["periods"].to_dict() == {"Ann": 4, "Bob": 6, "Cy": 12}
    rows["Ann", "A"][MONTHS[11]] = 100.0
    del rows["Bob", "A"]
    assert bw.match_reps(_sold(rows), lands)["reps"].set_index("rep")["periods"]["Ann"] == 12
    rows["", "A"] = {MONTHS[7]: 0.0}  # it was vacant
    assert bw.match_reps(_sold(rows), lands)["reps"].set_index("rep")["periods"]["Ann"] == 5


def test_who_moved_has_the_new_territory_now() -> None:
    rows = {
        ("Ann", "L"): {MONTHS[0]: 21.0},
        ("Ann", "S"): {month: 5.0 + m % 2 for m, month in enumerate(MONTHS[1:])},
        ("Bob", "M"): {month: 10.0 + m % 3 for m, month in enumerate(MONTHS)},
    }
    found = bw.match_reps(_sold(rows), {"territory": ["L", "M", "S"], "potential": [200, 100, 50]})
    assert found["matches"].set_index("territory")["rep_now"].to_dict() == {"L": "", "M": "Bob", "S": "Ann"}


def test_who_has_two_territories_keeps_as_many_and_both_are_priced() -> None:
    level = {("Ann", "A"): 20.0, ("Ann", "B"): 10.0, ("Bob", "C"): 10.0}
    rows = {key: {month: value + 0.2 * (m % 2) for m, month in enumerate(MONTHS)} for key, value in level.items()}
    lands = {"territory": ["A", "B", "C"], "potential": [100, 50, 100]}
    found = bw.match_reps(_sold(rows), lands, switching_loss=0.0)
    matches = found["matches"].set_index("territory")
    assert matches["rep_now"].to_dict() == {"A": "Ann", "B": "Ann", "C": "Bob"}
    assert matches["rep"].to_dict() == {"A": "Ann", "B": "Bob", "C": "Ann"}  # the better one has the two rich ones
    worth = found["prices"].set_index(["rep", "territory"])["worth"]
    before = worth["Ann", "A"] + worth["Ann", "B"] + worth["Bob", "C"]
    after = worth["Ann", "A"] + worth["Ann", "C"] + worth["Bob", "B"]
    assert found.facts["gain"]["value"] == pytest.approx(after - before)
    assert found.facts["worth"] == pytest.approx(after)
    kept = bw.match_reps(_sold(rows), lands, switching_loss=0.95)
    assert (kept["matches"]["rep"] == kept["matches"]["rep_now"]).all()
    assert kept.facts["gain"]["value"] == pytest.approx(0)


def test_who_sold_two_years_ago_has_nothing_now() -> None:
    months = [f"{2023 + m // 12}-{m % 12 + 1:02}" for m in range(36)]
    rows = {
        ("Ann", "A"): {month: 10.0 + m % 2 for m, month in enumerate(months[:12])},
        ("Bob", "B"): {month: 10.0 + m % 3 for m, month in enumerate(months)},
    }
    found = bw.match_reps(_sold(rows), {"territory": ["A", "B"], "potential": [100, 100]})
    assert found["matches"].set_index("territory")["rep_now"].to_dict() == {"A": "", "B": "Bob"}


def test_periods_are_months() -> None:
    rows = {("A", "S"): {"2025-Q1": 1.0, "2025-Q2": 2.0, "2025-Q3": 2.0}, ("B", "L"): {"2025-Q1": 1.0, "2025-Q2": 2.0, "2025-Q3": 2.0}}
    with pytest.raises(InputError, match=r"months such as 2026-03.*2025-Q1") as told:
        bw.match_reps(_sold(rows), {"territory": ["S", "L"], "potential": [1, 2]})
    assert (told.value.code, told.value.field) == ("months", "period")


def test_one_month_each_tells_nothing_of_chance() -> None:
    names = [f"T{i}" for i in range(6)]
    rows = {(f"R{i}", name): {"2025-01": 10.0 + i} for i, name in enumerate(names)}
    with pytest.raises(InputError, match="chance") as told:
        bw.match_reps(_sold(rows), {"territory": names, "potential": [100] * 6})
    assert told.value.code == "too_little_data"
    with pytest.raises(InputError, match="chance"):
        performance(np.arange(6, dtype=np.int32), np.arange(6.0) + 9, np.full(6, 10.0), 6)


@pytest.mark.parametrize(("n_reps", "n_months", "spread"), [(4, 12, 0.05), (4, 12, 0.0), (8, 6, 0.3), (3, 3, 0.2)])
def test_intervals_hold_the_truth_as_often_as_they_say(n_reps: int, n_months: int, spread: float) -> None:
    rng, held, n = np.random.default_rng(11), 0, 120
    who = np.repeat(np.arange(n_reps), n_months).astype(np.int32)
    for _ in range(n):
        truth = 1 + spread * rng.standard_normal(n_reps)
        found = performance(who, truth[who] + 0.3 * rng.standard_normal(len(who)), np.ones(len(who)), n_reps)
        assert (found.high - found.low).min() > 0.05
        held += int(((found.low <= truth) & (truth <= found.high)).sum())
    assert held / n / n_reps >= 0.92


def test_draws_are_as_uncertain_as_the_intervals() -> None:
    rng = np.random.default_rng(5)
    who = np.repeat(np.arange(5), 12).astype(np.int32)
    found = performance(who, 1 + 0.3 * rng.standard_normal(60), np.ones(60), 5)
    draws = found.draws(20_000, rng)
    assert np.quantile(draws, 0.025, axis=0) == pytest.approx(found.low, abs=0.02)
    assert np.quantile(draws, 0.975, axis=0) == pytest.approx(found.high, abs=0.02)
