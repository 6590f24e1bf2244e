"""Evidence applied to an estimate: who is meant, one effect on the other, sums that add up."""

from __future__ import annotations

import numpy as np
import pytest

from bailiwick.api.markets.evidence import Claim, apply_claims, sums_by_industry
from bailiwick.errors import InputError

INDUSTRIES, REGIONS = ["Hotels", "hotels", "Offices", ""], ["North", "South", "NORTH ", ""]


def test_a_claim_reaches_its_industry_and_its_region_and_nobody_else() -> None:
    def hit(claim: Claim) -> list[bool]:
        return (apply_claims([1.0] * 4, INDUSTRIES, REGIONS, [claim]).changes != 0).tolist()

    assert hit(Claim(0.1)) == [True] * 4
    assert hit(Claim(0.1, industry=" HOTELS")) == [True, True, False, False]
    assert hit(Claim(0.1, region="north")) == [True, False, True, False]
    assert hit(Claim(0.1, industry="Hotels", region="North")) == [True, False, False, False]


def test_more_is_more_and_less_is_less() -> None:
    found = apply_claims([100.0, 100.0], ["a", "b"], ["", ""], [Claim(0.25, industry="a"), Claim(-0.5, industry="b")])
    assert found.after.tolist() == [125, 50]
    assert found.changes.tolist() == [0.25, -0.5]
    assert (found.total_before, found.total_after, found.total_change) == (200, 175, -0.125)


def test_effects_stand_one_on_the_other_in_whatever_order() -> None:
    claims = [Claim(0.1), Claim(-0.2, industry="Hotels")]
    one, other = (apply_claims([100.0] * 4, INDUSTRIES, REGIONS, order) for order in (claims, claims[::-1]))
    assert one.after == pytest.approx([88, 88, 110, 110])
    assert other.after == pytest.approx(one.after)
    assert (one.hits.tolist(), other.hits.tolist()) == ([4, 2], [2, 4])


def test_without_evidence_nothing_changes_and_without_accounts_nothing_is_there() -> None:
    found = apply_claims([3.0, 4.0], ["a", "b"], ["", ""], [])
    assert (found.after.tolist(), found.changes.tolist(), found.total_change) == ([3, 4], [0, 0], 0)
    empty = apply_claims([], [], [], [Claim(0.1)])
    assert (empty.total_before, empty.total_change, empty.hits.tolist()) == (0, 0, [0])
    assert sums_by_industry(empty, []) == []


@pytest.mark.parametrize("effect", [-0.9, 0.3, 5.0])
def test_industries_add_up_to_all(effect: float) -> None:
    rng = np.random.default_rng(3)
    industries = rng.choice(list("abc"), 40).tolist()
    found = apply_claims(rng.lognormal(5, 1, 40), industries, [""] * 40, [Claim(effect, industry="a")])
    sums = sums_by_industry(found, industries)
    assert sum(one.n for one in sums) == 40
    assert sum(one.before for one in sums) == pytest.approx(found.total_before)
    assert sum(one.after for one in sums) == pytest.approx(found.total_after)
    assert [one.before for one in sums] == sorted((one.before for one in sums), reverse=True)
    assert {one.industry: round(one.change, 9) for one in sums} == {"a": effect, "b": 0, "c": 0}


@pytest.mark.parametrize("effect", [-1.0, -2.0, float("nan")])
def test_an_effect_that_leaves_nothing_is_refused(effect: float) -> None:
    with pytest.raises(InputError, match="above -1"):
        apply_claims([1.0], ["a"], [""], [Claim(effect)])
    with pytest.raises(InputError, match="for each of 2 estimates"):
        apply_claims(np.ones(2), ["a"], ["", ""], [])
