"""Centres that are in a bad place are closed and opened where they are missed."""

from __future__ import annotations

import time

import numpy as np

from bailiwick.design.construct.build import valued
from bailiwick.design.construct.relocate import relocate
from bailiwick.design.construct.transport import Transport
from bailiwick.design.model import Model, compile_problem
from bailiwick.design.progress import Watch
from bailiwick.domain import Measure, Problem, UnitTable

K = 4


def four_towns() -> Model:
    rng = np.random.default_rng(3)
    towns = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0], [100.0, 100.0]])
    places = np.repeat(towns, 25, axis=0) + rng.normal(0, 2, (100, 2))
    units = UnitTable(np.arange(100).astype(str).astype(object), places, {"people": np.ones(100)}, is_planar=True)
    ids = np.array([f"T{j}" for j in range(K)], object)
    return compile_problem(Problem(units, (Measure("people"),), ids, np.full((K, 2), np.nan), np.full(K, 1 / K)))


def relocated(tries: int, is_free: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Value before and after, and the centres after, from two centres in one town and none in another."""
    model = four_towns()
    transport = Transport.of(model)
    bad = np.array([[-3.0, 0.0], [3.0, 0.0], [0.0, 100.0], [100.0, 50.0]])
    start = valued(transport, bad, transport.balance(bad))
    rng, watch = np.random.default_rng(0), Watch(time.perf_counter)
    found = relocate(transport, start, is_free, tries=tries, rng=rng, watch=watch)
    return start.value, found.value, found.centres


def test_every_town_gets_its_centre() -> None:
    before, after, centres = relocated(20, np.ones(K, bool))
    assert after < 0.3 * before
    nearest = {(round(x, -2), round(y, -2)) for x, y in centres.tolist()}
    assert nearest == {(0.0, 0.0), (100.0, 0.0), (0.0, 100.0), (100.0, 100.0)}


def test_fixed_centres_stay_and_no_try_changes_nothing() -> None:
    before, after, _ = relocated(0, np.ones(K, bool))
    assert after == before
    _, _, centres = relocated(10, np.array([False, True, True, True]))
    assert centres[0].tolist() == [-3.0, 0.0]
