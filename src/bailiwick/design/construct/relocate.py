"""Better places for free centres: close one, open another within a territory, let all settle, keep what is cheaper."""

from __future__ import annotations

import numpy as np

from bailiwick.design.construct.build import Diagram, valued
from bailiwick.design.construct.centres import locate
from bailiwick.design.construct.transport import LADDER, Transport
from bailiwick.design.progress import Watch

SETTLING_ROUNDS = 6


def relocate(transport: Transport, diagram: Diagram, is_free: np.ndarray, *, tries: int, rng: np.random.Generator, watch: Watch) -> Diagram:
    """The best diagram after some tries.

    Parameters
    ----------
    is_free
        Mask of the centres that may move, shape (K,).
    tries
        How often a free centre is closed.
    rng
        Draws the centre that closes, and the territory and its unit where it opens.
    watch
        Asked after each try.

    References
    ----------
    Teitz, M. B., Bart, P. (1968). Heuristic methods for estimating the generalized vertex median of a weighted graph.
        Operations Research 16(5).
    """
    free, k = np.flatnonzero(is_free), len(is_free)
    label = transport.assign(diagram.centres, diagram.prices)[0]
    for _ in range(tries if k > 1 else 0):
        closing, opening = rng.choice(free), rng.integers(k)
        units = np.flatnonzero(label == opening)
        if closing == opening or not len(units):
            continue
        centres = diagram.centres.copy()
        centres[closing] = transport.points[rng.choice(units)]
        centres, prices = locate(transport, centres, is_free, rounds=SETTLING_ROUNDS, should_stop=lambda: False)
        found = valued(transport, centres, transport.balance(centres, ladder=LADDER[1:], start=prices))
        if found.value < diagram.value:
            diagram = found
            label = transport.assign(diagram.centres, diagram.prices)[0]
        if watch.report("construct", 0.0):
            break
    return diagram
