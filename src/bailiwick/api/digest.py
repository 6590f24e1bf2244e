"""A fingerprint of everything that decides a plan."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from bailiwick.domain import Level, Problem


def input_digest(problem: Problem, *, seed: int, levels: tuple[Level, ...] = (), more: str = "") -> str:
    """SHA-256 over the ordered ids, coordinates, measures, neighbours, rules, levels and the seed, as 64 hexadecimal digits.

    Two runs of one version with the same digest give the same plan, unless one was stopped early.
    """
    digest = hashlib.sha256()

    def add(name: str, array: np.ndarray | None, kind: str) -> None:
        data = b"" if array is None else np.ascontiguousarray(array, dtype=kind).tobytes()
        digest.update(f"{name}:{'none' if array is None else len(data)};".encode())
        digest.update(data)

    digest.update(json.dumps(_words(problem, seed), sort_keys=True, ensure_ascii=True).encode())
    add("coordinates", problem.units.coordinates, "<f8")
    add("measures", problem.measure_matrix, "<f8")
    add("centres", problem.centre_coordinates, "<f8")
    add("shares", problem.target_shares, "<f8")
    graph = problem.adjacency
    add("indptr", None if graph is None else graph.indptr, "<i4")
    add("indices", None if graph is None else graph.indices, "<i4")
    for name in ("locked", "forbidden", "groups"):
        add(name, getattr(problem, name), "<i4")
    for level in levels:
        digest.update(json.dumps([level.name, [str(i) for i in level.group_ids], level.tolerance]).encode())
        add("of_territory", level.of_territory, "<i4")
        add("of_unit", level.of_unit, "<i4")
    if problem.baseline is not None:
        add("present", problem.baseline.territory_idx, "<i4")
        add("disruption", problem.disruption, "<f8")
    for name in ("unit_minutes", "home_minutes") if problem.travel is not None else ():
        add(name, getattr(problem.travel, name), "<f4")
    digest.update(more.encode())
    return digest.hexdigest()


def _words(problem: Problem, seed: int) -> dict[str, object]:
    return {
        "ids": [str(i) for i in problem.units.ids],
        "territories": [str(i) for i in problem.territory_ids],
        "measures": [[m.name, m.tolerance, m.weight] for m in problem.measures],
        "objective": problem.objective,
        "is_planar": problem.units.is_planar,
        "max_distance_km": problem.max_distance_km,
        "seed": seed,
        **({} if problem.baseline is None else {"price": problem.baseline.price, "max_moved": problem.baseline.max_moved_share}),
        **_travel_words(problem),
    }


def _travel_words(problem: Problem) -> dict[str, object]:
    """Nothing for problems in straight km, whose digest stays as it was."""
    found: dict[str, object] = {}
    if problem.max_minutes is not None:
        found["max_minutes"] = problem.max_minutes
    if problem.pace is not None:
        found["pace"] = [problem.pace.circuity, problem.pace.speed_kmh]
    return found
