"""Units: the smallest pieces that are assigned, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain.wording import counted
from bailiwick.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]
TextArray = NDArray[np.object_]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only view, so that a frozen record is frozen to the last number."""
    view = array.view()
    view.flags.writeable = False
    return view


MAX_VALUE = 1e100
"""Largest number of a measure: sums and squares of a million of them, times kilometres, are still numbers."""


@dataclass(frozen=True, eq=False)
class UnitTable:
    """The ordered units of one study.

    Attributes
    ----------
    ids
        Unique text ids, shape (n,).
    coordinates
        Shape (n, 2). Longitude and latitude in degrees (WGS 84), or ``x, y`` in km if ``is_planar``.
    is_planar
        True if the coordinates are already projected; then distances are straight lines.
    measures
        Name → non-negative numbers, shape (n,): what adds up over a territory.
    names
        Text for people, shape (n,); the ids where nothing better is known.
    attributes
        Name → text, shape (n,): every other column, empty text where missing.
    shapes
        Shapely polygons or None, shape (n,); None for the whole table if the units are points.
    placed_by
        How each position was found, shape (n,): ``coordinates``, ``shape``, ``postcode`` or ``place``.

    Raises
    ------
    InputError
        If lengths differ, an id repeats, a position is not finite or impossible, or a measure is negative or not finite.
    """

    ids: TextArray
    coordinates: FloatArray
    measures: Mapping[str, FloatArray] = field(default_factory=dict)
    is_planar: bool = False
    names: TextArray | None = None
    attributes: Mapping[str, TextArray] = field(default_factory=dict)
    shapes: NDArray[np.object_] | None = None
    placed_by: TextArray | None = None

    def __post_init__(self) -> None:
        ids = np.asarray(self.ids, dtype=object)
        coordinates = np.ascontiguousarray(self.coordinates, dtype=np.float64).reshape(-1, 2)
        measures = {name: np.ascontiguousarray(v, dtype=np.float64) for name, v in self.measures.items()}
        attributes = {name: np.asarray(v, dtype=object) for name, v in self.attributes.items()}
        for name, column in {"coordinates": coordinates, **measures, **attributes}.items():
            if len(column) != len(ids):
                raise InputError(f"{name} has {len(column)} rows but there are {len(ids)} ids", code="length", field=name)
        _check_ids(ids)
        _check_coordinates(ids, coordinates, is_planar=self.is_planar)
        for name, values in measures.items():
            _check_measure(ids, name, values)
        set_ = object.__setattr__
        set_(self, "ids", frozen(ids))
        set_(self, "coordinates", frozen(coordinates))
        set_(self, "measures", MappingProxyType({k: frozen(v) for k, v in measures.items()}))
        set_(self, "attributes", MappingProxyType({k: frozen(v) for k, v in attributes.items()}))
        for name in ("names", "shapes", "placed_by"):
            column = getattr(self, name)
            if column is not None:
                set_(self, name, frozen(np.asarray(column, dtype=object)))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.ids)

    @property
    def labels(self) -> TextArray:
        """Names where known, else ids, shape (n,)."""
        return self.ids if self.names is None else self.names

    def take(self, unit_idx: NDArray[np.integer]) -> UnitTable:
        """The units of these indices, in this order, with all their columns.

        Examples
        --------
        >>> table = UnitTable(["a", "b"], [[0, 0], [1, 1]], {"people": [3.0, 4.0]})
        >>> table.take(np.array([1])).measures["people"].tolist()
        [4.0]
        """
        optional = {name: getattr(self, name) for name in ("names", "shapes", "placed_by")}
        return UnitTable(
            ids=self.ids[unit_idx],
            coordinates=self.coordinates[unit_idx],
            measures={name: values[unit_idx] for name, values in self.measures.items()},
            is_planar=self.is_planar,
            attributes={name: texts[unit_idx] for name, texts in self.attributes.items()},
            **{name: None if column is None else column[unit_idx] for name, column in optional.items()},
        )


def _check_ids(ids: TextArray) -> None:
    if len(set(ids.tolist())) == len(ids):
        return
    seen: set[str] = set()
    for unit_id in ids:
        if unit_id in seen:
            raise InputError(f"unit id {unit_id!r} appears more than once; ids must be unique", code="duplicate_id", field="id")
        seen.add(unit_id)


def _check_coordinates(ids: TextArray, coordinates: FloatArray, *, is_planar: bool) -> None:
    bad = ~np.isfinite(coordinates).all(axis=1)
    if not is_planar:
        bad |= (np.abs(coordinates[:, 0]) > 180) | (np.abs(coordinates[:, 1]) > 90)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"{counted(int(bad.sum()), 'unit has', 'units have')} no usable position; the first is {ids[first]!r} with "
            f"{coordinates[first].tolist()}. Expected longitude -180..180 and latitude -90..90, or planar x and y in km",
            code="position",
            field="coordinates",
        )


def _check_measure(ids: TextArray, name: str, values: FloatArray) -> None:
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"measure {name!r} must be zero or more everywhere; {counted(int(bad.sum()), 'value is', 'values are')} not, "
            f"the first is {values[first]} of unit {ids[first]!r}",
            code="measure",
            field=name,
        )
    if len(values) and values.max() > MAX_VALUE:
        most = int(values.argmax())
        raise InputError(
            f"measure {name!r} has {values[most]:g} for unit {ids[most]!r}; expected numbers up to {MAX_VALUE:g}: "
            "correct it, or choose a larger unit of measure",
            code="measure",
            field=name,
        )
