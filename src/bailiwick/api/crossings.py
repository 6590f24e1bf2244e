"""Barriers and hand-set links as edits of the neighbour graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from bailiwick.domain import Adjacency, IntArray, Notice, UnitTable
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError
from bailiwick.formats.barriers import LinkEdits, read_barriers, read_links
from bailiwick.geography.barriers import crosses, edited, positions

N_EXAMPLES = 10


def edit_neighbours(
    graph: Adjacency | None, units: UnitTable, *, barriers: Any = None, links: Any = None
) -> tuple[Adjacency | None, tuple[Notice, ...]]:
    """The neighbour graph without links across barriers and with links set by hand, which have the last word.

    Parameters
    ----------
    barriers
        A map of lines and areas, or None.
    links
        A table ``unit_a, unit_b, action``, or None.

    Raises
    ------
    InputError
        If one cannot be read, or there is no neighbour graph to edit.
    """
    if barriers is None and links is None:
        return graph, ()
    if graph is None:
        raise InputError(
            "barriers and links change who is whose neighbour, but territories need not be connected here; leave out --contiguity none",
            code="links_unused",
            field="barriers" if barriers is not None else "links",
        )
    notices: list[Notice] = []
    if barriers is not None:
        graph, told = _cut(graph, units, barriers)
        notices += told
    if links is not None:
        graph, told = _linked(graph, units, read_links(_tabular(links), units.ids))
        notices += told
    return graph, (*notices, *_pieces(graph, units))


def _cut(graph: Adjacency, units: UnitTable, barriers: Any) -> tuple[Adjacency, list[Notice]]:
    shapes, source = read_barriers(barriers, is_planar=units.is_planar)
    pairs = graph.pairs
    is_cut = crosses(pairs, units.coordinates, shapes, is_planar=units.is_planar)
    n_cut = int(is_cut.sum())
    if not n_cut:
        return graph, [Notice("barriers_cut", f"no pair of neighbours lies across {source}; the barriers change nothing")]
    message = f"{n_cut:,} of {counted(len(pairs), 'pair', 'pairs')} of neighbours cross {source} and were cut"
    told = Notice("barriers_cut", message, n_cut, _named(units, pairs[is_cut]))
    return edited(graph, is_cut, np.empty((0, 2), np.int32), rule=f"{graph.rule}, cut at {source}"), [told]


def _linked(graph: Adjacency, units: UnitTable, edits: LinkEdits) -> tuple[Adjacency, list[Notice]]:
    pairs = graph.pairs
    at = positions(pairs, edits.remove, units.n_units)
    is_new = positions(pairs, edits.add, units.n_units) < 0
    is_cut = np.zeros(len(pairs), bool)
    is_cut[at[at >= 0]] = True
    n_idle = int((at < 0).sum()) + int((~is_new).sum())
    idle = f"; {counted(n_idle, 'row', 'rows')} changed nothing" if n_idle else ""
    n_new, n_gone = (counted(int(mask.sum()), "link", "links") for mask in (is_new, is_cut))
    message = f"{edits.source}: {n_new} added and {n_gone} removed{idle}"
    examples = _named(units, np.vstack([edits.add[is_new], pairs[is_cut]]))
    told = Notice("links_edited", message, int(is_new.sum() + is_cut.sum()), examples)
    return edited(graph, is_cut, edits.add, rule=f"{graph.rule}, edited by {edits.source}"), [*edits.notices, told]


def _pieces(graph: Adjacency, units: UnitTable) -> list[Notice]:
    """A word about a graph that has fallen apart, since no territory can lie in two pieces."""
    piece = graph.components()
    size = np.bincount(piece)
    if len(size) < 2:
        return []
    smallest = np.argsort(size, kind="stable")[:N_EXAMPLES]
    first = [str(units.labels[np.flatnonzero(piece == p)[0]]) for p in smallest]
    sizes = f"{int(size.min()):,} to {counted(int(size.max()), 'unit', 'units')}"
    message = (
        f"the neighbour graph is in {len(size)} pieces, of {sizes}, and no territory can lie in two of them; the smallest is around "
        f"{first[0]}. Add links over bridges or ferries where that is not meant"
    )
    return [Notice("graph_in_pieces", message, len(size), tuple(first))]


def _named(units: UnitTable, pairs: IntArray) -> tuple[str, ...]:
    return tuple(f"{units.ids[a]}–{units.ids[b]}" for a, b in pairs[:N_EXAMPLES])


def _tabular(links: Any) -> Any:
    """Triples (unit, unit, action) as a table; paths and tables as they are."""
    if not isinstance(links, list | tuple):
        return links
    import pyarrow as pa

    rows = [tuple(map(str, row)) for row in links]
    if any(len(row) not in {2, 3} for row in rows):
        raise InputError("every link needs two unit ids, and add or remove", code="link_columns", field="links")
    filled = [(*row, "add")[:3] for row in rows]
    return pa.table({name: pa.array([row[i] for row in filled], pa.string()) for i, name in enumerate(("unit_a", "unit_b", "action"))})
