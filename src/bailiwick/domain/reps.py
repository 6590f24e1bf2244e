"""Sales reps: who can hold a territory, from where, and with how much capacity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain.notice import Notice
from bailiwick.domain.units import FloatArray, TextArray, frozen
from bailiwick.errors import InputError


@dataclass(frozen=True, eq=False)
class RepTable:
    """The ordered reps (or positions) of one study.

    Attributes
    ----------
    ids
        Unique text ids, shape (k,).
    coordinates
        Homes, shape (k, 2): longitude and latitude in degrees, or ``x, y`` in km if ``is_planar``. NaN where the home is not
        known or the position is vacant: its territory gets a free centre.
    capacity
        Positive numbers, shape (k,), in any unit that is the same for all (full-time equivalents, hours a year); if empty, 1.0 each.
    is_planar
        True if the coordinates are already projected.
    names
        Text for people, shape (k,); the ids where nothing better is known.
    attributes
        Name → text, shape (k,): every other column.
    placed_by
        How each home was found, shape (k,): ``coordinates``, ``postcode``, ``place`` or empty text.
    notices
        What was guessed or repaired while reading.

    Raises
    ------
    InputError
        If there are no reps, lengths differ, an id repeats, a home is impossible or a capacity is not positive.

    Examples
    --------
    >>> reps = RepTable(np.array(["a", "b"], object), np.array([[8.5, 47.4], [np.nan, np.nan]]))
    >>> reps.n_reps, reps.has_home.tolist(), reps.capacity.tolist()
    (2, [True, False], [1.0, 1.0])
    """

    ids: TextArray
    coordinates: FloatArray
    capacity: FloatArray = field(default_factory=lambda: np.empty(0))
    is_planar: bool = False
    names: TextArray | None = None
    attributes: Mapping[str, TextArray] = field(default_factory=dict)
    placed_by: TextArray | None = None
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        ids = np.asarray(self.ids, dtype=object)
        coordinates = np.array(self.coordinates, dtype=np.float64).reshape(-1, 2)
        coordinates[np.isnan(coordinates).any(axis=1)] = np.nan
        capacity = np.array(self.capacity, dtype=np.float64) if len(self.capacity) else np.ones(len(ids))
        attributes = {name: np.asarray(values, dtype=object) for name, values in self.attributes.items()}
        for name, column in {"coordinates": coordinates, "capacity": capacity, **attributes}.items():
            if len(column) != len(ids):
                raise InputError(f"{name} has {len(column)} rows but there are {len(ids)} reps", code="length", field=name)
        _check(ids, coordinates, capacity, is_planar=self.is_planar)
        set_ = object.__setattr__
        set_(self, "ids", frozen(ids))
        set_(self, "coordinates", frozen(coordinates))
        set_(self, "capacity", frozen(capacity))
        set_(self, "attributes", MappingProxyType({name: frozen(values) for name, values in attributes.items()}))
        for name in ("names", "placed_by"):
            values = getattr(self, name)
            if values is not None:
                set_(self, name, frozen(np.asarray(values, dtype=object)))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def n_reps(self) -> int:
        """Number of reps."""
        return len(self.ids)

    @property
    def labels(self) -> TextArray:
        """Names where known, else ids, shape (k,)."""
        return self.ids if self.names is None else self.names

    @property
    def has_home(self) -> NDArray[np.bool_]:
        """Mask of the reps whose home is known, shape (k,)."""
        return ~np.isnan(self.coordinates[:, 0])


def _check(ids: TextArray, coordinates: FloatArray, capacity: FloatArray, *, is_planar: bool) -> None:
    if not len(ids):
        raise InputError("there are no reps", code="no_reps", field="reps")
    seen: set[str] = set()
    for rep_id in ids:
        if rep_id in seen:
            raise InputError(f"rep id {rep_id!r} appears more than once; ids must be unique", code="duplicate_id", field="id")
        seen.add(rep_id)
    known = np.isfinite(coordinates).all(axis=1)
    limits = np.array([np.inf, np.inf]) if is_planar else np.array([180.0, 90.0])
    bad = known & (np.abs(coordinates) > limits).any(axis=1) | np.isinf(coordinates).any(axis=1)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"the home of rep {ids[row]!r} is at {coordinates[row].tolist()}; expected longitude -180..180 and latitude -90..90",
            code="position",
            field="coordinates",
        )
    bad = ~(np.isfinite(capacity) & (capacity > 0))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"the capacity of rep {ids[row]!r} is {capacity[row]}; expected a positive number", code="capacity", field="capacity"
        )
