"""Pilots: what was planted is found as often as was said, and pilots on noise alarm as seldom as meant."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bailiwick.api import measure_effect, plan_pilot
from bailiwick.domain import FloatArray
from bailiwick.errors import InputError
from bailiwick.insight.effects import effects_of, matches_of
from bailiwick.insight.pilots import choose_units, pilot_power

NOISE = 0.08


def past(n: int = 40, t: int = 30, seed: int = 5) -> FloatArray:
    """Units of different size with a common season and noise."""
    rng = np.random.default_rng(seed)
    season = 0.2 * np.sin(np.arange(t) / 12 * 2 * np.pi)
    return np.asarray(np.exp(rng.normal(5, 1, (n, 1)) + season + rng.normal(0, NOISE, (n, t))))


def test_power_is_what_pilots_on_another_past_find() -> None:
    said = pilot_power(past(), 8, 3, 0.06, seed=1, n_draws=1_200)
    other, rng = past(seed=99), np.random.default_rng(3)
    noise = []
    for _ in range(400):
        mixed = rng.permutation(40)
        treated, controls = mixed[:8], mixed[8:]
        noise.append(effects_of(other, treated, matches_of(other[:, :27], treated, controls), 27).mean())
    threshold = np.quantile(np.abs(noise[::2]), 0.95)
    came = float((np.abs(np.array(noise[1::2]) + np.log1p(0.06)) > threshold).mean())
    assert 0.2 < said.power < 0.999
    assert came == pytest.approx(said.power, abs=0.2)
    assert said.false_alarms < 0.1


def test_more_units_and_longer_find_more_and_smaller_effects() -> None:
    values = past()
    few, many = (pilot_power(values, k, 3, 0.05) for k in (2, 16))
    short, long = (pilot_power(values, 6, t, 0.05) for t in (1, 12))
    assert few.power < many.power
    assert few.least_effect > many.least_effect
    assert short.power < long.power
    assert short.least_effect > long.least_effect


def test_a_planned_pilot_finds_the_effect_that_was_planned_for() -> None:
    values, months = past(), [f"{2022 + m // 12}-{m % 12 + 1:02d}-01" for m in range(36)]
    rows = [(f"u{i:02d}", months[t], values[i, t]) for i in range(40) for t in range(30)]
    found = plan_pilot(pd.DataFrame(rows, columns=["unit", "period", "value"]), effect=0.15, lengths=[3, 6])
    assert (found.facts["is_enough"], found.notices) == (True, ())
    chosen, treated = found["designs"].query("is_chosen").iloc[0], set(found["pilot"]["unit"])
    assert len(treated) == chosen["units"]
    assert not treated & {name for text in found["pilot"]["compared_with"] for name in text.split(", ")}
    after = np.exp(np.log(values[:, -1:]) + np.random.default_rng(8).normal(0, NOISE, (40, int(chosen["periods"]))))
    rows += [
        (f"u{i:02d}", months[30 + t], after[i, t] * (1.15 if f"u{i:02d}" in treated else 1))
        for i in range(40)
        for t in range(after.shape[1])
    ]
    seen = measure_effect(pd.DataFrame(rows, columns=["unit", "period", "value"]), treated=sorted(treated), since=months[30])
    assert seen.facts["verdict"] == "helped"


def test_the_units_of_a_pilot_stand_for_all() -> None:
    values = past()
    level = np.log(values).mean(axis=1)
    treated, matched = choose_units(values, 8, np.ones(40, bool), seed=2)
    assert abs(level[treated].mean() - level.mean()) < 0.15 * level.std()
    assert not np.isin(matched, treated).any()
    only = np.arange(40) < 10
    assert (choose_units(values, 8, only)[0] < 10).all()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"sizes": [38]}, "2 units without"),
        ({"lengths": [28]}, "2 periods before"),
        ({"effect": 0.0}, "expected an effect"),
        ({"may": ["u00", "nobody"]}, "no unit “nobody”"),
        ({"may": ["u00"], "sizes": [3]}, "1 units may have the change"),
    ],
)
def test_pilots_that_cannot_be_are_refused(settings: dict[str, object], word: str) -> None:
    values = past()
    rows = [(f"u{i:02d}", f"{2022 + t // 12}-{t % 12 + 1:02d}-01", values[i, t]) for i in range(40) for t in range(30)]
    with pytest.raises(InputError, match=word):
        plan_pilot(pd.DataFrame(rows, columns=["unit", "period", "value"]), **settings)  # type: ignore[arg-type]


def test_an_effect_too_small_to_be_seen_is_said_to_be() -> None:
    values = past()
    rows = [(f"u{i:02d}", f"{2022 + t // 12}-{t % 12 + 1:02d}-01", values[i, t]) for i in range(40) for t in range(30)]
    found = plan_pilot(pd.DataFrame(rows, columns=["unit", "period", "value"]), effect=0.002, lengths=[1])
    assert not found.facts["is_enough"]
    assert "weak_pilot" in [notice.code for notice in found.notices]
    assert found.lines()[0].startswith("No pilot of these sizes")
