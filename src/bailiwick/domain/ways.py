"""Ways of a map: lines through shared points, with tags, as a road network is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bailiwick.domain.units import FloatArray, IntArray, TextArray


@dataclass(frozen=True, eq=False)
class WayTable:
    """W ways over N points.

    Attributes
    ----------
    coordinates
        Longitude and latitude of the points in degrees, shape (N, 2); a point that several ways pass stands here once.
    indptr, points
        Way w passes ``points[indptr[w]:indptr[w + 1]]`` in this order.
    tags
        Key → value of each way, shape (W,), empty text where a way has no such tag.
    source
        Name of the file.
    """

    coordinates: FloatArray
    indptr: IntArray
    points: IntArray
    tags: Mapping[str, TextArray]
    source: str = "ways"

    @property
    def n_ways(self) -> int:
        """Number of ways W."""
        return len(self.indptr) - 1
