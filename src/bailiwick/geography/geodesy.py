"""The sphere: unit vectors, great-circle distances, equal-area maps.

Everything below the surface of the library works on points in km: three coordinates on the sphere of the mean Earth
radius, or two in the plane. The straight chord between two points on the sphere is a monotone function of the
great-circle distance, so that nearest is nearest in either, also across the antimeridian and at the poles.
"""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray, UnitTable

EARTH_RADIUS_KM = 6371.0088


def to_vectors(lonlat: FloatArray) -> FloatArray:
    """Points on the sphere in km, shape (n, 3), from degrees, shape (n, 2).

    Examples
    --------
    >>> to_vectors(np.array([[0.0, 90.0]])).round(3).tolist()
    [[0.0, 0.0, 6371.009]]
    """
    lon, lat = np.radians(np.asarray(lonlat, dtype=np.float64)).T
    return EARTH_RADIUS_KM * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def to_lonlat(vectors: FloatArray) -> FloatArray:
    """Degrees, shape (n, 2), of directions, shape (n, 3); the length does not matter.

    Examples
    --------
    >>> to_lonlat(np.array([[0.0, -2.0, 0.0]])).tolist()
    [[-90.0, 0.0]]
    """
    x, y, z = np.asarray(vectors, dtype=np.float64).T
    return np.degrees(np.column_stack([np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))]))


def chord_to_arc(chord_km: FloatArray) -> FloatArray:
    """Great-circle distance in km of a chord in km."""
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(np.asarray(chord_km) / (2 * EARTH_RADIUS_KM), 1.0))


def great_circle_km(a: FloatArray, b: FloatArray) -> FloatArray:
    """Great-circle distance in km between degrees ``a`` and ``b``, shape (..., 2), elementwise.

    Examples
    --------
    One degree of longitude on the equator, across the antimeridian:

    >>> float(great_circle_km(np.array([179.5, 0.0]), np.array([-179.5, 0.0])).round(2))
    111.2
    """
    lon_a, lat_a = np.moveaxis(np.radians(np.asarray(a, dtype=np.float64)), -1, 0)
    lon_b, lat_b = np.moveaxis(np.radians(np.asarray(b, dtype=np.float64)), -1, 0)
    h = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(h, 1.0)))


def points_km(units: UnitTable) -> FloatArray:
    """Points in km: shape (n, 2) if the units are planar, else (n, 3) on the sphere."""
    return np.array(units.coordinates) if units.is_planar else to_vectors(units.coordinates)


def coordinates_to_points(coordinates: FloatArray, *, is_planar: bool) -> FloatArray:
    """Like :func:`points_km`, for bare coordinates, shape (n, 2)."""
    return np.array(coordinates, dtype=np.float64) if is_planar else to_vectors(coordinates)


def points_to_coordinates(points: FloatArray, *, is_planar: bool) -> FloatArray:
    """The way back: coordinates, shape (n, 2), of points in km."""
    return np.array(points, dtype=np.float64) if is_planar else to_lonlat(points)


def distance_km(a: FloatArray, b: FloatArray) -> FloatArray:
    """Distance in km between points in km, elementwise: straight for 2 columns, along the great circle for 3."""
    chord = np.sqrt(((np.asarray(a) - np.asarray(b)) ** 2).sum(axis=-1))
    return chord if np.asarray(a).shape[-1] == 2 else chord_to_arc(chord)


def middle(lonlat: FloatArray) -> FloatArray:
    """Mean direction of the points in degrees, shape (2,); longitude 0, latitude 0 if they cancel out."""
    mean = to_vectors(lonlat).mean(axis=0)
    if np.linalg.norm(mean) < 1e-6 * EARTH_RADIUS_KM:
        return np.zeros(2)
    return to_lonlat(mean[None, :])[0]


def project_around(lonlat: FloatArray, centre: FloatArray) -> FloatArray:
    """Lambert azimuthal equal-area map in km around ``centre`` (degrees), shape (n, 2).

    Only the antipode of the centre cannot be drawn; callers keep to data within a hemisphere of it.
    """
    lon, lat = np.radians(np.asarray(lonlat, dtype=np.float64)).T
    lon0, lat0 = np.radians(centre)
    cos_c = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(lon - lon0)
    scale = np.sqrt(2.0 / np.maximum(1.0 + cos_c, 1e-9))
    x = scale * np.cos(lat) * np.sin(lon - lon0)
    y = scale * (np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(lon - lon0))
    return EARTH_RADIUS_KM * np.column_stack([x, y])
