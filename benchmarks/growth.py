"""How seconds and memory grow with units and territories: `python benchmarks/growth.py --date YYYY-MM-DD`.

Accounts around towns (`instances.country`), one measure ±5 %, connected, neighbour graph included; each point of a curve is
a process of its own. Keeps `benchmarks/results/growth.json` and draws `docs/pictures/growth.svg`.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from run import HERE, ROOT, run_job

RESULTS = HERE / "results" / "growth.json"
PICTURE = ROOT / "docs" / "pictures" / "growth.svg"
UNITS = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
TERRITORIES = (10, 30, 100, 300, 1_000)
UNITS_FIXED, TERRITORIES_FIXED = 100_000, 100
TEAL, INK, QUIET = "#0f766e", "#1f272b", "#8b8d84"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", required=True, help="day of the run, YYYY-MM-DD")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds for one process")
    parser.add_argument("--most-units", type=int, default=UNITS[-1], help="leave out what is larger")
    parser.add_argument("--redraw", action="store_true", help="draw what is kept, measure nothing")
    options = parser.parse_args()
    if not options.redraw:
        found = {"date": options.date, "points": measure(options.timeout, options.most_units)}
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    draw(json.loads(RESULTS.read_text(encoding="utf-8")))
    return 0


def measure(timeout: float, most_units: int) -> list[dict[str, Any]]:
    """One record per point of the curves."""
    sizes = {(n, TERRITORIES_FIXED) for n in UNITS} | {(UNITS_FIXED, k) for k in TERRITORIES}
    run_job([sys.executable, str(HERE / "job.py"), "-", "warm"], None)
    points = []
    for n, k in sorted(sizes):
        if n > most_units:
            continue
        found = run_job([sys.executable, str(HERE / "job.py"), "-", "growth", str(n), str(k)], timeout)
        print({"n": n, "k": k, **found}, file=sys.stderr, flush=True)
        points.append({"n": n, "k": k, **found})
    return points


def draw(results: dict[str, Any]) -> None:
    """Small curves: seconds and memory, over units and over territories."""
    import vl_convert

    points = [point for point in results["points"] if "failure" not in point]
    columns = {
        ("n", f"units, at {TERRITORIES_FIXED} territories"): [point for point in points if point["k"] == TERRITORIES_FIXED],
        ("k", f"territories, at {UNITS_FIXED:,} units"): [point for point in points if point["n"] == UNITS_FIXED],
    }
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "config": {"font": "sans-serif", "view": {"stroke": None}, "axis": {"gridColor": "#e4e2da", "domainColor": QUIET}},
        "background": "#fdfcf9",
        "padding": 12,
        "hconcat": [_column(chosen, field, title) for (field, title), chosen in columns.items() if len(chosen) > 1],
    }
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")


def _column(points: list[dict[str, Any]], field: str, title: str) -> dict[str, Any]:
    return {"vconcat": [_curve(points, field, title, "seconds", "seconds"), _curve(points, field, title, "peak_mb", "peak memory, MB")]}


def _curve(points: list[dict[str, Any]], field: str, x_title: str, value: str, y_title: str) -> dict[str, Any]:
    values = [point[field] for point in points]
    x = {
        "field": field,
        "type": "quantitative",
        "title": x_title,
        "scale": {"type": "log", "domain": [min(values), max(values)]},
        "axis": {"values": values, "format": "~s"},
    }
    y = {"field": value, "type": "quantitative", "title": y_title, "scale": {"type": "log"}, "axis": {"format": "~s", "tickCount": 5}}
    mark = {"type": "line", "point": {"filled": True, "size": 45, "color": TEAL}, "color": TEAL, "strokeWidth": 2}
    label = {"field": value, "type": "quantitative", "format": ".3~s"}
    return {
        "width": 330,
        "height": 170,
        "data": {"values": [{field: point[field], value: point[value]} for point in points]},
        "layer": [
            {"mark": mark, "encoding": {"x": x, "y": y}},
            {"mark": {"type": "text", "dy": -10, "color": INK, "fontSize": 10}, "encoding": {"x": x, "y": y, "text": label}},
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
