"""From any coordinate reference system to longitude and latitude, or to planar kilometres."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import Notice
from bailiwick.domain.said import say
from bailiwick.errors import InputError

_SAME_AS_WGS84 = {"EPSG:4326", "EPSG:4979", "OGC:CRS84", "OGC:CRS84h", "EPSG:4269"}


def to_lon_lat(
    geometry: NDArray[np.object_], crs: Any, *, source: str, is_planar: bool = False
) -> tuple[NDArray[np.object_], tuple[Notice, ...]]:
    """Bring geometries to WGS 84, longitude first; with ``is_planar`` to kilometres, straight from a projected system.

    Parameters
    ----------
    geometry
        Shapely geometries or None, shape (n,).
    crs
        Anything that pyproj understands, or None if unknown: then degrees are assumed if the numbers allow it.

    Raises
    ------
    InputError
        If the system is unknown and the numbers are no degrees, or it cannot be understood.
    """
    geometry = shapely.force_2d(geometry)
    name = str(crs) if crs is not None else None
    if is_planar:
        return _to_km(geometry, crs, source)
    if name is None:
        return geometry, _check_degrees(geometry, source)
    if name.upper() in _SAME_AS_WGS84:
        return geometry, ()
    known = _parse_crs(crs, source)
    authority = ":".join(known.to_authority() or ())
    if authority in _SAME_AS_WGS84:
        return geometry, ()
    from pyproj import Transformer

    transformer = Transformer.from_crs(known, "EPSG:4326", always_xy=True)
    moved = shapely.transform(geometry, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])))
    lost = np.array([g is not None and not np.isfinite(shapely.bounds(g)).all() and not shapely.is_empty(g) for g in moved], bool)
    moved[lost] = None
    told = [Notice("reprojected", f"the map of {source} was brought from {known.name} to longitude and latitude")]
    if lost.any():
        told.append(
            Notice("not_reprojected", f"{int(lost.sum())} shapes lie outside the area of {known.name} and were dropped", int(lost.sum()))
        )
    return moved, tuple(told)


def _to_km(geometry: NDArray[np.object_], crs: Any, source: str) -> tuple[NDArray[np.object_], tuple[Notice, ...]]:
    if crs is None:
        return geometry, ()
    known = _parse_crs(crs, source)
    if not known.is_projected:
        return geometry, ()
    km = known.axis_info[0].unit_conversion_factor / 1000.0
    told = Notice("scaled", f"the map of {source} is in {known.axis_info[0].unit_name}; its coordinates were brought to km")
    return shapely.transform(geometry, lambda xy: xy * km), (told,)


def _parse_crs(crs: Any, source: str) -> Any:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(crs)
    except CRSError:
        raise InputError(
            say(
                "the coordinate system of %(source)s is not understood (%(crs)s); save it in WGS 84 (EPSG:4326)",
                source=source,
                crs=str(crs)[:80],
            ),
            code="crs",
            field=source,
        ) from None


def _check_degrees(geometry: NDArray[np.object_], source: str) -> tuple[Notice, ...]:
    bounds = shapely.total_bounds(geometry)
    if not np.isfinite(bounds).all():
        return ()
    if np.abs(bounds[[0, 2]]).max() > 360 or np.abs(bounds[[1, 3]]).max() > 90:
        raise InputError(
            say(
                "%(source)s does not say its coordinate system, and its numbers (%(low)s to %(high)s) are no degrees; "
                "add the .prj file, or save it in WGS 84 (EPSG:4326), or use --planar for coordinates in km",
                source=source,
                low=f"{bounds[0]:.0f}",
                high=f"{bounds[2]:.0f}",
            ),
            code="crs",
            field=source,
        )
    return ()
