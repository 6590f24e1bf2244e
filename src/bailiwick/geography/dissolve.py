"""The shapes of territories: units dissolved into clean polygons that can be written as they are."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import Adjacency, IntArray, UnitTable
from bailiwick.domain.grouping import members_of_territories
from bailiwick.geography.borders import KM_PER_DEGREE, default_snap_km, from_shapes
from bailiwick.geography.cells import DEGREE_STEP, KM_STEP, cell_shapes

HOLE_SHARE = 0.01
"""Holes below this share of the median unit are slivers and are filled, unless a unit lies in them."""
_ROUNDS = 3


def territory_shapes(
    units: UnitTable,
    territory_idx: IntArray,
    n_territories: int,
    *,
    land: shapely.Geometry | None = None,
    adjacency: Adjacency | None = None,
) -> NDArray[np.object_]:
    """Draw each territory as one polygon with parts.

    Parameters
    ----------
    units
        With shapes, or points.
    territory_idx
        Territory of each unit, shape (n,); −1 for none.
    n_territories
        K.
    land
        Polygons to which the areas around points are clipped, in degrees, or km if the units are planar. Shapes of units
        are not clipped.
    adjacency
        Neighbours by which territories are connected: the areas around points are drawn so that they are connected, too,
        as far as there is land. None if territories need not be connected; not looked at where units have shapes.

    Returns
    -------
    NDArray
        Shapely multipolygons, shape (K,), valid, exterior rings counter-clockwise, parts and rings in a fixed order; empty
        where a territory has no unit. In degrees they are split at the antimeridian and have 7 decimals (RFC 7946); in
        km they have 6.

    Notes
    -----
    Shapes of units are united along the edges they share. If the units do not fit together exactly, they are
    cleaned first: overlaps go to the smaller unit, gaps narrower than the snap distance of
    :func:`bailiwick.geography.neighbours.from_shapes` to the neighbour with the longest border. Units without a shape add
    nothing where others have one. Around points see :func:`bailiwick.geography.cells.cell_shapes`.

    Examples
    --------
    >>> square = shapely.box(np.arange(3.0), 0, np.arange(3.0) + 1, 1)
    >>> units = UnitTable(ids=np.array(["a", "b", "c"], object), coordinates=np.zeros((3, 2)), is_planar=True, shapes=square)
    >>> territory_shapes(units, np.array([0, 0, 1]), 2)[0]
    <MULTIPOLYGON (((0 0, 1 0, 2 0, 2 1, 1 1, 0 1, 0 0)))>
    """
    territory_idx = np.asarray(territory_idx, dtype=np.int32)
    if units.shapes is None or not any(shape is not None for shape in units.shapes):
        pairs = None if adjacency is None else adjacency.pairs
        return cell_shapes(units.coordinates, territory_idx, n_territories, is_planar=units.is_planar, land=land, pairs=pairs)
    shapes = tidy_shapes(units.shapes, is_planar=units.is_planar)
    return dissolve_shapes(shapes, territory_idx, n_territories)


def tidy_shapes(shapes: NDArray[np.object_], *, is_planar: bool) -> NDArray[np.object_]:
    """Valid polygons on a fixed grid that fit together; missing shapes become empty ones."""
    tidy = np.where(shapely.is_missing(shapes), shapely.MultiPolygon(), shapes)
    if not is_planar:
        tidy = _within_the_world(tidy)
    decimals = -int(np.log10(KM_STEP if is_planar else DEGREE_STEP))
    tidy = shapely.transform(tidy, lambda xy: np.round(xy, decimals))
    tidy = _polygons_only(tidy)
    gap = default_snap_km(tidy, is_planar) / (1.0 if is_planar else KM_PER_DEGREE)
    if shapely.coverage_is_valid(tidy, gap_width=gap):
        return tidy
    tidy = _cleaned(tidy, gap, decimals)
    edges = shapely.coverage_invalid_edges(tidy, gap_width=gap)
    return _merge_fragments(tidy, gap) if shapely.is_empty(edges).all() else _close_slits(tidy, edges, gap, decimals)


def _cleaned(shapes: NDArray[np.object_], gap: float, decimals: int) -> NDArray[np.object_]:
    snap = gap / 20  # vertices this near are one; a smaller step would leave crumbs along every border
    for _ in range(_ROUNDS):
        with np.errstate(invalid="ignore"):
            shapes = shapely.coverage_clean(shapes, gap_width=gap, snapping_distance=snap, merge_strategy="min_area")
        shapes = _polygons_only(shapely.transform(shapes, lambda xy: np.round(xy, decimals)))
        if shapely.coverage_is_valid(shapes):  # rounding may have undone it
            break
        gap = 0.0
    return shapes


def _close_slits(shapes: NDArray[np.object_], edges: NDArray[np.object_], gap: float, decimals: int) -> NDArray[np.object_]:
    """Let units grow over the slits beside their loose edges; cleaning closes enclosed gaps only, not those open to the sea."""
    whole = _unite(shapes)
    closed = shapely.buffer(shapely.buffer(whole, gap / 2, join_style="mitre"), -gap / 2, join_style="mitre")
    slits = shapely.difference(closed, whole)
    grown = shapes.copy()
    loose = np.flatnonzero(~shapely.is_empty(edges))
    fills = shapely.intersection(shapely.buffer(edges[loose], gap, cap_style="flat", quad_segs=2), slits)
    grown[loose] = _polygons_only(shapely.union(shapes[loose], fills))
    return _merge_fragments(_cleaned(grown, gap, decimals), gap)


def _merge_fragments(shapes: NDArray[np.object_], gap: float) -> NDArray[np.object_]:
    """Give crumbs of a slit or overlap that lie apart from their unit to the neighbour with the longest border."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.area(parts)
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, owner, area)
    is_fragment = (area < (3 * gap) ** 2) & (area < largest[owner])
    if not is_fragment.any():
        return shapes
    touching = from_shapes(parts, is_planar=True, snap_km=0)
    border = np.asarray(touching.border_km)
    new_owner = owner.copy()
    for i in np.flatnonzero(is_fragment):
        row = np.arange(touching.indptr[i], touching.indptr[i + 1])
        row = row[~is_fragment[touching.indices[row]]]
        if len(row):
            new_owner[i] = owner[touching.indices[row[np.argmax(border[row])]]]
    merged = shapes.copy()
    for unit in np.unique(np.concatenate([owner[is_fragment], new_owner[is_fragment]])):
        merged[unit] = _unite(parts[new_owner == unit])
    return merged


def _polygons_only(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    shapes = shapes.copy()
    bad = np.flatnonzero(~shapely.is_valid(shapes) | (shapely.get_type_id(shapes) == 7))  # 7: a collection
    parts, owner = shapely.get_parts(shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False), return_index=True)
    is_area = shapely.get_dimensions(parts) == 2
    empty = np.full(len(bad), shapely.MultiPolygon(), dtype=object)
    shapes[bad] = shapely.multipolygons(parts[is_area], indices=owner[is_area], out=empty)
    return shapes


def _within_the_world(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Cut what reaches beyond 180 degrees and move it to the other side."""
    bounds = shapely.bounds(shapes)
    shapes = shapes.copy()
    for i in np.flatnonzero((bounds[:, 0] < -180) | (bounds[:, 2] > 180)):
        pieces = []
        for turn in (-360, 0, 360):
            piece = shapely.intersection(shapely.make_valid(shapes[i]), shapely.box(-180 + turn, -90, 180 + turn, 90))
            pieces.append(shapely.transform(piece, lambda xy, turn=turn: xy - [turn, 0]))
        shapes[i] = shapely.union_all(pieces)
    return shapes


def dissolve_shapes(shapes: NDArray[np.object_], territory_idx: IntArray, n_territories: int) -> NDArray[np.object_]:
    """Unite polygons that fit together, as :func:`tidy_shapes` leaves them."""
    united = np.full(n_territories, shapely.MultiPolygon(), dtype=object)
    for territory, members in enumerate(members_of_territories(territory_idx, n_territories)):
        if len(members):
            united[territory] = _unite(shapes[members])
    return _assembled(united, shapes)


def _unite(shapes: NDArray[np.object_]) -> shapely.Geometry:
    try:
        whole = shapely.coverage_union_all(shapes)
    except shapely.GEOSException:  # borders that do not match to the last digit
        return shapely.union_all(shapes)
    return whole if shapely.is_valid(whole) else shapely.union_all(shapes)


def _assembled(united: NDArray[np.object_], shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Multipolygons without sliver holes, in a fixed order."""
    parts, owner = shapely.get_parts(united, return_index=True)
    is_area = shapely.get_dimensions(parts) == 2
    parts, owner = parts[is_area], owner[is_area]
    with_holes = np.flatnonzero(shapely.get_num_interior_rings(parts))
    parts[with_holes] = _fill_slivers(parts[with_holes], shapes)
    whole = shapely.multipolygons(parts, indices=owner, out=np.full(len(united), shapely.MultiPolygon(), dtype=object))
    return shapely.orient_polygons(shapely.normalize(whole), exterior_cw=False)


def _fill_slivers(parts: NDArray[np.object_], shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    rings, owner = shapely.get_rings(parts, return_index=True)
    is_hole = np.append(False, owner[1:] == owner[:-1])[: len(rings)]
    area = shapely.area(shapely.polygons(rings))
    unit_area = shapely.area(shapes)
    is_small = is_hole & (area < HOLE_SHARE * np.median(unit_area[unit_area > 0]))
    if not is_small.any():
        return parts
    small = np.flatnonzero(is_small)
    in_units = shapely.point_on_surface(shapely.get_parts(shapes))
    taken = np.unique(shapely.STRtree(in_units).query(shapely.polygons(rings[small]), predicate="intersects")[0])
    is_small[small[taken]] = False
    filled: NDArray[np.object_] = shapely.polygons(rings[~is_small], indices=owner[~is_small])
    return filled
