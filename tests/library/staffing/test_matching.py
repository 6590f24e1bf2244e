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
    reps, months = [f"R{i}" for i in range(8)], [f"M{m:02}" for m in range(12)]
    sales = {"rep": np.repeat(reps, 12), "territory": np.repeat([f"T{i}" for i in range(8)], 12), "period": months * 8}
    found = bw.match_reps(
        {**sales, "sales": rng.normal(100, 30, 96)}, {"territory": [f"T{i}" for i in range(8)], "potential": [100.0 + i for i in range(8)]}
    )
    assert (found["matches"]["rep"] == found["matches"]["rep_now"]).all()
    assert (found["prices"]["price"] >= 0).all()


def test_a_high_price_of_switching_keeps_everybody() -> None:
    months = [f"M{m}" for m in range(12)]
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
    months = [f"M{m}" for m in range(12)]
    sales = {"rep": ["A"] * 12 + ["B"] * 12 + ["C"] * 12, "territory": ["S"] * 12 + ["L"] * 12 + ["S"] * 12, "period": months * 3}
    found = bw.match_reps({**sales, "sales": [14, 16] * 6 + [19, 21] * 6 + [4, 5] * 6}, {"territory": ["S", "L"], "potential": [100, 200]})
    assert sorted(found["matches"]["rep"]) == ["A", "B"]
    with pytest.raises(InputError, match="2 or more reps"):
        bw.match_reps({"rep": ["A"], "territory": ["S"], "period": ["1"], "sales": [1]}, {"territory": ["S"], "potential": [1]})
