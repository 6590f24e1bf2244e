"""Same input, same bytes: in fresh processes, whatever the number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import hashlib, sys, time
import numpy as np
sys.path.insert(0, sys.argv[1])
from tiny_instances import OBJECTIVES, grid, grid_pairs, problem
from bailiwick.design import solve
from bailiwick.design.front import sweep
from bailiwick.domain import Baseline

columns, rows, k = 160, 130, 12  # enough units for the loops that run on several threads
rng = np.random.default_rng(4)
points = np.array(grid(columns, rows)) / 8 + rng.normal(0, 0.02, (columns * rows, 2)) + [-100, 30]
people = {"people": rng.lognormal(0, 1, len(points))}
pairs = grid_pairs(columns, rows)
for objective in OBJECTIVES:
    for homes in (None, points[:: len(points) // k][:k]):
        asked = problem(points, k, measures=people, pairs=pairs, centres=homes, is_planar=False, objective=objective)
        plan = solve(asked, clock=time.perf_counter, seed=2, stop=lambda progress: progress.fraction > 0.01)
        digest = hashlib.sha256(plan.territory_idx.tobytes() + plan.centre_coordinates.tobytes()).hexdigest()[:16]
        # as plan.json gives it: the last of sixteen digits is not promised
        prices = plan.bound.prices.values.tobytes().hex() if plan.bound and plan.bound.prices else None
        bound = plan.bound and (f"{plan.bound.value:.12g}", prices)
        print(objective, homes is None, digest, plan.objective, bound)

columns, rows, k = 80, 50, 128  # enough territories for groups that are searched side by side
points = np.array(grid(columns, rows)) + rng.normal(0, 0.2, (columns * rows, 2))
people = {"people": rng.lognormal(0, 1, len(points)), "shops": rng.random(len(points))}
for objective in OBJECTIVES[:2]:
    for pairs in (grid_pairs(columns, rows), None):
        homes = points[:: len(points) // k][:k]
        asked = problem(points, k, measures=people, pairs=pairs, centres=homes, tolerance=0.2, objective=objective)
        plan = solve(asked, clock=time.perf_counter, seed=2, stop=lambda progress: progress.fraction > 0.4)
        digest = hashlib.sha256(plan.territory_idx.tobytes()).hexdigest()[:16]
        print(objective, pairs is None, digest, plan.objective)

small = np.array(grid(20, 12)) + rng.normal(0, 0.2, (240, 2))  # few enough for many starts, which are searched side by side
for objective in OBJECTIVES[:2]:
    people = {"people": rng.lognormal(0, 0.5, 240), "shops": rng.random(240)}
    asked = problem(small, 6, measures=people, pairs=grid_pairs(20, 12), tolerance=0.1, objective=objective)
    plan = solve(asked, clock=time.perf_counter, seed=2)
    digest = hashlib.sha256(plan.territory_idx.tobytes() + plan.centre_coordinates.tobytes()).hexdigest()[:16]
    print(objective, digest, plan.objective, plan.bound.prices.values.tobytes().hex())

today = np.arange(len(points)) % columns // 5 * 8 + np.arange(len(points)) // columns * 8 // rows
asked = problem(points, k, measures={"people": rng.lognormal(0, 0.3, len(points))}, tolerance=0.1, pairs=grid_pairs(columns, rows),
                baseline=Baseline(today.astype(np.int32), None, 1.0, None))
plan = solve(asked, clock=time.perf_counter, seed=2)
found = sweep(asked, clock=time.perf_counter, seed=2, stop=lambda progress: progress.fraction > 0.5)
for label in (plan.territory_idx, *found.territory_idx):
    print(hashlib.sha256(label.tobytes()).hexdigest()[:16])
"""


def designed(n_threads: int) -> str:
    threads = {name: str(n_threads) for name in ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    data = Path(__file__).resolve().parents[1] / "data"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(data)], capture_output=True, text=True, env={**os.environ, **threads}, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_number_of_threads_changes_nothing() -> None:
    one = designed(1)
    assert len(one.splitlines()) >= 12 + 3
    assert designed(2) == one
