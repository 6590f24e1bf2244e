"""How much longer the road is than the straight line, and how fast it is driven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.geography.geodesy import great_circle_km

LEAST_KM = 0.2
"""Pairs nearer than this say little: their way depends on which side of a house the place is."""


MOST_PAIRS = 2_000_000


@dataclass(frozen=True, slots=True)
class Circuity:
    """The relation of road and straight line over many pairs.

    Attributes
    ----------
    factor
        Σ road km ÷ Σ straight km.
    low, high
        A tenth of the single ratios are below ``low``, a tenth above ``high``.
    speed_kmh
        Σ road km ÷ Σ hours.
    n_pairs
        Pairs that were compared.
    """

    factor: float
    low: float
    high: float
    speed_kmh: float
    n_pairs: int

    def words(self) -> str:
        """One sentence for a person.

        Examples
        --------
        >>> Circuity(1.312, 1.12, 1.61, 31.4, 900).words()
        'the road is 1.31 times the straight line (8 of 10 pairs: 1.12 to 1.61) at 31.4 km/h, over 900 pairs'
        """
        spread = f"8 of 10 pairs: {self.low:.2f} to {self.high:.2f}"
        return f"the road is {self.factor:.2f} times the straight line ({spread}) at {self.speed_kmh:.1f} km/h, over {self.n_pairs:,} pairs"


def measure_circuity(
    minutes: NDArray[np.floating], km: NDArray[np.floating], places: FloatArray, to: FloatArray | None = None
) -> Circuity | None:
    """Compare a matrix with the great circle; None without a pair that is far enough apart.

    Parameters
    ----------
    minutes, km
        Shape (n, m).
    places, to
        Longitude and latitude in degrees of starts and goals, shape (n, 2) and (m, 2); goals are the starts if None.

    Examples
    --------
    >>> places = np.array([[0.0, 0.0], [0.01, 0.0]])
    >>> found = measure_circuity(np.array([[0, 2.0], [2.0, 0]]), np.array([[0, 1.5], [1.5, 0]]), places)
    >>> round(found.factor, 3), found.speed_kmh, found.n_pairs
    (1.349, 45.0, 2)
    """
    step = max(1, minutes.size // MOST_PAIRS)  # some of the starts say as much as all of them
    minutes, km = minutes[::step], km[::step]
    straight = great_circle_km(places[::step, None, :], (places if to is None else to)[None, :, :])
    usable = (straight >= LEAST_KM) & np.isfinite(minutes) & np.isfinite(km) & (minutes > 0)
    if not usable.any():
        return None
    straight, road, time = straight[usable], np.asarray(km[usable], np.float64), np.asarray(minutes[usable], np.float64)
    low, high = np.quantile(road / straight, (0.1, 0.9))
    return Circuity(float(road.sum() / straight.sum()), float(low), float(high), float(60 * road.sum() / time.sum()), int(usable.sum()))
