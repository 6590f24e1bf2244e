"""Judge an alignment that was made elsewhere: its labels are matched to reps where they can be."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick.api.balance import resolve_balance
from bailiwick.api.plan import Judgement
from bailiwick.api.problem import Rules, assemble, with_count
from bailiwick.api.sources import Source, read_assignment
from bailiwick.api.territories import TerritoryPlan, natural_order
from bailiwick.api.travel.wish import with_travel
from bailiwick.design.explain.findings import findings
from bailiwick.domain import Adjacency, IntArray, Notice, RepTable, TextArray, UnitTable
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError
from bailiwick.formats import AlignmentTable
from bailiwick.formats.matching import match_ids_leniently, text_array
from bailiwick.metrics import evaluate


def judge(
    source: Source, alignment: Any, rules: Rules, *, reps: RepTable | None, adjacency: Adjacency | None, told: tuple[Notice, ...] = ()
) -> Judgement:
    """Every metric of an alignment under the rules; see :func:`bailiwick.evaluate`."""
    assignment = read_assignment(alignment)
    labels, notices = labels_of_units(source.units, assignment)
    measures, more = resolve_balance(rules.balance, source.units.measures)
    territories = territories_of_labels(labels, reps, rules.territories)
    problem = assemble(with_count(source.units, measures), measures, territories, rules, adjacency)
    problem, by_travel = with_travel(problem, rules.travel)
    position = {t: j for j, t in enumerate(territories.ids.tolist())}
    idx: IntArray = np.array([position.get(label, -1) for label in labels.tolist()], dtype=np.int32)
    evaluation = evaluate(problem, idx)
    aside = (*more, *told, *by_travel, *territories.notices, *assignment.notices, *source.notices)
    return Judgement(evaluation, source, (*notices, *findings(evaluation, was_searched=False), *aside))


def labels_of_units(units: UnitTable, assignment: AlignmentTable) -> tuple[TextArray, tuple[Notice, ...]]:
    """Territory id of each unit, empty text without one, shape (n,); and what does not fit.

    Raises
    ------
    InputError
        If no unit has a territory.
    """
    row, zeros_ignored = match_ids_leniently(text_array(units.ids), text_array(assignment.unit_ids))
    missing = np.flatnonzero(row < 0)
    if len(missing) == units.n_units:
        theirs = assignment.unit_ids[0] if len(assignment) else "none"
        raise InputError(
            f"no unit has a territory: {assignment.source} has ids such as {theirs!r}, the units have ids such as {units.ids[0]!r}; "
            "give the file that belongs to these units, or name the id column with --map id=COLUMN",
            code="no_common_ids",
            field="alignment",
        )
    notices = []
    if len(missing):
        examples = tuple(str(i) for i in units.ids[missing[:10]])
        without = counted(len(missing), "unit has", "units have")
        message = f"{without} no territory in the alignment, the first is {units.labels[missing[0]]}"
        notices.append(Notice("unit_without_territory", message, len(missing), examples))
    is_stranger = np.ones(len(assignment), bool)
    is_stranger[row[row >= 0]] = False
    strangers = assignment.unit_ids[is_stranger]
    if len(strangers):
        left_out = counted(len(strangers), "id of the alignment is no unit and was", "ids of the alignment are no units and were")
        message = f"{left_out} left out, the first is {strangers[0]}"
        notices.append(Notice("unknown_unit", message, len(strangers), tuple(strangers[:10].tolist())))
    if zeros_ignored:
        notices.append(Notice("ids_without_zeros", "the ids of the alignment fit those of the units without leading zeros only"))
    return np.append(assignment.territory_ids, "")[row], tuple(notices)


def territories_of_labels(labels: TextArray, reps: RepTable | None, n_territories: int | None) -> TerritoryPlan:
    """The territories that labels name, with homes and shares of the reps of the same id.

    Reps that no label names have an empty territory, unless no label names any rep; territories without a rep have a
    free centre and the mean share.

    Raises
    ------
    InputError
        If there are more labels than territories.
    """
    named = sorted({str(label) for label in labels if label}, key=natural_order)
    known: dict[str, int] = {} if reps is None else {str(r): i for i, r in enumerate(reps.ids)}
    notices: tuple[Notice, ...] = ()
    if reps is not None and not known.keys() & set(named):
        message = f"no territory is named like a rep ({named[0]!r}, but {reps.ids[0]!r}), so homes and capacity were not used"
        notices, known = (Notice("reps_not_used", message, reps.n_reps),), {}
    ids = [*known, *(label for label in named if label not in known)]
    vacant = 0 if n_territories is None else n_territories - len(ids)
    if vacant < 0:
        raise InputError(
            f"the alignment has {len(ids):,} territories, but the number asked for is {n_territories:,}; leave that out or correct it",
            code="territories",
            field="territories",
        )
    ids += [f"(empty {i})" for i in range(1, vacant + 1)]
    centres = np.full((len(ids), 2), np.nan)
    share = np.ones(len(ids))
    names = np.array(ids, dtype=object)
    if reps is not None and known:
        centres[: reps.n_reps] = reps.coordinates
        names[: reps.n_reps] = reps.labels
        share[: reps.n_reps], share[reps.n_reps :] = reps.capacity, reps.capacity.mean()
    return TerritoryPlan(np.array(ids, dtype=object), names if known else None, centres, share / share.sum(), notices)
