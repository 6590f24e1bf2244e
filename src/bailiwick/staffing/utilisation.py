"""How busy somebody is: hours of work and of the way, against what they have."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray
from bailiwick.geography.geodesy import great_circle_km

CIRCUITY, KMH = 1.3, 50.0
"""Road ÷ straight line, and how fast it is driven, where nobody has measured it."""


def tour_hours(stops: FloatArray, home: FloatArray | None = None, *, circuity: float = CIRCUITY, kmh: float = KMH) -> float:
    """Hours on the road from home by all stops in their order and back; without a home only between the stops.

    Parameters
    ----------
    stops
        Longitude and latitude in degrees, in the order of the day, shape (n, 2).
    home
        The same of the start, shape (2,).
    circuity, kmh
        Road ÷ straight line; mean speed.

    Examples
    --------
    >>> stops = np.array([[0.0, 0.0], [0.0, 1.0]])  # one degree of latitude is 111.2 km
    >>> round(tour_hours(stops, circuity=1.0, kmh=111.195), 3), round(tour_hours(stops, stops[0], circuity=1.0, kmh=111.195), 3)
    (1.0, 2.0)
    """
    if not len(stops):
        return 0.0
    way = stops if home is None else np.vstack([home, stops, home])
    return float(great_circle_km(way[:-1], way[1:]).sum()) * circuity / kmh


def utilisation(planned: float, done: float, travel: float, capacity: float) -> float:
    """Hours planned, done and travelled ÷ hours that there are; NaN where there are none.

    Examples
    --------
    >>> utilisation(10, 16, 4, 40), utilisation(1, 0, 0, 0)
    (0.75, nan)
    """
    return (planned + done + travel) / capacity if capacity > 0 else float("nan")
