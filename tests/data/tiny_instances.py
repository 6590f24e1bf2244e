"""Tiny named problems that a person can solve by hand; one line each in the README beside this file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bailiwick.domain import Adjacency, Measure, Objective, Problem, UnitTable


def problem(
    coordinates: Any,
    n_territories: int,
    *,
    measures: dict[str, Any] | None = None,
    tolerance: float | dict[str, float] = 0.05,
    pairs: Any = None,
    centres: Any = None,
    shares: Any = None,
    is_planar: bool = True,
    **rules: Any,
) -> Problem:
    """A problem from bare lists; every unit weighs 1 unless measures are given, ``pairs`` None asks for no contiguity."""
    coordinates = np.asarray(coordinates, dtype=np.float64).reshape(-1, 2)
    n, k = len(coordinates), n_territories
    measures = {"people": np.ones(n)} if measures is None else {name: np.asarray(v, float) for name, v in measures.items()}
    allowed = tolerance if isinstance(tolerance, dict) else dict.fromkeys(measures, tolerance)
    return Problem(
        units=UnitTable(np.array([f"u{i}" for i in range(n)], dtype=object), coordinates, measures, is_planar=is_planar),
        measures=tuple(Measure(name, allowed[name]) for name in measures),
        territory_ids=np.array([f"T{j + 1}" for j in range(k)], dtype=object),
        centre_coordinates=np.full((k, 2), np.nan) if centres is None else np.asarray(centres, dtype=np.float64),
        target_shares=np.full(k, 1 / k) if shares is None else np.asarray(shares, dtype=np.float64),
        adjacency=None if pairs is None else Adjacency.from_pairs(n, np.asarray(pairs, dtype=np.int64).reshape(-1, 2)),
        **rules,
    )


def grid_pairs(n_columns: int, n_rows: int) -> list[tuple[int, int]]:
    """Neighbours on a grid numbered row by row: a common side counts, a corner does not."""
    cells = range(n_columns * n_rows)
    return [(i, i + 1) for i in cells if (i + 1) % n_columns] + [(i, i + n_columns) for i in cells if i + n_columns < len(cells)]


def path_pairs(n: int) -> list[tuple[int, int]]:
    """Neighbours in a row."""
    return [(i, i + 1) for i in range(n - 1)]


def grid(n_columns: int, n_rows: int) -> list[tuple[float, float]]:
    """Points 1 km apart, row by row."""
    return [(float(column), float(row)) for row in range(n_rows) for column in range(n_columns)]


def line5(**rules: Any) -> Problem:
    return problem([(x, 0) for x in range(5)], 2, pairs=path_pairs(5), tolerance=0.25, **rules)


def grid4x4(**rules: Any) -> Problem:
    return problem(grid(4, 4), 4, pairs=grid_pairs(4, 4), tolerance=0.0, **rules)


def island(**rules: Any) -> Problem:
    points = [*grid(3, 2), (20, 0), (21, 0), (20, 1), (21, 1), (20, 2), (21, 2)]
    sea = [(a + 6, b + 6) for a, b in grid_pairs(2, 3)]
    return problem(points, 4, pairs=[*grid_pairs(3, 2), *sea], tolerance=0.0, **rules)


def star(**rules: Any) -> Problem:
    angle = 2 * np.pi * np.arange(8) / 8
    points = np.vstack([[0.0, 0.0], np.column_stack([np.cos(angle), np.sin(angle)])])
    return problem(points, 3, pairs=[(0, leaf) for leaf in range(1, 9)], **rules)


def tie(**rules: Any) -> Problem:
    return problem([(0, 0), (2, 0), (1, 1), (1, -1), (1, 0)], 2, centres=[(0, 0), (2, 0)], tolerance=0.25, **rules)


def zero_measure(**rules: Any) -> Problem:
    return problem(grid(4, 2), 2, measures={"people": np.zeros(8)}, pairs=grid_pairs(4, 2), **rules)


def antimeridian(**rules: Any) -> Problem:
    points = [(lon, lat) for lat in (-17.0, -16.0) for lon in (178.0, 179.0, -180.0, -179.0)]
    return problem(points, 2, pairs=grid_pairs(4, 2), is_planar=False, tolerance=0.0, **rules)


def high_latitude(**rules: Any) -> Problem:
    points = [(lon, lat) for lat in (80.0, 85.0) for lon in (0.0, 90.0, 180.0, -90.0)]
    return problem(points, 2, is_planar=False, tolerance=0.0, **rules)


def one_unit(**rules: Any) -> Problem:
    return problem([(7.0, 50.0)], 1, is_planar=False, pairs=[], **rules)


def k_equals_n(**rules: Any) -> Problem:
    return problem(grid(3, 2), 6, pairs=grid_pairs(3, 2), **rules)


def k_above_n(**rules: Any) -> Problem:
    return problem(grid(3, 1), 4, **rules)


def one_place(**rules: Any) -> Problem:
    return problem([(-95.0, 40.0)] * 6, 3, is_planar=False, tolerance=0.0, **rules)


def heavy_unit(**rules: Any) -> Problem:
    return problem([(x, 0) for x in range(6)], 3, measures={"people": [1, 1, 10, 1, 1, 1]}, pairs=path_pairs(6), **rules)


def two_measures(**rules: Any) -> Problem:
    measures = {"people": [2, 1, 1, 2, 1, 1, 1, 1], "shops": [1, 1, 1, 1, 1, 2, 2, 1]}
    return problem(grid(4, 2), 2, measures=measures, tolerance=0.1, pairs=grid_pairs(4, 2), **rules)


def locked(**rules: Any) -> Problem:
    return problem([(x, 0) for x in range(6)], 2, tolerance=0.0, locked=[1, -1, -1, -1, -1, 0], pairs=path_pairs(6), **rules)


def grouped(**rules: Any) -> Problem:
    return problem([(x, 0) for x in range(8)], 2, tolerance=0.25, groups=[3, -1, 7, 7, 3, -1, -1, -1], **rules)


def forbidden(**rules: Any) -> Problem:
    bars = [(0, 0), (1, 0), (4, 1), (5, 1)]
    return problem([(x, 0) for x in range(6)], 2, tolerance=0.0, forbidden=np.array(bars), pairs=path_pairs(6), **rules)


def coincident_homes(**rules: Any) -> Problem:
    return problem(grid(4, 2), 2, centres=[(1.5, 0.5), (1.5, 0.5)], pairs=grid_pairs(4, 2), tolerance=0.0, **rules)


def two_towns(**rules: Any) -> Problem:
    return problem([*[(0, 0)] * 30, *[(500, 0)] * 10], 2, tolerance=0.05, **rules)


def distance_cap(**rules: Any) -> Problem:
    return problem([(x, 0) for x in range(6)], 2, centres=[(0, 0), (5, 0)], tolerance=0.5, max_distance_km=2.5, **rules)


BUILDERS: tuple[Callable[..., Problem], ...] = (
    *(line5, grid4x4, island, star, tie, zero_measure, antimeridian, high_latitude, one_unit, k_equals_n, one_place),
    *(heavy_unit, two_measures, locked, grouped, forbidden, coincident_homes, two_towns, distance_cap),
)
INSTANCES: dict[str, Callable[..., Problem]] = {builder.__name__: builder for builder in BUILDERS}
OBJECTIVES: tuple[Objective, ...] = ("distance", "inertia", "diameter")
