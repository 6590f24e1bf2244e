"""The figures of customers under load, kept and put into the documentation."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "customers.json"
PAGE = ROOT / "docs" / "benchmarks-customers.md"
START, END = "<!-- figures -->", "<!-- end of figures -->"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
WHO = {"all": "sees everything", "rep": "a rep"}


def keep(name: str, date: str, about: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Put the figures of one database beside those of the others, and all of them into the page."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    results[name] = {"date": date, "cores": os.cpu_count(), "load": os.getloadavg(), **about, "rows": rows}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    head, tail = text[: text.index(START) + len(START)], text[text.index(END) :]
    tables = "\n\n".join(table(NAMES[key], results[key]) for key in NAMES if key in results)
    PAGE.write_text(f"{head}\n\n{tables}\n\n{tail}", encoding="utf-8")


def table(name: str, found: dict[str, Any]) -> str:
    """The table of one database."""
    sizes = f"{found['accounts']:,} accounts, {found['activities']:,} activities; {found['clients']} clients"
    told = f"{sizes}; {found['date']}, {found['cores']} cores, shared with the clients and with other work (load {found['load'][0]:.1f})."
    lines = [
        f"### {name}",
        "",
        told,
        "",
        "| who | request | per second | p50, ms | p99, ms | p99, of the bare page | alone, ms |",
        "|---|---|---|---|---|---|---|",
    ]
    bare = {row["who"]: row["p99_ms"] for row in found["rows"] if row["request"].startswith("bare")}
    for row in found["rows"]:
        times = f"{row['p50_ms']:.0f} | {row['p99_ms']:.0f} | {row['p99_ms'] / bare[row['who']]:.1f}×"
        lines.append(f"| {WHO[row['who']]} | {row['request']} | {row['per_second']:.0f} | {times} | {row['alone_ms']:.0f} |")
    first, median = found["leads"]
    return "\n".join(
        [*lines, "", f"A new lead has its territory and its rep after {first:.0f} ms (the first of a process), then {median:.0f} ms."]
    )
