"""Contradictions are found before the search, with the names that a person needs to mend them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from brute_force import AllPlans
from random_instances import Wish, make
from tiny_instances import INSTANCES, grid, problem

from bailiwick.design.constraints.hard import check_hard_rules
from bailiwick.errors import InfeasibleError


def row(k: int = 2, **rules: Any) -> Any:
    return problem(grid(4, 1), k, **rules)


@pytest.mark.parametrize("name", INSTANCES)
def test_rules_that_agree_pass(name: str) -> None:
    check_hard_rules(INSTANCES[name]())


@pytest.mark.parametrize(
    ("rules", "conflicts", "words"),
    [
        (
            {"groups": [5, -1, -1, 5], "locked": [0, -1, -1, 1]},
            ("group", "lock"),
            "units that must stay together are locked to different territories: u0 to T1, u3 to T2",
        ),
        (
            {"locked": [-1, 1, -1, -1], "forbidden": np.array([(1, 1)])},
            ("lock", "forbidden"),
            "unit u1 is locked to territory T2 and forbidden there",
        ),
        (
            {"forbidden": np.array([(2, 0), (2, 1), (2, 0), (3, 0)])},
            ("forbidden",),
            "1 units are forbidden in every territory; the first is u2",
        ),
        (
            {"groups": [5, -1, -1, 5], "forbidden": np.array([(0, 0), (3, 1)])},
            ("group", "forbidden"),
            "the units u0, u3 must stay together, but every territory is forbidden to one of them",
        ),
        (
            {"groups": [5, -1, -1, 5], "locked": [0, -1, -1, -1], "forbidden": np.array([(3, 0)])},
            ("group", "lock", "forbidden"),
            "unit u0 is locked to territory T1, and u3, which must stay with it, is forbidden there",
        ),
        (
            {"locked": [0, 0, 0, 0]},
            ("territories", "lock"),
            "no unit is left for 1 of the 2 territories, the first is T2: the other units are locked, forbidden there, or kept together",
        ),
        (
            {"k": 4, "groups": [5, -1, -1, 5]},
            ("territories", "group"),
            "no unit is left for 1 of the 4 territories, the first is",
        ),
        (
            {"k": 3, "forbidden": np.array([(i, j) for i in (0, 1, 3) for j in (0, 1)])},
            ("territories", "forbidden"),
            "no unit is left for 1 of the 3 territories, the first is",
        ),
    ],
)
def test_a_contradiction_names_the_rules_and_units(rules: dict[str, Any], conflicts: tuple[str, ...], words: str) -> None:
    with pytest.raises(InfeasibleError) as raised:
        check_hard_rules(row(**rules))
    assert str(raised.value).startswith(words)
    assert raised.value.conflicts == conflicts
    assert raised.value.relaxation


def test_a_contradiction_is_found_exactly_where_no_assignment_keeps_the_rules() -> None:
    n_contradictions = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        n_barred, n_locked, n_grouped = rng.integers(0, 7), rng.integers(0, 4), rng.integers(0, 4)
        wish = Wish.drawn(seed, n=int(rng.integers(3, 6)), k=int(rng.integers(2, 4)), must_connect=False)
        rules = make(Wish(seed, n=wish.n, k=wish.k, n_barred=int(n_barred), n_locked=int(n_locked), n_grouped=int(n_grouped)))
        is_possible = len(AllPlans(rules).label) > 0
        n_contradictions += not is_possible
        try:
            check_hard_rules(rules)
        except InfeasibleError as error:
            assert not is_possible, (seed, str(error))
        else:
            assert is_possible, seed
    assert 40 < n_contradictions < 360
