"""Segments: planted groups, classes by hand, density."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bailiwick as bw
from bailiwick.errors import InputError
from bailiwick.insight.segments.density import density_classes
from bailiwick.insight.segments.rfm import fifths
from bailiwick.insight.segments.summary import estimated_total, lift_table

pytest.importorskip("sklearn")

from bailiwick.insight.segments.clusters import AccountClusterer


def groups(seed: int, apart: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    centres = rng.permutation([[0.0, 0.0], [apart, 0.0], [0.0, apart]])
    points = np.concatenate([centre + rng.normal(size=(60, 2)) for centre in centres])
    return pd.DataFrame(points, columns=["a", "b"])


def test_planted_clusters_are_found_and_stable() -> None:
    frame = groups(1, 12.0)
    found = AccountClusterer(n_samples=8).fit(frame)
    assert found.n_clusters_ == 3
    assert sorted(np.bincount(found.labels_)) == [60, 60, 60]
    assert found.stability_.min() > 0.95
    assert (found.predict(frame) == found.labels_).all()


def test_one_cloud_has_no_stable_clusters() -> None:
    frame = pd.DataFrame(np.random.default_rng(2).normal(size=(300, 3)), columns=list("abc"))
    assert AccountClusterer(n_clusters=6, n_samples=10).fit(frame).stability_.min() < 0.75


def test_fifths_treat_equal_values_alike() -> None:
    assert fifths(np.array([1.0, 1, 1, 1, 9])).tolist() == [3, 3, 3, 3, 5]  # the four share the middle of their ranks


def test_the_bootstrap_interval_holds_the_sum() -> None:
    values = np.random.default_rng(0).gamma(2, 50, 200)
    total = estimated_total(values, np.random.default_rng(1))
    assert total.low < total.value == pytest.approx(values.sum())
    assert total.value < total.high


def test_lift_by_hand() -> None:
    segments = np.array(["a", "a", "b", "b"], object)
    table = lift_table(segments, np.array(["x", "y", "x", "x"], object), np.array([1.0, 1, 1, 1])).set_index(["segment", "item"])
    assert table.loc[("a", "y"), "lift"] == 2
    assert table.loc[("b", "x"), "share"] == 1


def test_town_and_country() -> None:
    rng = np.random.default_rng(5)
    town, land = rng.uniform(0, 3, (100, 2)), rng.uniform(50, 400, (60, 2))
    found = density_classes(np.concatenate([town, land]), is_planar=True)
    assert (found.classes[100:] == "urban").sum() == 0
    assert (found.classes[:100] == "rural").sum() == 0
    assert found.minutes_between["rural"] > found.minutes_between["urban"]
    people = density_classes(np.concatenate([town, land]), np.r_[np.full(100, 2000.0), np.full(60, 20.0)], is_planar=True)
    assert set(people.classes[:100]) == {"urban"}
    assert set(people.classes[100:]) == {"rural"}


def test_four_columns_products_reasons_and_new_accounts() -> None:
    accounts = {
        "id": ["1", "2", "3", "4"],
        "staff": [500, 300, 8, 3],
        "trade": ["bank", "bank", "bar", "bar"],
        "potential": [90, 80, 10, 5],
    }
    lines = {
        "customer": ["1", "1", "3"],
        "date": ["2025-01-01", "2025-06-01", "2025-03-01"],
        "amount": [50, 60, 7],
        "product": ["x", "y", "x"],
    }
    deals = {"account_id": ["1", "3", "4"], "outcome": ["won", "lost", "lost"], "reason": ["quality", "price", "price"]}
    rules = [{"name": "large", "where": "staff >= 100", "colour": "#123456"}, {"name": "small", "where": "staff < 10"}]
    new = {"id": ["9", "10"], "staff": [200, 50], "trade": ["bank", "bar"]}
    found = bw.segment_accounts(accounts, orders=lines, rules=rules, deals=deals, new=new)
    segments = found["segments"].set_index("segment")
    assert {"demographics", "purchasing_history", "estimated_revenue_potential"} <= set(segments.columns)
    assert segments.loc["large", "estimated_revenue_potential"] == 170
    assert segments.loc["large", "potential_low"] <= 170 <= segments.loc["large", "potential_high"]
    assert segments.loc["large", "purchasing_history"].startswith("50.0 % have bought")
    assert found["members"]["segment"].tolist() == ["large", "large", "small", "small", "large", "(none)"]
    assert found["members"]["is_new"].tolist() == [False] * 4 + [True] * 2
    reasons = found["reasons"].set_index(["segment", "outcome", "reason"])
    assert reasons.loc[("small", "lost", "price"), "deals"] == 2
    assert set(found["products"]["segment"]) == {"large", "small"}


def test_the_coffee_template_fits_the_coffee_sample(tmp_path: object) -> None:
    from bailiwick.insight.segments.templates import TEMPLATES
    from bailiwick.samples.coffee import SEGMENTS

    assert {rule.name for rule in TEMPLATES["coffee"]} == {segment.name for segment in SEGMENTS}


def test_what_cannot_be_segmented_says_so() -> None:
    table = {"id": ["a", "b"], "staff": [1, 2]}
    with pytest.raises(InputError, match="say how to segment"):
        bw.segment_accounts(table)
    with pytest.raises(InputError, match="no template 'tea'"):
        bw.segment_accounts(table, template="tea")
    with pytest.raises(InputError, match="needs a name and a rule"):
        bw.segment_accounts(table, rules=[{"name": "x"}])
    with pytest.raises(InputError, match=r"no column 'stuff'.*did you mean 'staff'"):
        bw.segment_accounts(table, rules=[{"name": "x", "where": "stuff > 1"}])
