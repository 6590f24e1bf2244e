"""The commands about markets: from files to a folder and a document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Accounts, orders, deals, leads of a small shop."""
    rng = np.random.default_rng(4)
    n = 160
    trade, staff = rng.choice(["bar", "hotel"], n), rng.integers(1, 300, n)
    won = rng.random(n) < 0.2 + 0.5 * (trade == "hotel")
    accounts = pd.DataFrame(
        {"account_id": [f"A{i}" for i in range(n)], "trade": trade, "employees": staff, "won": np.where(won, "yes", "no")}
    )
    accounts["sales"] = (staff * 10 * rng.lognormal(0, 0.3, n)).round(2)
    accounts["territory"] = [f"T{i % 3}" for i in range(n)]
    accounts["longitude"], accounts["latitude"] = rng.uniform(-100, -90, n), rng.uniform(30, 40, n)
    accounts.to_csv(tmp_path / "accounts.csv", index=False)
    days = np.datetime64("2025-01-01") + rng.integers(0, 365, 900)
    lines = pd.DataFrame(
        {"account_id": rng.choice(accounts["account_id"], 900), "date": days.astype(str), "amount": rng.gamma(2, 30, 900).round(2)}
    )
    lines["product"] = rng.choice(["x", "y"], 900)
    lines.merge(accounts[["account_id", "territory"]], on="account_id").to_csv(tmp_path / "orders.csv", index=False)
    (tmp_path / "bant.csv").write_text("id,budget,authority,need,timeline\na,yes,yes,yes,likely\nb,no,yes,,yes\n")
    groups = "territory,sales,potential,concentration,travel,competition,workload,goal\n"
    (tmp_path / "groups.csv").write_text(groups + "T0,10,40,3,60,2,5,9000\nT1,30,40,2,90,1,6,9000\nT2,20,20,1,30,3,9,9000\n")
    people = "id,first_name,last_name,email\n1,Jo,Miller,jo@acme.com\n2,Joanna,Miler,jo@acme.com\n3,Max,Chan,max@acme.com\n4,Lee,Park,\n"
    (tmp_path / "people.csv").write_text(people)
    stages = "stage,value,last,territory\nwon,5,offer,T0\nlost,3,lead,T1\nlost,4,offer,T0\noffer,2,,T1\n"
    (tmp_path / "deals.csv").write_text(stages)
    return tmp_path


CASES: dict[str, tuple[list[str], str, list[str], str]] = {
    "segments": (
        ["segments", "accounts.csv", "--orders", "orders.csv", "--rules", "rules.toml"],
        "segments",
        ["segments", "members", "products"],
        "in 2 segments",
    ),
    "classes": (["segments", "--orders", "orders.csv"], "segments", ["segments", "members", "products"], "recency, frequency, money"),
    "density": (["density", "accounts.csv"], "density", ["units", "classes"], "Minutes between calls"),
    "duplicates": (
        ["duplicates", "people.csv", "--threshold", "0.4"],
        "duplicates",
        ["pairs", "clusters", "weights"],
        "1 pair is probably one",
    ),
    "bant": (["score", "bant", "bant.csv"], "bant", ["leads", "missing"], "1 lead is qualified"),
    "territories": (["score", "territories", "groups.csv"], "territory_quality", ["territories", "stability"], "classes hold"),
    "concentration": (
        ["concentration", "accounts.csv", "--measure", "sales", "--by", "territory"],
        "concentration",
        ["groups", "classes"],
        "Gini",
    ),
    "hotspots": (["hotspots", "accounts.csv", "--measure", "sales"], "hot_spots", ["units"], "Moran"),
    "next orders": (["next-orders", "orders.csv", "--by", "territory"], "next_orders", ["accounts"], "overdue"),
    "kpi": (
        ["kpi", "orders.csv", "--by", "territory", "--measures", "groups.csv"],
        "key_figures",
        ["figures", "waterfall", "quadrant"],
        "Revenue",
    ),
    "attainment": (
        ["attainment", "orders.csv", "--goals", "groups.csv", "--by", "territory", "--start", "2025-01-01", "--end", "2025-12-31"],
        "attainment",
        ["attainment"],
        "on pace",
    ),
    "funnel": (
        ["funnel", "deals.csv", "--stage", "lead", "--stage", "offer", "--reached", "last", "--by", "territory"],
        "funnel",
        ["funnel", "groups", "index"],
        "most value is lost at 'offer'",
    ),
    "allocate": (["allocate", "groups.csv", "--pool", "12", "--step", "1"], "allocation", ["allocation", "methods"], "methods differ most"),
    "leads": (
        ["score", "leads", "accounts.csv", "--outcome", "won", "--feature", "trade"],
        "lead_scores",
        ["leads", "reliability", "importance"],
        "Brier",
    ),
    "fit": (
        ["score", "fit", "accounts.csv", "--customer", "won", "--feature", "trade"],
        "fit_scores",
        ["prospects", "profile", "lookalikes"],
        "ideal customer",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_command_writes_its_folder_and_says_what_it_found(run: Any, shop: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    words, kind, tables, sentence = CASES[case]
    monkeypatch.chdir(shop)
    rules = "[[segment]]\nname = 'large'\nwhere = 'employees >= 100'\n[[segment]]\nname = 'small'\nwhere = 'employees < 100'\n"
    (shop / "rules.toml").write_text(rules)
    done = run(*words, "--out", "out")
    assert done.exit_code == 0, done.output
    assert sentence in " ".join(done.stdout.split())
    for table in tables:
        assert len(pd.read_csv(shop / "out" / f"{table}.csv")) > 0
    document = json.loads((shop / "out" / f"{kind}.json").read_text())
    assert document["kind"] == kind
    assert document["sentences"]
    pictures = {p.stem for p in (shop / "out").glob("*.svg")}
    assert pictures == {p.name.removesuffix(".vl.json") for p in (shop / "out").glob("*.vl.json")}
    assert run(*words, "--out", "out").exit_code == 0  # an older result is replaced


def test_json_is_the_document(run: Any, shop: Path) -> None:
    facts = json.loads(run("allocate", shop / "groups.csv", "--pool", 12, "--json").stdout)
    assert [row["proposed"] for row in facts["allocation"]] == pytest.approx([4.8, 4.8, 2.4])
    assert facts["interval"].startswith("none")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["segments", "accounts.csv"], "say how to segment"),
        (["segments", "accounts.csv", "--clusters", "few"], "expected a number or auto"),
        (["kpi", "orders.csv", "--formula", "x = revenue ** 2"], "which is not allowed"),
        (["pipeline", "deals.csv", "--goal", "5"], "NAME=AMOUNT"),
        (["score", "leads", "bant.csv", "--outcome", "budget"], "expected 30 or more"),
        (["allocate", "groups.csv", "--pool", "1", "--floor", "1"], "floors add up to 3"),
        (["forecast", "orders.csv", "--months", "9"], "carry a forecast of 4 months at most"),
    ],
)
def test_what_cannot_be_done_is_exit_code_2(run: Any, shop: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str) -> None:
    monkeypatch.chdir(shop)
    done = run(*words)
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())


def test_without_the_extra_the_command_says_how_to_install_it(run: Any, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bailiwick.insight import extra

    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    done = run("score", "leads", shop / "accounts.csv", "--outcome", "won")
    assert done.exit_code == 2
    assert "pip install 'bailiwick[insight]'" in " ".join(done.output.split())
