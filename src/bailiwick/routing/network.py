"""From ways to a network of road segments on which every place can be reached from every other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.units import frozen
from bailiwick.domain.ways import WayTable
from bailiwick.errors import InputError
from bailiwick.geography.geodesy import great_circle_km
from bailiwick.routing.profiles import Profile, way_speeds


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Road segments between neighbouring points of ways, all in one strongly connected piece.

    Attributes
    ----------
    coordinates
        Longitude and latitude of the nodes in degrees, shape (N, 2).
    tail, head
        Ends of each segment, shape (S,).
    km
        Length of each segment, shape (S,).
    seconds_along, seconds_against
        From tail to head and from head to tail; infinite where that is not allowed, shape (S,).
    profile
        For whom.
    source
        Name of the file.
    share_kept
        Share of the usable length that lies in the piece; the rest is cut off from it and left out.
    """

    coordinates: FloatArray
    tail: IntArray
    head: IntArray
    km: FloatArray
    seconds_along: FloatArray
    seconds_against: FloatArray
    profile: Profile
    source: str
    share_kept: float

    @property
    def n_nodes(self) -> int:
        """Number of nodes N."""
        return len(self.coordinates)

    @property
    def n_segments(self) -> int:
        """Number of segments S."""
        return len(self.tail)

    def reversed(self) -> RoadNetwork:
        """The same with every direction turned around: what is from a place here is to it there."""
        return replace(self, seconds_along=self.seconds_against, seconds_against=self.seconds_along)


def build_network(ways: WayTable, profile: Profile) -> RoadNetwork:
    """The largest piece of the network within which every node is reached from every other.

    Parameters
    ----------
    ways
        Roads, paths and ferries with their tags.
    profile
        Who travels.

    Raises
    ------
    InputError
        If no way can be used.

    Notes
    -----
    Restrictions on turns, waiting at signals and traffic by the hour are not modelled; the speeds of the profile are
    means that include stops.
    """
    way, tail, head = _segments(ways)
    km = great_circle_km(ways.coordinates[tail], ways.coordinates[head])
    along, against = way_speeds(ways, profile, np.bincount(way, weights=km, minlength=ways.n_ways).astype(np.float64))
    keep = (tail != head) & ((along[way] > 0) | (against[way] > 0))
    if not keep.any():
        raise InputError(
            f"{ways.source} has no way that a {profile.name} may use; expected an extract of OpenStreetMap with roads in it",
            code="no_roads",
            field="roads",
        )
    way, tail, head, km = way[keep], tail[keep], head[keep], km[keep]
    with np.errstate(divide="ignore"):
        seconds = [np.where(speed > 0, 3600 * km / speed, np.inf) for speed in (along[way], against[way])]
    node, kept, n = _largest_piece(len(ways.coordinates), tail, head, np.isfinite(seconds[0]), np.isfinite(seconds[1]))
    number = np.full(len(ways.coordinates), -1, np.int32)
    number[node] = np.arange(n)
    return RoadNetwork(
        coordinates=frozen(ways.coordinates[node]),
        tail=frozen(number[tail[kept]]),
        head=frozen(number[head[kept]]),
        km=frozen(km[kept]),
        seconds_along=frozen(seconds[0][kept]),
        seconds_against=frozen(seconds[1][kept]),
        profile=profile,
        source=ways.source,
        share_kept=float(km[kept].sum() / max(km.sum(), 1e-300)),
    )


def _segments(ways: WayTable) -> tuple[IntArray, IntArray, IntArray]:
    """Way, first and second point of each pair of consecutive points."""
    way = np.repeat(np.arange(ways.n_ways), np.diff(ways.indptr))
    is_same = way[1:] == way[:-1]
    return way[1:][is_same], ways.points[:-1][is_same], ways.points[1:][is_same]


def _largest_piece(
    n_points: int, tail: IntArray, head: IntArray, is_along: np.ndarray, is_against: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """Nodes of the largest strongly connected piece, and the mask of the segments within it."""
    row = np.concatenate([tail[is_along], head[is_against]])
    column = np.concatenate([head[is_along], tail[is_against]])
    graph = coo_matrix((np.ones(len(row), np.int8), (row, column)), shape=(n_points, n_points)).tocsr()
    piece = connected_components(graph, directed=True, connection="strong")[1]
    largest = np.bincount(piece).argmax()
    node = np.flatnonzero(piece == largest)
    return node, (piece[tail] == largest) & (piece[head] == largest), len(node)
