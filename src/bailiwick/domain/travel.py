"""Travel times between units and centres: a table of minutes, or a pace for the straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain.units import FloatArray, frozen
from bailiwick.errors import InputError

Minutes = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TravelTable:
    """Minutes from units to the places where a centre can be.

    Attributes
    ----------
    unit_minutes
        From each unit to each unit as a centre, shape (n, n); None if every centre is fixed.
    home_minutes
        From each unit to the fixed centre of each territory, shape (n, K), NaN columns for territories with a free one;
        None if no centre is fixed.
    source
        What the minutes are, in words, such as ``road minutes by car, porto.osm.pbf``.

    Notes
    -----
    One number per pair: the mean of there and back, since whoever visits drives both ways.
    """

    unit_minutes: Minutes | None
    home_minutes: Minutes | None
    source: str = "given minutes"

    def __post_init__(self) -> None:
        for name in ("unit_minutes", "home_minutes"):
            values = getattr(self, name)
            if values is not None:
                object.__setattr__(self, name, frozen(np.ascontiguousarray(values, dtype=np.float32)))

    def rows(self, sites: NDArray[np.integer]) -> FloatArray:
        """Minutes to each centre from each unit, shape (K, n).

        Parameters
        ----------
        sites
            Unit that is the centre of each territory, or −1 for its fixed home, shape (K,).
        """
        known = self.unit_minutes if self.unit_minutes is not None else self.home_minutes
        rows = np.zeros((len(sites), 0 if known is None else len(known)))
        for j, site in enumerate(sites.tolist()):
            if site >= 0 and self.unit_minutes is not None:
                rows[j] = self.unit_minutes[:, site]
            elif self.home_minutes is not None:
                rows[j] = self.home_minutes[:, j]
        return rows

    def between_units(self) -> TravelTable | None:
        """The part for free centres; None where minutes to homes only are known."""
        return None if self.unit_minutes is None else TravelTable(self.unit_minutes, None, self.source)

    def part(self, unit_idx: NDArray[np.integer], territories: NDArray[np.integer] | None) -> TravelTable | None:
        """The times of some units, as far as they are known.

        Parameters
        ----------
        territories
            Whose homes are meant, one after the other; None if all centres are free.
        """
        units = None if self.unit_minutes is None else self.unit_minutes[np.ix_(unit_idx, unit_idx)]
        homes = None if self.home_minutes is None or territories is None else self.home_minutes[np.ix_(unit_idx, territories)]
        return None if units is None and homes is None else TravelTable(units, homes, self.source)


@dataclass(frozen=True, slots=True)
class Pace:
    """An estimate of travel from the straight line.

    Attributes
    ----------
    circuity
        The road as a multiple of the straight line, 1 or more.
    speed_kmh
        Speed on it.
    """

    circuity: float = 1.0
    speed_kmh: float = 50.0

    def __post_init__(self) -> None:
        if not 1 <= self.circuity < 100:
            message = f"the circuity is the road as a multiple of the straight line, 1 or more (1.3 is usual); found {self.circuity:g}"
            raise InputError(message, code="circuity", field="circuity")
        if not 0 < self.speed_kmh < 1000:
            raise InputError(f"the speed must be a number of km/h above zero, found {self.speed_kmh:g}", code="speed", field="speed")

    @property
    def minutes_per_km(self) -> float:
        """Minutes for one km of straight line.

        Examples
        --------
        >>> Pace(1.5, 45.0).minutes_per_km
        2.0
        """
        return 60.0 * self.circuity / self.speed_kmh

    @property
    def words(self) -> str:
        """What the minutes are."""
        return f"straight distance × {self.circuity:g} at {self.speed_kmh:g} km/h"


def check_travel(table: TravelTable, n_units: int, is_fixed: np.ndarray, objective: str) -> None:
    """Make sure that a table has a time for every pair that a plan can need.

    Raises
    ------
    InputError
        If a part is missing or of the wrong shape, holds something that is no time, or the objective has no centres.
    """
    if objective == "diameter":
        raise InputError(
            "travel times are from units to centres, and the objective 'diameter' has no centres; choose 'distance' or 'inertia'",
            code="objective",
            field="objective",
        )
    if not is_fixed.all():
        _check_part(table.unit_minutes, (n_units, n_units), None, "from every unit to every unit, since centres are free")
    if is_fixed.any():
        _check_part(table.home_minutes, (n_units, len(is_fixed)), is_fixed, "from every unit to every home")


def _check_part(minutes: Minutes | None, shape: tuple[int, int], columns: Any, what: str) -> None:
    if minutes is None or minutes.shape != shape:
        found = "none" if minutes is None else f"shape {minutes.shape}"
        raise InputError(f"travel times are needed {what}: shape {shape}, found {found}", code="travel_shape", field="travel")
    used = minutes if columns is None else minutes[:, columns]
    bad = ~(np.isfinite(used) & (used >= 0))
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise InputError(
            f"travel times must be zero or more; {int(bad.sum()):,} are not, the first is {used[row, column]} from unit {row}",
            code="travel_value",
            field="travel",
        )
