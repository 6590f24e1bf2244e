"""What the page on the engine says about its constants is true."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

PAGES = [Path(__file__).resolve().parents[2] / "docs" / "algorithms" / name for name in ("design.md", "realignment.md")]
ROWS = [row for page in PAGES for row in re.findall(r"^\| `([\w.]+)` \| ([^|]+) \|", page.read_text(encoding="utf-8"), flags=re.M)]


def test_the_table_of_constants_is_found() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize(("name", "value"), ROWS, ids=[name for name, _ in ROWS])
def test_constants_are_as_documented(name: str, value: str) -> None:
    *room, holder, attribute = name.split(".")
    if holder[0].isupper():
        owner = getattr(import_module(".".join(["bailiwick.design", *room])), holder)
    else:
        owner = import_module(".".join(["bailiwick.design", *room, holder]))
    assert getattr(owner, attribute) == ast.literal_eval(value.strip()), f"the page says {value.strip()} for {name}"
