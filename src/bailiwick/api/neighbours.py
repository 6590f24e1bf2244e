"""Where the neighbour graph comes from."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick import formats
from bailiwick.domain import Adjacency, Notice, UnitTable
from bailiwick.errors import InputError
from bailiwick.geography.geodesy import points_km
from bailiwick.geography.neighbours import from_points, from_shapes, link_islands


def resolve_adjacency(wanted: Any, units: UnitTable) -> tuple[Adjacency | None, tuple[Notice, ...]]:
    """The neighbour graph of the units, all of one piece, or None if territories need not be connected.

    Parameters
    ----------
    wanted
        ``auto`` or None: by polygons if most units have one, else by points; ``none``: no graph; else a ready
        ``Adjacency``, the path of a CSV with columns ``unit_a,unit_b``, a table of the kind, or pairs of unit ids.

    Returns
    -------
    The graph, and what was left out of a file.

    Raises
    ------
    InputError
        If it is none of these, or names no unit.
    """
    if isinstance(wanted, str) and wanted == "none":
        return None, ()
    notices: tuple[Notice, ...] = ()
    if wanted is None or (isinstance(wanted, str) and wanted == "auto"):
        graph = _by_geography(units)
    elif isinstance(wanted, Adjacency):
        graph = _of_right_size(wanted, units)
    else:
        read = formats.read_adjacency(_tabular(wanted), units.ids)
        graph = Adjacency.from_pairs(units.n_units, read.pairs, border_km=read.border_km, rule="given pairs")
        notices = read.notices
    return link_islands(graph, points_km(units)), notices


def _by_geography(units: UnitTable) -> Adjacency:
    # The few units that found no shape become islands, which are linked to what is nearest.
    if units.shapes is not None and 2 * sum(shape is not None for shape in units.shapes) > units.n_units:
        return from_shapes(units.shapes, is_planar=units.is_planar)
    return from_points(units.coordinates, is_planar=units.is_planar)


def _of_right_size(graph: Adjacency, units: UnitTable) -> Adjacency:
    if graph.n_units != units.n_units:
        raise InputError(f"the adjacency is of {graph.n_units} units, but there are {units.n_units}", code="adjacency", field="adjacency")
    return graph


def _tabular(wanted: Any) -> Any:
    """Pairs of ids as a table; paths and tables as they are."""
    if not isinstance(wanted, list | tuple | set | np.ndarray):
        return wanted
    pairs = [tuple(pair) for pair in wanted]
    if any(len(pair) != 2 for pair in pairs):
        raise InputError("every neighbour pair needs two unit ids", code="adjacency", field="adjacency")
    import pyarrow as pa

    return pa.table({"unit_a": [str(a) for a, _ in pairs], "unit_b": [str(b) for _, b in pairs]})
