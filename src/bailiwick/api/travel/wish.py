"""Real distance in a problem: minutes from a file or from roads, or a pace for the straight line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.api.sources import tabular
from bailiwick.api.travel.matrix import TravelMatrix, check_pairs, read_roads, road_notices, road_words
from bailiwick.domain import Notice, Pace, Problem, TextArray, TravelTable
from bailiwick.errors import InputError
from bailiwick.formats.matching import match_ids, text_array
from bailiwick.formats.matrix import read_matrix

DEFAULT_PROFILE = "car"
ASYMMETRY = 0.1
"""Pairs whose ways there and back differ by more than this share are counted."""


@dataclass(frozen=True)
class TravelWish:
    """What was asked about distance, in the words of the user.

    Attributes
    ----------
    travel
        Minutes: the path of a matrix or a table, a :class:`TravelMatrix`, or a ready ``TravelTable``; or None.
    roads, profile
        Extract of OpenStreetMap to compute them from, or None; who travels.
    circuity, speed_kmh
        Pace for the straight line, None for each that was not stated.
    max_minutes
        Largest allowed travel of a unit to its centre, or None.
    """

    travel: Any = None
    roads: str | os.PathLike[str] | None = None
    profile: str = DEFAULT_PROFILE
    circuity: float | None = None
    speed_kmh: float | None = None
    max_minutes: float | None = None

    @property
    def has_pace(self) -> bool:
        """Whether a pace was stated."""
        return self.circuity is not None or self.speed_kmh is not None


def with_travel(problem: Problem, wish: TravelWish) -> tuple[Problem, tuple[Notice, ...]]:
    """The problem with the distance that was asked for, and what should be told about it.

    Raises
    ------
    InputError
        If two distances are asked for, one cannot be read or computed, or times are missing.
    """
    check_travel(wish.travel, wish.roads, wish.profile, wish.circuity, wish.speed_kmh)
    if (wish.travel is not None or wish.roads is not None) and problem.objective == "diameter":
        raise InputError(
            "travel times are from units to centres, and the objective 'diameter' has no centres; choose 'distance' or 'inertia'",
            code="objective",
            field="objective",
        )
    table, notices = _table(problem, wish)
    pace = None
    if wish.has_pace:
        stated = {"circuity": wish.circuity, "speed_kmh": wish.speed_kmh}
        pace = Pace(**{name: value for name, value in stated.items() if value is not None})
    if table is None and pace is None and wish.max_minutes is None:
        return problem, ()
    return replace(problem, travel=table, pace=pace, max_minutes=wish.max_minutes), notices


def check_travel(
    travel: Any = None,
    roads: str | os.PathLike[str] | None = None,
    profile: str = DEFAULT_PROFILE,
    circuity: float | None = None,
    speed_kmh: float | None = None,
) -> None:
    """Make sure that one thing at most says how far it is, and that nothing which was said is ignored.

    Raises
    ------
    InputError
        If two do, or somebody travels on no roads.
    """
    options = {
        "a matrix of travel": travel is not None,
        "roads": roads is not None,
        "a circuity or speed": circuity is not None or speed_kmh is not None,
    }
    given = [name for name, is_given in options.items() if is_given]
    if len(given) > 1:
        raise InputError(f"{' and '.join(given)} were given; one of them says how far it is, so leave the others out", code="travel_twice")
    if profile != DEFAULT_PROFILE and roads is None:
        raise InputError(
            f"the profile {profile!r} says who travels on the roads, but no roads were given; name them, or leave the profile out",
            code="profile_alone",
            field="profile",
        )


def _table(problem: Problem, wish: TravelWish) -> tuple[TravelTable | None, tuple[Notice, ...]]:
    if isinstance(wish.travel, TravelTable):
        return wish.travel, ()
    if wish.travel is not None:
        return _from_matrix(problem, wish.travel)
    if wish.roads is not None:
        return _from_roads(problem, wish.roads, wish.profile)
    return None, ()


def _from_roads(problem: Problem, roads: str | os.PathLike[str], profile: str) -> tuple[TravelTable, tuple[Notice, ...]]:
    """Minutes by road, the mean of there and back, to every unit and home that can be a centre."""
    from bailiwick.routing import road_matrix

    units, is_fixed = problem.units, problem.is_fixed
    n = units.n_units
    check_pairs(n, int(is_fixed.sum()) if is_fixed.all() else n)
    network = read_roads(roads, profile, is_planar=units.is_planar)
    unit_minutes = home_minutes = None
    gaps, labels = [], []
    if not is_fixed.all():
        found = road_matrix(network, units.coordinates)
        unit_minutes = (found.minutes + found.minutes.T) / np.float32(2)
        gaps, labels = [found.from_gap_km], [units.labels]
    if is_fixed.any():
        homes = problem.centre_coordinates[is_fixed]
        away, back = (road_matrix(side, homes, units.coordinates) for side in (network, network.reversed()))
        home_minutes = np.full((n, len(is_fixed)), np.nan, np.float32)
        home_minutes[:, is_fixed] = ((away.minutes + back.minutes) / np.float32(2)).T
        gaps, labels = [away.to_gap_km, away.from_gap_km], [units.labels, _home_labels(problem)]
    notices = road_notices(network, np.concatenate(gaps), np.concatenate(labels))
    return TravelTable(unit_minutes, home_minutes, road_words(network)), notices


def _home_labels(problem: Problem) -> TextArray:
    names = problem.territory_ids if problem.territory_names is None else problem.territory_names
    return np.array([f"home of {name}" for name in names[problem.is_fixed]], dtype=object)


def _from_matrix(problem: Problem, given: Any) -> tuple[TravelTable, tuple[Notice, ...]]:
    """Minutes between units, and between units and homes, from a matrix of either direction or both."""
    is_fixed, n = problem.is_fixed, problem.n_units
    check_pairs(n, n)
    homes = problem.territory_ids[is_fixed]
    known = np.concatenate([problem.units.ids, homes])
    _check_distinct(problem.units.ids, homes)
    minutes, source, notices = _directed(given, known)
    both, told = _both_ways(minutes, n, needs_units=not is_fixed.all())
    unit_minutes = home_minutes = None
    if not is_fixed.all():
        unit_minutes = both[:n, :n]
        np.fill_diagonal(unit_minutes, 0.0)
        _check_complete(unit_minutes, problem.units.ids, problem.units.ids, source)
    if is_fixed.any():
        _check_complete(both[:n, n:], problem.units.ids, homes, source)
        home_minutes = np.full((n, len(is_fixed)), np.nan, np.float32)
        home_minutes[:, is_fixed] = both[:n, n:]
    return TravelTable(unit_minutes, home_minutes, f"minutes of {source}"), (*notices, *told)


def _check_distinct(unit_ids: TextArray, homes: TextArray) -> None:
    shared = sorted({str(i) for i in unit_ids} & {str(i) for i in homes})
    if shared:
        raise InputError(
            f"{shared[0]!r} is the id of a unit and of a rep, so that the matrix of travel cannot tell them apart; give the reps other ids",
            code="travel_ids",
            field="travel",
        )


def _directed(given: Any, known: TextArray) -> tuple[NDArray[np.float32], str, tuple[Notice, ...]]:
    """Minutes from row to column among the known ids, NaN where unknown."""
    if not isinstance(given, TravelMatrix):
        read = read_matrix(tabular(given), known)
        return read.minutes, read.source, read.notices
    row, column = (match_ids(text_array(ids), text_array(known)) for ids in (given.from_ids, given.to_ids))
    minutes = np.full((len(known), len(known)), np.nan, np.float32)
    is_row, is_column = row >= 0, column >= 0
    minutes[np.ix_(row[is_row], column[is_column])] = given.minutes[np.ix_(is_row, is_column)]
    return minutes, given.source, ()


def _both_ways(minutes: NDArray[np.float32], n: int, *, needs_units: bool) -> tuple[NDArray[np.float32], tuple[Notice, ...]]:
    """The mean of there and back, or the one that is known; and how the two differ."""
    back = minutes.T
    is_there, is_back = np.isfinite(minutes), np.isfinite(back)
    both = np.where(is_there & is_back, (minutes + back) / np.float32(2), np.where(is_there, minutes, back))
    counted = np.triu(np.ones(minutes.shape, bool), 1)
    counted[n:, n:] = False
    if not needs_units:
        counted[:n, :n] = False
    notices = []
    single = int((counted & (is_there ^ is_back)).sum())
    if single:
        message = f"{single:,} pairs of the matrix of travel have one direction only; it stands for both"
        notices.append(Notice("travel_one_way", message, single))
    paired = counted & is_there & is_back
    with np.errstate(invalid="ignore"):
        uneven = int((paired & (np.abs(minutes - back) > ASYMMETRY * both)).sum())
    if uneven:
        message = (
            f"{uneven:,} of {int(paired.sum()):,} pairs of the matrix of travel differ by more than {ASYMMETRY:.0%} "
            "between there and back; the mean of both is used"
        )
        notices.append(Notice("travel_uneven", message, uneven))
    return both, tuple(notices)


def _check_complete(
    minutes: NDArray[np.float32], from_ids: Sequence[str] | TextArray, to_ids: Sequence[str] | TextArray, source: str
) -> None:
    missing = ~np.isfinite(minutes)
    if not missing.any():
        return
    row, column = np.argwhere(missing)[0]
    first = f"the first is from {str(from_ids[row])!r} to {str(to_ids[column])!r}"
    raise InputError(
        f"{source} has no time for {int(missing.sum()):,} of {minutes.size:,} pairs, {first}; "
        "add them, or compute all of them with `bailiwick matrix`",
        code="travel_missing",
        field="travel",
    )
