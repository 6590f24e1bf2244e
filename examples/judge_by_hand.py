"""Is the plan that grew over the years any good? Judge it, design another, and see what would have to move.

The old plan divides a county by longitude, as somebody once did with a ruler; the new one may be anything.
"""

from __future__ import annotations

import numpy as np

import bailiwick as bw


def accounts(n: int = 120, seed: int = 3) -> dict[str, np.ndarray]:
    """Accounts around two towns, with the hours they need in a year."""
    rng = np.random.default_rng(seed)
    towns = np.array([[-93.1, 45.0], [-92.5, 44.0]])
    lonlat = towns[rng.integers(0, 2, n)] + rng.normal(0.0, 0.25, (n, 2))
    hours = rng.choice([6.0, 12.0, 24.0], n, p=[0.5, 0.3, 0.2])
    return {"id": np.array([f"A{i:03d}" for i in range(n)]), "lon": lonlat[:, 0], "lat": lonlat[:, 1], "hours": hours}


def main() -> None:
    units = accounts()
    cuts = np.quantile(units["lon"], [0.25, 0.5, 0.75])
    by_ruler = {str(i): f"strip {np.searchsorted(cuts, lon)}" for i, lon in zip(units["id"], units["lon"], strict=True)}
    old = bw.evaluate(units, by_ruler, balance={"hours": 0.05})
    new = bw.design(units, territories=4, balance={"hours": 0.05})
    for name, plan in {"ruler": old, "designed": new}.items():
        largest = float(np.abs(plan.evaluation.deviations).max())
        print(f"{name:>8}: largest deviation {largest:.0%}, mean distance {plan.evaluation.mean_distance_km:.1f} km")
    difference = bw.compare(old.alignment, new.alignment)
    print(f"{len(difference.moved_unit_ids)} of {difference.n_common} accounts would change hands")


if __name__ == "__main__":
    main()
