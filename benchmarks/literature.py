"""Our plans on instances of the literature: `python benchmarks/literature.py --date YYYY-MM-DD`.

Every plan is judged by `verdict.py` and compared with the optimum where HiGHS finds it, else with a proven bound. A run with a date is kept
in `benchmarks/results/literature.json` and in the table of `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from exact import diameter_floor, optimum
from families import Instance, commercial, county_region, p_median, tracts, zip_region
from verdict import verdict

import bailiwick as bw
from bailiwick.domain import Adjacency, Measure, UnitTable

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "literature.json"
PAGE = HERE.parent / "docs" / "benchmarks.md"
START, END = "<!-- literature: made by benchmarks/literature.py -->", "<!-- end of literature -->"
TITLES = {
    "p-median": "Capacitated p-median, Σ distance",
    "commercial": "Commercial territories, three activities ±5 %, connected, largest diameter",
    "inertia": "Least inertia, people ±0.5 %, connected",
}
SEEDS = 3
SMALL = {"p-median": 50, "inertia": 60, "commercial": 0}
"""Units up to which the optimum is looked for."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=HERE.parent.parent / "shared" / "bench", help="folder with common.py and inputs/")
    parser.add_argument("--only", choices=sorted(TITLES), help="this family only")
    parser.add_argument("--most-units", type=int, default=10_000, help="leave out what is larger")
    parser.add_argument("--exact-seconds", type=float, default=120.0, help="time limit of one integer programme")
    parser.add_argument("--date", default="", help="day of the run, YYYY-MM-DD; without it nothing is kept")
    options = parser.parse_args()
    warm()
    rows = []
    for instance in instances(options.bench):
        if len(instance.xy) <= options.most_units and options.only in (None, instance.family):
            rows.append(measure(instance, options.exact_seconds))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
            if options.date:
                keep(rows, options.date)
    print(render(rows))
    return 0


def warm() -> None:
    """Have everything compiled before the clock starts."""
    for instance in (p_median(80, 4, 9), commercial(80, 4, 9), tracts(80, 4, 9)):
        design(instance, seed=0)


def instances(bench: Path) -> Iterator[Instance]:
    """All of them, those first that ask for most."""
    yield from (commercial(n, k, 1) for n, k in ((10_000, 160), (5_000, 80), (2_000, 50), (1_000, 20), (500, 10)))
    yield from (tracts(n, k, 1) for n, k in ((5_000, 50), (3_000, 18), (2_000, 8)))
    if (bench / "common.py").is_file():
        sys.path.insert(0, str(bench))
        from common import load

        load_fn: Callable[[str], dict[str, Any]] = load
        yield from (zip_region(load_fn, n, k, at) for n, k, at in ((5_000, 50, 15_000), (3_000, 18, 20_000), (2_000, 8, 9_000)))
        yield county_region(load_fn, 1_000, 12, 500)
    yield from (p_median(n, k, 1) for n, k in ((3_038, 600), (402, 30), (100, 10), (50, 5)))
    yield from (tracts(n, k, 1) for n, k in ((300, 15), (150, 8), (60, 4), (40, 3)))


def measure(instance: Instance, exact_seconds: float) -> dict[str, Any]:
    """One row: the middle time over some seeds, the worst plan and the best one."""
    found = [design(instance, seed=seed) for seed in range(SEEDS)]
    verdicts = [verdict(instance, plan.result.territory_idx) for plan, _, _ in found]
    values = [one.objective for one in verdicts]
    best, is_proven, holds = _proven(instance, found, exact_seconds)
    return {
        "family": instance.family,
        "name": instance.name,
        "seconds": float(np.median([seconds for _, seconds, _ in found])),
        "seconds_of_processor": float(np.median([cpu for _, _, cpu in found])),
        "seeds": len(found),
        "feasible": sum(one.is_feasible for one in verdicts),
        "outside": max(one.n_outside for one in verdicts),
        "in_pieces": max(one.n_in_pieces for one in verdicts),
        "deviation": max(one.deviation for one in verdicts),
        "best": min(values),
        "worst": max(values),
        "proven": best,
        "is_optimum": is_proven,
        "holds_for": holds,
    }


def design(instance: Instance, *, seed: int) -> tuple[bw.Plan, float, float]:
    """A plan through the public library, and its seconds of the clock and of the processor."""
    n = len(instance.xy)
    units = UnitTable(np.arange(n).astype(str).astype(object), instance.xy, instance.measures, is_planar=True)
    adjacency = "none" if instance.edges is None else Adjacency.from_pairs(n, instance.edges)
    balance = [Measure(name, tolerance) for name, tolerance in instance.tolerances.items()]
    begun, worked = time.perf_counter(), time.process_time()
    plan = bw.design(units, territories=instance.k, balance=balance, adjacency=adjacency, objective=instance.objective, seed=seed)
    return plan, time.perf_counter() - begun, time.process_time() - worked


def _proven(instance: Instance, found: list[tuple[bw.Plan, float, float]], exact_seconds: float) -> tuple[float | None, bool, str]:
    """A value that no plan is below, whether it is the optimum, and for which plans it holds."""
    if instance.objective == "diameter":
        return diameter_floor(instance), False, "all plans"
    if len(instance.xy) <= SMALL[instance.family]:
        solved = optimum(instance, time_limit=exact_seconds)
        return solved.bound, solved.value is not None and solved.bound > (1 - 1e-5) * solved.value, "all plans"
    bounds = [plan.result.bound for plan, _, _ in found]
    best = min(range(len(found)), key=lambda at: found[at][0].result.objective)
    bound = bounds[best]
    return (None, False, "") if bound is None else (bound.value, False, "its centres")


def render(rows: list[dict[str, Any]]) -> str:
    """The rows as Markdown, one table per family."""
    parts = []
    for family, title in TITLES.items():
        mine = [row for row in rows if row["family"] == family]
        if mine:
            columns = ("units → territories", "seconds", "of the processor", "rules kept", "best", "worst", "above what is proven")
            head = f"| {' | '.join(columns)} |\n|---|{'---:|' * (len(columns) - 1)}\n"
            parts.append(f"### {title}\n\n{head}{''.join(_line(row) for row in mine)}")
    return "\n".join(parts)


def _line(row: dict[str, Any]) -> str:
    kept = f"{row['feasible']} / {row['seeds']}"
    if row["feasible"] < row["seeds"]:
        kept += f" ({row['outside']} outside, {row['in_pieces']} in pieces, {row['deviation']:.2f} × the tolerance)"
    above = "–"
    if row["proven"]:
        gaps = [100 * (row[which] / row["proven"] - 1) for which in ("best", "worst")]
        what = "the optimum" if row["is_optimum"] else f"the bound for {row['holds_for']}"
        above = f"{gaps[0]:.2f} to {gaps[1]:.2f} % ({what})" if row["holds_for"] == "all plans" else f"{gaps[0]:.2f} % ({what})"
    seconds = f"{row['seconds']:.1f} | {row['seconds_of_processor']:.1f}"
    return f"| {row['name']} | {seconds} | {kept} | {_short(row['best'])} | {_short(row['worst'])} | {above} |\n"


def _short(value: float) -> str:
    return f"{value:,.1f}" if value < 1e5 else f"{value:.4g}"


def keep(rows: list[dict[str, Any]], date: str) -> None:
    """Write the rows beside this script and into the documentation; those of other instances stay as they were."""
    before = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"] if RESULTS.is_file() else []
    kept = {(row["family"], row["name"]): row for row in (*before, *({"date": date, **row} for row in rows))}
    RESULTS.write_text(json.dumps({"rows": list(kept.values())}, indent=1) + "\n", encoding="utf-8")
    days = sorted({row["date"] for row in kept.values()})
    text = f"{START}\n\nMeasured on {' and '.join(days)}.\n\n{render([*kept.values()])}\n{END}"
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(f"{re.escape(START)}.*{re.escape(END)}", lambda _: text, page, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
