"""Compile the engine's loops, which are then on disk for every process; `make test` does it beside checks that leave a core idle."""

from __future__ import annotations

import numpy as np

import bailiwick as bw

N_UNITS, N_TERRITORIES = 300, 5


def main() -> None:
    """Design by every objective, connected and not, and realign."""
    rng = np.random.default_rng(0)
    places = rng.uniform(0.0, 100.0, (N_UNITS, 2))
    units = {"id": np.arange(N_UNITS), "x": places[:, 0], "y": places[:, 1], "calls": rng.integers(1, 9, N_UNITS)}
    wanted = {"territories": N_TERRITORIES, "balance": {"calls": 0.05}, "is_planar": True}
    for objective in ("distance", "inertia", "diameter"):
        plan = bw.design(units, objective=objective, **wanted)
    bw.design(units, adjacency="none", **wanted)
    today = {**units, "rep": np.char.add("T", plan.result.territory_idx.astype(str))}
    bw.realign(today, current="rep", balance={"calls": 0.02}, is_planar=True)


if __name__ == "__main__":
    main()
