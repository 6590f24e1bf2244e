"""Segments of units: columns of few different texts, as numbers that the map colours by."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import IntArray
from bailiwick_web.territories.models import Unit, UnitSet

MOST_CATEGORIES = 60
"""An attribute with more different values is a text, not a segment."""


def segments(unit_set: UnitSet, n_units: int) -> tuple[list[dict[str, Any]], dict[str, NDArray[np.uint16]]]:
    """Attributes of few different values: their categories, and the number of each unit's; 0 stands for none."""
    rows = Unit.objects.filter(unit_set=unit_set).order_by("idx").values_list("attributes", flat=True)
    found: dict[str, dict[str, int]] = {}
    codes: dict[str, NDArray[np.uint16]] = {}
    for i, row in enumerate(rows.iterator(chunk_size=5_000)):
        for key, value in row.items():
            if not isinstance(value, str) or not value:
                continue
            number = found.setdefault(key, {}).setdefault(value, len(found[key]) + 1)
            if number <= MOST_CATEGORIES:
                codes.setdefault(key, np.zeros(n_units, np.uint16))[i] = number
    kept = [key for key, values in found.items() if 2 <= len(values) <= MOST_CATEGORIES]
    return [{"key": key, "categories": list(found[key])} for key in kept], {key: codes[key] for key in kept}


def commonest(home_idx: IntArray, codes: NDArray[np.uint16], n_areas: int, n_categories: int) -> IntArray:
    """The category (from 1) that most accounts of an area have, shape (n_areas,); 0 where none has any, the first of equals.

    >>> commonest(np.array([0, 0, 0, 2]), np.array([2, 1, 2, 0], np.uint16), 3, 2)
    array([2, 0, 0], dtype=int32)
    """
    cells = home_idx.astype(np.int64) * (n_categories + 1) + codes
    counts = np.bincount(cells, minlength=n_areas * (n_categories + 1)).reshape(n_areas, -1)[:, 1:]
    return np.where(counts.any(axis=1), counts.argmax(axis=1) + 1, 0).astype(np.int32)
