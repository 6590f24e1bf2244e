"""Colours of territories: calm, different for neighbours, and different for colour-blind people too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import Adjacency, FloatArray

Theme = Literal["light", "dark"]

PALETTES: dict[Theme, tuple[str, ...]] = {
    "light": (
        "#93801b", "#8eddfe", "#efcc73", "#8097e3", "#a6baa5", "#a594a8",
        "#c4d8bd", "#b96174", "#78bde6", "#6e7ac1", "#c68969", "#d0b056",
    ),
    "dark": (
        "#6d5d03", "#74b5d0", "#c3a75e", "#6174b1", "#839483", "#7f7182",
        "#a0b19a", "#8b4454", "#5e96b8", "#4f5892", "#9a684e", "#a68c42",
    ),
}  # fmt: skip
"""Twelve colours each; the same position has the same hue in both. Found by annealing for the largest distance of any two."""

PLAINLY_DIFFERENT = 0.15
"""Two colours at this distance look different as pale tints on a map, too."""

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB: protanopia, deuteranopia, tritanopia.
COLOUR_BLINDNESS = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
_LINEAR_TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_CONES_TO_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def territory_colours(adjacency: Adjacency | None, n_territories: int, *, theme: Theme = "light") -> list[str]:
    """Choose a colour for every territory.

    Parameters
    ----------
    adjacency
        Of the territories, from :func:`bailiwick.geography.neighbours.territory_adjacency`; None if unknown.
    n_territories
        K.
    theme
        For a light or a dark ground.

    Returns
    -------
    list of str
        ``#rrggbb``, length K. Up to twelve territories all differ; beyond that neighbours do. Only a
        territory with neighbours in all twelve colours, which a map in the plane does not force, shares that of the neighbour
        with the most distant colours.

    Notes
    -----
    DSATUR: the territory that sees most colours comes first, then the one with most neighbours, then the lowest index. It gets
    a colour used least so far among those that are plainly different from its neighbours' (a distance of 0.15), of these
    the most distant one; where no colour is plainly different, the most distant of all. Distances are Euclidean in
    OKLab, the least over normal sight, protanopia, deuteranopia and tritanopia. Any two colours of the palettes are at least
    0.088 (light) and 0.075 (dark) apart; about 0.02 is just noticeable.

    References
    ----------
    Brélaz, D. (1979): New methods to color the vertices of a graph. Communications of the ACM 22, 251–256.
    Machado, G. M., Oliveira, M. M., Fernandes, L. A. F. (2009): A physiologically-based model for simulation of color
    vision deficiency. IEEE Transactions on Visualization and Computer Graphics 15, 1291–1298.
    Ottosson, B. (2020): A perceptual color space for image processing (OKLab).

    Examples
    --------
    >>> row = Adjacency.from_pairs(3, np.array([[0, 1], [1, 2]]))
    >>> colours = territory_colours(row, 3)
    >>> len(set(colours))
    3
    """
    palette = PALETTES[theme]
    graph = adjacency if adjacency is not None else Adjacency.from_pairs(n_territories, np.empty((0, 2), np.int64))
    chosen = _colour_graph(graph, n_territories, colour_distances(PALETTES["light"]))
    return [palette[i] for i in chosen]


def _colour_graph(graph: Adjacency, n: int, distance: FloatArray) -> NDArray[np.int64]:
    n_colours = len(distance)
    chosen = np.full(n, -1)
    sees = np.zeros((n, n_colours), bool)
    used = np.zeros(n_colours, np.int64)
    degree = np.diff(graph.indptr).astype(np.int64)
    urgency = degree.astype(np.float64)
    slack = 0 if n <= n_colours else 1
    for _ in range(n):
        i = int(np.argmax(urgency))
        free = ~sees[i] if not sees[i].all() else np.ones(n_colours, bool)
        if n <= n_colours:
            free &= used == 0
        to_neighbours = distance[:, sees[i]].min(axis=1, initial=np.inf)
        plain = free & (to_neighbours >= PLAINLY_DIFFERENT)
        if plain.any():
            free = plain & (used <= used[plain].min() + slack)
        chosen[i] = int(np.argmax(np.where(free, to_neighbours, -1.0)))
        used[chosen[i]] += 1
        urgency[i] = -1.0
        around = graph.neighbours(i)
        is_news = ~sees[around, chosen[i]] & (chosen[around] < 0)
        urgency[around[is_news]] += n  # one colour more counts more than any number of neighbours
        sees[around, chosen[i]] = True
    return chosen


def colour_distances(colours: Sequence[str]) -> FloatArray:
    """Distance of every two colours for the eye that sees least of it, shape (c, c), in OKLab.

    Examples
    --------
    Red and green are far apart for most people, but not for all:

    >>> bool(colour_distances(["#c04040", "#808030"])[0, 1] < 0.08)
    True
    """
    linear = _linear(colours)
    sights = [np.eye(3), *(np.array(matrix) for matrix in COLOUR_BLINDNESS.values())]
    seen = np.stack([_oklab(np.clip(linear @ sight.T, 0.0, 1.0)) for sight in sights])
    apart: FloatArray = np.sqrt(((seen[:, :, None] - seen[:, None]) ** 2).sum(axis=-1)).min(axis=0)
    return apart


def _linear(colours: Sequence[str]) -> FloatArray:
    value = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])
    linear: FloatArray = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return linear


def _oklab(linear: FloatArray) -> FloatArray:
    return np.cbrt(linear @ np.array(_LINEAR_TO_CONES).T) @ np.array(_CONES_TO_OKLAB).T
