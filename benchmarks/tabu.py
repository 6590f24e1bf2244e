# ruff: noqa: NPY002, C901 - compiled loops: numba has its own random source
"""A compiled tabu search for commercial territories as a peer: `python benchmarks/tabu.py --seconds 1800 --units 2000 --territories 50`.

After Ríos-Mercado & Fernández (2009) and Ríos-Mercado & Escalante (2016): randomised greedy construction that grows connected
territories, then moves of one unit to a territory that it touches, excess priced and the price raised and lowered (strategic
oscillation), reactive tenure, restarts by turns from the best plan and from a new construction. The largest diameter alone is a
plateau, so that the search follows Σ (diameter ÷ best)^8. Seconds are those of the processor. Our plan stands beside it; both are
judged by `verdict.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import numba
import numpy as np
from families import Instance, commercial
from literature import design, warm
from scipy.sparse import coo_matrix
from verdict import verdict

POWER = 8
STEPS = 1_000  # iterations between two looks at the clock
PATIENCE = 20_000  # iterations without a better plan until a restart


@numba.njit(cache=True)
def grow(xy, weight, start, neighbour, k, seed):
    """Connected territories grown from spread seeds: the lightest takes one of the nearest units that touch it."""
    np.random.seed(seed)
    n = len(xy)
    label = np.full(n, -1)
    centre = xy[_spread(xy, k)].copy()
    for _ in range(15):
        _lloyd(xy, centre)
    load = np.zeros(k)
    for j in range(k):
        best, at = np.inf, -1
        for i in range(n):
            d = ((xy[i] - centre[j]) ** 2).sum()
            if label[i] < 0 and d < best:
                best, at = d, i
        label[at] = j
        load[j] += weight[at]
    is_closed = np.zeros(k, numba.boolean)
    for _ in range(n * 2 + k):
        j, least = -1, np.inf
        for c in range(k):
            if not is_closed[c] and load[c] < least:
                j, least = c, load[c]
        if j < 0:
            break
        best, at = np.inf, -1
        for i in range(n):
            if label[i] < 0:
                for e in range(start[i], start[i + 1]):
                    if label[neighbour[e]] == j:
                        d = np.sqrt(((xy[i] - centre[j]) ** 2).sum()) * np.random.uniform(1.0, 1.3)
                        if d < best:
                            best, at = d, i
                        break
        if at < 0:
            is_closed[j] = True
        else:
            label[at] = j
            load[j] += weight[at]
    return label


@numba.njit(cache=True)
def _spread(xy, k):
    n = len(xy)
    chosen = np.empty(k, np.int64)
    away = np.full(n, np.inf)
    chosen[0] = np.random.randint(n)
    for j in range(1, k):
        for i in range(n):
            away[i] = min(away[i], ((xy[i] - xy[chosen[j - 1]]) ** 2).sum())
        chosen[j] = np.searchsorted(np.cumsum(away), np.random.random() * away.sum())
    return chosen


@numba.njit(cache=True)
def _lloyd(xy, centre):
    total, count = np.zeros_like(centre), np.zeros(len(centre))
    for i in range(len(xy)):
        best, at = np.inf, 0
        for j in range(len(centre)):
            d = (xy[i, 0] - centre[j, 0]) ** 2 + (xy[i, 1] - centre[j, 1]) ** 2
            if d < best:
                best, at = d, j
        total[at] += xy[i]
        count[at] += 1
    for j in range(len(centre)):
        if count[j]:
            centre[j] = total[j] / count[j]


@numba.njit(cache=True)
def _widest(xy, member, size, without):
    """The diameter of a territory without one unit (−1: of all), and its two ends."""
    best, a, b = 0.0, -1, -1
    for p in range(size):
        i = member[p]
        if i != without:
            for q in range(p):
                h = member[q]
                d = (xy[i, 0] - xy[h, 0]) ** 2 + (xy[i, 1] - xy[h, 1]) ** 2
                if h != without and d > best:
                    best, a, b = d, i, h
    return np.sqrt(best), a, b


@numba.njit(cache=True)
def _reach(xy, member, size, i):
    best = 0.0
    for p in range(size):
        best = max(best, (xy[i, 0] - xy[member[p], 0]) ** 2 + (xy[i, 1] - xy[member[p], 1]) ** 2)
    return np.sqrt(best)


@numba.njit(cache=True)
def _excess(load, tolerance):
    total = 0.0
    for m in range(len(load)):
        total += max(0.0, abs(load[m] - 1.0) - tolerance)
    return total


@numba.njit(cache=True)
def _may_leave(i, label, start, neighbour, mark, stack, stamp):
    """Whether the territory of i hangs together without it: exact, breadth first."""
    own, wanted, first = label[i], 0, -1
    for e in range(start[i], start[i + 1]):
        if label[neighbour[e]] == own:
            wanted += 1
            first = neighbour[e]
            mark[first] = -stamp
    if wanted <= 1:
        return wanted == 1
    mark[i] = stamp
    top, stack[0] = 1, first
    mark[first] = stamp
    wanted -= 1
    while top and wanted:
        top -= 1
        u = stack[top]
        for e in range(start[u], start[u + 1]):
            v = neighbour[e]
            if label[v] == own and mark[v] != stamp:
                wanted -= mark[v] == -stamp
                mark[v] = stamp
                stack[top] = v
                top += 1
    return wanted == 0


@numba.njit(cache=True)
def members(label, k):
    """Members per territory, shape (k, n), and their number."""
    member, size = np.empty((k, len(label)), np.int64), np.zeros(k, np.int64)
    place = np.empty(len(label), np.int64)
    for i in range(len(label)):
        place[i] = size[label[i]]
        member[label[i], place[i]] = i
        size[label[i]] += 1
    return member, size, place


@numba.njit(cache=True)
def search(xy, load_of, tolerance, start, neighbour, label, k, until, expires, price, tenure, best_label, best, seed):
    """Run `STEPS` iterations in place; returns the best diameter of a feasible plan, the price and whether a better one was found."""
    np.random.seed(seed)
    n = len(xy)
    member, size, place = members(label, k)
    load, width, end = np.zeros((k, load_of.shape[1])), np.zeros(k), np.empty((k, 2), np.int64)
    for i in range(n):
        load[label[i]] += load_of[i]
    for j in range(k):
        width[j], end[j, 0], end[j, 1] = _widest(xy, member[j], size[j], -1)
    mark, stack = np.zeros(n, np.int64), np.empty(n, np.int64)
    stamp, found = 0, False
    for step in range(STEPS):
        scale = min(best, width.max())
        wide = np.argmax(width)
        # moves touch one territory that asks for them, or the many moves that cost nothing elsewhere would always be the best
        focus, n_out = wide, 0
        if np.random.random() < 0.8:
            for j in range(k):
                if _excess(load[j], tolerance) > 1e-12:
                    n_out += 1
                    if np.random.randint(n_out) == 0:
                        focus = j
        chosen_gain, chosen, target = np.inf, -1, -1
        for i in range(n):
            a = label[i]
            if size[a] < 2:
                continue
            narrow, legal = -1.0, 0
            for e in range(start[i], start[i + 1]):
                b = label[neighbour[e]]
                if b == a or (a != focus and b != focus):
                    continue
                if narrow < 0:
                    is_end = i == end[a, 0] or i == end[a, 1]
                    narrow = _widest(xy, member[a], size[a], i)[0] if is_end else width[a]
                broad = max(width[b], _reach(xy, member[b], size[b], i))
                off = _excess(load[a] - load_of[i], tolerance) + _excess(load[b] + load_of[i], tolerance)
                off -= _excess(load[a], tolerance) + _excess(load[b], tolerance)
                gain = (narrow / scale) ** POWER + (broad / scale) ** POWER - (width[a] / scale) ** POWER - (width[b] / scale) ** POWER
                gain += price * off
                # a forbidden move is allowed only where the widest territory gets narrower without more excess
                if expires[i, b] > until + step and not (a == wide and off <= 0 and max(narrow, broad) < scale):
                    continue
                if gain < chosen_gain:
                    if legal == 0:
                        stamp += 1
                        legal = 1 if _may_leave(i, label, start, neighbour, mark, stack, stamp) else -1
                    if legal > 0:
                        chosen_gain, chosen, target = gain, i, b
        if chosen < 0:
            continue
        a = label[chosen]
        last = member[a, size[a] - 1]
        member[a, place[chosen]], place[last] = last, place[chosen]
        size[a] -= 1
        member[target, size[target]], place[chosen] = chosen, size[target]
        size[target] += 1
        load[a] -= load_of[chosen]
        load[target] += load_of[chosen]
        label[chosen] = target
        expires[chosen, a] = until + step + tenure + np.random.randint(tenure)
        for j in (a, target):
            width[j], end[j, 0], end[j, 1] = _widest(xy, member[j], size[j], -1)
        total = 0.0
        for j in range(k):
            total += _excess(load[j], tolerance)
        if total <= 1e-9:
            price = max(price * 0.995, 0.05)
            if width.max() < best - 1e-9:
                best, found = width.max(), True
                best_label[:] = label
        else:
            price = min(price * 1.005, 200.0)
    return best, price, found


def tabu(instance: Instance, seconds: float, seed: int) -> tuple[np.ndarray | None, list[tuple[float, float]], int]:
    """The best plan that keeps the rules (None if none did), diameters over the seconds of the processor, number of iterations."""
    assert instance.edges is not None
    n, k = len(instance.xy), instance.k
    a, b = instance.edges.T
    graph = coo_matrix((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, a])), (n, n)).tocsr()
    start, neighbour = graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
    load_of = np.column_stack([values / (values.sum() / k) for values in instance.measures.values()])
    rng = np.random.default_rng(seed)
    weight, best_label, best = load_of.mean(axis=1), np.zeros(n, np.int64), np.inf
    label, expires, price, tenure = _fresh(instance, weight, start, neighbour, rng), np.zeros((n, k), np.int64), 1.0, 10
    course: list[tuple[float, float]] = []
    begun, done, better_at, restarts = time.process_time(), 0, 0, 0
    while time.process_time() - begun < seconds:
        is_known = (start, neighbour, label, k, done, expires, price, tenure, best_label, best, int(rng.integers(2**31)))
        best, price, found = search(instance.xy, load_of, 0.05, *is_known)
        done += STEPS
        if found:
            better_at, tenure = done, 10
            course.append((time.process_time() - begun, float(best)))
        elif done - better_at >= PATIENCE:
            restarts, better_at, tenure, price = restarts + 1, done, 10, 1.0
            is_new = restarts % 4 == 0 or not np.isfinite(best)
            label = _fresh(instance, weight, start, neighbour, rng) if is_new else best_label.copy()
        elif (done - better_at) % 5_000 == 0:
            tenure = min(2 * tenure, n // 10)
    return (best_label if np.isfinite(best) else None), course, done


def _fresh(instance: Instance, weight: np.ndarray, start: np.ndarray, neighbour: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(grow(instance.xy, weight, start, neighbour, instance.k, int(rng.integers(2**31))))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1800.0, help="of the processor, for the tabu search")
    parser.add_argument("--units", type=int, default=2_000)
    parser.add_argument("--territories", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip-ours", action="store_true", help="the peer alone")
    options = parser.parse_args()
    tabu(commercial(200, 5, 9), 0.1, 0)
    instance = commercial(options.units, options.territories, 1)
    label, course, done = tabu(instance, options.seconds, options.seed)
    row = {"name": instance.name, "seed": options.seed, "tabu_seconds_of_processor": options.seconds, "tabu_iterations": done}
    if label is not None:
        judged = verdict(instance, label)
        row |= {"tabu_diameter": judged.objective, "tabu_keeps_rules": judged.is_feasible, "tabu_course": course[-1]}
    if not options.skip_ours:
        warm()
        plan, seconds, spent = design(instance, seed=options.seed)
        judged = verdict(instance, plan.result.territory_idx)
        row |= {"our_seconds": seconds, "our_seconds_of_processor": spent}
        row |= {"our_diameter": judged.objective, "our_plan_keeps_rules": judged.is_feasible}
    print(json.dumps(row, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
