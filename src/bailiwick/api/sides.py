"""The two sides of a comparison: a plan in memory, a plan folder, a file, or a mapping."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bailiwick import formats
from bailiwick.api.plan import Judgement
from bailiwick.api.sources import read_assignment
from bailiwick.domain import FloatArray, TextArray
from bailiwick.errors import InputError
from bailiwick.formats.alignment import ALIGNMENT_FILE
from bailiwick.formats.numbers import parse_numbers
from bailiwick.formats.recognise import names_coordinate


@dataclass(frozen=True, eq=False)
class Side:
    """One of two plans.

    Attributes
    ----------
    unit_ids, territory_ids
        Text, shape (n,); units without a territory are left out.
    measures
        Name → numbers, shape (n,); empty if the file holds none.
    document
        Content of ``plan.json``; empty for a bare alignment.
    """

    unit_ids: TextArray
    territory_ids: TextArray
    measures: Mapping[str, FloatArray] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)


def read_side(source: Any) -> Side:
    """Whatever :func:`bailiwick.compare` takes.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if isinstance(source, Judgement):
        return _from_judgement(source)
    if isinstance(source, Mapping):
        assignment = read_assignment(source)
        return Side(assignment.unit_ids, assignment.territory_ids)
    if isinstance(source, str | os.PathLike) and Path(source).is_dir():
        side = _from_table(_inside(Path(source), ALIGNMENT_FILE))
        return Side(side.unit_ids, side.territory_ids, side.measures, _read_document(_inside(Path(source), "plan.json")))
    return _from_table(source)


def _from_judgement(judged: Judgement) -> Side:
    problem, idx = judged.problem, judged.evaluation.territory_idx
    has = idx >= 0
    measures = {m.name: problem.units.measures[m.name][has] for m in problem.measures}
    return Side(problem.units.ids[has], problem.territory_ids[idx[has]], measures, judged.document())


def _from_table(source: Any) -> Side:
    table = formats.read_table(source)
    alignment = formats.read_alignment(table)
    measures = {}
    for name in table.names:
        if name in alignment.columns or names_coordinate(name):
            continue
        values = parse_numbers(table.data.column(name), decimal=table.decimal).values[alignment.row_idx]
        if (np.isfinite(values) & (values >= 0)).all():
            measures[name] = values
    return Side(alignment.unit_ids, alignment.territory_ids, measures)


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise InputError(f"{folder} is not the folder of a plan: it holds no {name}", code="not_a_plan", field=str(folder))
    return path


def _read_document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        raise InputError(f"{path} cannot be read as the facts of a plan; write the plan again", code="not_a_plan") from None
    if not isinstance(document, dict) or "schema_version" not in document:
        raise InputError(f"{path} does not hold the facts of a plan; write the plan again", code="not_a_plan")
    return document
