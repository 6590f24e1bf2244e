"""Key figures: formulas that are safe, steps that add up, crediting through time, effects that were planted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bailiwick as bw
from bailiwick.domain import OrderTable
from bailiwick.errors import InputError
from bailiwick.insight.allocation import METHODS, allocate, shares_of
from bailiwick.insight.effects import difference_in_differences, effects_of, matches_of
from bailiwick.insight.kpis.crediting import credit
from bailiwick.insight.kpis.formula import Formula
from bailiwick.insight.kpis.funnel import funnel
from bailiwick.insight.kpis.periods import change_between
from bailiwick.insight.kpis.registry import KEY_FIGURES, compute, measure_names, own_figure


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "revenue.__class__",
        "(lambda: 1)()",
        "[x for x in (1,)]",
        "revenue ** 9999999",
        "open('a')",
        "'a' * 10",
        "revenue if 1 else 2",
        "a[0]",
        "1 < 2 < 3",
        "f(a=1)",
        "True",
        "1j",
        "",
        "1 +",
        "+".join(["a"] * 200),
    ],
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Formula(text)
    assert caught.value.code == "formula"


def test_a_formula_by_hand() -> None:
    values = {"a": np.array([1.0, 4.0]), "b": np.array([0.0, 2.0])}
    assert Formula("if(b > 0, a / b, -a)").value(values).tolist() == [-1, 2]
    assert Formula("max(a, b, 3) - min(a, b) + abs(-1)").value(values).tolist() == [4, 3]
    assert np.isnan(Formula("a / b").value(values)[0])
    assert Formula("2 * 3").value(values).tolist() == [6, 6]
    with pytest.raises(InputError, match="needs c, which is not there; there are: a, b"):
        Formula("a + c").value(values)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_formula_or_an_input_error(text: str) -> None:
    try:
        found = Formula(text)
    except InputError as refusal:
        assert str(refusal), "it says what is wrong"
    else:
        assert Formula(found.text).measures == found.measures, "what is taken is taken again"


def test_the_registry_is_sound() -> None:
    assert len({f.key for f in KEY_FIGURES}) == len(KEY_FIGURES)
    for figure in KEY_FIGURES:
        assert measure_names(figure)
        assert figure.version >= 1
    assert {"revenue_growth", "customer_satisfaction", "rep_productivity", "market_penetration"} <= {f.key for f in KEY_FIGURES}
    with pytest.raises(InputError, match="built-in"):
        own_figure("revenue = 1")


def test_shares_have_intervals() -> None:
    found = compute(KEY_FIGURES, {"won": np.array([5.0]), "lost": np.array([5.0])})
    value, low, high = found["conversion_rate"]
    assert (value[0], round(low[0], 3), round(high[0], 3)) == (0.5, 0.237, 0.763)
    assert set(found) == {"conversion_rate"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 39), st.floats(-5, 50), st.integers(0, 2)), min_size=1, max_size=60))
def test_the_waterfall_adds_up_in_every_group(lines: list[tuple[int, int, float, int]]) -> None:
    customer, day, amount, group = (np.array(column) for column in zip(*lines, strict=True))
    orders = OrderTable(np.array([f"c{i}" for i in range(6)], object), customer, day, amount.astype(float))
    m = change_between(orders, np.array([f"g{g}" for g in group], object), 20, 39, 0).measures
    # a customer that moved counts in its new group with both periods, so that sums are compared over all groups
    total = {k: v.sum() for k, v in m.items()}
    assert total["revenue_before"] + total["new"] + total["expansion"] - total["contraction"] - total["churn"] == pytest.approx(
        total["revenue"]
    )
    after = m["revenue_before"] + m["new"] + m["expansion"] - m["contraction"] - m["churn"]
    assert after == pytest.approx(m["revenue"])
    assert m["customers_kept"].sum() + m["customers_lost"].sum() == m["customers_before"].sum()


def test_crediting_through_a_handover() -> None:
    orders = {"customer": ["a", "a", "b"], "date": ["2025-01-10", "2025-03-10", "2025-03-11"], "amount": [10, 20, 5]}
    history = {
        "account": ["a", "a", "b"],
        "territory": ["T1", "T2", "T1"],
        "valid_from": ["", "2025-02-01", ""],
        "valid_until": ["2025-02-01", "", ""],
    }
    period = {"start": "2025-01-01", "end": "2025-03-31", "before": "2024-12-01"}
    was, now = (
        bw.key_figures(orders, history=history, crediting=mode, **period)["waterfall"].set_index("group")["revenue"]
        for mode in ("as-was", "as-is")
    )
    assert was.to_dict() == {"(all)": 35, "T1": 5, "T2": 30} or was.to_dict() == {"(all)": 35, "T1": 15, "T2": 20}
    assert now.to_dict() == {"(all)": 35, "T1": 5, "T2": 30}
    ids = np.array(["a", "a"], object)
    with pytest.raises(InputError, match="overlap"):
        credit(ids, np.array([1, 2]), ids, ids, np.array([0.0, 5.0]), np.array([6.0, 9.0]), "as-was", 3)


@pytest.mark.parametrize(("before", "is_told"), [("2025-01-01", True), ("2025-09-20", True), ("2025-10-01", False), ("2025-10-05", False)])
def test_growth_on_a_period_that_orders_cover_in_part_is_told(before: str, is_told: bool) -> None:
    """Ten days of orders, then a quarter: growth of many hundred percent is that of the data."""
    days = [str(np.datetime64("2025-10-01") + i) for i in range(92)]
    rows = {"customer": ["a"] * 92, "date": days, "amount": [1.0] * 92}
    found = bw.key_figures(rows, start="2025-10-11", end="2025-12-31", before=before)
    assert ("part_of_past" in [notice.code for notice in found.notices]) is is_told
    assert "part_of_past" not in [notice.code for notice in bw.key_figures(rows).notices]


def test_a_sale_on_the_very_day_of_a_handover_counts_to_the_new_territory() -> None:
    """Periods end before their last day begins, open or not, forwards and backwards in time."""
    history = {
        "account": ["a", "a"],
        "territory": ["T1", "T2"],
        "valid_from": ["", "2025-02-01"],
        "valid_until": ["2025-02-01", "2025-04-01"],
    }
    days = ["2025-01-31", "2025-02-01", "2025-03-31", "2025-04-01"]
    orders = {"customer": ["a"] * 4, "date": days, "amount": [1, 20, 300, 4000]}
    period = {"start": "2025-01-01", "end": "2025-04-30", "before": "2024-12-01"}
    was = bw.key_figures(orders, history=history, keep_lines=True, **period)
    by_day = dict(zip(was["lines"]["date"], was["lines"]["group"], strict=True))
    assert by_day == dict(zip(days, ["T1", "T2", "T2", "(none)"], strict=True))
    now = bw.key_figures(orders, history=history, crediting="as-is", **(period | {"end": "2025-02-01"}))
    assert now["waterfall"].set_index("group")["revenue"].to_dict() == {"(all)": 21, "T2": 21}


def test_what_helped_is_above_nothing_and_what_did_harm_below() -> None:
    """With its interval, its path and its verdict: the sign goes through all of them."""
    for factor, verdict in ((1.2, "helped"), (0.8, "did harm")):
        rng = np.random.default_rng(1)
        values = 100 * np.exp(rng.normal(0, 0.02, (30, 16)))
        values[:6, 8:] *= factor
        found = difference_in_differences(values, np.arange(30) < 6, 8)
        assert np.sign([found.effect, found.low, found.high]).tolist() == [np.sign(factor - 1)] * 3
        assert found.effect == pytest.approx(factor - 1, abs=0.03)
        assert np.sign((found.treated_path - found.control_path)[8:].mean()) == np.sign(factor - 1)
        months = [f"{2025 + t // 12}-{t % 12 + 1:02}-01" for t in range(16)]
        rows = [(f"u{i:02}", months[t], values[i, t]) for i in range(30) for t in range(16)]
        panel = dict(zip(("unit", "period", "value"), map(list, zip(*rows, strict=True)), strict=True))
        told = bw.measure_effect(panel, treated=[f"u{i:02}" for i in range(6)], since="2025-09-01")
        assert told.facts["verdict"] == verdict


def test_further_measures_and_own_formulas() -> None:
    orders = {
        "customer": ["a", "b", "a"],
        "date": ["2025-01-10", "2025-03-10", "2025-03-11"],
        "amount": [10, 20, 30],
        "territory": ["n", "s", "n"],
    }
    measures = {"territory": ["n", "s"], "hours": [3, 2], "goal": [60, 40], "won": [3, 1], "lost": [1, 1]}
    found = bw.key_figures(orders, by="territory", start="2025-02-01", measures=measures, formulas=["per_goal_hour = goal / hours"])
    figures = found["figures"].set_index(["group", "key"])
    assert figures.loc[("(all)", "rep_productivity"), "value"] == 10
    assert figures.loc[("n", "per_goal_hour"), "value"] == 20
    assert figures.loc[("n", "conversion_rate"), "low"] < 0.75 < figures.loc[("n", "conversion_rate"), "high"]
    assert figures.loc[("s", "attainment"), "value"] == 0.5
    with pytest.raises(InputError, match="needs visits"):
        bw.key_figures(orders, start="2025-02-01", formulas=["x = revenue / visits"])


def test_attainment_by_day_week_and_month() -> None:
    days = [str(np.datetime64("2026-01-01") + i) for i in range(59)]
    orders = {"customer": ["a"] * 59, "date": days, "amount": [1] * 59}
    counts = {
        g: len(bw.goal_attainment(orders, {"(all)": 90}, start="2026-01-01", end="2026-03-31", grain=g)["attainment"])
        for g in ("day", "week", "month")
    }
    assert counts == {"day": 59, "week": 9, "month": 2}
    last = bw.goal_attainment(orders, {"(all)": 90}, start="2026-01-01", end="2026-03-31")["attainment"].iloc[-1]
    assert (last["actual"], last["pace"]) == (59, pytest.approx(1.0))


def test_each_sale_counts_to_the_goal_of_its_group_once_and_to_that_of_all() -> None:
    orders = {"customer": ["a", "b"], "date": ["2026-01-10", "2026-01-20"], "amount": [10, 30], "territory": ["n", "s"]}
    goals = {"(all)": 80, "n": 20, "s": 60}
    found = bw.goal_attainment(orders, goals, by="territory", start="2026-01-01", end="2026-01-31")["attainment"]
    assert found.set_index("group")["actual"].to_dict() == {"(all)": 40, "n": 10, "s": 30}
    assert found.set_index("group")["attainment"].to_dict() == {"(all)": 0.5, "n": 0.5, "s": 0.5}


def test_the_season_sets_the_pace() -> None:
    days = [np.datetime64("2025-01-01") + i for i in range(365)]
    amount = [10.0 if d.astype("datetime64[M]").astype(int) % 12 == 11 else 1.0 for d in days]
    more = [np.datetime64("2026-01-01") + i for i in range(31)]
    orders = {"customer": ["a"] * 396, "date": [str(d) for d in [*days, *more]], "amount": amount + [1.0] * 31}
    last = bw.goal_attainment(orders, {"(all)": 644}, start="2026-01-01", end="2026-12-31", today="2026-01-31")["attainment"].iloc[-1]
    assert last["pace"] == pytest.approx(1.0)  # 31 of 334 + 310
    assert last["attainment"] == pytest.approx(31 / 644)


def test_open_deals_are_neither_passed_nor_lost() -> None:
    found = funnel(np.array([0, 0, 1]), np.array([True, False, False]), np.array([1.0, 2.0, 3.0]), 3)
    assert found.conversion[0] == 0.5
    assert found.value_lost.tolist() == [2, 3, 0]


def test_a_stage_that_was_not_named_is_refused() -> None:
    with pytest.raises(InputError, match="'offer'"):
        bw.deal_funnel({"stage": ["offer", "won"], "value": [1, 2]}, stages=["lead"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=2, max_size=8), st.integers(10, 60), st.integers(0, 1))
def test_allocations_add_up_and_keep_floors(basis: list[float], pool: int, step: int) -> None:
    values = np.array(basis)
    shares = shares_of("sales", sales=values, potential=values, growth=values, workload=values)
    floor = np.ones(len(values))
    amounts = allocate(pool, shares, floor, step=step)
    assert amounts.sum() == pytest.approx(pool)
    assert (amounts >= floor - 1e-9).all()
    assert step == 0 or np.allclose(amounts, np.round(amounts))


def test_floors_beyond_the_pool_are_refused() -> None:
    assert METHODS == ("sales", "potential", "growth", "workload")
    with pytest.raises(InputError, match="floors add up to 4"):
        allocate(3, np.array([0.5, 0.5]), np.array([2.0, 2.0]))


def test_no_effect_is_no_effect_and_intervals_hold() -> None:
    held = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        values = np.exp(rng.normal(3, 0.5, (30, 1)) + rng.normal(0, 0.05, (30, 16)))
        found = difference_in_differences(values, np.arange(30) < 6, 8, seed=seed)
        held += found.low <= 0 <= found.high
    assert held >= 16
    with pytest.raises(InputError, match="expected 4"):
        difference_in_differences(values, np.arange(30) < 6, 2)


def test_the_placebo_before_the_change_knows_nothing_of_what_came_after() -> None:
    """Units to compare with are found, and the time before is judged, from the time before alone."""
    rng = np.random.default_rng(5)
    values = np.exp(rng.normal(3, 0.5, (30, 1)) + rng.normal(0, 0.1, (30, 16)).cumsum(axis=1))
    other = values.copy()
    other[:, 8:] *= np.exp(rng.normal(0, 1, (30, 8)))
    ours, theirs = (difference_in_differences(table, np.arange(30) < 6, 8) for table in (values, other))
    assert ours.before_effect == theirs.before_effect
    assert ours.matches.tolist() == theirs.matches.tolist()
    assert ours.effect != theirs.effect
    half = values.copy()
    half[:, 4:8] *= np.exp(rng.normal(0, 1, (30, 4)))  # within the time before, its second half is what the first is compared with
    treated, controls = np.arange(6), np.arange(6, 30)
    early = matches_of(values[:, :4], treated, controls)
    assert difference_in_differences(half, np.arange(30) < 6, 8).before_effect == pytest.approx(
        np.expm1(effects_of(half[:, :8], treated, early, 4).mean())
    )


def test_the_picture_of_winning_and_keeping_has_winning_across() -> None:
    orders = {
        "customer": ["a", "a", "b", "c", "d", "e", "e"],
        "date": ["2025-02-01", "2026-02-01", "2025-03-01", "2026-03-01", "2025-02-01", "2025-04-01", "2026-04-01"],
        "amount": [10.0] * 7,
        "territory": ["West"] * 4 + ["East"] * 3,
    }
    found = bw.key_figures(orders, start="2026-01-01", end="2026-12-31", by="territory")
    quadrant = found["quadrant"].set_index("group")
    dots = next(layer for layer in found.pictures["quadrant"]["layer"] if layer["mark"].get("type") == "circle")["data"]["values"]
    assert {dot["name"]: (dot["x"], dot["y"]) for dot in dots} == {
        name: (pytest.approx(row["acquisition_rate"]), pytest.approx(row["retention_rate"])) for name, row in quadrant.iterrows()
    }
    assert (quadrant["acquisition_rate"] != quadrant["retention_rate"]).any()
