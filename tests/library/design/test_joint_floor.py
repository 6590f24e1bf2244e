"""Floors of measures that are balanced together cost nothing where they cannot be had."""

from __future__ import annotations

import tracemalloc

import numpy as np

from bailiwick.design.bounds.joint_floor import joint_floor


def test_what_is_too_large_to_be_proven_is_not_even_written_down() -> None:
    n, k = 4_000, 250
    allowed = np.ones((n, k), dtype=bool)
    load, target = np.ones((n, 2)), np.full((k, 2), n / k)
    tracemalloc.start()
    found = joint_floor(load, target, np.array([0.05, 0.05]), allowed, column=0, wanted=0.05)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found is None
    assert peak < allowed.nbytes


def test_three_equal_units_cannot_be_shared_evenly_by_two() -> None:
    load, target = np.ones((3, 1)), np.full((2, 1), 1.5)
    found = joint_floor(load, target, np.array([0.1]), np.ones((3, 2), dtype=bool), column=0, wanted=0.1)
    assert found is not None
    assert found.is_whole
    assert abs(found.value - 1 / 3) < 1e-4
