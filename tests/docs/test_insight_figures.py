"""The page of figures shows what was measured."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_shows_the_latest_results() -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("statsmodels")
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import insight
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
        sys.modules.pop("insight", None)
    latest = json.loads(insight.RESULTS.read_text(encoding="utf-8"))
    page = insight.PAGE.read_text(encoding="utf-8")
    shown = page[page.index(insight.START) + len(insight.START) : page.index(insight.END)]
    assert shown.strip() == insight.render(latest).strip()
    assert set(latest["cases"]) == set(insight.CASES)
    rows = [row for rows in latest["cases"].values() for row in rows]
    assert all("baseline" in row or row["figure"].startswith(("columns told", "…")) for row in rows)


def test_the_page_of_duplicates_shows_the_latest_results() -> None:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import duplicates
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
        for name in ("duplicates", "duplicate_accounts"):
            sys.modules.pop(name, None)
    latest = json.loads(duplicates.RESULTS.read_text(encoding="utf-8"))
    page = duplicates.PAGE.read_text(encoding="utf-8")
    shown = page[page.index(duplicates.START) + len(duplicates.START) : page.index(duplicates.END)]
    assert shown.strip() == duplicates.render(latest).strip()
    assert {row["data"] for row in latest["rows"]} == set(duplicates.CASES)
    assert latest["rows"][0]["pairs"]["f1"] >= 0.97
