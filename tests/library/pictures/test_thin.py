from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.pictures.thin import choose_drawn


@given(st.integers(1, 400), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_the_chosen_stand_for_all_and_keep_every_territory(n, k, seed):
    rng = np.random.default_rng(seed)
    points, territory_idx = rng.normal(size=(n, 2)) * 100, rng.integers(-1, k, n).astype(np.int32)
    drawn, stands_for = choose_drawn(points, territory_idx, rng.random(n), limit=50)
    assert stands_for.sum() == n
    assert len(drawn) <= max(50, k + 1)
    assert (np.diff(drawn) > 0).all()
    assert set(territory_idx[drawn]) == set(territory_idx)


def test_the_heaviest_of_a_square_is_drawn():
    points = np.zeros((5, 2))
    drawn, stands_for = choose_drawn(points, np.zeros(5, np.int32), np.array([1.0, 5.0, 2.0, 5.0, 0.0]), limit=1)
    assert drawn.tolist() == [1]
    assert stands_for.tolist() == [5]


def test_few_units_are_all_drawn():
    drawn, stands_for = choose_drawn(np.zeros((3, 2)), np.zeros(3, np.int32), np.ones(3), limit=3)
    assert drawn.tolist() == [0, 1, 2]
    assert stands_for.tolist() == [1, 1, 1]
