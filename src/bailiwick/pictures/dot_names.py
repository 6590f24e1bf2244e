"""Where the names of dots go, so that none stands over another or over a dot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

WIDTH, HEIGHT = 280.0, 340.0
"""Of the narrowest picture, in points: names that are apart there are apart in every wider one."""
_PAD_X, _PAD_Y, _LETTER, _LINE, _DOT = 30.0, 16.0, 5.6, 12.0, 5.0
_Box = tuple[float, float, float, float]


def name_sides(names: Sequence[str], x: Sequence[float | None], y: Sequence[float | None]) -> list[str]:
    """The side of each dot on which its name stands: right, left, above or below; empty where there is no room.

    Names are placed in the order of the rows, each on the first side that is free of other names and dots and lies within the picture.

    Parameters
    ----------
    names, x, y
        Name and place of each dot, of one length; a dot without a place has no name either.

    Examples
    --------
    >>> name_sides(["North", "South"], [0.0, 1.0], [0.5, 0.5]), name_sides(["North", "South"], [0.5, 0.5], [0.5, 0.5])
    (['right', 'left'], ['right', 'left'])
    """
    places = np.array([[np.nan if a is None else a, np.nan if b is None else b] for a, b in zip(x, y, strict=True)], np.float64)
    at = _points(places.reshape(-1, 2))
    dots = [(px - _DOT, py - _DOT, px + _DOT, py + _DOT) for px, py in at]
    taken: list[_Box] = []
    found = []
    for i, name in enumerate(names):
        side = ""
        if np.isfinite(at[i]).all():
            others = [dot for j, dot in enumerate(dots) if j != i and np.isfinite(at[j]).all() and not np.array_equal(at[i], at[j])]
            side, box = _free_side(name, (float(at[i][0]), float(at[i][1])), [*others, *taken])
            if side:
                taken.append(box)
        found.append(side)
    return found


def _points(places: np.ndarray) -> np.ndarray:
    """Places in points of the picture, shape (n, 2)."""
    size, pad = np.array([WIDTH, HEIGHT]), np.array([_PAD_X, _PAD_Y])
    is_known = np.isfinite(places).all(axis=1)
    if not is_known.any():
        return places
    low, high = places[is_known].min(axis=0), places[is_known].max(axis=0)
    share = np.where(high > low, (places - low) / np.where(high > low, high - low, 1.0), 0.5)
    return np.where(is_known[:, None], pad + share * (size - 2 * pad), np.nan)


def _free_side(name: str, at: tuple[float, float], taken: Sequence[_Box]) -> tuple[str, _Box]:
    px, py = at
    long, half = len(name) * _LETTER, _LINE / 2
    boxes: dict[str, _Box] = {
        "right": (px + 7, py - half, px + 7 + long, py + half),
        "left": (px - 7 - long, py - half, px - 7, py + half),
        "above": (px - long / 2, py + 5, px + long / 2, py + 5 + _LINE),
        "below": (px - long / 2, py - 6 - _LINE, px + long / 2, py - 6),
    }
    for side, box in boxes.items():
        if box[0] >= 0 and box[2] <= WIDTH and not any(_meet(box, other) for other in taken):
            return side, box
    return "", boxes["right"]


def _meet(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
