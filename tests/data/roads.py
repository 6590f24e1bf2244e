"""Tiny road networks with answers that fit in the head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from bailiwick.domain.ways import WayTable
from bailiwick.geography.geodesy import EARTH_RADIUS_KM
from bailiwick.routing.network import RoadNetwork
from bailiwick.routing.snapping import snap, split_segments

KM = 180.0 / (np.pi * EARTH_RADIUS_KM)
"""Degrees of one km along the equator."""


ORIGIN = np.array([10.0, 0.1])
"""Where maps that are written to files lie; 0, 0 stands for unknown there."""


def ways(points: Sequence[tuple[float, float]], *lines: tuple[Sequence[int], dict[str, str]]) -> WayTable:
    """Ways through points given in km around longitude 0, latitude 0."""
    keys = {key for _, tags in lines for key in tags}
    indptr = np.cumsum([0, *(len(line) for line, _ in lines)])
    return WayTable(
        coordinates=np.array(points, dtype=float) * KM,
        indptr=indptr.astype(np.int32),
        points=np.concatenate([line for line, _ in lines]).astype(np.int32),
        tags={key: np.array([tags.get(key, "") for _, tags in lines], dtype=object) for key in keys},
    )


def osm_xml(points: Sequence[tuple[float, float]], *lines: tuple[Sequence[int], dict[str, str]]) -> str:
    """The same around ``ORIGIN`` as an ``.osm`` file."""
    rows = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6">']
    rows += [
        f'<node id="{i + 1}" lon="{ORIGIN[0] + x * KM:.7f}" lat="{ORIGIN[1] + y * KM:.7f}" version="1"/>' for i, (x, y) in enumerate(points)
    ]
    for i, (line, tags) in enumerate(lines):
        inner = "".join(f'<nd ref="{point + 1}"/>' for point in line) + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        rows.append(f'<way id="{i + 1}" version="1">{inner}</way>')
    return "\n".join([*rows, "</osm>"])


def by_scipy(network: RoadNetwork, places: np.ndarray) -> np.ndarray:
    """Minutes on the network without any contraction."""
    snapped = snap(network, places)
    split = split_segments(network, snapped)
    best: dict[tuple[int, int], float] = {}
    for start, end, seconds in (
        (split.tail, split.head, split.seconds_along),
        (split.head, split.tail, split.seconds_against),
    ):
        for u, v, time in zip(start.tolist(), end.tolist(), seconds.tolist(), strict=True):
            if np.isfinite(time):
                best[u, v] = min(time, best.get((u, v), np.inf))
    row, column = np.array(list(best)).T
    graph = csr_matrix((np.array(list(best.values())), (row, column)), shape=(split.n_nodes, split.n_nodes))
    found = dijkstra(graph, indices=split.node_of_place)[:, split.node_of_place] / 60
    gap = (snapped.gap_km[:, None] + snapped.gap_km[None, :]) * (~(places[:, None] == places[None]).all(axis=2))
    return found + gap * 60 / network.profile.off_road_kmh
