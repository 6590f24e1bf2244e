"""Places brought to the road: the nearest point of the nearest segment, which then becomes a node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.geodesy import great_circle_km
from bailiwick.routing.network import RoadNetwork

END = 1e-6  # share of a segment within which its end is meant
_MOST_LATITUDE = 89.0


@dataclass(frozen=True, eq=False)
class Snapped:
    """Where places meet the road.

    Attributes
    ----------
    segment
        Nearest segment of each place, shape (n,).
    share
        Where on it, from 0 at its tail to 1 at its head, shape (n,).
    gap_km
        Straight distance from the place to that point, shape (n,).
    """

    segment: IntArray
    share: FloatArray
    gap_km: FloatArray


def snap(network: RoadNetwork, coordinates: FloatArray) -> Snapped:
    """Nearest point of the network for each place.

    Parameters
    ----------
    coordinates
        Longitude and latitude in degrees, shape (n, 2).

    Notes
    -----
    Nearest in the Mercator map, which has the same scale in every direction, so that it is nearest on the ground for all
    distances over which the scale hardly changes. Longitudes count from the middle of the network, so that one that
    crosses the antimeridian is in one piece.
    """
    origin = float(network.coordinates[0, 0])
    nodes, places = _mercator(network.coordinates, origin), _mercator(coordinates, origin)
    lines = shapely.linestrings(np.stack([nodes[network.tail], nodes[network.head]], axis=1))
    # the index answers in no fixed order where several are equally near: take the first of them
    row, found = shapely.STRtree(lines).query_nearest(shapely.points(places), all_matches=True)
    segment = np.full(len(places), network.n_segments, np.int64)
    np.minimum.at(segment, row, found)
    start, end = nodes[network.tail[segment]], nodes[network.head[segment]]
    step = end - start
    share = ((places - start) * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-300)
    share = np.clip(share, 0.0, 1.0)
    share[share < END], share[share > 1 - END] = 0.0, 1.0
    ends = network.coordinates[network.tail[segment]], network.coordinates[network.head[segment]]
    turn = (ends[1][:, 0] - ends[0][:, 0] + 180) % 360 - 180
    lon = ends[0][:, 0] + share * turn
    lat = ends[0][:, 1] + share * (ends[1][:, 1] - ends[0][:, 1])
    gap_km = great_circle_km(coordinates, np.column_stack([lon, lat]))
    return Snapped(segment.astype(np.int32), share, gap_km)


def _mercator(lonlat: FloatArray, origin: float) -> FloatArray:
    lon = (lonlat[:, 0] - origin + 180) % 360 - 180
    lat = np.radians(np.clip(lonlat[:, 1], -_MOST_LATITUDE, _MOST_LATITUDE))
    return np.column_stack([lon, np.degrees(np.arctanh(np.sin(lat)))])


@dataclass(frozen=True, eq=False)
class Split:
    """A network with every snapped place as a node.

    Attributes
    ----------
    n_nodes
        Nodes in all; those of the network keep their numbers.
    tail, head, km, seconds_along, seconds_against
        Like those of the network.
    node_of_place
        Node of each place, shape (n,).
    """

    n_nodes: int
    tail: IntArray
    head: IntArray
    km: FloatArray
    seconds_along: FloatArray
    seconds_against: FloatArray
    node_of_place: IntArray


def split_segments(network: RoadNetwork, snapped: Snapped) -> Split:
    """Cut segments where places stand on them; places at the same point share a node.

    Examples
    --------
    See ``tests/library/routing/test_snapping.py``.
    """
    is_inner = (snapped.share > 0) & (snapped.share < 1)
    cuts, number = np.unique(np.column_stack([snapped.segment, snapped.share])[is_inner], axis=0, return_inverse=True)
    node_of_place = np.where(snapped.share <= 0, network.tail[snapped.segment], network.head[snapped.segment])
    node_of_place[is_inner] = network.n_nodes + number.ravel()
    segment, share = cuts[:, 0].astype(np.int64), cuts[:, 1]
    node = network.n_nodes + np.arange(len(cuts))
    # Every cut opens one more piece: from it to the next cut of the segment, or to its head.
    is_last = np.append(segment[1:] != segment[:-1], True)[: len(cuts)]
    is_first = np.append(True, segment[1:] != segment[:-1])[: len(cuts)]
    next_node, next_share = np.append(node[1:], 0)[: len(cuts)], np.append(share[1:], 1.0)[: len(cuts)]
    tail, head = np.array(network.tail), np.array(network.head)
    part = np.ones(network.n_segments)
    head[segment[is_first]], part[segment[is_first]] = node[is_first], share[is_first]
    new_head = np.where(is_last, network.head[segment], next_node)
    new_part = np.where(is_last, 1.0, next_share) - share

    def shared(whole: FloatArray) -> FloatArray:
        return np.concatenate([whole * part, whole[segment] * new_part])

    return Split(
        n_nodes=network.n_nodes + len(cuts),
        tail=np.concatenate([tail, node]).astype(np.int32),
        head=np.concatenate([head, new_head]).astype(np.int32),
        km=shared(network.km),
        seconds_along=shared(network.seconds_along),
        seconds_against=shared(network.seconds_against),
        node_of_place=node_of_place.astype(np.int32),
    )
