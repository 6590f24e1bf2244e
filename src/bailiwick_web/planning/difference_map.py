"""Small maps of what moves from the first scenario to each of the others: old colour as ring, new colour inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.domain import FloatArray, IntArray
from bailiwick.pictures.projection import fit_projection
from bailiwick_web.planning.comparing import SideBySide

WIDTH = 1000
MOST_GROUND, MOST_MOVED = 8_000, 4_000
NO_TERRITORY = "#9aa0a3"


@dataclass(frozen=True, slots=True)
class Dots:
    """Units that share both colours, as one path of dots."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DifferenceMap:
    """A map, ready to be drawn: everything in a square of ``WIDTH``, y down."""

    name: str
    n_moved: int
    height: int
    ground: str
    dots: tuple[Dots, ...]


def difference_maps(found: SideBySide) -> list[DifferenceMap]:
    """One map per scenario after the first; of very many units an even sample is drawn."""
    at, height = _positions(found)
    step = max(1, -(-len(at) // MOST_GROUND))
    ground = _path(at[::step])
    maps = []
    for side, arrays, differs in list(zip(found.sides, found.arrays, found.differs, strict=True))[1:]:
        moved = found.moved[differs[found.moved]][:MOST_MOVED]
        old = _colours(found.arrays[0].territory_idx[moved], [t.colour for t in found.arrays[0].territories])
        new = _colours(arrays.territory_idx[moved], [t.colour for t in arrays.territories])
        maps.append(DifferenceMap(side["name"], side["n_moved"], height, ground, _dots(at[moved], old, new)))
    return maps


def _positions(found: SideBySide) -> tuple[FloatArray, int]:
    table = found.arrays[0].units.table
    xy = fit_projection(table.coordinates, is_planar=table.is_planar).forward(table.coordinates)
    low, high = xy.min(axis=0), xy.max(axis=0)
    scale = (WIDTH - 40) / max(float((high - low).max()), 1e-9)
    at = 20 + (xy - low) * scale
    height = round(float((high - low)[1]) * scale) + 40
    at[:, 1] = height - at[:, 1]
    return at, height


def _colours(territory_idx: IntArray, colours: list[str]) -> list[str]:
    every = [*colours, NO_TERRITORY]
    return [every[j] for j in territory_idx.tolist()]


def _dots(at: FloatArray, old: list[str], new: list[str]) -> tuple[Dots, ...]:
    groups: dict[tuple[str, str], list[int]] = {}
    for i, pair in enumerate(zip(old, new, strict=True)):
        groups.setdefault(pair, []).append(i)
    return tuple(Dots(_path(at[members]), *pair) for pair, members in groups.items())


def _path(at: FloatArray) -> str:
    return "".join(f"M{x} {y}h0" for x, y in np.rint(at).astype(int).tolist())
