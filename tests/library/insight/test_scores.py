"""Scores: hand-sized numbers, planted truths, scikit-learn's own checks, real files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.errors import InputError
from bailiwick.insight.scoring import judging as j
from bailiwick.insight.scoring.bant import FIELDS, BantParams, grades_of, qualify
from bailiwick.insight.scoring.drift import drift, stability_index
from bailiwick.insight.scoring.quality import Factor, territory_quality

pytest.importorskip("sklearn")

from sklearn.utils.estimator_checks import parametrize_with_checks

from bailiwick.insight.potential.model import PotentialModel
from bailiwick.insight.scoring.leakage import find_leakage
from bailiwick.insight.scoring.profile import ProfileScorer, lookalikes
from bailiwick.insight.scoring.winning import WinScorer
from bailiwick.insight.segments.clusters import AccountClusterer


@parametrize_with_checks([WinScorer(), ProfileScorer(), PotentialModel(n_samples=2), AccountClusterer(n_clusters=3, n_samples=2)])
def test_the_models_pass_the_checks_of_scikit_learn(estimator: object, check: object) -> None:
    assert callable(check)
    check(estimator)


def planted(n: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Leads won with log-odds −1 + size + 1.5 for bars; a column that is set after the win."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    trade = rng.choice(["bar", "shop", "bank"], n)
    target = (rng.random(n) < 1 / (1 + np.exp(1 - size - 1.5 * (trade == "bar")))).astype(np.int64)
    after = np.where(target == 1, rng.uniform(200, 900, n), rng.uniform(10, 400, n))
    return pd.DataFrame({"size": size, "trade": pd.Series(trade, dtype=object), "call_duration": after}), target


def test_probabilities_are_calibrated_and_rank() -> None:
    frame, target = planted(3000)
    fresh, came = planted(3000, seed=1)
    columns = ["size", "trade"]
    scorer = WinScorer(n_folds=3).fit(frame[columns], target)
    p = scorer.predict_proba(fresh[columns])[:, 1]
    assert j.area_under_curve(came, p) > 0.75
    assert j.calibration_error(came, p) < 0.04
    assert j.reliability(came, p).is_held.sum() >= 7
    assert scorer.chosen_ in {"logistic", "additive trees"}  # nothing interacts here


def test_reasons_point_to_what_was_planted() -> None:
    frame, target = planted(1500)
    columns = ["size", "trade"]
    scorer = WinScorer(("logistic",), n_folds=3).fit(frame[columns], target)
    leads = pd.DataFrame({"size": [0.0, 0.0], "trade": pd.Series(["bar", "bank"], dtype=object)})
    effects = scorer.effects(leads, frame[columns].iloc[:40])
    assert effects[0, 1] > 0.5
    assert effects[1, 1] < -0.2


def test_additive_effects_add_up() -> None:
    """Without interactions the effects of a row, against one background row, sum to the difference of their log-odds."""
    frame, target = planted(800)
    columns = ["size", "trade"]
    scorer = WinScorer(("additive trees",), n_folds=3).fit(frame[columns], target)
    effects = scorer.effects(frame[columns].iloc[:5], frame[columns].iloc[[10]])
    logs = scorer.raw_log_odds(frame[columns].iloc[[0, 1, 2, 3, 4, 10]])
    assert effects.sum(axis=1) == pytest.approx(logs[:5] - logs[5], abs=1e-9)


def test_a_column_set_after_the_win_is_found_and_others_are_not() -> None:
    frame, target = planted(2000)
    suspects, alone = find_leakage(frame, target)
    assert [s.name for s in suspects] == ["call_duration"]
    assert "speaks of something that is known only when the contact is over" in suspects[0].why
    assert alone["size"] > 0.6
    assert find_leakage(frame[["size", "trade"]], target)[0] == []


def test_the_duration_of_the_bank_is_found(shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "leads_uci_bank" / "bank_market.csv")
    frame = table.drop(columns=["Cust_num", "y"])
    suspects, _ = find_leakage(frame, (table["y"] == "yes").to_numpy().astype(np.int64))
    assert [s.name for s in suspects] == ["duration"]
    assert "of the rows with the lowest values" in suspects[0].why


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=4, max_size=40))
def test_ranking_equals_counting_pairs(rows: list[tuple[int, float]]) -> None:
    target, score = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    pairs = [(a > b) + 0.5 * (a == b) for a in score[target == 1] for b in score[target == 0]]
    area = j.area_under_curve(target, score)
    assert np.isnan(area) if not pairs else area == pytest.approx(np.mean(pairs))


def test_wilson_covers() -> None:
    low, high = j.wilson(0.0, 10.0)
    assert (float(low), round(float(high), 4)) == (0.0, 0.2775)


def test_drift_is_told_from_chance() -> None:
    rng = np.random.default_rng(3)
    old = pd.DataFrame(
        {"same": rng.normal(size=400), "moved": rng.normal(size=400), "word": pd.Series(rng.choice(list("ab"), 400), dtype=object)}
    )
    new = pd.DataFrame(
        {"same": rng.normal(size=60), "moved": rng.normal(2, 1, 60), "word": pd.Series(rng.choice(list("ab"), 60), dtype=object)}
    )
    levels = {d.name: d.level for d in drift(old, new)}
    assert levels == {"same": "none", "moved": "much", "word": "none"}
    assert stability_index(np.array([1.0, 1.0]), np.array([1.0, 1.0])) == 0


def test_the_ideal_customer_by_hand() -> None:
    frame = pd.DataFrame({"trade": pd.Series(["bar", "bar", "shop", "shop"] * 50, dtype=object), "noise": np.arange(200.0) % 7})
    scorer = ProfileScorer().fit(frame, np.array([1, 1, 0, 1] * 50))
    assert scorer.most_points_.sum() == pytest.approx(100)
    assert scorer.most_points_[0] > 80
    points = scorer.points(pd.DataFrame({"trade": ["bar", "shop", "new"], "noise": [3.0, 3.0, np.nan]}))
    assert points[0, 0] > points[2, 0] > points[1, 0]  # a level that was not seen is neither good nor bad
    assert (scorer.predict(frame) >= 0).all()
    assert (scorer.predict(frame) <= 100 + 1e-9).all()


def test_lookalikes_by_hand() -> None:
    best = pd.DataFrame({"staff": [100.0, 10.0], "trade": pd.Series(["bar", "shop"], dtype=object)})
    like, nearest = lookalikes(best, pd.DataFrame({"staff": [100.0, np.nan], "trade": pd.Series(["bar", "bank"], dtype=object)}), k=1)
    assert like.tolist() == [1.0, 0.0]
    assert nearest[0].tolist() == [0]


def test_bant_by_hand() -> None:
    assert np.isnan(grades_of(np.array(["?"], object))[0])
    grades = {f: np.array([3.0]) for f in FIELDS} | {"timeline": np.array([np.nan])}
    found = qualify(grades, {}, BantParams(weights=(1, 1, 1, 1)))
    assert found.score[0] == 75
    assert found.fails[0] == "timeline"
    assert "By when" in found.prompt[0]
    with pytest.raises(InputError, match="not all 0"):
        BantParams(weights=(0, 0, 0, 0))


def test_a_class_that_hangs_on_the_weights_is_less_stable() -> None:
    values = np.array([[9.0, 9], [8, 8], [9, 1], [1, 9], [2, 2], [1, 1]])
    found = territory_quality(values, (Factor("a"), Factor("b")))
    assert found.classes.tolist()[0] == "high"
    assert found.stability[0] == 1.0
    assert found.stability[2] < found.stability[0]
    with pytest.raises(InputError, match="3 or more"):
        territory_quality(values[:2], (Factor("a"), Factor("b")))


def test_too_few_wins_are_refused() -> None:
    import bailiwick as bw

    table = {"id": [str(i) for i in range(100)], "size": list(range(100)), "outcome": ["won"] * 5 + ["lost"] * 95}
    with pytest.raises(InputError, match=r"5 won and 95 lost leads.*expected 30 or more") as caught:
        bw.score_leads(table)
    assert caught.value.code == "too_little_data"
