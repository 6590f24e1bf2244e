"""Tables of units that have an owner today, for realignment."""

from __future__ import annotations

from typing import Any

import numpy as np

LINE: dict[str, list[Any]] = {
    "id": list("abcd"),
    "x": [0, 1, 8, 9],
    "y": [0, 0, 0, 0],
    "people": [3, 2, 2, 3],
    "rep": ["Ann", "Ann", "Ann", "Bob"],
}


def towns(n_columns: int = 12, n_rows: int = 10) -> dict[str, Any]:
    """Four territories in quarters of a grid; the market of the first has grown."""
    rng = np.random.default_rng(4)
    column, row = np.tile(np.arange(n_columns), n_rows), np.repeat(np.arange(n_rows), n_columns)
    people = rng.integers(5, 15, n_columns * n_rows).astype(float)
    west, south = column < n_columns / 2, row < n_rows / 2
    return {
        "id": [f"u{i}" for i in range(len(column))],
        "x": column.astype(float),
        "y": row.astype(float),
        "people": np.where(west & south, 1.5 * people, people),
        "revenue": rng.lognormal(3, 1, len(column)).round(1),
        "rep": np.where(west, np.where(south, "Ann", "Bob"), np.where(south, "Cid", "Dee")),
    }
