"""A plan at the size of a stamp: its units as dots in the colours of their territories, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bailiwick.domain import FloatArray, IntArray
from bailiwick.pictures.projection import fit_projection
from bailiwick.pictures.thin import choose_drawn

MOST_DOTS = 1_200
UNASSIGNED_COLOUR = "#a5a29a"
_TENTHS, _MARGIN = 10, 70
_THINNEST, _THICKEST = 22, 120
_OVERLAP = 1.25


def thumbnail(
    coordinates: FloatArray,
    territory_idx: IntArray,
    colours: Sequence[str],
    *,
    is_planar: bool = False,
    width: int = 320,
    height: int = 180,
) -> str:
    """Draw where the territories are, without names, ground or borders.

    Parameters
    ----------
    coordinates
        Degrees, or planar km, shape (n, 2).
    territory_idx
        Territory of each unit, −1 for none, shape (n,).
    colours
        One per territory, as ``#rrggbb``.
    is_planar
        Whether the coordinates are planar.
    width, height
        Pixels.

    Returns
    -------
    str
        An SVG picture without a ground of its own, at most some 15 kB. Of many units those are drawn that stand for their surroundings.
        The same input gives the same text.
    """
    size = f'width="{width}" height="{height}" viewBox="0 0 {width * _TENTHS} {height * _TENTHS}"'
    layers = _layers(coordinates, territory_idx, colours, is_planar, width, height) if len(coordinates) else []
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} fill="none" stroke-linecap="round">\n' + "\n".join(layers) + "\n</svg>\n"


def _layers(
    coordinates: FloatArray, territory_idx: IntArray, colours: Sequence[str], is_planar: bool, width: int, height: int
) -> list[str]:
    points = fit_projection(coordinates, is_planar=is_planar).forward(coordinates)
    drawn, _ = choose_drawn(points, territory_idx, np.ones(len(points)), limit=max(MOST_DOTS, len(colours) + 1))
    places, owners = _fitted(points[drawn], width, height), territory_idx[drawn]
    style = f'stroke-width="{_diameter(places)}"'
    every = [*colours, UNASSIGNED_COLOUR]
    # None first: what has a territory is drawn over it.
    return [
        f'<path d="{"".join(f"M{x} {y}h0" for x, y in places[owners == t].tolist())}" stroke="{every[t]}" {style}/>'
        for t in range(-1, len(colours))
        if (owners == t).any()
    ]


def _fitted(points: FloatArray, width: int, height: int) -> NDArray[np.int64]:
    """In tenths of pixels, y down, in the middle of the picture."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.array([width, height]) * _TENTHS
    scale = float(((room - 2 * _MARGIN) / np.maximum(high - low, 1e-9)).min())
    offset = (points - (low + high) / 2) * min(scale, 1e9) * np.array([1.0, -1.0])
    return np.rint(offset + room / 2).astype(np.int64)


def _diameter(places: NDArray[np.int64]) -> int:
    """So thick that neighbours touch."""
    if len(places) < 2:
        return _THICKEST
    apart, _ = cKDTree(places).query(places, k=2)
    return int(np.clip(_OVERLAP * np.quantile(apart[:, 1], 0.75), _THINNEST, _THICKEST))
