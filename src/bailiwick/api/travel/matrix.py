"""Travel times: from a road network, from the straight line, or from a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.sources import read_source
from bailiwick.domain import FloatArray, Notice, Pace, TextArray, UnitTable
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError
from bailiwick.formats.matrix import long_columns, write_matrix
from bailiwick.geography.geodesy import distance_km, points_km

if TYPE_CHECKING:
    import pandas as pd

    from bailiwick.routing import Circuity, RoadNetwork

DEFAULT_SPEED_KMH = 50.0
FAR_KM = 1.0
"""Places farther than this from any road are named."""
OUTSIDE_KM = 20.0
"""If half of the places are farther than this from any road, it is the wrong extract."""
MOST_PAIRS = 400_000_000


@dataclass(frozen=True, eq=False)
class TravelMatrix:
    """Minutes and kilometres from places to places.

    Attributes
    ----------
    from_ids, to_ids
        Shape (n,) and (m,).
    minutes, km
        Shape (n, m), float32.
    source
        Where they come from, in words.
    circuity
        How the road compares with the straight line; None for estimates.
    notices
        What should be known, such as places far from any road.
    """

    from_ids: TextArray
    to_ids: TextArray
    minutes: NDArray[np.float32]
    km: NDArray[np.float32]
    source: str
    circuity: Circuity | None = None
    notices: tuple[Notice, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """One row per pair of different ids: ``from``, ``to``, ``minutes``, ``km``; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(long_columns(self.from_ids, self.to_ids, self.minutes, self.km))

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the rows of :meth:`to_frame` as ``.csv`` or ``.parquet``.

        Raises
        ------
        InputError
            If the name ends otherwise, or the file cannot be written.
        """
        write_matrix(path, self.from_ids, self.to_ids, self.minutes, self.km)

    def document(self) -> dict[str, Any]:
        """The facts as a JSON document."""
        found = self.circuity
        return {
            "n_from": len(self.from_ids),
            "n_to": len(self.to_ids),
            "source": self.source,
            "mean_minutes": float(self.minutes.mean(dtype=np.float64)),
            "max_minutes": float(self.minutes.max()),
            "mean_km": float(self.km.mean(dtype=np.float64)),
            "circuity": None
            if found is None
            else {"factor": found.factor, "low": found.low, "high": found.high, "speed_kmh": found.speed_kmh, "n_pairs": found.n_pairs},
            "warnings": [{"code": n.code, "message": n.message, "count": n.count, "examples": list(n.examples)} for n in self.notices],
        }


def travel_matrix(
    places: Any,
    *,
    to: Any = None,
    roads: str | os.PathLike[str] | None = None,
    profile: str = "car",
    circuity: float = 1.0,
    speed_kmh: float = DEFAULT_SPEED_KMH,
    is_planar: bool = False,
    column_map: Mapping[str, str] | None = None,
) -> TravelMatrix:
    """Minutes and kilometres from many places to many others.

    Parameters
    ----------
    places
        Units, accounts or any points, as for :func:`bailiwick.design`.
    to
        The goals, like ``places``, for example reps with homes; the places themselves if None.
    roads
        An extract of OpenStreetMap (``.osm.pbf`` or ``.osm``). None: an estimate, straight distance × ``circuity`` ÷
        ``speed_kmh``.
    profile
        Who travels on the roads: ``car``, ``bicycle`` or ``foot``.
    circuity
        Length of the road as a multiple of the straight line, 1 or more; for estimates.
    speed_kmh
        Speed of an estimate.
    is_planar
        True if columns ``x, y`` are projected already, in km; estimates only.
    column_map
        Field → column, where the names in the file are not understood.

    Returns
    -------
    TravelMatrix
        Every pair has a time: what is off the road goes straight to it.

    Raises
    ------
    InputError
        If something given cannot be used, or the places are not where the roads are.

    Examples
    --------
    >>> places = {"id": ["a", "b"], "x": [0, 30], "y": [0, 40]}
    >>> matrix = travel_matrix(places, circuity=1.2, speed_kmh=60, is_planar=True)
    >>> matrix.minutes.round(3).tolist(), matrix.km.round(3).tolist()
    ([[0.0, 60.0], [60.0, 0.0]], [[0.0, 60.0], [60.0, 0.0]])
    """
    source = read_source(places, is_planar=is_planar, column_map=column_map)
    goals = None if to is None else read_source(to, is_planar=source.units.is_planar)
    told = (*source.notices, *(() if goals is None else goals.notices))
    return matrix_of_units(
        source.units,
        None if goals is None else goals.units,
        roads=roads,
        profile=profile,
        circuity=circuity,
        speed_kmh=speed_kmh,
        told=told,
    )


def matrix_of_units(
    units: UnitTable,
    goals: UnitTable | None,
    *,
    roads: str | os.PathLike[str] | None,
    profile: str,
    circuity: float,
    speed_kmh: float,
    told: tuple[Notice, ...] = (),
) -> TravelMatrix:
    """The same for units that are read already."""
    target = units if goals is None else goals
    check_pairs(units.n_units, target.n_units)
    if roads is None:
        pace = Pace(circuity, speed_kmh)
        minutes, km = _estimated(units, target, pace)
        return TravelMatrix(units.ids, target.ids, minutes, km, pace.words, None, told)
    from bailiwick.routing import measure_circuity, road_matrix

    network = read_roads(roads, profile, is_planar=units.is_planar)
    to = None if goals is None else goals.coordinates
    found = road_matrix(network, units.coordinates, to)
    gaps = np.concatenate([found.from_gap_km, found.to_gap_km])
    notices = (*road_notices(network, gaps, np.concatenate([units.labels, target.labels])), *told)
    relation = measure_circuity(found.minutes, found.km, units.coordinates, to)
    return TravelMatrix(units.ids, target.ids, found.minutes, found.km, road_words(network), relation, notices)


def check_pairs(n: int, m: int) -> None:
    """Make sure that a matrix fits into memory.

    Raises
    ------
    InputError
        If it has too many pairs.
    """
    if n * m > MOST_PAIRS:
        raise InputError(
            f"{n:,} × {m:,} places make {n * m:,} pairs; at most {MOST_PAIRS:,} fit. "
            "Merge places that are close, or give the reps as goals",
            code="too_many_pairs",
            field="travel",
        )


def _estimated(units: UnitTable, goals: UnitTable, pace: Pace) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    start, end = points_km(units), points_km(goals)
    km = np.stack([distance_km(point[None, :], end) for point in start]).astype(np.float32) * np.float32(pace.circuity)
    return km * np.float32(60 / pace.speed_kmh), km


def read_roads(roads: str | os.PathLike[str], profile: str, *, is_planar: bool) -> RoadNetwork:
    """The road network of a file.

    Raises
    ------
    InputError
        If it cannot be read, or the places are in a plane and not on the globe.
    """
    from bailiwick.formats.osm import read_ways
    from bailiwick.routing import TAGS, build_network, find_profile

    if is_planar:
        raise InputError(
            "roads have longitude and latitude, but the units are in a plane; give the units with longitude and latitude, "
            "or a matrix of travel times",
            code="roads_planar",
            field="roads",
        )
    who = find_profile(profile)
    return build_network(read_ways(roads, TAGS), who)


def road_words(network: RoadNetwork) -> str:
    """What the minutes are, in words."""
    how = "on foot" if network.profile.name == "foot" else f"by {network.profile.name}"
    return f"road minutes {how}, {network.source}"


def road_notices(network: RoadNetwork, gaps: FloatArray, labels: TextArray) -> tuple[Notice, ...]:
    """Places far from any road, and roads that were cut off.

    Parameters
    ----------
    gaps, labels
        Straight distance from each place to the road in km, and what the place is called, shape (n,).

    Raises
    ------
    InputError
        If most places are nowhere near the roads.
    """
    if np.median(gaps) > OUTSIDE_KM:
        raise InputError(
            f"the places are not where the roads of {network.source} are: half of them are {np.median(gaps):,.0f} km or more "
            "from any road; take an extract that covers them",
            code="outside_roads",
            field="roads",
        )
    notices = [Notice("roads_used", f"{network.source}: {network.km.sum():,.0f} km of road in one piece for a {network.profile.name}")]
    far = np.flatnonzero(gaps > FAR_KM)
    far = far[np.argsort(-gaps[far], kind="stable")]
    if len(far):
        names = tuple(dict.fromkeys(str(labels[i]) for i in far))
        message = (
            f"{counted(len(names), 'place is', 'places are')} more than {FAR_KM:g} km from any road, "
            f"the farthest is {names[0]} with {gaps[far[0]]:.1f} km; "
            f"they go straight to the road at {network.profile.off_road_kmh:g} km/h"
        )
        notices.append(Notice("far_from_road", message, len(names), names[:10]))
    if network.share_kept < 0.9:
        message = f"{1 - network.share_kept:.0%} of the roads in {network.source} are cut off from the rest and were left out"
        notices.append(Notice("roads_cut_off", message))
    return tuple(notices)
