"""What does balance cost? The same 200 shops in six territories, with tolerances from 20 % down to 2 %.

Prints the mean distance and the gap for each tolerance: the narrower, the more driving.
"""

from __future__ import annotations

import numpy as np

import bailiwick as bw


def shops(n: int = 200, seed: int = 7) -> dict[str, np.ndarray]:
    """Shops in a square of 200 km, more of them and larger ones near three towns."""
    rng = np.random.default_rng(seed)
    towns = np.array([[40.0, 50.0], [150.0, 60.0], [90.0, 160.0]])
    xy = np.vstack([rng.normal(towns[i % 3], 18.0) if i % 2 else rng.uniform(0.0, 200.0, 2) for i in range(n)])
    sales = rng.lognormal(3.0, 0.5, n) * np.where(np.arange(n) % 2, 1.5, 1.0)
    return {"id": np.array([f"S{i:03d}" for i in range(n)]), "x": xy[:, 0], "y": xy[:, 1], "sales": sales.round(1)}


def main() -> None:
    units = shops()
    print("tolerance  largest deviation  mean distance      gap")
    for tolerance in (0.20, 0.05, 0.02):
        plan = bw.design(units, territories=6, balance={"sales": tolerance}, is_planar=True)
        largest = float(np.abs(plan.evaluation.deviations).max())
        print(f"{tolerance:9.0%}  {largest:17.1%}  {plan.evaluation.mean_distance_km:10.2f} km  {plan.gap:7.2%}")


if __name__ == "__main__":
    main()
