"""Accounts over the areas of a plan: where the map draws points, each in the colour of the area that it lies in."""

from __future__ import annotations

import gzip
import hashlib

import numpy as np
import shapely

from bailiwick.domain import FloatArray
from bailiwick.pictures.projection import fit_projection
from bailiwick_web.planning.columns import write_columns
from bailiwick_web.territories.convert import unit_arrays
from bailiwick_web.territories.models import Unit, UnitSet, UnitSetFile

FORMAT = "accounts1"


def account_set(areas: UnitSet) -> UnitSet | None:
    """The latest unit set of points that can lie over a unit set of areas; None if there is none, or these are no areas."""
    if not Unit.objects.filter(unit_set=areas, area__isnull=False).exists():
        return None
    others = UnitSet.objects.filter(is_planar=areas.is_planar, n_units__gt=0).exclude(pk=areas.pk).order_by("-pk")
    return next((found for found in others if not Unit.objects.filter(unit_set=found, area__isnull=False).exists()), None)


def accounts(areas: UnitSet, points: UnitSet) -> bytes:
    """Columns ``x_km``, ``y_km`` and ``unit`` (index of the area) of the accounts that lie in an area, gzipped; kept in the database."""
    key = hashlib.sha256(f"{areas.digest} {points.digest}".encode()).hexdigest()
    kept = UnitSetFile.objects.filter(unit_set=areas, kind=FORMAT)
    file = kept.filter(digest=key).first()
    if file is None:
        content = gzip.compress(_file(areas, points), compresslevel=3, mtime=0)
        file, _ = kept.get_or_create(digest=key, defaults={"unit_set": areas, "kind": FORMAT, "content": content})
        kept.exclude(digest=key).delete()
    return bytes(file.content)


def _file(areas: UnitSet, points: UnitSet) -> bytes:
    table = unit_arrays(areas).table
    at = _places(points)
    tree = shapely.STRtree(table.shapes)
    which, unit = tree.query(shapely.points(at), predicate="intersects")
    first = np.unique(which, return_index=True)[1]  # a point on a border belongs to one area
    xy = fit_projection(table.coordinates, is_planar=table.is_planar).forward(at[which[first]])
    header = {"format": FORMAT, "name": points.name, "n": len(first), "n_outside": len(at) - len(first)}
    return write_columns(header, {"x_km": ("f4", xy[:, 0]), "y_km": ("f4", xy[:, 1]), "unit": ("u4", unit[first])})


def _places(points: UnitSet) -> FloatArray:
    rows = Unit.objects.filter(unit_set=points).order_by("idx").values_list("lon", "lat")
    return np.fromiter((value for row in rows.iterator(chunk_size=20_000) for value in row), dtype=np.float64).reshape(-1, 2)
