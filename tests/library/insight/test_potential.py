"""Potential, concentration, hot spots, white space: truths that were planted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bailiwick as bw
from bailiwick.errors import InputError
from bailiwick.insight.potential.concentration import concentration, gini_index
from bailiwick.insight.potential.hot_spots import discoveries, hot_spots
from bailiwick.insight.potential.white_space import white_space

pytest.importorskip("sklearn")

from bailiwick.insight.potential.model import PotentialModel, conformal_reach, from_log, to_log


def accounts(n: int = 300, seed: int = 0) -> pd.DataFrame:
    """Sales grow with staff; bars buy half; log-normal spread 0.5."""
    rng = np.random.default_rng(seed)
    staff, trade = rng.integers(2, 200, n), rng.choice(["bar", "hotel"], n)
    sales = 50 * staff * np.where(trade == "bar", 0.5, 1.0) * rng.lognormal(0, 0.5, n)
    return pd.DataFrame(
        {"id": [f"a{i}" for i in range(n)], "staff": staff, "trade": trade, "sales": sales, "territory": [f"T{i % 3}" for i in range(n)]}
    )


def test_the_potential_is_the_quantile_of_similar_accounts() -> None:
    found = bw.estimate_potential(accounts(), by=["territory"])
    test = found.facts["test"]
    assert test["chosen"] in {"linear", "trees"}
    assert test["share_below_potential"]["low"] <= 0.75 <= test["share_below_potential"]["high"]
    assert test["range_coverage"]["high"] >= 0.88
    assert test["pinball_loss"] < 0.7 * test["pinball_loss_same_for_all"]
    groups = found["groups"]
    parts = groups[groups["column"] == "territory"]
    assert parts["potential"].sum() == pytest.approx(groups["potential"].iloc[0])
    assert (groups["potential_low"] <= groups["potential"]).all()
    assert (groups["potential"] <= groups["potential_high"]).all()
    assert (found["accounts"]["potential"] >= found["accounts"]["sales"] - 1e-9).all()
    effects = found["drivers"].set_index("driver")
    assert effects.loc["trade", "to"] == "hotel"
    assert 0.5 < effects.loc["trade", "change"] < 2.0  # hotels buy twice as much


def test_what_lies_outside_is_marked() -> None:
    table = accounts()
    more = pd.DataFrame(
        {"id": ["far", "odd"], "staff": [5000, 50], "trade": ["bar", "zoo"], "sales": [np.nan, np.nan], "territory": ["T1", "T1"]}
    )
    found = bw.estimate_potential(pd.concat([table, more]))
    marked = found["accounts"].set_index("account")["is_extrapolated"]
    assert marked["far"]
    assert marked["odd"]
    assert marked.mean() < 0.03


def test_noise_gets_the_same_potential_for_all() -> None:
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"id": [str(i) for i in range(200)], "noise": rng.normal(size=200), "sales": rng.lognormal(5, 1, 200)})
    found = bw.estimate_potential(table, drivers=["noise"])
    assert found.facts["test"]["chosen"] == "same for all"
    assert "drivers_tell_nothing" in {n.code for n in found.notices}


def test_indicators_of_units_are_joined() -> None:
    table = accounts()
    context = pd.DataFrame({"territory": ["T0", "T1"], "income": [10.0, 20.0]})
    found = bw.estimate_potential(table, drivers=["staff"], context=context, context_key="territory")
    assert set(found["drivers"]["driver"]) == {"staff", "income"}
    assert "no_context" in {n.code for n in found.notices}


def test_drivers_that_are_the_sales_in_other_clothes_are_left_out_and_told() -> None:
    table = accounts(80)
    quarters = np.random.default_rng(1).dirichlet([1.0] * 4, len(table)) * table["sales"].to_numpy()[:, None]
    odd = table["sales"] * np.random.default_rng(2).lognormal(0, 0.3, len(table))
    clothes = {"in thousands": table["sales"] / 1000, "sales of last year": odd, "rank": table["sales"].rank()}
    dressed = table.assign(**clothes, **{f"q{i + 1}": quarters[:, i] for i in range(4)})
    found = bw.estimate_potential(dressed)
    plain = bw.estimate_potential(table)
    assert set(found["disguises"]["name"]) == {*clothes, "q1", "q2", "q3", "q4"}
    assert sum(n.code == "disguise" for n in found.notices) == 7
    assert found["accounts"]["potential"].tolist() == plain["accounts"]["potential"].tolist()
    assert "disguises" not in plain.tables
    kept = bw.estimate_potential(dressed, keep_suspects=True)
    assert "in thousands" in set(kept["drivers"]["driver"])
    assert "used all the same" in kept.notices[0].message
    with pytest.raises(InputError, match="no column is left"):
        bw.estimate_potential(dressed, drivers=["in thousands"])


def test_strong_drivers_are_no_disguise(shared_data: Path) -> None:
    """In this file the number of employees gives away the class of the sales; the revenue is the sales."""
    found = bw.estimate_potential(shared_data / "crm_adventureworks_dw" / "DimReseller.csv", sales="AnnualSales")
    assert found["disguises"]["name"].tolist() == ["AnnualRevenue"]
    assert "NumberEmployees" in set(found["drivers"]["driver"])
    test = found.facts["test"]["share_below_potential"]
    assert test["low"] <= 0.75 <= test["high"]


def test_too_few_accounts_are_refused() -> None:
    with pytest.raises(InputError, match="expected 40 or more"):
        bw.estimate_potential(accounts(20))


def test_gini_by_hand() -> None:
    assert gini_index(np.array([0.0, 0, 0, 1])) == 0.75
    found = concentration(np.array([5.0, 5, 5, 5]))
    assert (found.gini, found.top_share) == (0.0, pytest.approx(0.2))


def test_white_space_shares_add_up_to_nothing() -> None:
    found = white_space(np.array([5.0, 3, 2]), np.array([1.0, 1, 1]), np.array([2.0, 2, 6]))
    assert found.share_gap.sum() == pytest.approx(0)
    assert found.share_gap.argmax() == 0


def grid(n: int) -> np.ndarray:
    cell = np.arange(n * n).reshape(n, n)
    return np.concatenate(
        [np.column_stack([cell[:, :-1].ravel(), cell[:, 1:].ravel()]), np.column_stack([cell[:-1].ravel(), cell[1:].ravel()])]
    )


def test_a_planted_hot_spot_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(7)
    noise = rng.normal(size=(12, 12))
    quiet = hot_spots(noise.ravel(), grid(12))
    assert (quiet.kind != "none").sum() <= 2
    assert quiet.moran_p > 0.05
    noise[3:7, 3:7] += 3
    found = hot_spots(noise.ravel(), grid(12))
    hot = (found.kind == "hot").reshape(12, 12)
    assert hot[3:7, 3:7].mean() > 0.7
    assert found.moran_p <= 0.01
    again = hot_spots(noise.ravel(), grid(12))
    assert np.array_equal(found.p_value, again.p_value)


def test_no_discovery_where_nothing_is_small() -> None:
    assert not discoveries(np.array([0.5, 0.9])).any()


def test_hot_counties_of_unemployment(shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "econ" / "vega_unemployment.tsv", sep="\t")
    assert {"id", "rate"} <= set(table.columns)
    places = {
        "id": table["id"].astype(str).str.zfill(5).tolist(),
        "x": list(range(len(table))),
        "y": [0] * len(table),
        "rate": table["rate"].tolist(),
    }
    found = bw.find_hot_spots(places, "rate", is_planar=True)
    assert found.facts["moran_p"] <= 0.01  # counties are numbered by state


def test_contracts_by_group_and_dates() -> None:
    rng = np.random.default_rng(3)
    rows = []
    for i in range(600):
        leaves = rng.beta(1, 4 if i % 2 else 1.5)
        stayed = rng.geometric(leaves)
        start = np.datetime64("2018-01-01")
        rows.append((f"c{i}", str(start), "" if stayed > 5 else str(start + 365 * int(stayed)), 100, "north" if i % 2 else "south"))
    table = pd.DataFrame(rows, columns=["id", "start", "end", "value", "region"])
    found = bw.contract_value(table, by=["region"], until="2023-02-01", horizon=4)
    groups = found["groups"].set_index("group")
    assert groups.loc["north", "retention"] > groups.loc["south", "retention"]
    assert (groups["value_low"] <= groups["value"]).all()
    assert (groups["value"] <= groups["value_high"]).all()
    assert groups.loc["(all)", "customers"] == 600
    assert groups.loc["north", "retention_low"] < 0.8 < groups.loc["north", "retention_high"]  # b / (a + b)


def test_where_similar_accounts_lie_is_said_by_models_that_have_not_seen_the_account() -> None:
    table = accounts()
    found = bw.estimate_potential(table, drivers=["staff"])["accounts"].set_index("account").loc[table["id"]]
    sold = table["sales"].to_numpy(float)
    model = PotentialModel(0.75, seed=0).fit(pd.DataFrame({"staff": table["staff"].astype(float)}), sold)
    low, high = conformal_reach(sold, model.out_of_fold_)
    assert found["similar_low"].to_numpy() == pytest.approx(from_log(to_log(model.out_of_fold_) + low))
    assert found["similar_high"].to_numpy() == pytest.approx(from_log(to_log(model.out_of_fold_) + high))
