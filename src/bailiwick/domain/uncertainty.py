"""Measures that are not known exactly: spread around their values, and how the spread of one unit goes with that of others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.domain.units import FloatArray, IntArray, frozen
from bailiwick.errors import InputError

Z_90 = 1.6448536269514722
"""An interval that holds 90 % of a normal distribution ends so many standard deviations from its middle."""


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What may come instead of the values of one measure.

    Attributes
    ----------
    measure
        Its name.
    mean, deviation
        Expected value and standard deviation of each unit, shape (n,); unit of the measure.
    region
        Region of each unit, shape (n,): units of a region share a common factor.
    correlation
        Share of the variance of each unit that comes from the factor of its region, 0..1; factors of different regions
        and the rest of the variance are independent.
    samples
        Instead of all that: values that may come together, shape (n, S), zero or more; None for the normal model.

    Raises
    ------
    InputError
        If lengths differ, something is negative or not finite, or the correlation is outside 0..1.
    """

    measure: str
    mean: FloatArray
    deviation: FloatArray
    region: IntArray
    correlation: float
    samples: FloatArray | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.correlation <= 1.0:
            raise InputError(f"a correlation lies in 0..1, found {self.correlation}", code="uncertain", field="correlation")
        for name in ("mean", "deviation", "samples"):
            values = getattr(self, name)
            if values is None:
                continue
            array = np.asarray(values, dtype=np.float64)
            if len(array) != len(self.region) or not np.isfinite(array).all() or (array < 0).any():
                raise InputError(
                    f"the {name} of an uncertain measure must be {len(self.region)} numbers, zero or more",
                    code="uncertain",
                    field=self.measure,
                )
            object.__setattr__(self, name, frozen(array))
        object.__setattr__(self, "region", frozen(np.asarray(self.region, dtype=np.int32)))

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return int(self.region.max()) + 1 if len(self.region) else 0


def from_interval(value: FloatArray, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of values whose interval from ``low`` to ``high`` holds 90 % of the cases, shape (n,) each.

    Parameters
    ----------
    value
        The most likely values, shape (n,), within their intervals.

    Notes
    -----
    A normal distribution with one spread below and another above the value (two-piece normal, John 1982); its mean is
    ``value + √(2/π) · (above − below)`` and its variance ``(1 − 2/π) · (above − below)² + above · below``.

    Examples
    --------
    >>> mean, deviation = from_interval(np.array([100.0]), np.array([85.0]), np.array([115.0]))
    >>> mean.tolist(), deviation.round(2).tolist()
    ([100.0], [9.12])
    """
    below, above = (value - low) / Z_90, (high - value) / Z_90
    mean = value + np.sqrt(2 / np.pi) * (above - below)
    variance = (1 - 2 / np.pi) * (above - below) ** 2 + above * below
    return np.maximum(mean, 0.0), np.sqrt(variance)
