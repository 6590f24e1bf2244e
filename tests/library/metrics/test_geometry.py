"""Centres and diameters against the full matrix of distances, in the plane and on the sphere."""

from __future__ import annotations

import numpy as np
import pytest

from bailiwick.domain import FloatArray
from bailiwick.geography.geodesy import distance_km, to_vectors
from bailiwick.metrics.centres import best_sites
from bailiwick.metrics.diameter import diameters_km


def scatter(kind: str, n: int) -> FloatArray:
    rng = np.random.default_rng(n)
    if kind == "plane":
        return rng.normal(0, 50, (n, 2))
    if kind == "antimeridian":
        return to_vectors(np.column_stack([(rng.normal(180, 6, n) + 180) % 360 - 180, rng.normal(62, 4, n)]))
    return to_vectors(np.column_stack([rng.uniform(-180, 180, n), rng.uniform(-90, 90, n)]))


@pytest.mark.parametrize("kind", ["plane", "antimeridian", "whole earth"])
@pytest.mark.parametrize("n", [1, 2, 7, 60, 700])
@pytest.mark.parametrize("power", [1, 2])
def test_best_site_is_the_best_of_all(kind: str, n: int, power: int) -> None:
    points, weights = scatter(kind, n), np.random.default_rng(1).lognormal(0, 1, n)
    cost = (distance_km(points[:, None], points[None]) ** power * weights).sum(axis=1)
    site = best_sites(points, weights, np.zeros(n, np.int32), 1, power=power)[0]
    assert cost[site] == pytest.approx(cost.min(), rel=1e-12)


def test_best_sites_of_several_territories_are_units_of_theirs() -> None:
    points = scatter("plane", 300)
    idx = np.random.default_rng(0).integers(-1, 4, 300).astype(np.int32)
    idx[idx == 2] = 1
    sites = best_sites(points, np.zeros(300), idx, 4, power=1)
    assert sites[2] == -1
    assert idx[sites[[0, 1, 3]]].tolist() == [0, 1, 3]


def test_many_units_in_one_place() -> None:
    points = np.zeros((200, 2))
    assert best_sites(points, np.ones(200), np.zeros(200, np.int32), 1, power=1).tolist() == [0]
    assert diameters_km(points, np.zeros(200, np.int32), 1).tolist() == [0.0]


@pytest.mark.parametrize("kind", ["plane", "antimeridian", "whole earth"])
@pytest.mark.parametrize("n", [2, 3, 40, 900])
def test_diameter_is_the_largest_of_all_distances(kind: str, n: int) -> None:
    points = scatter(kind, n)
    found = diameters_km(points, np.zeros(n, np.int32), 1)[0]
    assert found == pytest.approx(distance_km(points[:, None], points[None]).max(), rel=1e-9)


def test_diameter_of_a_line() -> None:
    points = np.column_stack([np.linspace(0, 30, 100), np.linspace(0, 40, 100)])
    assert diameters_km(points, np.repeat([0, 1], 50), 3).tolist() == pytest.approx([50 * 49 / 99, 50 * 49 / 99, 0])
