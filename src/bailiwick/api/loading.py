"""A plan from its folder, wherever the folder was moved to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bailiwick.api.document import notice_list
from bailiwick.api.folder import PLAN_FILE, REJECTED_FILE
from bailiwick.api.levels.kept import levels_from_facts, levels_to_facts
from bailiwick.api.plan import Plan
from bailiwick.api.robust.report import robustness_from_facts, robustness_to_facts
from bailiwick.api.sources import Source
from bailiwick.api.view import GENERATED, disclaimer
from bailiwick.domain import Notice, Result
from bailiwick.errors import InputError
from bailiwick.formats.plan_file import read_result, write_result
from bailiwick.formats.rejects import RejectedRows
from bailiwick.metrics import evaluate


def load(folder: str | os.PathLike[str], *, clock: Callable[[], float] = time.perf_counter) -> Plan:
    """Read a plan back from the folder that :meth:`bailiwick.Plan.to_files` or ``bailiwick design`` wrote.

    Parameters
    ----------
    folder
        It may have been moved or renamed; the file of the units is not needed.
    clock
        Source of seconds, for the time of writing it again.

    Returns
    -------
    Plan
        The same plan to the last bit, judged anew. Polygons and columns of the units that are neither measures nor names are
        not kept in the folder, so that a map drawn again shows points.

    Raises
    ------
    InputError
        If the folder is not that of a plan, is damaged, or was written by a newer version.

    Examples
    --------
    >>> import tempfile
    >>> import bailiwick as bw
    >>> units = {"id": list("abcd"), "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "people": [3, 2, 2, 3]}
    >>> plan = bw.design(units, territories=2, balance={"people": 0.05}, is_planar=True)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = plan.to_files(folder, map=False, report=False)
    ...     again = load(folder)
    >>> again.alignment.equals(plan.alignment), again.result.objective
    (True, 4.0)
    """
    folder = Path(folder)
    if not (folder / PLAN_FILE).is_file():
        raise InputError(
            f"{folder} is not the folder of a plan, or one of an older version: it holds no {PLAN_FILE}; name the folder that "
            "`bailiwick design` wrote, or design again",
            code="not_a_plan",
            field="folder",
        )
    result, facts = read_result(folder / PLAN_FILE)
    if facts["is_generated"]:
        result = _marked_as_generated(result)
    return Plan(
        evaluation=evaluate(result.problem, result.territory_idx, result.centre_coordinates),
        source=_source(result, facts, folder),
        notices=(*result.notices, *(Notice(n["code"], n["message"], n["count"], tuple(n["examples"])) for n in facts["notices"])),
        result=result,
        engine_version=facts["engine_version"],
        timings_seconds={},
        clock=clock,
        levels=levels_from_facts(facts.get("levels", []), result),
        construction=facts.get("construction", ""),
        robustness=robustness_from_facts(facts["robustness"]) if "robustness" in facts else None,
    )


def save(plan: Plan, path: Path) -> None:
    """Write what :func:`load` reads."""
    facts: dict[str, Any] = {
        "engine_version": plan.engine_version,
        "title": plan.source.title,
        "n_rows_read": int(plan.source.n_rows_read),
        "is_generated": bool(disclaimer(plan.problem.units)),
        "notices": notice_list(plan.notices[len(plan.result.notices) :]),
    }
    if plan.levels:
        facts |= {"levels": levels_to_facts(plan.levels), "construction": plan.construction}
    if plan.robustness is not None:
        facts["robustness"] = robustness_to_facts(plan.robustness)
    write_result(path, plan.result, facts=facts)


def _marked_as_generated(result: Result) -> Result:
    units = result.problem.units
    units = replace(units, attributes={GENERATED: np.full(units.n_units, "generated", dtype=object)})
    return replace(result, problem=replace(result.problem, units=units))


def _source(result: Result, facts: Mapping[str, Any], folder: Path) -> Source:
    path = folder / REJECTED_FILE
    rejected = RejectedRows.read_csv(path) if path.is_file() else RejectedRows()
    return Source(result.problem.units, facts["n_rows_read"], rejected, (), facts["title"])
