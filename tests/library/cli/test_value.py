"""``bailiwick value``: from orders to a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bailiwick as bw


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Orders of 120 customers in two regions over a year."""
    rng = np.random.default_rng(8)
    lines = ["customer,date,amount,region"]
    for i in range(120):
        day = rng.uniform(0, 90)
        while day < 365:
            date = np.datetime64("2025-01-01") + int(day)
            lines.append(f"c{i},{date},{rng.gamma(5, 10 + 5 * (i % 2)):.2f},{'north' if i % 2 else 'south'}")
            day = day + rng.exponential(10 + i % 50) if rng.random() > 0.1 else 365
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n")
    owners = "\n".join(f"c{i},T{i % 3}" for i in range(119))
    (tmp_path / "owners.csv").write_text(f"unit_id,territory_id\n{owners}\n")
    return tmp_path


def test_a_folder_with_everything(run: Any, shop: Path) -> None:
    done = run("value", shop / "orders.csv", "--by", "region", "--hold-out", 8, "--out", shop / "v", "--alignment", shop / "owners.csv")
    assert done.exit_code == 0, done.output
    assert "Test on the last 8 weeks" in done.stdout
    assert "Most valuable by territory" in done.stdout
    assert "1 customer has no territory" in done.stdout
    assert sorted(p.name for p in (shop / "v").iterdir()) == ["customers.csv", "groups.csv", "value.json", "value.svg", "value.vl.json"]
    customers, groups = pd.read_csv(shop / "v" / "customers.csv"), pd.read_csv(shop / "v" / "groups.csv", keep_default_na=False)
    assert customers["value"].is_monotonic_decreasing
    assert groups.groupby("column")["value"].sum().to_numpy() == pytest.approx(customers["value"].sum(), rel=1e-4)
    assert set(groups["column"]) == {"", "territory", "region"}
    assert run("value", shop / "orders.csv", "--out", shop / "v").exit_code == 0


def test_json_is_the_document_and_repeats(run: Any, shop: Path) -> None:
    first, again = (run("value", shop / "orders.csv", "--months", 6, "--json").stdout for _ in range(2))
    facts = json.loads(first)
    assert first == again
    assert facts["kind"] == "customer_value"
    assert facts["months"] == 6
    r = facts["models"]["bg_nbd"]["parameters"]["r"]
    assert r["low"] < r["value"] < r["high"]
    assert json.loads(run("value", shop / "orders.csv", "--months", 6, "--json", "--margin", 50).stdout)["groups"][0][
        "value"
    ] == pytest.approx(facts["groups"][0]["value"] / 2, rel=1e-3)


def test_the_library_gives_frames(shop: Path) -> None:
    found = bw.customer_value(str(shop / "orders.csv"), alignment={"c0": "T1"}, until="2025-10-01")
    assert found.customers["customer"].is_unique
    assert set(found.groups["column"]) == {"", "territory"}
    assert found.charts()["value"]["title"]["text"].endswith("of the expected revenue")
    assert found.document()["observed_until"] == "2025-10-01"


@pytest.mark.parametrize(
    ("option", "words"),
    [(("--until", "soon"), "a date such as 2026-03-31"), (("--map", "customer=Who"), "no column"), (("--margin", "0"), "margin")],
)
def test_wrong_settings_are_exit_code_2(run: Any, shop: Path, option: tuple[str, str], words: str) -> None:
    done = run("value", shop / "orders.csv", *option)
    assert done.exit_code == 2
    assert words in done.output
