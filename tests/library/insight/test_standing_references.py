"""What one is compared with may be chance itself: single deals, few customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bailiwick as bw
from bailiwick.insight.standing import standing


def quadrants(rows: dict[str, list[Any]], subject: str = "a") -> list[str]:
    return bw.draft_swot(rows, subject=subject)["entries"]["quadrant"].tolist()


def test_others_with_a_deal_each_are_nothing_to_compare_with() -> None:
    rows: dict[str, list[Any]] = {"subject": list("abcd"), "figure": ["win_rate"] * 4}
    few = rows | {"value": [0.6, 1.0, 1.0, 1.0], "part": [12, 1, 1, 1], "whole": [20, 1, 1, 1]}
    assert quadrants(few) == []  # once a weakness: "60 %; the median of 3 others is 100 %"
    many = rows | {"value": [0.6, 1.0, 1.0, 1.0], "part": [12, 40, 40, 40], "whole": [20, 40, 40, 40]}
    assert quadrants(many) == ["weakness"]
    mixed = {name: [*values, values[-1]] for name, values in many.items()} | {"subject": list("abcde"), "whole": [20, 40, 40, 40, 1]}
    assert bw.draft_swot(mixed, subject="a")["entries"]["peers"].tolist() == [3]


def test_a_year_before_of_three_deals_is_nothing_to_compare_with() -> None:
    rows: dict[str, list[Any]] = {"subject": ["a"], "figure": ["win_rate"], "value": [0.5], "part": [20], "whole": [40], "before": [1.0]}
    assert quadrants(rows | {"before_whole": [3]}) == []
    assert quadrants(rows | {"before_whole": [40]}) == ["weakness"]
    assert quadrants(rows) == ["weakness"]  # who says nothing of counts means an exact figure


@pytest.mark.parametrize("n_before", [8, 20, 200])
def test_the_same_share_twice_rarely_stands_apart(n_before: int) -> None:
    """Both years have a share of 40 %; the year before, taken as exact, stood apart in up to 28 of 100 draws."""
    rng = np.random.default_rng(4)
    draws = zip(rng.binomial(60, 0.4, 4_000), rng.binomial(n_before, 0.4, 4_000), strict=True)
    sides = [
        found.side
        for now, past in draws
        if (found := standing(now / 60, np.empty(0), part=now, whole=60, reference=past / n_before, reference_whole=n_before)) is not None
    ]
    assert len(sides) == 4_000
    assert 0.01 < np.mean(np.abs(sides)) < 0.065


@pytest.mark.parametrize(("n_others", "n_each"), [(3, 10), (4, 30), (9, 15)])
def test_one_like_all_others_rarely_stands_apart_from_their_median(n_others: int, n_each: int) -> None:
    rng = np.random.default_rng(5)
    counts = rng.binomial(n_each, 0.4, (3_000, n_others))
    own = rng.binomial(60, 0.4, 3_000)
    wholes = np.full(n_others, float(n_each))
    sides = [
        standing(a / 60, row / n_each, part=a, whole=60, other_wholes=wholes).side  # type: ignore[union-attr]
        for a, row in zip(own, counts, strict=True)
    ]
    assert np.mean(np.abs(sides)) < 0.075  # medians of small counts take few values only
