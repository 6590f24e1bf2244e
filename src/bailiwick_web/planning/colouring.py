"""A colour for a new territory: unlike its neighbours', and not one that many have."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import IntArray
from bailiwick.pictures.palette import PALETTES, PLAINLY_DIFFERENT, colour_distances
from bailiwick_web.planning.convert import ScenarioArrays


def free_colour(arrays: ScenarioArrays, territory_idx: IntArray, j: int, extra: tuple[str, ...] = ()) -> str:
    """A colour of the palette for territory ``j``.

    Parameters
    ----------
    territory_idx
        Who has what once the new territory is there, shape (n,).
    extra
        Colours of new territories, numbered from K on.
    """
    palette = PALETTES["light"]
    colours = [*(t.colour for t in arrays.territories), *extra]
    pairs = territory_idx[arrays.units.adjacency.pairs]
    around = np.unique(pairs[(pairs == j).any(axis=1) & (pairs >= 0).all(axis=1)])
    near = [colours[i] for i in around.tolist() if i != j and i < len(colours)]
    distance = colour_distances([*palette, *near])[: len(palette), len(palette) :].min(axis=1, initial=np.inf)
    used = np.array([colours.count(colour) for colour in palette])
    plain = distance >= PLAINLY_DIFFERENT
    if plain.any():
        return palette[int(np.lexsort((-np.minimum(distance, 9), np.where(plain, used, np.iinfo(np.int64).max)))[0])]
    return palette[int(np.argmax(distance))]
