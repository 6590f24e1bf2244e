"""Areas of territories of points: who is nearest, drawn as polygons that share their borders."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.grouping import members_of_territories
from bailiwick.geography.arcs import arcs_in_degrees
from bailiwick.geography.bridges import gaps_to_bridge, stepping_stones
from bailiwick.geography.delaunay import StereographicMap, Triangulation, edges_of, find_places, triangulate
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, points_to_coordinates, to_vectors
from bailiwick.geography.region import Region, tangents

DEGREE_STEP = 1e-7
KM_STEP = 1e-6
SLIVER_SHARE = 1e-4
"""Parts without a point that are smaller than this share of their territory are clippings and are dropped."""
MOST_ROUNDS = 4
"""Bridges of one territory may cut another; so often the areas are drawn anew."""
_GUARDS = 16
_OUTSIDE = -2


class Seeds(NamedTuple):
    """One point per place and territory: points in km, shape (s, 2) or (s, 3), and the territory, shape (s,)."""

    points: FloatArray
    territory_idx: IntArray


class Ridges(NamedTuple):
    """Lines between territories, and the seeds on either side of them (all seeds where there is no line)."""

    lines: NDArray[np.object_]
    beside: Seeds


def cell_shapes(
    coordinates: FloatArray,
    territory_idx: IntArray,
    n_territories: int,
    *,
    is_planar: bool,
    land: shapely.Geometry | None = None,
    pairs: IntArray | None = None,
) -> NDArray[np.object_]:
    """Draw the area around the points of each territory.

    Parameters
    ----------
    coordinates
        Shape (n, 2): degrees, or km if ``is_planar``.
    territory_idx
        Shape (n,); the area around a point with −1 stays free.
    n_territories
        K.
    land
        Polygons to which the areas are clipped, same coordinates; points off the land keep a disc.
    pairs
        Neighbouring units, shape (m, 2), that a territory holds together; None if territories need not be connected.

    Returns
    -------
    NDArray
        Shapely multipolygons, shape (K,), empty where a territory has no point.

    Notes
    -----
    A territory is the union of the Voronoi cells of its points (on the sphere: by great-circle distance), within
    :func:`bailiwick.geography.outline.outline_around`. Only the ridges between points of different territories are drawn.
    They, the outline and the coast are noded once on a grid of 1e-7 degrees (1 mm if planar), so that neighbours share
    every vertex and leave no slit. A place shared by several territories is split like a cake. Data wider than a
    hemisphere have no outline; the areas then cover the land, or the world.

    Two neighbours of one territory may have cells that touch only outside of the region, or not at all. Where that leaves
    the territory in parts, a strip along the straight line between them is added to it: the line counts like a row of points
    (:mod:`bailiwick.geography.bridges`). What only a way over water or foreign land would join stays in parts.

    Examples
    --------
    >>> two = cell_shapes(np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([0, 1]), 2, is_planar=True)
    >>> shapely.bounds(two).round(1).tolist()
    [[-7.4, -7.4, 5.0, 7.4], [5.0, -7.4, 17.4, 7.4]]
    """
    shapes = np.full(n_territories, shapely.MultiPolygon(), dtype=object)
    if not len(coordinates) or not (territory_idx >= 0).any():
        return shapes
    seeds, seed_of_unit = _seeds(coordinates, territory_idx, is_planar)
    region = Region(seeds.points, seeds.territory_idx, land)
    shapes = _drawn(seeds, region, n_territories, is_planar=is_planar)
    if pairs is None:
        return shapes
    return _joined(shapes, seeds, region, _pairs_within(seed_of_unit[pairs].astype(np.int32), seeds.territory_idx))


def _drawn(seeds: Seeds, region: Region, n_territories: int, *, is_planar: bool) -> NDArray[np.object_]:
    shapes = np.full(n_territories, shapely.MultiPolygon(), dtype=object)
    ridges = _planar_ridges(seeds) if is_planar else _sphere_ridges(seeds)
    faces = _faces(np.concatenate([ridges.lines, region.lines]), KM_STEP if is_planar else DEGREE_STEP)
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    keep = region.contains(inside)
    faces, inside = faces[keep], inside[keep]
    nearest = cKDTree(ridges.beside.points).query(inside if is_planar else to_vectors(inside))[1]
    _merge_faces(faces, ridges.beside.territory_idx[nearest], shapes)
    return _without_clippings(shapes, points_to_coordinates(seeds.points, is_planar=is_planar))


def _pairs_within(pairs: IntArray, territory_idx: IntArray) -> IntArray:
    """Pairs of different seeds of one territory."""
    is_within = (territory_idx[pairs[:, 0]] == territory_idx[pairs[:, 1]]) & (pairs[:, 0] != pairs[:, 1])
    return pairs[is_within & (territory_idx[pairs[:, 0]] >= 0)]


def _joined(shapes: NDArray[np.object_], seeds: Seeds, region: Region, pairs: IntArray) -> NDArray[np.object_]:
    """Draw anew with the lines that join parts, until no line is missing."""
    bridges = np.empty((0, 2), pairs.dtype)
    for _ in range(MOST_ROUNDS):
        gaps = gaps_to_bridge(shapes, seeds.points, seeds.territory_idx, pairs, region.contains)
        tried = np.unique(np.vstack([bridges, np.sort(gaps, axis=1)]), axis=0)
        stones, bridge = stepping_stones(seeds.points, tried)
        if len(tried) == len(bridges) or not len(stones):
            break
        bridges = tried
        with_stones = Seeds(np.vstack([seeds.points, stones]), np.concatenate([seeds.territory_idx, seeds.territory_idx[tried[bridge, 0]]]))
        shapes = _drawn(with_stones, region, len(shapes), is_planar=seeds.points.shape[1] == 2)
    return shapes


def _seeds(coordinates: FloatArray, territory_idx: IntArray, is_planar: bool) -> tuple[Seeds, NDArray[np.int64]]:
    """The seeds, and the one of each unit, shape (n,)."""
    places = find_places(coordinates, is_planar=is_planar)
    span = int(territory_idx.max()) + 2
    key, seed_of_unit = np.unique(places.place_idx.astype(np.int64) * span + territory_idx + 1, return_inverse=True)
    place, territory = key // span, (key % span - 1).astype(np.int32)
    points = places.points[place]
    count = np.bincount(place)[place]
    shared = np.flatnonzero(count > 1)
    if len(shared):
        angle = 2 * np.pi * (np.arange(len(place)) - np.searchsorted(place, place))[shared] / count[shared]
        spread = _room(places.points)[place[shared], None] / 4
        east, north = tangents(points[shared])
        moved = points[shared] + spread * (np.cos(angle)[:, None] * east + np.sin(angle)[:, None] * north)
        if not is_planar:
            moved *= EARTH_RADIUS_KM / np.linalg.norm(moved, axis=1)[:, None]
        points[shared] = moved
    return Seeds(points, territory), seed_of_unit.ravel()


def _room(points: FloatArray) -> FloatArray:
    """Distance to the nearest other place in km; 1 km where there is none."""
    if len(points) < 2:
        return np.ones(len(points))
    distance: FloatArray = cKDTree(points).query(points, k=2)[0][:, 1]
    return distance


def _planar_ridges(seeds: Seeds) -> Ridges:
    centre = seeds.points.mean(axis=0)
    radius = 6 * (float(np.abs(seeds.points - centre).max()) + 10.0)
    points = np.vstack([seeds.points - centre, _guards(radius)])
    a, b, c, pairs, sides = _border(triangulate(points), points, seeds)
    b, c = b - a, c - a
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    square_b, square_c = (b**2).sum(axis=1), (c**2).sum(axis=1)
    offset = np.column_stack([c[:, 1] * square_b - b[:, 1] * square_c, b[:, 0] * square_c - c[:, 0] * square_b])
    # three points on a line have their circle at the end of the world; a million times the extent is as good
    twice = np.maximum(twice, np.hypot(*offset.T) / (1e6 * radius))
    corner = a + offset / twice[:, None] + centre
    return Ridges(shapely.linestrings(np.stack([corner[sides[:, 0]], corner[sides[:, 1]]], axis=1)), _beside(seeds, pairs))


def _sphere_ridges(seeds: Seeds) -> Ridges:
    chart = StereographicMap.around(seeds.points)
    points = seeds.points
    if chart is None:
        triangles, far = triangulate(points), points.mean(axis=0)
        if not len(triangles.corners):
            return _lunes(seeds)
    else:
        flat = chart.flatten(points)
        guards = _guards(max(4 * float(np.abs(flat).max()), 0.01))
        triangles, far = triangulate(np.vstack([flat, guards])), -EARTH_RADIUS_KM * chart.centre
        points = np.vstack([points, chart.lift(guards)])
    a, b, c, pairs, sides = _border(triangles, points, seeds)
    corner = np.cross(b - a, c - a)
    corner[((far - a) * corner).sum(axis=1) > 0] *= -1
    corner /= np.linalg.norm(corner, axis=1)[:, None]
    return Ridges(arcs_in_degrees(corner[sides[:, 0]], corner[sides[:, 1]]), _beside(seeds, pairs))


def _lunes(seeds: Seeds) -> Ridges:
    """Ridges of places on one circle around the world: half circles from pole to pole of that circle."""
    n = len(seeds.points)
    if n < 2:
        return Ridges(np.empty(0, object), seeds)
    unit = seeds.points / EARTH_RADIUS_KM
    axes = np.linalg.svd(unit - unit.mean(axis=0), full_matrices=False)[2]
    order = np.argsort(np.arctan2(unit @ axes[1], unit @ axes[0]), kind="stable")
    angle = np.arctan2(unit @ axes[1], unit @ axes[0])[order]
    middle = angle + (np.append(angle[1:], angle[0] + 2 * np.pi) - angle) / 2
    halfway = np.cos(middle)[:, None] * axes[0] + np.sin(middle)[:, None] * axes[1]
    is_border = seeds.territory_idx[order] != seeds.territory_idx[np.roll(order, -1)]
    halfway = halfway[is_border]
    pole = np.broadcast_to(np.cross(axes[0], axes[1]), halfway.shape)
    return Ridges(np.concatenate([arcs_in_degrees(pole, halfway), arcs_in_degrees(halfway, -pole)]), seeds)


def _guards(radius: float) -> FloatArray:
    """Points so far outside that they bound every cell without touching the region."""
    angle = np.arange(_GUARDS) * (2 * np.pi / _GUARDS) + 0.1
    return radius * np.column_stack([np.cos(angle), np.sin(angle)])


def _border(
    triangles: Triangulation, points: FloatArray, seeds: Seeds
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray, NDArray[np.int64]]:
    """Edges between territories: the three corners of the triangles beside them, pairs of points, and pairs of those triangles."""
    territory = np.full(len(points), _OUTSIDE, np.int32)
    territory[: len(seeds.territory_idx)] = seeds.territory_idx
    edges = edges_of(triangles)
    is_border = (territory[edges.pairs[:, 0]] != territory[edges.pairs[:, 1]]) & (edges.triangle_idx[:, 1] >= 0)
    beside, sides = np.unique(edges.triangle_idx[is_border], return_inverse=True)
    a, b, c = (points[triangles.corners[beside, k]] for k in range(3))
    return a, b, c, edges.pairs[is_border], sides.reshape(-1, 2)


def _beside(seeds: Seeds, pairs: IntArray) -> Seeds:
    """The seeds along the ridges: the nearest of them is of the same territory as the nearest of all."""
    idx = np.unique(pairs)
    idx = idx[idx < len(seeds.points)]
    return Seeds(seeds.points[idx], seeds.territory_idx[idx]) if len(idx) else seeds


def _faces(lines: NDArray[np.object_], step: float) -> NDArray[np.object_]:
    noded = shapely.union_all(lines, grid_size=step)
    faces: NDArray[np.object_] = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return faces


def _merge_faces(faces: NDArray[np.object_], territory_idx: IntArray, shapes: NDArray[np.object_]) -> None:
    for territory, members in enumerate(members_of_territories(territory_idx, len(shapes))):
        if len(members):
            shapes[territory] = shapely.coverage_union_all(faces[members])


def _without_clippings(shapes: NDArray[np.object_], coordinates: FloatArray) -> NDArray[np.object_]:
    parts, territory = shapely.get_parts(shapes, return_index=True)
    area = shapely.area(parts)
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, territory, area)
    small = np.flatnonzero(area < SLIVER_SHARE * largest[territory])
    if len(small):
        tree = shapely.STRtree(parts[small])
        west, south, east, north = shapely.total_bounds(parts[small])
        x, y = coordinates.T
        near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        has_seed = np.unique(tree.query(shapely.points(coordinates[near]), predicate="intersects")[1])
        gone = np.setdiff1d(small, small[has_seed])
        keep = np.setdiff1d(np.arange(len(parts)), gone)
        parts, territory = parts[keep], territory[keep]
    whole = shapely.multipolygons(parts, indices=territory, out=np.full(len(shapes), shapely.MultiPolygon(), dtype=object))
    return shapely.orient_polygons(shapely.normalize(whole), exterior_cw=False)
