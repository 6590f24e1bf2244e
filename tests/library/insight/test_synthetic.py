"""Synthetic control: planted effects are found, none is found where there is none, weights are those that were used."""

from __future__ import annotations

import numpy as np
import pytest

from bailiwick.api import measure_effect
from bailiwick.errors import InputError
from bailiwick.insight.synthetic import synthetic_control


def test_a_unit_that_is_a_blend_of_others_is_found_again() -> None:
    rng = np.random.default_rng(4)
    controls = 100 * np.exp(np.cumsum(rng.normal(0, 0.05, (12, 20)), axis=1))
    ratio = controls / controls[:, :12].mean(axis=1, keepdims=True)
    treated = 0.3 * ratio[2] + 0.7 * ratio[9]
    treated[12:] *= 1.25
    found = synthetic_control(np.vstack([treated, controls]), np.arange(13) < 1, 12)
    assert found.weights[[2, 9]] == pytest.approx([0.3, 0.7], abs=1e-3)
    assert found.weights.sum() == pytest.approx(1)
    assert found.effect == pytest.approx(0.25, abs=1e-3)
    assert found.fit_error < 1e-3
    assert found.p_value == pytest.approx(1 / 13)


def test_without_an_effect_p_values_are_rarely_small() -> None:
    small = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        values = 100 * np.exp(np.cumsum(rng.normal(0, 0.03, (25, 16)), axis=1))
        found = synthetic_control(values, np.arange(25) < 1, 10)
        small += found.p_value <= 0.1
    assert small <= 14  # meant: 6 of 60


def test_both_controls_stand_side_by_side() -> None:
    rng = np.random.default_rng(0)
    rows = [
        (
            f"U{u}",
            f"2025-{m:02d}-01",
            100 * (1 + u / 20) * rng.lognormal(0, 0.02) * (1.2 if u < 6 and m > 8 else 1),
            "yes" if u < 6 else "no",
        )
        for u in range(24)
        for m in range(1, 13)
    ]
    panel = dict(zip(("unit", "period", "value", "changed"), map(list, zip(*rows, strict=True)), strict=True))
    found = measure_effect(panel, treated="changed", since="2025-09-01")
    table = found["effect"].set_index("control")
    assert table["effect"].to_dict() == pytest.approx({"matched": 0.2, "synthetic": 0.2}, abs=0.04)
    assert (table["low"] > 0).all()
    assert found["blend"]["weight"].sum() == pytest.approx(1, abs=0.1)
    assert list(found["path"].columns) == ["period", "treated", "controls", "synthetic", "is_after"]


def test_too_few_controls_are_refused() -> None:
    with pytest.raises(InputError, match="expected 4, 1, 1 and 5 or more"):
        synthetic_control(np.ones((5, 9)), np.arange(5) < 1, 6)
