"""Better places for free centres: close one, open another within a territory, let all settle, keep what is cheaper."""

from __future__ import annotations

import numpy as np

from bailiwick.design.construct.build import Diagram, valued
from bailiwick.design.construct.centres import locate
from bailiwick.design.construct.transport import LADDER, Transport
from bailiwick.design.progress import Watch
from bailiwick.domain import FloatArray, IntArray

SETTLING_ROUNDS = 6
NEAR = 8  # territories around a closing centre where another may open: farther ones would shift the load of all between
WORTH_PRICES = 1.004
"""How much dearer a try may be than the best diagram, both at rough prices, to be balanced exactly."""


def relocate(transport: Transport, diagram: Diagram, is_free: np.ndarray, *, tries: int, rng: np.random.Generator, watch: Watch) -> Diagram:
    """The best diagram after some tries.

    Parameters
    ----------
    is_free
        Mask of the centres that may move, shape (K,).
    tries
        How often a free centre is closed.
    rng
        Draws the centre that closes, and the territory near it and its unit where it opens.
    watch
        Asked after each try.

    References
    ----------
    Teitz, M. B., Bart, P. (1968). Heuristic methods for estimating the generalized vertex median of a weighted graph.
        Operations Research 16(5).
    """
    free, k = np.flatnonzero(is_free), len(is_free)
    label = transport.assign(diagram.centres, diagram.prices)[0]
    rough = _rough_value(transport, diagram)
    for _ in range(tries if k > 1 else 0):
        closing = int(rng.choice(free))
        opening = int(rng.choice(_near(diagram.centres, closing)))
        units = np.flatnonzero(label == opening)
        if not len(units):
            continue
        begun, prices = diagram.centres.copy(), diagram.prices.copy()
        begun[closing], prices[closing] = transport.points[rng.choice(units)], prices[opening]
        centres, prices = locate(transport, begun, is_free, rounds=SETTLING_ROUNDS, should_stop=lambda: False, start=prices)
        tried = valued(transport, centres, prices)
        if tried.value < WORTH_PRICES * rough:
            found = valued(transport, centres, transport.balance(centres, ladder=LADDER[1:], start=prices))
            if found.value < diagram.value:
                diagram, rough = found, tried.value
                label = transport.assign(diagram.centres, diagram.prices)[0]
        if watch.report("construct", 0.0):
            break
    return diagram


def _rough_value(transport: Transport, diagram: Diagram) -> float:
    """Value of a diagram at the prices that tries are judged at first."""
    return valued(transport, diagram.centres, transport.balance(diagram.centres, ladder=(0.06,), start=diagram.prices, accuracy=0.05)).value


def _near(centres: FloatArray, j: int) -> IntArray:
    """The centres nearest to the ``j``-th, without itself."""
    away = ((centres - centres[j]) ** 2).sum(axis=1)
    away[j] = np.inf
    return np.argsort(away, kind="stable")[: min(NEAR, len(centres) - 1)].astype(np.int32)
