"""Read barriers (lines and areas) and links that are set by hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from bailiwick.domain import IntArray, Notice, TextArray
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError
from bailiwick.formats.matching import match_ids_leniently, text_array
from bailiwick.formats.reading import read_table
from bailiwick.formats.synonyms import ADJACENCY_SYNONYMS, name_key
from bailiwick.formats.table import Table
from bailiwick.formats.wording import quoted

ACTIONS = {"add": "add", "join": "add", "+": "add", "": "add", "remove": "remove", "cut": "remove", "delete": "remove", "-": "remove"}


def read_barriers(source: str | os.PathLike[str] | Any, *, is_planar: bool = False) -> tuple[NDArray[np.object_], str]:
    """Lines and areas that no link between neighbours may cross, and the name of the file.

    Parameters
    ----------
    source
        A GeoJSON, GeoPackage, shapefile or TopoJSON file in any coordinate system, or a GeoPandas frame.
    is_planar
        True if coordinates are to be taken as planar, in km.

    Raises
    ------
    InputError
        If it cannot be read, or holds neither lines nor areas.
    """
    table = read_table(source, is_planar=is_planar)
    shapes = np.empty(0, dtype=object) if table.geometry is None else table.geometry
    parts = shapely.get_parts(shapely.get_parts(np.array([s for s in shapes if s is not None], dtype=object)))
    kept = parts[(shapely.get_dimensions(parts) >= 1) & ~shapely.is_empty(parts)]
    if not len(kept):
        raise InputError(
            f"{table.source} has neither lines nor areas; barriers are a map of them, such as a GeoJSON of rivers",
            code="no_barriers",
            field="barriers",
        )
    return kept, table.source


@dataclass(frozen=True, eq=False)
class LinkEdits:
    """Pairs of neighbours that are set by hand.

    Attributes
    ----------
    add, remove
        Unit indices, shape (m, 2) each.
    source
        Name of the file.
    notices
        What was left out.
    """

    add: IntArray
    remove: IntArray
    source: str
    notices: tuple[Notice, ...]


def read_links(source: str | os.PathLike[str] | Any, unit_ids: Sequence[str] | TextArray) -> LinkEdits:
    """Read pairs to add, such as bridges and ferries, and pairs to remove.

    Parameters
    ----------
    source
        A table with columns ``unit_a, unit_b`` and ``action`` (``add`` or ``remove``; empty or missing means add).
    unit_ids
        Ids of the units, shape (n,).

    Raises
    ------
    InputError
        If it cannot be read, a column is missing, an action is neither, or no row names two units.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"unit_a": ["x", "x"], "unit_b": ["y", "z"], "action": ["add", "remove"]})
    >>> edits = read_links(rows, ["x", "y", "z"])
    >>> edits.add.tolist(), edits.remove.tolist()
    ([[0, 1]], [[0, 2]])
    """
    table = read_table(source)
    by_key = {name_key(name): name for name in reversed(table.names)}
    ends = [next((by_key[name_key(s)] for s in ADJACENCY_SYNONYMS[role] if name_key(s) in by_key), None) for role in ("unit_a", "unit_b")]
    if ends[0] is None or ends[1] is None:
        raise InputError(
            f"{table.source} needs the columns unit_a, unit_b and action (add or remove); it has: {quoted(table.names)}",
            code="link_columns",
            field="links",
        )
    actions = _actions(table, by_key.get("action"))
    both = pa.chunked_array([table.text(ends[0]), table.text(ends[1])]).combine_chunks()
    index, _ = match_ids_leniently(both, text_array(unit_ids))
    pairs = np.column_stack([index[: len(table)], index[len(table) :]])
    known = (pairs >= 0).all(axis=1)
    if not known.any():
        found = quoted(both[:3].to_pylist())
        raise InputError(
            f"{table.source} names no pair of the units: its ids look like {found}, the units' like {quoted(map(str, list(unit_ids[:3])))}",
            code="link_ids",
            field="links",
        )
    notices = list(table.notices)
    if not known.all():
        strangers = list(dict.fromkeys(text for text, i in zip(both.to_pylist(), index.tolist(), strict=True) if i < 0))
        others = counted(len(strangers), "id that is no unit", "ids that are no units")
        message = f"{table.source} names {others}, such as {strangers[0]!r}; those rows were left out"
        notices.append(Notice("link_unknown_ids", message, len(strangers), tuple(strangers[:10])))
    apart = known & (pairs[:, 0] != pairs[:, 1])
    found_pairs = pairs.astype(np.int32)
    return LinkEdits(found_pairs[apart & (actions == "add")], found_pairs[apart & (actions == "remove")], table.source, tuple(notices))


def _actions(table: Table, column: str | None) -> TextArray:
    if column is None:
        return np.full(len(table), "add", dtype=object)
    texts = [str(text).strip().lower() for text in table.column(column)]
    bad = next((row for row, text in enumerate(texts) if text not in ACTIONS), None)
    if bad is not None:
        row = int(table.row_numbers[bad])
        raise InputError(
            f"{table.source}, row {row}: the action must be add or remove, found {texts[bad]!r}", code="link_action", field=column, row=row
        )
    return np.array([ACTIONS[text] for text in texts], dtype=object)
