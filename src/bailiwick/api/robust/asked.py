"""Uncertain measures: from the words of a user to numbers per unit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bailiwick.design.model import morton_order
from bailiwick.domain import FloatArray, IntArray, Problem, UnitTable
from bailiwick.domain.uncertainty import Uncertainty, from_interval
from bailiwick.errors import InputError
from bailiwick.formats.numbers import parse_numbers
from bailiwick.formats.wording import did_you_mean
from bailiwick.geography.geodesy import points_km

GRAMMAR = "MEASURE:±15%, MEASURE:LOW,HIGH (columns of an interval) or MEASURE:A,B,C,… (columns of three samples or more)"
N_REGIONS = 16
"""Regions with a common factor where no column names them."""
DEFAULT_CORRELATION = 0.3
DEFAULT_CONFIDENCE = 0.9
_PERCENT = re.compile(r"\s*(?:±|\+/?-)?\s*(\d+(?:[.,]\d+)?)\s*%\s*$")


@dataclass(frozen=True, slots=True)
class AskedUncertainty:
    """One uncertain measure as it was asked for: a fraction, or columns.

    Attributes
    ----------
    measure
        Its name.
    fraction
        Half of the interval that holds 90 % of the cases, as a fraction of the value; None if columns say it.
    columns
        Two columns: low and high of that interval. Three or more: samples.
    """

    measure: str
    fraction: float | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UncertaintyOptions:
    """What is uncertain, and how sure a plan shall be.

    Attributes
    ----------
    asked
        Uncertain measures.
    confidence
        Probability with which each territory shall stay within its tolerances.
    correlation
        Share of the variance of a unit that comes from the common factor of its region.
    region
        Column with the regions; None: sixteen compact ones of equal numbers of units.
    """

    asked: tuple[AskedUncertainty, ...]
    confidence: float = DEFAULT_CONFIDENCE
    correlation: float = DEFAULT_CORRELATION
    region: str | None = None

    def __post_init__(self) -> None:
        if not 0.5 < self.confidence < 1:
            raise InputError(
                f"the confidence must be above 0.5 and below 1, found {self.confidence}; 0.9 means 90 %",
                code="uncertain",
                field="confidence",
            )
        if not 0 <= self.correlation <= 1:
            raise InputError(f"the correlation must lie in 0..1, found {self.correlation}", code="uncertain", field="correlation")

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that must be read, each once."""
        named = [column for entry in self.asked for column in entry.columns]
        return tuple(dict.fromkeys([*named, *([self.region] if self.region else [])]))


def parse_uncertain(uncertain: str | Iterable[str]) -> tuple[AskedUncertainty, ...]:
    """Uncertain measures as the user named them.

    Raises
    ------
    InputError
        If a text has none of the known forms, or a measure is named twice.

    Examples
    --------
    >>> parse_uncertain(["population:±15%", "sales:low,high"])
    (AskedUncertainty(measure='population', fraction=0.15, columns=()),
     AskedUncertainty(measure='sales', fraction=None, columns=('low', 'high')))
    """
    asked = [_from_text(text) for text in ([uncertain] if isinstance(uncertain, str) else uncertain)]
    names = [entry.measure for entry in asked]
    repeated = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if repeated is not None:
        raise InputError(f"the measure {repeated!r} is uncertain twice; name it once", code="uncertain", field="uncertain")
    return tuple(asked)


def _from_text(text: str) -> AskedUncertainty:
    name, colon, tail = text.rpartition(":")
    percent = _PERCENT.match(tail)
    if colon and name.strip() and percent is not None:
        return AskedUncertainty(name.strip(), float(percent[1].replace(",", ".")) / 100)
    columns = tuple(column.strip() for column in tail.split(","))
    if not colon or not name.strip() or len(columns) < 2 or not all(columns):
        raise InputError(f"{text!r} says no uncertainty; expected {GRAMMAR}", code="uncertain", field="uncertain")
    return AskedUncertainty(name.strip(), None, columns)


def resolve_uncertainties(options: UncertaintyOptions, problem: Problem) -> tuple[Uncertainty, ...]:
    """Numbers per unit for every uncertain measure.

    Raises
    ------
    InputError
        If a measure is not balanced, or a column holds no numbers or an interval without its value.
    """
    units = problem.units
    region = _regions(options, units)
    known = [m.name for m in problem.measures]
    found = []
    for entry in options.asked:
        if entry.measure not in known:
            raise InputError(
                f"the uncertain measure {entry.measure!r} is not balanced{did_you_mean(entry.measure, known)}; name it with --balance, too",
                code="uncertain",
                field="uncertain",
            )
        value = problem.units.measures[entry.measure]
        columns = [_numbers(units, column) for column in entry.columns]
        if len(columns) > 2:
            samples = np.column_stack(columns)
            found.append(Uncertainty(entry.measure, samples.mean(axis=1), samples.std(axis=1), region, options.correlation, samples))
            continue
        low, high = _interval(entry, value, columns, units)
        mean, deviation = from_interval(value, low, high)
        found.append(Uncertainty(entry.measure, mean, deviation, region, options.correlation))
    return tuple(found)


def _interval(entry: AskedUncertainty, value: FloatArray, columns: list[FloatArray], units: UnitTable) -> tuple[FloatArray, FloatArray]:
    if entry.fraction is not None:
        return value * (1 - entry.fraction), value * (1 + entry.fraction)
    low, high = columns
    bad = np.flatnonzero((low > value + 1e-9) | (high < value - 1e-9))
    if len(bad):
        i = int(bad[0])
        raise InputError(
            f"unit {units.ids[i]!r} has {entry.measure} {value[i]:g}, which is not between {entry.columns[0]} {low[i]:g} and "
            f"{entry.columns[1]} {high[i]:g}; {len(bad)} units are so: correct the interval, or the order of its columns",
            code="uncertain",
            field=entry.columns[0],
        )
    return low, high


def _numbers(units: UnitTable, column: str) -> FloatArray:
    import pyarrow as pa

    texts = [str(text).strip() for text in units.attributes[column]]
    numbers = parse_numbers(pa.array(texts, pa.string()))
    bad = np.flatnonzero(numbers.is_missing | numbers.is_bad | (np.nan_to_num(numbers.values) < 0))
    if len(bad):
        raise InputError(
            f"column {column!r} must hold numbers, zero or more; {len(bad)} units have none, the first is {units.ids[bad[0]]!r} with "
            f"{texts[bad[0]]!r}",
            code="uncertain",
            field=column,
        )
    return np.asarray(numbers.values, dtype=np.float64)


def _regions(options: UncertaintyOptions, units: UnitTable) -> IntArray:
    if options.region is not None:
        texts = np.array([str(text).strip() for text in units.attributes[options.region]])
        return np.unique(texts, return_inverse=True)[1].astype(np.int32)
    n = units.n_units
    region = np.empty(n, np.int32)
    region[morton_order(points_km(units))] = np.arange(n) * min(N_REGIONS, n) // n
    return region
