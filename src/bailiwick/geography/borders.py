"""Which polygons touch: shared edges, found by hashing segments, then by looking closely at what did not match."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import Adjacency, FloatArray, IntArray
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, great_circle_km

KM_PER_DEGREE = EARTH_RADIUS_KM * np.pi / 180
SNAP_SHARE = 0.01
"""The snap distance, where none is given, as a share of the width of a typical unit."""
MIN_BORDER_IN_GAPS = 5.0
"""Edges that run side by side count as a border from this many times their distance on; less is a corner."""
SNAP_LEVELS = (0.001, 0.01, 0.1, 1.0)
"""Distances at which edges are compared, as shares of the snap distance: short borders must match better than long ones."""
_CHUNK = 200_000


class Segments(NamedTuple):
    """Straight pieces of polygon borders: unit (m,), ends (m, 2) each."""

    unit_idx: IntArray
    start: FloatArray
    end: FloatArray

    def take(self, idx: NDArray[np.integer]) -> Segments:
        """Pick some of them."""
        return Segments(self.unit_idx[idx], self.start[idx], self.end[idx])


class Borders(NamedTuple):
    """Common borders: pairs of units, shape (m, 2), and lengths in km, shape (m,); a pair may stand in several rows."""

    pairs: NDArray[np.int64]
    length_km: FloatArray


def from_shapes(shapes: NDArray[np.object_], *, is_planar: bool = False, snap_km: float | None = None) -> Adjacency:
    """Find the polygons that share an edge.

    Parameters
    ----------
    shapes
        Shapely polygons or multipolygons, shape (n,), in degrees, or in km if ``is_planar``. None and empty shapes
        have no neighbours.
    is_planar
        True if the coordinates are already projected.
    snap_km
        Edges count as shared where they run side by side no further apart than this; None: a hundredth of the
        width (square root of the area) of the median unit. 0 accepts exact matches only.

    Returns
    -------
    Adjacency
        With ``border_km``: great-circle lengths, straight ones if planar.

    Notes
    -----
    Polygons that meet in a corner only are not neighbours. Edges whose two ends match to the last bit are found by
    hashing, in time O(m log m) for m segments. What is left (coasts, edges with further vertices on one side, small gaps
    and overlaps) goes through an R-tree: two units touch if their edges run within some distance of each other,
    the snap distance or a tenth, a hundredth or a thousandth of it, for at least five times that distance. Units that
    overlap by more than a sliver, or lie inside one another, are neighbours as well. The antimeridian is no border.

    Examples
    --------
    Three squares in a row, and a fourth that meets the third in a corner:

    >>> squares = shapely.box(np.array([0, 1, 2, 3]), np.array([0, 0, 0, 1]), np.array([1, 2, 3, 4]), np.array([1, 1, 1, 2]))
    >>> from_shapes(squares, is_planar=True).pairs.tolist()
    [[0, 1], [1, 2]]
    """
    shapes = np.asarray(shapes, dtype=object)
    segments = _segments(shapes, is_planar)
    snap = default_snap_km(shapes, is_planar) if snap_km is None else float(snap_km)
    exact, is_matched = _equal_segments(segments, is_planar)
    found = [exact]
    if snap > 0:
        rest = segments.take(np.flatnonzero(~is_matched))
        loose, crossing = _side_by_side(rest, snap, is_planar)
        known = _keys(np.vstack([exact.pairs, loose.pairs]), len(shapes))
        overlapping = _overlaps(shapes, crossing, known, snap, is_planar)
        found += [loose, overlapping]
    pairs, length = _sum_by_pair(found, len(shapes))
    rule = "polygons that share an edge; a common corner does not count"
    if snap > 0:
        rule += f"; edges count as shared up to {1000 * snap:.3g} m apart"
    return Adjacency.from_pairs(len(shapes), pairs, border_km=length, rule=rule)


def _segments(shapes: NDArray[np.object_], is_planar: bool) -> Segments:
    parts, unit_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    if not is_planar:
        points[:, 0] = np.where(np.abs(points[:, 0]) < 180, points[:, 0], (points[:, 0] + 180) % 360 - 180)
    points += 0.0  # turns -0.0 into 0.0, which differ in their bits
    is_joined = (ring_of_point[1:] == ring_of_point[:-1]) & (points[1:] != points[:-1]).any(axis=1)
    at = np.flatnonzero(is_joined)
    unit = unit_of_part[part_of_ring[ring_of_point[at]]].astype(np.int32)
    return Segments(unit, points[at], points[at + 1])


def default_snap_km(shapes: NDArray[np.object_], is_planar: bool) -> float:
    """A hundredth of the width (square root of the area) of the median polygon, in km."""
    area = shapely.area(shapes)
    if not is_planar:
        bounds = shapely.bounds(shapes)
        area = area * KM_PER_DEGREE**2 * np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2))
    area = area[np.isfinite(area) & (area > 0)]
    return float(SNAP_SHARE * np.sqrt(np.median(area))) if len(area) else 0.0


def _equal_segments(segments: Segments, is_planar: bool) -> tuple[Borders, NDArray[np.bool_]]:
    """Segments of different units with the same two ends."""
    unit, start, end = segments
    key = _hash_points(start) + _hash_points(end)  # a sum, so that the direction does not matter
    order = np.lexsort((unit, key))
    sorted_key = key[order]
    is_matched = np.zeros(len(unit), bool)
    left, right = [], []
    for step in range(1, len(order)):
        at = np.flatnonzero(sorted_key[step:] == sorted_key[:-step])
        if not len(at):
            break
        i, j = order[at], order[at + step]
        is_same = ((start[i] == end[j]) & (end[i] == start[j])).all(axis=1) | ((start[i] == start[j]) & (end[i] == end[j])).all(axis=1)
        is_same &= unit[i] != unit[j]
        left.append(i[is_same])
        right.append(j[is_same])
    i, j = _joined(left), _joined(right)
    is_matched[i] = is_matched[j] = True
    return Borders(np.column_stack([unit[i], unit[j]]).astype(np.int64), _length_km(start[i], end[i], is_planar)), is_matched


def _joined(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _hash_points(points: FloatArray) -> NDArray[np.uint64]:
    """Mix the bits of x and y into one number; equal points get equal numbers."""
    bits = np.ascontiguousarray(points).view(np.uint64)
    mixed = bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed = (mixed + bits[:, 1]) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(29))


def _side_by_side(segments: Segments, snap_km: float, is_planar: bool) -> tuple[Borders, NDArray[np.int64]]:
    """Borders of segments that run along each other, and the pairs of units whose segments cross."""
    levels = [share * snap_km for share in SNAP_LEVELS]
    overlaps: list[list[Borders]] = [[] for _ in levels]
    crossing = [np.empty((0, 2), np.int64)]
    for left, right in _candidates(segments, snap_km, is_planar):
        s, t = segments.take(left), segments.take(right)
        pairs = np.column_stack([s.unit_idx, t.unit_idx]).astype(np.int64)
        local = _local_km(s, t, is_planar)
        for level, found in zip(levels, overlaps, strict=True):
            length = _overlap_km(*local, level)
            found.append(Borders(pairs[length > 0], length[length > 0]))
        crossing.append(pairs[_do_cross(*local)])
    n = int(segments.unit_idx.max(initial=0)) + 1
    touching = [_long_enough(found, level, n) for level, found in zip(levels, overlaps, strict=True)]
    return _longest_by_pair(touching, n), np.vstack(crossing)


def _candidates(segments: Segments, snap_km: float, is_planar: bool) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of segments of different units whose boxes come within the snap distance, each pair once."""
    start, end = segments.start, segments.end
    if not is_planar:  # a segment across the antimeridian is short, not the way round the world
        end = np.column_stack([start[:, 0] + _wrapped(end[:, 0] - start[:, 0]), end[:, 1]])
    low, high = np.minimum(start, end), np.maximum(start, end)
    tree = shapely.STRtree(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
    margin = np.full_like(low, snap_km)
    if not is_planar:
        farthest = np.minimum(np.abs(np.column_stack([low, high])[:, 1::2]).max(axis=1, initial=0) + snap_km / KM_PER_DEGREE, 89.9)
        margin = np.column_stack([snap_km / KM_PER_DEGREE / np.cos(np.radians(farthest)), margin[:, 1] / KM_PER_DEGREE])
    low, high = low - margin, high + margin
    who, shift = np.arange(len(low)), np.zeros(len(low))
    if not is_planar:
        west, east = np.flatnonzero(low[:, 0] <= -180), np.flatnonzero(high[:, 0] >= 180)
        who = np.concatenate([who, west, east])
        shift = np.concatenate([shift, np.full(len(west), 360.0), np.full(len(east), -360.0)])
    found = []
    for first in range(0, len(who), _CHUNK):
        i = who[first : first + _CHUNK]
        dx = shift[first : first + _CHUNK]
        left, right = tree.query(shapely.box(low[i, 0] + dx, low[i, 1], high[i, 0] + dx, high[i, 1]))
        left = i[left]
        keep = (left < right) & (segments.unit_idx[left] != segments.unit_idx[right])
        found.append((left[keep], right[keep].astype(np.int64)))
    if len(who) > len(low) and found:  # a pair may be seen from both sides of the antimeridian
        both = np.unique(np.column_stack([_joined([f[0] for f in found]), _joined([f[1] for f in found])]), axis=0)
        found = [(both[:, 0], both[:, 1])]
    return found


def _wrapped(delta_lon: FloatArray) -> FloatArray:
    return (delta_lon + 180.0) % 360.0 - 180.0


def _local_km(s: Segments, t: Segments, is_planar: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Around the start of ``s``, in km: the vector of ``s``, and start and end of ``t``, shape (m, 2) each."""
    along, first, last = s.end - s.start, t.start - s.start, t.end - s.start
    if not is_planar:
        scale = np.column_stack([np.cos(np.radians((s.start[:, 1] + s.end[:, 1]) / 2)), np.ones(len(along))]) * KM_PER_DEGREE
        for vector in (along, first, last):
            vector[:, 0] = _wrapped(vector[:, 0])
            vector *= scale
    return along, first, last


def _overlap_km(along: FloatArray, first: FloatArray, last: FloatArray, tolerance_km: float) -> FloatArray:
    """Length of ``along`` beside which the other segment runs within the tolerance, at an angle of 30° or less."""
    length = np.hypot(along[:, 0], along[:, 1])
    direction = along / length[:, None]
    p0, p1 = (first * direction).sum(axis=1), (last * direction).sum(axis=1)
    q0, q1 = _cross(direction, first), _cross(direction, last)
    slope = q1 - q0
    with np.errstate(divide="ignore", invalid="ignore"):
        enter, leave = (-tolerance_km - q0) / slope, (tolerance_km - q0) / slope
    is_level = np.abs(slope) < 1e-15 * (1 + np.abs(q0))
    enter, leave = np.where(is_level, 0.0, np.minimum(enter, leave)), np.where(is_level, 1.0, np.maximum(enter, leave))
    enter, leave = np.clip(enter, 0, 1), np.clip(leave, 0, 1)
    from_, to = p0 + enter * (p1 - p0), p0 + leave * (p1 - p0)
    common = np.minimum(np.maximum(from_, to), length) - np.maximum(np.minimum(from_, to), 0.0)
    is_beside = (np.abs(slope) <= np.tan(np.radians(30)) * np.abs(p1 - p0)) & ~(is_level & (np.abs(q0) > tolerance_km))
    return np.where(is_beside, np.maximum(common, 0.0), 0.0)


def _do_cross(along: FloatArray, first: FloatArray, last: FloatArray) -> NDArray[np.bool_]:
    """Whether two segments cross, or an end of one lies on the other: areas that cover one another may meet in such places only."""
    across = last - first
    of_t = _side(along, first) * _side(along, last)
    of_s = _side(across, -first) * _side(across, along - first)
    return (of_t <= 0) & (of_s <= 0) & ((of_t < 0) | (of_s < 0))


def _side(along: FloatArray, point: FloatArray) -> NDArray[np.float64]:
    """On which side of a line through the origin a point lies: 1, −1, or 0 for what is on it but for rounding."""
    cross = _cross(along, point)
    noise = 1e-9 * np.hypot(along[:, 0], along[:, 1]) * np.hypot(along[:, 0], along[:, 1])
    return np.where(np.abs(cross) <= noise, 0.0, np.sign(cross))


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _long_enough(found: list[Borders], tolerance_km: float, n_units: int) -> Borders:
    pairs, length = _sum_by_pair(found, n_units)
    keep = length >= MIN_BORDER_IN_GAPS * tolerance_km
    return Borders(pairs[keep], length[keep])


def _overlaps(
    shapes: NDArray[np.object_], crossing: NDArray[np.int64], known: NDArray[np.int64], snap_km: float, is_planar: bool
) -> Borders:
    """Units that cover part of each other; their border is taken as half the outline of the common part."""
    n = len(shapes)
    width = shapely.bounds(shapes)[:, 2] - shapely.bounds(shapes)[:, 0]
    is_drawable = np.isfinite(width) & (is_planar | (width < 180))
    idx = np.flatnonzero(is_drawable)
    inner, outer = shapely.STRtree(shapes[idx]).query(shapely.point_on_surface(shapes[idx]), predicate="within")
    pairs = np.vstack([crossing, np.column_stack([idx[inner], idx[outer]])])
    pairs = pairs[is_drawable[pairs].all(axis=1) & (pairs[:, 0] != pairs[:, 1])]
    keys = np.setdiff1d(_keys(pairs, n), known)
    pairs = np.column_stack([keys // max(n, 1), keys % max(n, 1)])
    common = shapely.intersection(*(shapely.make_valid(shapes[pairs[:, side]]) for side in (0, 1)))
    middle = np.zeros(len(pairs)) if is_planar else np.nan_to_num(shapely.bounds(common)[:, 1::2].mean(axis=1))
    km = 1.0 if is_planar else KM_PER_DEGREE * np.sqrt(np.cos(np.radians(middle)))
    is_more = shapely.area(common) * km**2 > (MIN_BORDER_IN_GAPS * snap_km) ** 2
    return Borders(pairs[is_more], (shapely.length(common) * km / 2)[is_more])


def _keys(pairs: NDArray[np.int64], n_units: int) -> NDArray[np.int64]:
    return pairs.min(axis=1, initial=n_units) * n_units + pairs.max(axis=1, initial=0)


def _sum_by_pair(found: list[Borders], n_units: int) -> tuple[NDArray[np.int64], FloatArray]:
    pairs = np.vstack([b.pairs for b in found]) if found else np.empty((0, 2), np.int64)
    length = np.concatenate([b.length_km for b in found]) if found else np.empty(0)
    key, group = np.unique(_keys(pairs, n_units), return_inverse=True)
    n = max(n_units, 1)
    total: FloatArray = np.bincount(group, weights=length, minlength=len(key)).astype(np.float64)
    return np.column_stack([key // n, key % n]), total


def _longest_by_pair(found: list[Borders], n_units: int) -> Borders:
    keys = np.concatenate([_keys(b.pairs, n_units) for b in found])
    length = np.concatenate([b.length_km for b in found])
    key, group = np.unique(keys, return_inverse=True)
    longest = np.zeros(len(key))
    np.maximum.at(longest, group, length)
    n = max(n_units, 1)
    return Borders(np.column_stack([key // n, key % n]), longest)


def _length_km(start: FloatArray, end: FloatArray, is_planar: bool) -> FloatArray:
    return np.hypot(*(end - start).T) if is_planar else great_circle_km(start, end)
