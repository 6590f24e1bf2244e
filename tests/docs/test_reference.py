"""What is not documented does not exist: commands, options, metrics, keys of plan.json, codes of errors and warnings."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bailiwick.metrics import METRICS

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
LIBRARY = ROOT / "src" / "bailiwick"


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def test_the_command_line_is_documented_as_it_is() -> None:
    spec = importlib.util.spec_from_file_location("cli_reference", ROOT / "tools" / "cli_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert page("cli.md") == module.render(), "run `python tools/cli_reference.py` and read the difference"


def test_every_metric_has_its_row() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page("metrics.md"), flags=re.M))
    assert {m.key for m in METRICS} == set(rows)
    for metric in METRICS:
        assert rows[metric.key].strip() == metric.unit, metric.key


def test_every_key_of_plan_json_has_its_row() -> None:
    schema = json.loads(page("plan.schema.json"))
    rows = {key for row in re.findall(r"^\| (`[^|]+) \|", page("plan-json.md"), flags=re.M) for key in re.findall(r"`(\w+)`", row)}
    assert set(schema["properties"]) == rows
    assert set(schema["required"]) == rows


def codes_in(path: Path) -> Iterator[str]:
    """Codes of the errors, notices and rejections that a module makes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name == "reject" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            yield str(node.args[1].value)
        if name not in {"InputError", "Notice"}:
            continue
        values = [k.value for k in node.keywords if k.arg == "code"] + (node.args[:1] if name == "Notice" else [])
        yield from (str(v.value) for v in values if isinstance(v, ast.Constant))


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda p: str(p.relative_to(LIBRARY)))
def test_every_code_is_explained(path: Path) -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", page("errors.md"), flags=re.M))
    assert set(codes_in(path)) <= explained


def test_no_code_is_explained_that_does_not_exist() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", page("errors.md"), flags=re.M))
    text = "\n".join(path.read_text(encoding="utf-8") for path in LIBRARY.rglob("*.py"))
    assert {code for code in explained if f'"{code}"' not in text} == set()


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]), ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
