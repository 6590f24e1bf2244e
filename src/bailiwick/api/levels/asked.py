"""Levels above the territories: from the words of a user to levels of the problem."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bailiwick.api.rules import text_column
from bailiwick.domain import IntArray, Level, RepTable, TextArray, UnitTable
from bailiwick.errors import InputError
from bailiwick.formats.wording import did_you_mean

Levels = str | Sequence[str] | Mapping[str, int | str | tuple[int, float]]
GRAMMAR = "NAME:COUNT, NAME:COUNT:TOL% or NAME=COLUMN, such as region:4, district:15:3% or region=Manager"
_COUNTED = re.compile(r"\s*(?P<name>[^:=]+?)\s*:\s*(?P<count>\d+)\s*(?::\s*(?P<tolerance>\d+(?:[.,]\d+)?)\s*%?\s*)?$")
_GIVEN = re.compile(r"\s*(?P<name>[^:=]+?)\s*=\s*(?P<column>.+?)\s*$")
RESERVED = frozenset({"unit", "territory"})


@dataclass(frozen=True, slots=True)
class AskedLevel:
    """One level as it was asked for: a number of groups to design, or a column that gives them.

    Attributes
    ----------
    name
        What a group is called, in the singular.
    n_groups
        Number of groups to design; None if they are given.
    tolerance
        As a fraction; None: that of each measure.
    column
        Column of the reps, or without reps of the units, whose texts are the groups; None if they are to be designed.
    """

    name: str
    n_groups: int | None = None
    tolerance: float | None = None
    column: str | None = None


def parse_levels(levels: Levels | None) -> tuple[AskedLevel, ...]:
    """Levels as the user named them, coarsest first.

    Parameters
    ----------
    levels
        Texts of the forms ``NAME:COUNT``, ``NAME:COUNT:TOL%`` and ``NAME=COLUMN``; or name → number of groups, or (number,
        tolerance as a fraction), or name of a column.

    Raises
    ------
    InputError
        If a text has none of these forms, or a name repeats or is taken.

    Examples
    --------
    >>> parse_levels(["region=Manager", "district:15:3%"])
    (AskedLevel(name='region', n_groups=None, tolerance=None, column='Manager'),
     AskedLevel(name='district', n_groups=15, tolerance=0.03, column=None))
    """
    if levels is None:
        return ()
    if isinstance(levels, Mapping):
        asked = [_from_entry(str(name), entry) for name, entry in levels.items()]
    else:
        asked = [_from_text(text) for text in ([levels] if isinstance(levels, str) else levels)]
    names = [level.name.casefold() for level in asked]
    for i, level in enumerate(asked):
        if names[i] in names[:i] or names[i] in RESERVED:
            why = "is named twice" if names[i] in names[:i] else "has the name of something else"
            raise InputError(f"the level {level.name!r} {why}; give each level a name of its own", code="level", field="levels")
    return tuple(asked)


def _from_text(text: str) -> AskedLevel:
    counted, given = _COUNTED.match(text), _GIVEN.match(text)
    if counted is not None and int(counted["count"]) > 0:
        percent = counted["tolerance"]
        return AskedLevel(counted["name"], int(counted["count"]), None if percent is None else float(percent.replace(",", ".")) / 100)
    if given is not None:
        return AskedLevel(given["name"], column=given["column"])
    raise InputError(f"{text!r} is not a level; expected {GRAMMAR}", code="level", field="levels")


def _from_entry(name: str, entry: int | str | tuple[int, float]) -> AskedLevel:
    if isinstance(entry, str):
        return AskedLevel(name, column=entry)
    count, tolerance = entry if isinstance(entry, tuple) else (entry, None)
    if not isinstance(count, int | np.integer) or count < 1:
        raise InputError(f"level {name!r} needs a number of groups, 1 or more; found {count!r}", code="level", field="levels")
    if tolerance is not None and not 0 <= tolerance <= 1:
        raise InputError(
            f"the tolerance of level {name!r} is a fraction such as 0.03, found {tolerance!r}", code="tolerance", field="levels"
        )
    return AskedLevel(name, int(count), tolerance)


def resolve_levels(asked: tuple[AskedLevel, ...], units: UnitTable, reps: RepTable | None, territory_ids: TextArray) -> tuple[Level, ...]:
    """Levels of the problem, coarsest first.

    Raises
    ------
    InputError
        If a column does not exist, is blank somewhere, or a level would give a table a column that it has already.
    """
    return tuple(_resolved(level, units, reps, territory_ids) for level in asked)


def _resolved(asked: AskedLevel, units: UnitTable, reps: RepTable | None, territory_ids: TextArray) -> Level:
    if f"{asked.name}_id" in units.measures:
        raise InputError(
            f"level {asked.name!r} would make a column {asked.name}_id, which is a measure of the units; name the level otherwise",
            code="level",
            field="levels",
        )
    if asked.column is None:
        count = asked.n_groups or 1
        width = len(str(count))
        return Level(asked.name, np.array([f"{asked.name} {i:0{width}d}" for i in range(1, count + 1)], dtype=object), asked.tolerance)
    if reps is None:
        ids, index = _groups(text_column(units, asked.column, option="level"), units.ids, asked.column, "unit")
        return Level(asked.name, ids, asked.tolerance, of_unit=index)
    if asked.column not in reps.attributes:
        raise InputError(
            f"level {asked.name!r} takes its groups from column {asked.column!r}, which the reps do not have"
            f"{did_you_mean(asked.column, list(reps.attributes))}",
            code="unknown_column",
            field="levels",
        )
    if len(territory_ids) > reps.n_reps:
        raise InputError(
            f"level {asked.name!r} is given for the reps, but {len(territory_ids) - reps.n_reps} territories have no rep; "
            "leave out the number of territories, or add vacant positions to the reps",
            code="level",
            field="levels",
        )
    texts = np.array([str(text).strip() for text in reps.attributes[asked.column]], dtype=object)
    ids, index = _groups(texts, reps.ids, asked.column, "rep")
    return Level(asked.name, ids, asked.tolerance, of_territory=index)


def _groups(texts: TextArray, ids: TextArray, column: str, what: str) -> tuple[TextArray, IntArray]:
    blank = np.flatnonzero(texts == "")
    if len(blank):
        raise InputError(
            f"column {column!r} is blank for {len(blank)} {what}s, the first is {ids[blank[0]]!r}; fill it in, because every {what} "
            "must lie in one group",
            code="level",
            field=column,
        )
    names, index = np.unique(texts.astype(str), return_inverse=True)
    return names.astype(object), index.astype(np.int32)
