"""One measurement of ours, in a process of its own; prints one JSON line.

python job.py BENCH_FOLDER calibrate
python job.py BENCH_FOLDER warm
python job.py BENCH_FOLDER case KEY
python job.py BENCH_FOLDER timed KEY
python job.py - growth N K
"""

from __future__ import annotations

import hashlib
import json
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from cases import CASES, Case, Neighbours
from instances import OWN, country, delaunay_edges, random_points, shifted

import bailiwick as bw
from bailiwick.design.bounds.disruption_floor import disruption_floors
from bailiwick.domain import Adjacency, UnitTable
from bailiwick.metrics import evaluate


def main(folder: str, task: str, *words: str) -> None:
    sys.path.insert(0, folder)
    if task == "calibrate":
        print(json.dumps(calibration()))
    elif task == "warm":
        warm()
    elif task == "case":
        print(json.dumps(measure_case(words[0])))
    elif task == "timed":
        print(json.dumps(measure_time(words[0])))
    else:
        print(json.dumps(measure_growth(int(words[0]), int(words[1]))))


def calibration() -> dict[str, Any]:
    """Seconds of the fixed piece of work, the median of three; and what ran it."""
    from common import calibrate

    seconds = statistics.median(calibrate() for _ in range(3))
    return {"seconds": seconds, "python": platform.python_version(), "numpy": np.__version__, "bailiwick": bw.__version__}


def warm() -> None:
    """Have everything compiled: peers come compiled, too."""
    data = random_points(200, 4)
    for neighbours in ("given", "own", "none"):
        solve(data, dict.fromkeys(data["names"], 0.2), neighbours)
        solve(data, {"calls": 0.2}, neighbours)
    data = country(25_000, 70)
    plan, _ = solve(data, {"calls": 0.2}, "own")  # the loops for several threads
    realign_after_shift(plan, data, {"calls": 0.05})


def realign_after_shift(today: bw.Plan, data: dict[str, Any], tolerances: dict[str, float]) -> bw.Plan:
    """The plan after its measure has shifted, in our own neighbour graph."""
    after = shifted(data["xy"], data["w"][:, 0])
    units = UnitTable(today.problem.units.ids, data["xy"], dict.fromkeys(tolerances, after), is_planar=True)
    current = dict(zip(units.ids, today.problem.territory_ids[today.result.territory_idx], strict=True))
    return bw.realign(units, current=current, balance=tolerances, adjacency="auto")


def measure_case(key: str) -> dict[str, Any]:
    """One of our configurations, judged by the judge that judges the peers."""
    from common import judge, load

    case = CASES[key]
    solve(random_points(60, 4), {"calls": 0.3, "accounts": 0.3}, case.neighbours)  # peers are imported before their clock starts, too
    if case.task != "design":
        return measure_shift(case, load(case.input_key.removesuffix("_shifted")), judge)
    data = OWN[case.input_key]() if case.input_key in OWN else load(case.input_key)
    plan, seconds = solve(data, case.tolerances, case.neighbours)
    used = peak_mb()
    if "edges" not in data:
        data["edges"] = delaunay_edges(data["xy"])
    verdict = judge(data, plan.result.territory_idx)
    outside = [int(count) for count in plan.evaluation.is_violating.sum(axis=0)]
    return {"seconds": seconds, "peak_mb": used, "gap": plan.gap, "outside": outside, "bound_holds_for": bound_words(plan), **verdict}


def measure_shift(case: Case, data: dict[str, Any], judge: Callable[[dict[str, Any], np.ndarray], dict[str, Any]]) -> dict[str, Any]:
    """Our own plan of the input is today's; its first measure shifts; then the realignment or the front is measured."""
    n, name = len(data["xy"]), next(iter(case.tolerances))
    today, _ = solve(data, case.tolerances, case.neighbours)
    after = shifted(data["xy"], data["w"][:, 0])
    units = UnitTable(np.arange(n).astype(str).astype(object), data["xy"], {name: after}, is_planar=True)
    current = dict(zip(today.problem.units.ids, today.problem.territory_ids[today.result.territory_idx], strict=True))
    settings = {"current": current, "balance": case.tolerances, "adjacency": Adjacency.from_pairs(n, data["edges"])}
    start = time.perf_counter()
    if case.task == "realign":
        plan = bw.realign(units, **settings)
        seconds, evaluation, gap = time.perf_counter() - start, plan.evaluation, plan.gap
    else:
        found = bw.front(units, **settings)
        seconds, evaluation, gap = time.perf_counter() - start, found.knee.evaluation, None
    used, floors = peak_mb(), disruption_floors(evaluation.problem)
    verdict = judge({**data, "w": after[:, None]}, evaluation.territory_idx)
    moved = {
        "moved_share": evaluation.number("moved_share"),
        "floor_anywhere": floors.anywhere,
        "floor_to_neighbours": floors.to_neighbours,
    }
    before = evaluate(evaluation.problem, today.result.territory_idx)
    outside = [int(count) for count in evaluation.is_violating.sum(axis=0)]
    moved["outside_before"] = int(before.number("violating_territories"))
    return {"seconds": seconds, "peak_mb": used, "gap": gap, "outside": outside, **moved, **verdict}


def measure_time(key: str) -> dict[str, Any]:
    """Seconds of the clock and of the processor for one design, and a digest of the plan."""
    from common import load

    case = CASES[key]
    solve(random_points(60, 4), {"calls": 0.3, "accounts": 0.3}, case.neighbours)
    data = load(case.input_key)
    before = time.process_time()
    plan, seconds = solve(data, case.tolerances, case.neighbours)
    digest = hashlib.sha256(plan.result.territory_idx.tobytes()).hexdigest()
    return {"seconds": seconds, "cpu_seconds": time.process_time() - before, "plan": digest, "stages": plan.result.timings_seconds}


def measure_growth(n: int, k: int) -> dict[str, Any]:
    """One point of the growth curves: one measure ±5 %, connected, neighbour graph included."""
    data = country(n, k)
    plan, seconds = solve(data, {"calls": 0.05}, "own")
    deviation = float(np.abs(plan.evaluation.deviations).max())
    return {"n": n, "k": k, "seconds": seconds, "peak_mb": peak_mb(), "max_deviation": deviation, "gap": plan.gap}


def solve(data: dict[str, Any], tolerances: dict[str, float], neighbours: Neighbours) -> tuple[bw.Plan, float]:
    """A plan through the public library, and the seconds it took."""
    n = len(data["xy"])
    measures = {str(name): column for name, column in zip(data["names"], data["w"].T, strict=True)}
    units = UnitTable(np.arange(n).astype(str).astype(object), data["xy"], measures, is_planar=True)
    given = Adjacency.from_pairs(n, data["edges"]) if neighbours == "given" else {"own": "auto", "none": "none"}[neighbours]
    start = time.perf_counter()
    plan = bw.design(units, territories=data["K"], balance=tolerances, adjacency=given)
    return plan, time.perf_counter() - start


def bound_words(plan: bw.Plan) -> str:
    return "" if plan.result.bound is None else plan.result.bound.holds_for


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
