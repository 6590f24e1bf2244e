"""The figures of customers at size, kept and put into the documentation."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "customers.json"
PATHS = ROOT / "benchmarks" / "results" / "customer_paths.json"
PAGE = ROOT / "docs" / "benchmarks-customers.md"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
WHO = {"all": "sees everything", "manager": "a manager", "rep": "a rep"}


def keep(name: str, date: str, about: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Put rows of one database in the place of those of the same users and pages, and all of them into the page."""
    results = _read(RESULTS)
    fresh = {(row["who"], row["request"]): row for row in rows}
    before = {(row["who"], row["request"]): row for row in results.get(name, {}).get("rows", [])}
    order = sorted((before | fresh).values(), key=lambda row: list(WHO).index(row["who"]))
    results[name] = {"date": date, "cores": os.cpu_count(), "load": os.getloadavg(), **about, "rows": order}
    _write(RESULTS, results)
    tables = "\n\n".join(_table(NAMES[key], results[key]) for key in NAMES if key in results)
    _put("figures", tables)


def keep_paths(name: str, date: str, found: dict[str, Any]) -> None:
    """The same with what takes long."""
    results = _read(PATHS)
    results[name] = {**results.get(name, {}), "date": date, "load": os.getloadavg(), **found}
    _write(PATHS, results)
    _put("paths", _paths(results))


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _write(path: Path, results: dict[str, Any]) -> None:
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _put(name: str, body: str) -> None:
    """Between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    head, tail = text[: text.index(start) + len(start)], text[text.index(end) :]
    PAGE.write_text(f"{head}\n\n{body}\n\n{tail}", encoding="utf-8")


def _table(name: str, found: dict[str, Any]) -> str:
    """The table of one database."""
    sizes = f"{found['accounts']:,} accounts, {found['activities']:,} activities; {found['requests']} requests of one user for each row"
    lines = [f"### {name}", "", f"{sizes}; {found['date']}, {found['cores']} cores.", ""]
    lines += ["| who | request | p50, ms | p95, ms | p99, ms | p99, of the bare page |", "|---|---|---:|---:|---:|---:|"]
    bare = {row["who"]: row["alone_p99_ms"] for row in found["rows"] if row["request"].startswith("bare")}
    for row in found["rows"]:
        times = " | ".join(f"{row[f'alone_p{rank}_ms']:.0f}" for rank in (50, 95, 99))
        lines.append(f"| {WHO[row['who']]} | {row['request']} | {times} | {row['alone_p99_ms'] / bare[row['who']]:.1f}× |")
    return "\n".join(lines)


def _paths(results: dict[str, Any]) -> str:
    """What is new, and what takes long, by database."""
    lines = ["| what is new | database | first, ms | p50, ms | p99, ms |", "|---|---|---:|---:|---:|"]
    for name, found in results.items():
        for what, times in found.get("new", {}).items():
            lines.append(f"| {what} | {NAMES[name]} | {times['first_ms']:.0f} | {times['p50_ms']:.0f} | {times['p99_ms']:.0f} |")
    lines += ["", "| work | database | seconds | longest wait of another writer, ms | its writes meanwhile, median ms | refused |"]
    lines.append("|---|---|---:|---:|---:|---:|")
    for name, found in results.items():
        for part in ("erase", "few", "all"):
            if (row := found.get(part)) is not None:
                waits = f"{row['longest_ms']} | {row['n_writes']}, {row['median_ms']} | {row['n_refused']}"
                lines.append(f"| {_work(part, row)} | {NAMES[name]} | {row['seconds']} | {waits} |")
    return "\n".join(lines)


def _work(part: str, row: dict[str, Any]) -> str:
    if part == "erase":
        return "a person is erased"
    moved = f"{row['units_moved']:,} of {row['of_units']:,} units; {row['n_handed_over']:,} handed over"
    return f"{row['accounts']:,} accounts follow a plan that moves {moved}"
