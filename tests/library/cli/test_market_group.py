"""``bailiwick market``: from files to a folder and a document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Orders of 40 customers in two territories over two years, and deals of two reps."""
    rng = np.random.default_rng(2)
    days = np.datetime64("2024-01-01") + rng.integers(0, 730, 900)
    who = rng.integers(0, 40, 900)
    columns = {"customer": [f"c{i}" for i in who], "date": days, "amount": rng.gamma(2, 30, 900).round(2)}
    frame = pd.DataFrame(columns | {"territory": np.where(who % 2, "N", "S")})
    frame.astype({"date": str}).to_csv(tmp_path / "orders.csv", index=False)
    frame.assign(date=pd.to_datetime(frame["date"]).dt.date).to_parquet(tmp_path / "orders.parquet")
    stage = ["won"] * 8 + ["lost"] * 2 + ["won"] * 5 + ["lost"] * 25
    deals = {"stage": stage, "value": [100] * 10 + [50] * 30, "rep": ["Ann"] * 10 + ["Bob"] * 30}
    pd.DataFrame(deals).to_csv(tmp_path / "deals.csv", index=False)
    months = [f"{2024 + m // 12}-{m % 12 + 1:02d}-01" for m in range(24)]
    rows = [(f"u{i}", day, round(100 * float(np.exp(rng.normal(0, 0.1))), 2)) for i in range(12) for day in months]
    pd.DataFrame(rows, columns=["unit", "period", "value"]).to_csv(tmp_path / "panel.csv", index=False)
    places = {"unit_id": [f"u{i}" for i in range(36)], "x": [i // 6 for i in range(36)], "y": [i % 6 for i in range(36)]}
    pd.DataFrame(places | {"sales": rng.gamma(2, 30, 36).round(2)}).to_csv(tmp_path / "units.csv", index=False)
    pd.DataFrame({"unit_id": places["unit_id"], "territory_id": [f"T{i // 12}" for i in range(36)]}).to_csv(
        tmp_path / "alignment.csv", index=False
    )
    (tmp_path / "cases.csv").write_text("customer,opened,solved\nc1,2025-12-01,\n")
    return tmp_path


_SURVEY = ["survey", "units.csv", "--alignment", "alignment.csv", "--measure", "sales", "--planar", "--weight", "potential=2"]
CASES = {
    "survey": (_SURVEY, "market", ["territories", "units"]),
    "pilot": (["pilot", "panel.csv", "--find", "20", "--periods", "3", "--units", "4"], "pilot", ["designs", "pilot"]),
    "health": (["health", "orders.csv", "--cases", "cases.csv"], "health", ["accounts"]),
    "cohorts": (["cohorts", "orders.csv", "--by", "territory"], "cohorts", ["repeat", "cohorts"]),
    "gap": (["gap", "deals.csv", "--by", "rep"], "gap", ["groups"]),
    "large": (["large", "orders.parquet", "--start", "2025-01-01", "--end", "2025-12-31"], "large_market", ["figures", "segments"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_command_writes_its_folder_and_its_document(run: Any, name: str, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "large":
        pytest.importorskip("ibis", reason="needs ibis, of the extra [insight]")
    words, kind, tables = CASES[name]
    monkeypatch.chdir(shop)
    done = run("market", *words, "--out", "found", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["kind"] == json.loads((shop / "found" / f"{kind}.json").read_text())["kind"] == kind
    for table in tables:
        assert len(pd.read_csv(shop / "found" / f"{table}.csv")) > 0
    done = run("market", *words, "--out", "found")
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) > 4


def test_what_cannot_be_used_is_said(run: Any, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    done = run("market", "cohorts", "orders.csv", "--by", "rep")
    assert done.exit_code == 2
    assert "rep" in done.stderr
