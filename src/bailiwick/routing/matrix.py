"""Minutes and kilometres of road from many places to many others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray
from bailiwick.routing.network import RoadNetwork
from bailiwick.routing.snapping import Split, snap, split_segments


@dataclass(frozen=True, eq=False)
class RoadMatrix:
    """Travel from n places to m places by the fastest way.

    Attributes
    ----------
    minutes, km
        Shape (n, m), float32.
    from_gap_km, to_gap_km
        Straight distance from each place to the road, shape (n,) and (m,); travelled at the off-road speed of the profile
        and part of ``minutes`` and ``km``.
    """

    minutes: NDArray[np.float32]
    km: NDArray[np.float32]
    from_gap_km: FloatArray
    to_gap_km: FloatArray


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """A contracted network in compressed rows.

    Attributes
    ----------
    indptr, ends
        Arcs from node u go to ``ends[indptr[u]:indptr[u + 1]]``.
    seconds, km
        Of each arc, float32.
    node_of_place
        Node of each snapped place, shape (n,).
    """

    indptr: NDArray[np.int64]
    ends: IntArray
    seconds: NDArray[np.float32]
    km: NDArray[np.float32]
    node_of_place: IntArray

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1


def road_matrix(network: RoadNetwork, places: FloatArray, to: FloatArray | None = None) -> RoadMatrix:
    """Fastest ways between places.

    Parameters
    ----------
    network
        The roads.
    places
        Longitude and latitude in degrees of the starts, shape (n, 2).
    to
        The same of the goals, shape (m, 2); the starts if None.

    Returns
    -------
    RoadMatrix
        Zero minutes only between places at the same position.

    Notes
    -----
    Exact on the network: Dijkstra's search from every start, over a graph in which only junctions and the places are left,
    ended when the last goal is settled. O(n · (A log N)) for A arcs and N nodes; the starts are shared among threads, and
    the result does not depend on their number.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische Mathematik 1.
    """
    from bailiwick.routing.kernels import many_to_many

    n = len(places)
    everywhere = places if to is None else np.vstack([places, to])
    snapped = snap(network, everywhere)
    graph = contract_network(split_segments(network, snapped))
    goals = slice(0, n) if to is None else slice(n, None)
    sources, source_of = np.unique(graph.node_of_place[:n], return_inverse=True)
    targets, target_of = np.unique(graph.node_of_place[goals], return_inverse=True)
    seconds, km = many_to_many(graph.indptr, graph.ends, graph.seconds, graph.km, sources, targets)
    minutes, km = (part[source_of[:, None], target_of[None, :]] for part in (seconds, km))
    minutes /= np.float32(60)
    from_gap, to_gap = snapped.gap_km[:n], snapped.gap_km[goals]
    position = np.unique(everywhere, axis=0, return_inverse=True)[1].ravel()
    for i in range(n):
        gap = np.where(position[goals] == position[i], 0.0, from_gap[i] + to_gap)
        minutes[i] += gap * (60 / network.profile.off_road_kmh)
        km[i] += gap
    return RoadMatrix(minutes, km, from_gap, to_gap)


def contract_network(split: Split) -> RoadGraph:
    """Leave out dead ends and nodes between two neighbours, except those where places are."""
    from bailiwick.routing.kernels import contract

    is_kept = np.zeros(split.n_nodes, bool)
    is_kept[split.node_of_place] = True
    start, end, seconds, km = contract(
        split.n_nodes, split.tail, split.head, split.km, split.seconds_along, split.seconds_against, is_kept
    )  # fmt: skip
    is_used = is_kept.copy()
    is_used[start] = is_used[end] = True
    number = (np.cumsum(is_used) - 1).astype(np.int32)
    return _compressed(int(is_used.sum()), number[start], number[end], seconds, km, number[split.node_of_place])


def _compressed(n: int, start: IntArray, end: IntArray, seconds: FloatArray, km: FloatArray, node_of_place: Any) -> RoadGraph:
    order = np.lexsort((seconds, end, start))
    # of several arcs between the same nodes the fastest is enough
    is_first = np.append(True, (start[order][1:] != start[order][:-1]) | (end[order][1:] != end[order][:-1]))[: len(order)]
    order = order[is_first]
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(start[order], minlength=n), out=indptr[1:])
    return RoadGraph(indptr, end[order], seconds[order].astype(np.float32), km[order].astype(np.float32), node_of_place)
