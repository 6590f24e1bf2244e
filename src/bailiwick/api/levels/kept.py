"""Levels in the file of a plan, so that a plan that is loaded again has them."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick.design.hierarchy.solve import LevelResult
from bailiwick.domain import Bound, Level, Result
from bailiwick.domain.hierarchy import level_problem
from bailiwick.metrics import evaluate


def levels_to_facts(levels: tuple[LevelResult, ...]) -> list[dict[str, Any]]:
    """What is kept of levels, as JSON."""
    return [
        {
            "name": level.level.name,
            "group_ids": [str(i) for i in level.level.group_ids],
            "tolerance": level.level.tolerance,
            "given_by": "reps" if level.level.of_territory is not None else "units" if level.level.of_unit is not None else None,
            "of_territory": level.of_territory.tolist(),
            "bound": None if level.bound is None else [level.bound.value, level.bound.holds_for, level.bound.method],
        }
        for level in levels
    ]


def levels_from_facts(kept: list[dict[str, Any]], result: Result) -> tuple[LevelResult, ...]:
    """The levels, judged anew."""
    return tuple(_level(entry, result) for entry in kept)


def _level(entry: dict[str, Any], result: Result) -> LevelResult:
    of_territory = np.array(entry["of_territory"], dtype=np.int32)
    of_unit = of_territory[result.territory_idx]
    level = Level(
        entry["name"],
        np.array(entry["group_ids"], dtype=object),
        entry["tolerance"],
        of_territory=of_territory if entry["given_by"] == "reps" else None,
        of_unit=of_unit if entry["given_by"] == "units" else None,
    )
    evaluation = evaluate(level_problem(result.problem, level, of_territory), of_unit)
    return LevelResult(level, of_territory, evaluation, None if entry["bound"] is None else Bound(*entry["bound"]))
