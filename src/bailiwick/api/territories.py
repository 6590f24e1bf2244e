"""How many territories, with which names, homes and shares."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from bailiwick.domain import FloatArray, Measure, Notice, RepTable, TextArray, UnitTable, check_n_territories
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError

FULL_TIME_HOURS = 2_000
"""Hours a year of a full-time position, from which the number of territories is chosen if nothing else says it."""


@dataclass(frozen=True, eq=False)
class TerritoryPlan:
    """The territories before any unit is in them; every array has length K."""

    ids: TextArray
    names: TextArray | None
    centre_coordinates: FloatArray
    target_shares: FloatArray
    notices: tuple[Notice, ...] = ()


def plan_territories(units: UnitTable, measures: tuple[Measure, ...], *, n_territories: int | None, reps: RepTable | None) -> TerritoryPlan:
    """Choose number, ids, centres and target shares of the territories.

    The number is the one asked for, else that of the reps, else the workload in hours ÷ 2,000 rounded up. Reps have
    fixed centres at their homes and shares by capacity; territories without a rep have free centres and the mean share.

    Raises
    ------
    InputError
        If the number cannot be known, is smaller than that of the reps or larger than that of the units.
    """
    if n_territories is not None and not isinstance(n_territories, int | np.integer):
        raise InputError(
            f"the number of territories must be a whole number, found {n_territories!r}", code="territories", field="territories"
        )
    if n_territories is not None:
        check_n_territories(n_territories, units.n_units)  # before a billion of them are given names
    if reps is not None:
        return _with_reps(reps.n_reps if n_territories is None else n_territories, reps)
    if n_territories is not None:
        return _free(n_territories)
    return _by_workload(units, measures)


def numbered_ids(n_territories: int) -> TextArray:
    """T1, T2 … with as many leading zeros as keep them in order.

    Examples
    --------
    >>> numbered_ids(12)[[0, 11]].tolist()
    ['T01', 'T12']
    """
    width = len(str(n_territories))
    return np.array([f"T{i:0{width}d}" for i in range(1, n_territories + 1)], dtype=object)


def _free(k: int, *notices: Notice, ids: TextArray | None = None) -> TerritoryPlan:
    if k < 1:
        raise InputError(f"the number of territories must be 1 or more, found {k}", code="territories", field="territories")
    return TerritoryPlan(numbered_ids(k) if ids is None else ids, None, np.full((k, 2), np.nan), np.full(k, 1.0 / k), notices)


def plan_locked_territories(labels: TextArray, *, n_territories: int | None, n_units: int) -> TerritoryPlan | None:
    """Territories named after what a lock column holds, such as today's owners, where no reps are given.

    Parameters
    ----------
    labels
        Content of the column, shape (n,); blank where a unit is free.
    n_territories
        Number of territories; None for as many as the column names.

    Returns
    -------
    TerritoryPlan or None
        The names in their natural order, then numbered territories up to the number asked for. None if the column is blank
        throughout or holds nothing but ids that the territories have anyway (T1, T2 …).

    Raises
    ------
    InputError
        If the column names more territories than were asked for.
    """
    owners = sorted({str(label) for label in labels if label}, key=natural_order)
    k = len(owners) if n_territories is None else n_territories
    if not owners or (n_territories is not None and set(owners) <= set(numbered_ids(k).tolist())):
        return None
    if len(owners) > k:
        raise InputError(
            f"the lock column names {len(owners):,} territories, such as {owners[0]!r} and {owners[1]!r}, but "
            f"{counted(k, 'territory was', 'territories were')} asked for; ask for {len(owners):,} or more, or leave the number out",
            code="fewer_territories_than_locks",
            field="territories",
        )
    check_n_territories(k, n_units)
    spare = [i for i in numbered_ids(k).tolist() if i not in set(owners)][: k - len(owners)]
    rest = f", and {counted(len(spare), 'more is', 'more are')} numbered" if spare else ""
    message = f"{counted(len(owners), 'territory is', 'territories are')} named after the lock column{rest}"
    return _free(k, Notice("territories_from_lock", message, len(owners), tuple(owners[:5])), ids=np.array([*owners, *spare], dtype=object))


def natural_order(text: str) -> tuple[object, ...]:
    """Key that sorts T2 before T10."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", text) if part)


def _with_reps(k: int, reps: RepTable) -> TerritoryPlan:
    vacant = k - reps.n_reps
    if vacant < 0:
        raise InputError(
            f"{counted(k, 'territory was', 'territories were')} asked for but there are {reps.n_reps:,} reps; "
            f"leave the number of territories out, ask for {reps.n_reps} or more, or take {-vacant} reps out of the file",
            code="fewer_territories_than_reps",
            field="territories",
        )
    taken = set(reps.ids.tolist())
    extra = [i for i in (f"V{n}" for n in range(1, len(taken) + vacant + 1)) if i not in taken][:vacant]
    share = np.concatenate([reps.capacity, np.full(vacant, reps.capacity.mean())])
    return TerritoryPlan(
        ids=np.array([*reps.ids, *extra], dtype=object),
        names=np.array([*reps.labels, *(f"vacant {i}" for i in range(1, vacant + 1))], dtype=object),
        centre_coordinates=np.vstack([reps.coordinates, np.full((vacant, 2), np.nan)]),
        target_shares=share / share.sum(),
        notices=(_vacant_notice(vacant, extra),) if vacant else (),
    )


def _vacant_notice(vacant: int, ids: list[str]) -> Notice:
    its = "its centre is free and it gets" if vacant == 1 else "their centres are free and each gets"
    message = f"{counted(vacant, 'territory has', 'territories have')} no rep: {its} the mean share"
    return Notice("vacant_territories", message, vacant, tuple(ids[:5]))


def _by_workload(units: UnitTable, measures: tuple[Measure, ...]) -> TerritoryPlan:
    names = [m.name for m in measures] + sorted(units.measures)
    hours = next((name for name in names if "hour" in name.casefold() and name in units.measures), None)
    if hours is None:
        raise InputError(
            "how many territories? Give their number, or a file of reps, or a measure of workload in hours a year (a column with "
            f"'hours' in its name), from which the number follows at {FULL_TIME_HOURS:,} hours each",
            code="territories",
            field="territories",
        )
    total = float(units.measures[hours].sum())
    k = max(1, min(units.n_units, math.ceil(total / FULL_TIME_HOURS)))
    why = f"{total:,.0f} {hours!r} make that many positions of {FULL_TIME_HOURS:,} hours a year"
    message = f"{counted(k, 'territory', 'territories')}, because {why}"
    return _free(k, Notice("territories_from_workload", message, k))
