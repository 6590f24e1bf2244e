"""Two ways to a first plan with levels: cut from the top down, or group ready territories from the bottom up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bailiwick.design.hierarchy.tree import apportion, plan_tree
from bailiwick.design.relay import Relay
from bailiwick.domain import Adjacency, FloatArray, IntArray, Level, Measure, Problem, UnitTable
from bailiwick.domain.grouping import members_of_territories
from bailiwick.geography.geodesy import points_km, points_to_coordinates
from bailiwick.geography.islands import territory_adjacency

ROOM = 0.5
"""Share of the tolerance of what comes below that a level may use up when it is cut."""
LEAST_ROOM = 0.1
"""Share of its own tolerance that is left to a stage, however far what stands above it is off its target."""
COUNT_SLACK = 0.01


def from_above(
    problem: Problem, levels: tuple[Level, ...], relay: Relay, *, seed: int, share: float
) -> tuple[IntArray, list[IntArray]] | None:
    """Cut the units into groups of the coarsest level, these into groups of the next, in the end into territories.

    Returns
    -------
    Territory of each unit, and group of each territory per level; None where homes of reps say which territory is where,
    or a part came out with fewer units than territories.
    """
    if not all(level.of_unit is not None for level in levels) and problem.is_fixed.any():
        return None
    parents = _tree_of(problem, levels)
    tolerances = _stage_tolerances(problem, levels)
    parts = [(np.arange(problem.n_units), np.arange(problem.n_territories))]
    for depth, (level, of_territory) in enumerate(zip(levels, parents, strict=True)):
        finer = []
        for unit_idx, territories in parts:
            groups = [territories[of_territory[territories] == g] for g in np.unique(of_territory[territories])]
            if level.of_unit is not None:
                finer += [(unit_idx[level.of_unit[unit_idx] == of_territory[group[0]]], group) for group in groups]
                continue
            weight = 0.5 * share / len(levels) * len(territories) / problem.n_territories
            finer += _cut(problem, unit_idx, groups, tolerances[depth], relay, seed=seed, share=weight)
        if any(len(unit_idx) < len(group) for unit_idx, group in finer):
            return None
        parts = finer
    label = np.full(problem.n_units, -1, np.int32)
    for unit_idx, territories in parts:
        weight = 0.5 * share * len(territories) / problem.n_territories
        singles = [np.array([t]) for t in territories]
        for inside, (territory,) in _cut(problem, unit_idx, singles, tolerances[-1], relay, seed=seed, share=weight):
            label[inside] = territory
    return label, parents


def _tree_of(problem: Problem, levels: tuple[Level, ...]) -> list[IntArray]:
    given = [level.of_unit for level in levels if level.of_unit is not None]
    if not given:
        return plan_tree(levels, problem.n_territories, None, None)
    weight = problem.measure_matrix[:, next((m for m, measure in enumerate(problem.measures) if measure.tolerance is not None), 0)]
    return plan_tree(
        levels, problem.n_territories, np.bincount(given[-1], weights=weight).astype(np.float64), np.bincount(given[-1]).astype(np.int32)
    )


def _stage_tolerances(problem: Problem, levels: tuple[Level, ...]) -> list[tuple[float | None, ...]]:
    """Tolerance of each measure at each level and for the territories: a level leaves room for what comes below."""
    below = tuple(m.tolerance for m in problem.measures)
    found = [below]
    for level in reversed(levels):
        own = [t if t is None or level.tolerance is None else level.tolerance for t in (m.tolerance for m in problem.measures)]
        below = tuple(None if t is None or b is None else min(t, ROOM * b) for t, b in zip(own, below, strict=True))
        found.insert(0, below)
    return found


def _cut(
    problem: Problem,
    unit_idx: np.ndarray,
    groups: list[np.ndarray],
    tolerance: tuple[float | None, ...],
    relay: Relay,
    *,
    seed: int,
    share: float,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Divide some units among groups of territories: the units of each group, beside its territories."""
    if len(groups) == 1:
        return [(unit_idx, groups[0])]
    if len(unit_idx) < len(groups):
        return [(unit_idx[i : i + 1], group) for i, group in enumerate(groups)]  # seen and refused by the caller
    result = relay.solve(part_problem(problem, unit_idx, groups, tolerance), seed=seed, share=share)
    members = members_of_territories(result.territory_idx, len(groups))
    return [(unit_idx[inside], group) for inside, group in zip(members, groups, strict=True)]


def part_problem(problem: Problem, unit_idx: np.ndarray, groups: list[np.ndarray], tolerance: tuple[float | None, ...]) -> Problem:
    """The problem of dividing some units among groups of territories, each group as one territory.

    Parameters
    ----------
    unit_idx
        Units that all belong to the territories of ``groups``.
    groups
        Territories of each group.
    tolerance
        Per measure, against the targets of the whole problem; what the units here are off together is taken from it.
    """
    shares = np.array([problem.target_shares[group].sum() for group in groups])
    group_of = np.full(problem.n_territories, -1, np.int32)
    for g, group in enumerate(groups):
        group_of[group] = g
    units = problem.units
    values = {m.name: units.measures[m.name] for m in problem.measures}
    measures = []
    for measure, allowed in zip(problem.measures, tolerance, strict=True):
        total, here = float(values[measure.name].sum()), float(values[measure.name][unit_idx].sum())
        off = here / (total * shares.sum()) - 1 if total > 0 else 0.0
        measures.append(replace(measure, tolerance=None if allowed is None else _room_left(allowed, off)))
    is_last = all(len(group) == 1 for group in groups)
    return Problem(
        units=UnitTable(units.ids[unit_idx], units.coordinates[unit_idx], {k: v[unit_idx] for k, v in values.items()}, units.is_planar),
        measures=tuple(measures),
        territory_ids=np.array([f"{g}" for g in range(len(groups))], dtype=object),
        centre_coordinates=np.vstack([problem.centre_coordinates[group[0]] if is_last else [np.nan, np.nan] for group in groups]),
        target_shares=shares / shares.sum(),
        objective=problem.objective,
        adjacency=None if problem.adjacency is None else problem.adjacency.take(unit_idx),
        locked=None if problem.locked is None else np.append(group_of, -1)[problem.locked[unit_idx]],
        forbidden=_forbidden_groups(problem, unit_idx, group_of, groups),
        groups=None if problem.groups is None else problem.groups[unit_idx],
        max_distance_km=problem.max_distance_km if is_last else None,
        pace=problem.pace,
        travel=None if problem.travel is None else problem.travel.part(unit_idx, np.concatenate(groups) if is_last else None),
        max_minutes=problem.max_minutes if is_last else None,
    )


def _room_left(tolerance: float, off: float) -> float:
    """Tolerance around the mean of units that together are ``off`` their target, so that each stays within ``tolerance``.

    Examples
    --------
    >>> round(_room_left(0.05, 0.0), 4), round(_room_left(0.05, 0.02), 4)
    (0.05, 0.0294)
    """
    if off <= -1:
        return tolerance
    return max(min((1 + tolerance) / (1 + off) - 1, 1 - (1 - tolerance) / (1 + off)), LEAST_ROOM * tolerance)


def _forbidden_groups(problem: Problem, unit_idx: np.ndarray, group_of: IntArray, groups: list[np.ndarray]) -> IntArray | None:
    """Units that may go to no territory of a group, with the group."""
    if problem.forbidden is None or not len(problem.forbidden):
        return None
    place = np.full(problem.n_units, -1, np.int64)
    place[unit_idx] = np.arange(len(unit_idx))
    pairs = np.unique(problem.forbidden, axis=0)
    unit, group = place[pairs[:, 0]], group_of[pairs[:, 1]]
    inside = (unit >= 0) & (group >= 0)
    key, count = np.unique(unit[inside] * len(groups) + group[inside], return_counts=True)
    full = key[count >= np.array([len(g) for g in groups])[key % len(groups)]]
    return np.column_stack([full // len(groups), full % len(groups)]).astype(np.int32)


def from_below(
    problem: Problem, label: IntArray, levels: tuple[Level, ...], relay: Relay, *, seed: int, share: float
) -> list[IntArray] | None:
    """Group ready territories into the levels above them, coarsest first: group of each territory per level.

    None if a level is given by units, which territories may cross.
    """
    if any(level.of_unit is not None for level in levels):
        return None
    whole = _contracted(problem, label)
    parents: list[IntArray] = []
    blocks = [np.arange(problem.n_territories)]
    for level in levels:
        if level.of_territory is not None:
            of_territory = np.array(level.of_territory)
        else:
            of_territory = np.full(problem.n_territories, -1, np.int32)
            sizes = np.array([len(block) for block in blocks])
            counts, first = apportion(sizes.astype(np.float64), level.n_groups, most=sizes.astype(np.int32)), 0
            for block, count in zip(blocks, counts.tolist(), strict=True):
                part = share / len(levels) * len(block) / problem.n_territories
                of_territory[block] = first + _grouped(whole, block, count, relay, seed=seed, share=part)
                first += count
        parents.append(of_territory)
        blocks = [np.flatnonzero(of_territory == g) for g in range(level.n_groups)]
        blocks = [block for block in blocks if len(block)]
    return parents


def _contracted(problem: Problem, label: IntArray) -> Problem:
    """Territories as units: one each, at the middle of its weight, with neighbours where it touches another."""
    k = problem.n_territories
    points = points_km(problem.units)
    heft = problem.weights + 1e-9 * max(float(problem.weights.mean()), 1e-300)
    total = np.bincount(label, weights=heft, minlength=k)
    middle = np.column_stack([np.bincount(label, weights=heft * column, minlength=k) / total for column in points.T])
    units = UnitTable(
        ids=problem.territory_ids,
        coordinates=points_to_coordinates(middle, is_planar=problem.units.is_planar),
        measures={"weight": total.astype(np.float64), "territories": np.ones(k)},
        is_planar=problem.units.is_planar,
    )
    graph = None if problem.adjacency is None else territory_adjacency(problem.adjacency, label, k)
    measures = (Measure("weight", None), Measure("territories", COUNT_SLACK))
    shares = np.ones(1)
    return Problem(units, measures, np.array(["all"], dtype=object), np.full((1, 2), np.nan), shares, objective="inertia", adjacency=graph)


def _grouped(whole: Problem, block: np.ndarray, n_groups: int, relay: Relay, *, seed: int, share: float) -> IntArray:
    """Group of each territory of a block, as equal in number as can be."""
    if n_groups == 1 or len(block) == n_groups:
        return np.arange(len(block), dtype=np.int32) if n_groups > 1 else np.zeros(len(block), np.int32)
    spans: FloatArray = apportion(np.ones(n_groups), len(block)).astype(np.float64)
    problem = replace(
        whole,
        units=whole.units.take(block),
        territory_ids=np.array([str(g) for g in range(n_groups)], dtype=object),
        centre_coordinates=np.full((n_groups, 2), np.nan),
        target_shares=spans / spans.sum(),
        adjacency=None if whole.adjacency is None else _joined(whole.adjacency.take(block)),
    )
    return np.array(relay.solve(problem, seed=seed, share=share).territory_idx)


def _joined(graph: Adjacency) -> Adjacency | None:
    """The graph, or None if it is in pieces from the start: then nearness alone must group the territories."""
    return graph if len(np.unique(graph.components())) == 1 else None
