"""Lines on the sphere as lines in degrees."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.geography.geodesy import EARTH_RADIUS_KM, to_lonlat, to_vectors

MAX_STEP_DEGREES = 1.0
MAX_TURN_DEGREES = 6.0
_MAX_HALVINGS = 12


def arcs_in_degrees(start: FloatArray, end: FloatArray) -> NDArray[np.object_]:
    """Draw great-circle arcs as straight pieces in longitude and latitude.

    Parameters
    ----------
    start, end
        Unit vectors, shape (m, 3).

    Returns
    -------
    NDArray
        Shapely lines of two points each, no longer than one degree and spanning no more than six degrees of longitude
        (which matters near the poles), cut where they cross the antimeridian.

    Examples
    --------
    >>> arcs_in_degrees(np.array([[-1.0, 0.005, 0.0]]), np.array([[-1.0, -0.005, 0.0]])).tolist()
    [<LINESTRING (179.714 0, 180 0)>, <LINESTRING (-180 0, -179.714 0)>]
    """
    start, end = _halved(*_divided(start, end))
    a, b = to_lonlat(start), to_lonlat(end)
    is_across = np.abs(a[:, 0] - b[:, 0]) > 180
    plain = np.stack([a[~is_across], b[~is_across]], axis=1)
    return shapely.linestrings(np.concatenate([plain, _cut(start[is_across], end[is_across])]))


def _divided(start: FloatArray, end: FloatArray) -> tuple[FloatArray, FloatArray]:
    angle = np.degrees(2 * np.arcsin(np.minimum(np.linalg.norm(end - start, axis=1) / 2, 1)))
    n_steps = np.maximum(np.ceil(angle / MAX_STEP_DEGREES), 1).astype(np.int64)
    line = np.repeat(np.arange(len(start)), n_steps)
    step = np.arange(len(line)) - np.repeat(np.cumsum(n_steps) - n_steps, n_steps)
    ends = [_between(start[line], end[line], np.radians(angle[line]), (step + k) / n_steps[line]) for k in (0, 1)]
    return ends[0], ends[1]


def _halved(start: FloatArray, end: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Halve what turns far around a pole; what passes right over it is left after some rounds."""
    done: list[tuple[FloatArray, FloatArray]] = []
    for _ in range(_MAX_HALVINGS):
        turn = np.abs((to_lonlat(end)[:, 0] - to_lonlat(start)[:, 0] + 180) % 360 - 180)
        is_far = turn > MAX_TURN_DEGREES
        if not is_far.any():
            break
        done.append((start[~is_far], end[~is_far]))
        start, end = start[is_far], end[is_far]
        middle = start + end
        middle /= np.linalg.norm(middle, axis=1)[:, None]
        start, end = np.vstack([start, middle]), np.vstack([middle, end])
    return np.vstack([s for s, _ in done] + [start]), np.vstack([e for _, e in done] + [end])


def _between(start: FloatArray, end: FloatArray, angle: FloatArray, share: FloatArray) -> FloatArray:
    sine = np.sin(angle)
    is_short = sine < 1e-9
    safe = np.where(is_short, 1.0, sine)
    first = np.where(is_short, 1 - share, np.sin((1 - share) * angle) / safe)
    last = np.where(is_short, share, np.sin(share * angle) / safe)
    # the ends themselves stay as they are to the last bit, so that lines that meet still meet
    first, last = np.where(share == 1, 0.0, first), np.where(share == 0, 0.0, last)
    first, last = np.where(share == 0, 1.0, first), np.where(share == 1, 1.0, last)
    point: FloatArray = first[:, None] * start + last[:, None] * end
    return point


def _cut(start: FloatArray, end: FloatArray) -> FloatArray:
    """Two pieces for each short arc across the antimeridian."""
    share = (start[:, 1] / (start[:, 1] - end[:, 1]))[:, None]
    latitude = to_lonlat(start + share * (end - start))[:, 1]
    pieces = []
    for vector in (start, end):
        at = to_lonlat(vector)
        pieces.append(np.stack([at, np.column_stack([np.copysign(180.0, at[:, 0]), latitude])], axis=1))
    return np.concatenate([pieces[0], pieces[1][:, ::-1]])


def rings_in_degrees(geometry: shapely.Geometry, centre: FloatArray) -> NDArray[np.object_]:
    """Draw the rings of a polygon in the equal-area map around ``centre`` as lines in degrees."""
    points, ring = shapely.get_coordinates(shapely.get_parts(shapely.boundary(geometry)), return_index=True)
    vectors = to_vectors(lift_from_map(points, centre)) / EARTH_RADIUS_KM
    is_joined = ring[1:] == ring[:-1]
    return arcs_in_degrees(vectors[:-1][is_joined], vectors[1:][is_joined])


def lift_from_map(xy: FloatArray, centre: FloatArray) -> FloatArray:
    """Degrees of points of the equal-area map of :func:`bailiwick.geography.geodesy.project_around`.

    Examples
    --------
    >>> from bailiwick.geography.geodesy import project_around
    >>> centre = np.array([170.0, 60.0])
    >>> lift_from_map(project_around(np.array([[-150.0, 75.0]]), centre), centre).round(9).tolist()
    [[-150.0, 75.0]]
    """
    lon0, lat0 = np.radians(centre)
    radius = np.hypot(xy[:, 0], xy[:, 1]) / EARTH_RADIUS_KM
    angle = 2 * np.arcsin(np.minimum(radius / 2, 1.0))
    with np.errstate(invalid="ignore"):
        direction = np.where(radius[:, None] > 0, xy / (radius[:, None] * EARTH_RADIUS_KM), 0.0)
    up = np.array([np.cos(lat0) * np.cos(lon0), np.cos(lat0) * np.sin(lon0), np.sin(lat0)])
    east = np.array([-np.sin(lon0), np.cos(lon0), 0.0])
    north = np.cross(up, east)
    sine = np.sin(angle)[:, None]
    return to_lonlat(np.cos(angle)[:, None] * up + sine * (direction[:, :1] * east + direction[:, 1:] * north))
