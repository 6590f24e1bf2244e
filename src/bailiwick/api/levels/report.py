"""What came of the levels: columns, facts, sentences and notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bailiwick.api.document import judgement_document
from bailiwick.design.hierarchy.solve import LevelResult
from bailiwick.domain import IntArray, Notice
from bailiwick.domain.wording import percent, tolerance_percent
from bailiwick.metrics import Evaluation

HIERARCHY_FILE = "hierarchy.csv"


def unit_level_columns(levels: Sequence[LevelResult], territory_idx: IntArray) -> dict[str, np.ndarray]:
    """Group of each unit per level, coarsest first: what ``alignment.csv`` gains."""
    return {f"{level.level.name}_id": level.level.group_ids[level.of_territory[territory_idx]] for level in levels}


def territory_level_columns(levels: Sequence[LevelResult]) -> dict[str, np.ndarray]:
    """Group of each territory per level, coarsest first: what ``territories.csv`` gains."""
    return {f"{level.level.name}_id": level.level.group_ids[level.of_territory] for level in levels}


def hierarchy_columns(levels: Sequence[LevelResult], territories: Evaluation) -> dict[str, np.ndarray]:
    """Columns of ``hierarchy.csv``: every group of every level and every territory, with what stands above it."""
    tiers = [(level.level.name, level.evaluation, level.of_territory) for level in levels]
    tiers.append(("territory", territories, np.arange(territories.problem.n_territories, dtype=np.int32)))
    parts: list[dict[str, np.ndarray]] = []
    for depth, (name, evaluation, of_territory) in enumerate(tiers):
        ids = evaluation.problem.territory_ids
        above = np.full(len(ids), None, dtype=object)
        if depth:
            parent_evaluation, parent_of = tiers[depth - 1][1], tiers[depth - 1][2]
            above[of_territory] = parent_evaluation.problem.territory_ids[parent_of]
        parts.append(_tier(name, evaluation, ids, above, np.bincount(of_territory, minlength=len(ids))))
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _tier(name: str, evaluation: Evaluation, ids: np.ndarray, above: np.ndarray, n_territories: np.ndarray) -> dict[str, np.ndarray]:
    problem = evaluation.problem
    columns = {
        "level": np.full(len(ids), name, dtype=object),
        "id": ids,
        "parent_id": above,
        "n_territories": n_territories,
        "n_units": evaluation.column("n_units"),
        "target_share": problem.target_shares,
    }
    for m, measure in enumerate(problem.measures):
        columns[measure.name] = evaluation.totals[:, m]
        columns[f"{measure.name} target"] = evaluation.targets[:, m]
        columns[f"{measure.name} deviation"] = evaluation.deviations[:, m]
    columns["is_violating"] = np.any(evaluation.is_violating, axis=1)
    columns["n_pieces"] = evaluation.column("n_pieces") if "n_pieces" in evaluation.values else np.full(len(ids), np.nan)
    columns["mean_distance_km"] = evaluation.column("territory_mean_distance_km")
    axes = ("centre_x", "centre_y") if problem.units.is_planar else ("centre_longitude", "centre_latitude")
    columns[axes[0]], columns[axes[1]] = evaluation.centre_coordinates.T
    return columns


def level_documents(levels: Sequence[LevelResult]) -> list[dict[str, Any]]:
    """Facts per level for ``plan.json``, coarsest first."""
    return [_level_document(level) for level in levels]


def _level_document(level: LevelResult) -> dict[str, Any]:
    facts = judgement_document(level.evaluation)
    spans = np.bincount(level.of_territory, minlength=level.level.n_groups)
    return {
        "name": level.level.name,
        "n_groups": level.level.n_groups,
        "given_by": "reps" if level.level.of_territory is not None else "units" if level.level.of_unit is not None else None,
        "territories_per_group": {str(i): int(span) for i, span in zip(level.level.group_ids, spans, strict=True)},
        "balance": facts["balance"],
        "contiguity": facts["contiguity"],
        "mean_distance_km": facts["mean_distance_km"],
        "objective": facts["objective"],
        "lower_bound": None if level.bound is None else level.bound.value,
        "bound_holds_for": None if level.bound is None else level.bound.holds_for,
        "gap": level.gap,
    }


def level_notices(levels: Sequence[LevelResult]) -> tuple[Notice, ...]:
    """What a level does not keep."""
    found = []
    for level in levels:
        evaluation, name = level.evaluation, level.level.name
        off = np.flatnonzero(evaluation.is_violating.any(axis=1))
        ids = [str(i) for i in level.level.group_ids[off]]
        if ids:
            worst = float(np.abs(evaluation.deviations[off]).max())
            message = (
                f"{len(ids)} of {level.level.n_groups} of level {name!r} are outside their tolerance; the farthest is "
                f"{percent(worst)} off its target. Allow the level more tolerance, or ask for other numbers of groups."
            )
            found.append(Notice("level_off_target", message, len(ids), tuple(ids[:10])))
        broken = [str(i) for i in level.level.group_ids[evaluation.in_pieces]]
        if broken:
            message = f"{len(broken)} of level {name!r} are in more than one piece, the first is {broken[0]}."
            found.append(Notice("level_in_pieces", message, len(broken), tuple(broken[:10])))
        found += _uneven(level)
    return tuple(found)


def _uneven(level: LevelResult) -> list[Notice]:
    spans = np.bincount(level.of_territory, minlength=level.level.n_groups)
    if level.level.is_given or spans.min() == spans.max():
        return []
    n_groups, n_territories = level.level.n_groups, len(level.of_territory)
    what = f"{n_territories} territories" if n_territories % n_groups else f"its {n_groups} groups and the levels around it"
    message = (
        f"level {level.level.name!r} has {spans.min()} to {spans.max()} territories in a group, because {what} do not divide evenly; "
        "a group's target is the sum of those of its territories."
    )
    return [Notice("uneven_spans", message, level.level.n_groups)]


def level_lines(levels: Sequence[LevelResult]) -> list[str]:
    """Each level in a sentence or two."""
    lines = []
    for level in levels:
        spans = np.bincount(level.of_territory, minlength=level.level.n_groups)
        size = f"{spans.min()}" if spans.min() == spans.max() else f"{spans.min()} to {spans.max()}"
        lines.append(
            f"Level {level.level.name}: {level.level.n_groups} of {size} territories each; {_balance_words(level)}{_pieces_words(level)}."
        )
    return lines


def _balance_words(level: LevelResult) -> str:
    evaluation, words = level.evaluation, []
    for m, measure in enumerate(evaluation.problem.measures):
        worst = int(np.argmax(np.abs(evaluation.deviations[:, m])))
        off = percent(evaluation.deviations[worst, m], signed=True)
        farthest = f"the farthest in {measure.name} is {level.level.group_ids[worst]} at {off}"
        allowed = "" if measure.tolerance is None else f" (allowed {tolerance_percent(measure.tolerance)})"
        words.append(farthest + allowed)
    return "; ".join(words)


def _pieces_words(level: LevelResult) -> str:
    if level.evaluation.problem.adjacency is None:
        return ""
    broken = len(level.evaluation.in_pieces)
    return f"; {broken} in pieces" if broken else "; each in one piece"
