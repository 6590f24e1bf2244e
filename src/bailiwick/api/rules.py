"""Locks, groups and forbidden pairs: from ids in columns to indices."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick import formats
from bailiwick.api.sources import tabular
from bailiwick.domain import IntArray, TextArray, UnitTable
from bailiwick.errors import InputError
from bailiwick.formats.wording import did_you_mean


def locked_territories(units: UnitTable, column: str, territory_ids: TextArray) -> IntArray:
    """Territory index that each unit must keep, or −1 where the column is blank, shape (n,).

    Raises
    ------
    InputError
        If there is no such column, or it names a territory that does not exist.
    """
    texts = text_column(units, column, option="lock")
    position = {str(t): i for i, t in enumerate(territory_ids)}
    locked = np.full(units.n_units, -1, np.int32)
    for i, text in enumerate(texts):
        if text and text not in position:
            known = ", ".join(list(position)[:5]) + (" …" if len(position) > 5 else "")
            raise InputError(
                f"column {column!r} locks unit {units.ids[i]!r} to territory {text!r}, which does not exist; there are: {known}. "
                "Correct the id, or leave the cell blank",
                code="unknown_territory",
                field=column,
            )
        if text:
            locked[i] = position[text]
    return locked


def group_numbers(units: UnitTable, column: str) -> IntArray:
    """Group number of each unit by equal text in a column, or −1 where it is blank, shape (n,).

    Raises
    ------
    InputError
        If there is no such column.
    """
    texts = text_column(units, column, option="group")
    names, number = np.unique(texts.astype(str), return_inverse=True)
    return np.where((names == "")[number], -1, number).astype(np.int32)


def forbidden_pairs(units: UnitTable, wanted: Any, territory_ids: TextArray) -> IntArray | None:
    """Index pairs (unit, territory), shape (m, 2); None if nothing is forbidden.

    Parameters
    ----------
    wanted
        Pairs of ids; or the path of a table with ``unit_id`` and ``territory_id``, or such a table.

    Raises
    ------
    InputError
        If it cannot be read, or a unit or a territory is unknown.
    """
    pairs = [tuple(pair) for pair in wanted] if isinstance(wanted, list | tuple | set | frozenset) else formats.read_pairs(tabular(wanted))
    if not pairs:
        return None
    unit_position = {u: i for i, u in enumerate(units.ids.tolist())}
    territory_position = {t: i for i, t in enumerate(territory_ids.tolist())}
    found = []
    for unit_id, territory_id in pairs:
        if unit_id not in unit_position:
            raise _unknown_pair("unit", unit_id, list(unit_position))
        if territory_id not in territory_position:
            raise _unknown_pair("territory", territory_id, list(territory_position))
        found.append((unit_position[unit_id], territory_position[territory_id]))
    return np.array(found, dtype=np.int32).reshape(-1, 2)


def _unknown_pair(what: str, wrong: str, known: list[str]) -> InputError:
    few = ", ".join(known[:5]) + (" …" if len(known) > 5 else "")
    message = f"a forbidden pair names {what} {wrong!r}, which does not exist{did_you_mean(wrong, known[:20_000]) or f'; there are: {few}'}"
    return InputError(message, code="forbidden", field="forbidden")


def text_column(units: UnitTable, column: str, *, option: str) -> TextArray:
    """Stripped text of a column of the units, shape (n,)."""
    if column in units.attributes:
        return np.array([str(text).strip() for text in units.attributes[column]], dtype=object)
    if column in units.measures:
        return np.array([f"{value:.0f}" if value.is_integer() else repr(value) for value in units.measures[column].tolist()], dtype=object)
    hint = did_you_mean(column, [*units.attributes, *units.measures])
    raise InputError(f"--{option} names column {column!r}, which the units do not have{hint}", code="unknown_column", field=option)
