"""What is not documented does not exist: commands, options, metrics, keys of plan.json, codes of errors and warnings."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bailiwick import compare
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


def test_every_key_of_a_comparison_has_its_row() -> None:
    rows = {key for row in re.findall(r"^\| (`[^|]+) \|", page("compare-json.md"), flags=re.M) for key in re.findall(r"`(\w+)`", row)}
    assert set(compare({"a": "T1"}, {"a": "X"}).document()) == rows


def codes_in(path: Path) -> Iterator[str]:
    """Codes of the errors, notices and rejections that a module makes, also those that go through a parameter ``code``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place = {"InputError": None, "Notice": 0, "reject": 1}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and "code" in (names := [argument.arg for argument in node.args.args]):
            place[node.name] = names.index("code")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in place:
            yield from literal_codes(code_argument(node, place[called(node)]), path)
        if isinstance(node, ast.For) and isinstance(node.target, ast.Tuple) and is_name(node.target.elts[0], "code"):
            makes_codes = any(isinstance(inner, ast.Call) and called(inner) in place for inner in ast.walk(node))
            yield from keys_of(tree, node.iter) if makes_codes else ()


def called(call: ast.Call) -> str:
    """Name of the function or method that is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def code_argument(call: ast.Call, position: int | None) -> ast.expr | None:
    """What a call gives as code."""
    given = [k.value for k in call.keywords if k.arg == "code"]
    if position is not None and len(call.args) > position:
        given.append(call.args[position])
    return given[0] if given else None


def literal_codes(value: ast.expr | None, path: Path) -> Iterator[str]:
    """Constants; names that carry a code from elsewhere are looked at where they are filled."""
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.IfExp):
        yield from literal_codes(value.body, path)
        yield from literal_codes(value.orelse, path)
    else:
        is_passed_on = value is None or is_name(value, "code") or isinstance(value, ast.Attribute | ast.Subscript)
        assert is_passed_on, f"{path.name}, line {value.lineno}: write the code as a literal, so that it can be looked up"


def keys_of(tree: ast.AST, items: ast.expr) -> Iterator[str]:
    """Keys of the dictionary that a loop over ``NAME.items()`` goes through."""
    name = getattr(getattr(getattr(items, "func", None), "value", None), "id", "")
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        if any(is_name(target, name) for target in targets) and isinstance(node.value, ast.Dict):
            yield from (str(key.value) for key in node.value.keys)


def is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def test_codes_that_go_through_a_parameter_are_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "KINDS = {'three': 1}\n"
        "def tell(words, code):\n    return Notice(code, words)\n"
        "tell('a', 'one')\n"
        "raise InputError('b', code='two' if x else 'deux')\n"
        "for code, kind in KINDS.items():\n    tell('c', code)\n",
        encoding="utf-8",
    )
    assert set(codes_in(module)) == {"one", "two", "deux", "three"}
    module.write_text("Notice(f'made_{up}', 'd')\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="line 1: write the code as a literal"):
        list(codes_in(module))


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
