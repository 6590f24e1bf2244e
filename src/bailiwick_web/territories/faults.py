"""What is wrong with the areas of units: two that lie over one another, and small gaps that belong to none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick_web.territories.convert import UnitArrays

LEAST_SHARE = 1e-3
"""Two areas lie over one another from this share of the smaller one."""
GAP_SHARE = 0.25
"""A hole is a gap up to this share of a middling area; larger ones are lakes and enclaves that somebody meant."""

MOST_FOR_UNION = 5_000
"""Of more areas, where edges do not meet, only the surroundings of those edges are searched for gaps."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas, by their indices, the smaller first; ``share`` of the smaller lies in both."""

    small: int
    large: int
    share: float

    @property
    def is_same(self) -> bool:
        """Whether it is the same area twice."""
        return self.share > 1 - LEAST_SHARE


@dataclass(frozen=True, eq=False)
class Gap:
    """A small hole between areas; ``beside`` are the areas around it, the one with the longest border first."""

    hole: shapely.Polygon
    beside: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Faults:
    """Of all areas of a unit set."""

    overlaps: tuple[Overlap, ...]
    gaps: tuple[Gap, ...]


@lru_cache(maxsize=4)
def faults_of(units: UnitArrays) -> Faults:
    """Look once per version of the units: 30,000 areas take a few seconds."""
    shapes = units.table.shapes
    if shapes is None:
        return Faults((), ())
    known = np.flatnonzero([shape is not None and not shape.is_empty for shape in shapes])
    if len(known) < 2:
        return Faults((), ())
    areas = np.array([shapes[i] if shapes[i].is_valid else shapely.make_valid(shapes[i]) for i in known], dtype=object)
    suspects = _suspects(areas)
    return Faults(tuple(_overlaps(areas, suspects, known)), tuple(_gaps(areas, suspects, known)))


def _suspects(areas: NDArray[np.object_]) -> NDArray[np.int64]:
    """Areas whose edges do not meet those of their neighbours, or leave a narrow gap to them; shape (s,)."""
    width = 0.5 * float(np.sqrt(np.median(shapely.area(areas))))
    polygonal = np.array([a if a.geom_type in {"Polygon", "MultiPolygon"} else shapely.Polygon() for a in areas], dtype=object)
    bad = shapely.coverage_invalid_edges(polygonal, gap_width=width)
    return np.flatnonzero([edge is not None and not edge.is_empty for edge in bad])


def _overlaps(areas: NDArray[np.object_], suspects: NDArray[np.int64], known: NDArray[np.int64]) -> list[Overlap]:
    first, second = shapely.STRtree(areas[suspects]).query(areas[suspects], predicate="intersects")
    pairs = [(int(a), int(b)) for a, b in zip(suspects[first], suspects[second], strict=True) if a < b]
    found = []
    for a, b in pairs:
        small, large = (a, b) if areas[a].area <= areas[b].area else (b, a)
        share = shapely.intersection(areas[a], areas[b]).area / max(areas[small].area, 1e-300)
        if share > LEAST_SHARE:
            found.append(Overlap(int(known[small]), int(known[large]), float(share)))
    return found


def _gaps(areas: NDArray[np.object_], suspects: NDArray[np.int64], known: NDArray[np.int64]) -> list[Gap]:
    """Holes in what the suspects and their neighbours cover together, that no area fills."""
    tree = shapely.STRtree(areas)
    near = np.unique(tree.query(areas[suspects], predicate="intersects")[1])
    most = GAP_SHARE * float(np.median(shapely.area(areas)))
    found: list[Gap] = []
    for hole in (*_holes(_covered(areas)), *_holes(shapely.union_all(areas[near]))):
        is_known = any(gap.hole.intersects(hole) for gap in found)
        if is_known or not 0 < hole.area <= most or len(tree.query(hole.representative_point(), predicate="within")):
            continue
        around = tree.query(hole, predicate="intersects")
        border = shapely.length(shapely.intersection(areas[around], hole.boundary))
        order = around[np.argsort(-border, kind="stable")]
        found.append(Gap(hole, tuple(int(known[i]) for i in order)))
    return found


def _covered(areas: NDArray[np.object_]) -> shapely.Geometry:
    """All areas together: fast where edges meet, else slowly, and of very many not at all."""
    try:
        return shapely.coverage_union_all(areas)
    except shapely.errors.GEOSException:
        return shapely.union_all(areas) if len(areas) <= MOST_FOR_UNION else shapely.Polygon()


def _holes(covered: shapely.Geometry) -> list[shapely.Polygon]:
    parts = [part for part in shapely.get_parts(covered) if part.geom_type == "Polygon"]
    return [shapely.Polygon(ring) for part in parts for ring in part.interiors]
