"""Awkward graphs, small enough to count every plan: `python benchmarks/awkward.py --seeds 2`.

Says for each instance whether any plan keeps every rule, whether ours does, and how far ours is above the best of all.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator

import numpy as np
from families import Instance
from literature import design
from verdict import objective, verdict

from bailiwick.errors import BailiwickError

Pairs = list[tuple[int, int]]
PATH: Pairs = [(i, i + 1) for i in range(8)]
STAR: Pairs = [(0, i) for i in range(1, 9)]
TREE: Pairs = [((i - 1) // 2, i) for i in range(1, 9)]
BARBELL: Pairs = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (4, 6), (5, 6), (5, 7), (6, 7), (7, 8)]
ISLANDS: Pairs = [(0, 1), (1, 2), (3, 4), (4, 5), (6, 7), (7, 8)]
RING: Pairs = [(0, 1), (1, 2), (0, 3), (2, 5), (3, 6), (5, 8), (6, 7), (7, 8)]
GRID: Pairs = [(i, i + 1) for i in range(9) if i % 3 < 2] + [(i, i + 3) for i in range(6)]


def awkward() -> Iterator[Instance]:
    """All of them: nine units each."""
    lattice = np.array([(float(i % 3), float(i // 3)) for i in range(9)])
    ones, uneven = np.ones(9), np.array([3.0, 1, 2, 5, 4, 2, 1, 3, 6])
    graphs = {"path": PATH, "star": STAR, "tree": TREE, "bridges": BARBELL, "islands": ISLANDS, "ring": RING, "grid": GRID}
    for name, edges in graphs.items():
        for k in (2, 3, 4):
            yield _instance(f"{name}, {k} territories", lattice, uneven, edges, k, 0.34)
    for k in (1, 8, 9):
        yield _instance(f"grid, {k} territories", lattice, ones, GRID, k, 0.2)
    yield _instance("heavy unit", lattice, np.r_[ones[:8], 20.0], GRID, 3, 0.1)
    yield _instance("half weigh nothing", lattice, ones * (np.arange(9) % 2), GRID, 2, 0.05)
    yield _instance("all weigh nothing", lattice, 0 * ones, GRID, 3, 0.05)
    yield _instance("narrow window", lattice, np.array([100.0, 101, 99, 100, 100, 101, 99, 100, 100]), GRID, 3, 0.005)
    places = {
        "one line": lattice * [1, 0],
        "one place": lattice * 0,
        "negative": lattice - 1e4,
        "huge": lattice * 1e6,
        "tiny": lattice * 1e-6,
    }
    for name, xy in places.items():
        yield _instance(f"in {name}" if "one" in name else f"{name} coordinates", xy, ones, GRID, 3, 0.05)
    yield _instance("repeated and one-sided pairs", lattice, ones, [*GRID, *GRID[:4], *((b, a) for a, b in GRID[2:6]), (4, 4)], 3, 0.05)
    yield _instance("no pairs at all", lattice, ones, [], 3, 0.05)


def _instance(name: str, xy: np.ndarray, weight: np.ndarray, edges: Pairs, k: int, tolerance: float) -> Instance:
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return Instance("awkward", name, xy, {"work": weight}, {"work": tolerance}, pairs, k, "inertia")


def least(instance: Instance) -> float | None:
    """The least objective of all plans that keep every rule; None if there is none."""
    n, k = len(instance.xy), instance.k
    weight, tolerance = instance.measures["work"], instance.tolerances["work"]
    assert tolerance is not None
    best: float | None = None
    for label in _partitions(n, k):
        loads = np.bincount(label, weights=weight, minlength=k)
        if np.all(np.abs(loads - weight.sum() / k) <= (tolerance + 1e-9) * weight.sum() / k) and not _in_pieces(instance.edges, label, k):
            value = objective(instance, label)
            best = value if best is None else min(best, value)
    return best


def _partitions(n: int, k: int) -> Iterator[np.ndarray]:
    """Every division of n units into k territories, each once: a territory is numbered by its first unit."""
    label = np.zeros(n, np.int64)

    def divide(i: int, used: int) -> Iterator[np.ndarray]:
        if i == n:
            yield label
        for j in range(min(used + 1, k) if i < n and n - i >= k - used else 0):
            label[i] = j
            yield from divide(i + 1, max(used, j + 1))

    for found in divide(0, 0):
        if found.max() == k - 1:
            yield found


def _in_pieces(edges: np.ndarray | None, label: np.ndarray, k: int) -> bool:
    root = list(range(len(label)))

    def find(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    n_pieces = len(label)
    for a, b in [] if edges is None else edges.tolist():
        if label[a] == label[b] and find(a) != find(b):
            root[find(a)] = find(b)
            n_pieces -= 1
    return n_pieces > k


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2)
    seeds = range(parser.parse_args().seeds)
    n_failed = 0
    for instance in awkward():
        best = least(instance)
        lines = [_judge(instance, seed, best) for seed in seeds]
        n_failed += sum(line.startswith("FAILED") for line in lines)
        print(f"{instance.name}: {' | '.join(lines)}", flush=True)
    print(f"{n_failed} failed")
    return int(n_failed > 0)


def _judge(instance: Instance, seed: int, best: float | None) -> str:
    begun = time.process_time()
    try:
        with warnings.catch_warnings(record=True):
            plan, _, _ = design(instance, seed=seed)
    except BailiwickError as error:
        return f"{'refused' if best is None else 'FAILED'}: {error}"
    except Exception as error:  # what a benchmark of crashes is for
        return f"FAILED: {type(error).__name__}: {error}"
    found = verdict(instance, plan.result.territory_idx)
    spent = time.process_time() - begun
    if best is None:
        return f"impossible; {found.n_outside} outside, {found.n_in_pieces} in pieces, {spent:.1f} s"
    if not found.is_feasible:
        return f"FAILED: {found.n_outside} outside, {found.n_in_pieces} in pieces, {found.n_empty} empty; possible"
    above = 100 * (found.objective / best - 1) if best else found.objective
    return f"{'FAILED' if above > 0.5 else 'kept'}, {above:.2f} % above the best, {spent:.1f} s"


if __name__ == "__main__":
    sys.exit(main())
