"""The planning application is documented as it is: settings, and every address of the JSON interface."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


def test_every_setting_has_its_row() -> None:
    files = (ROOT / "src" / "bailiwick_web" / "config").glob("*.py")
    used = {name for file in files for name in re.findall(r"BAILIWICK_[A-Z_]+", file.read_text(encoding="utf-8"))}
    rows = [line for line in (REFERENCE / "settings.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert used == {name for row in rows for name in re.findall(r"`(BAILIWICK_[A-Z_]+)`", row.split("|")[1])}


def test_every_address_of_the_interface_is_described() -> None:
    paths = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    page = (REFERENCE / "workspace-api.md").read_text(encoding="utf-8")
    ends = {path.removeprefix("/api/v1").rstrip("/").split("/")[-1] for path in paths}
    missing = {end for end in ends if not end.startswith("{") and f"/{end}" not in page}
    assert len(paths) > 10
    assert missing == set()
