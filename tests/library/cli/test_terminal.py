"""The command line as it is met in terminals, pipes and scripts."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bailiwick.api import Plan


@pytest.mark.parametrize("words", [("--bogus",), ("--territories", "many")])
def test_options_that_do_not_exist_are_told_as_json_too(run: Any, country: Path, words: tuple[str, ...]) -> None:
    result = run("design", country / "towns.csv", "--out", country / "plan", *words, "--json")
    assert (result.exit_code, json.loads(result.stdout)["error"]["code"]) == (2, "option")
    assert words[0] in json.loads(result.stdout)["error"]["message"]


def test_the_list_of_commands_tells_whole_sentences_by_subject(run: Any) -> None:
    shown = run("--help").output
    assert "..." not in shown.replace("[ARGS]...", "")
    assert [line for line in shown.splitlines() if line.endswith(":") and not line.startswith(" ")][1] == "Territories:"
    listed = {line.split()[0] for line in shown.splitlines() if line.startswith("  ") and line[2:3].isalpha()}
    assert {"design", "score", "next-orders", "serve"} <= listed


def test_a_reader_that_leaves_early_is_no_defect(country: Path) -> None:
    command = "from bailiwick.cli import main; main()"
    arguments = ["compare", country / "elsewhere.csv", country / "elsewhere.csv"]
    for more in ([], ["--json"]):
        process = subprocess.Popen([sys.executable, "-c", command, *arguments, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.wait(), process.stderr.read()) == (0, b"")
        process.stderr.close()


def test_a_narrow_terminal_loses_columns_not_letters(run: Any, country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("evaluate", country / "towns.csv", "--alignment", country / "elsewhere.csv", "--planar", "--balance", "population:1")
    heads = {}
    for width in (36, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        output = run(*arguments).output
        heads[width] = next(line for line in output.splitlines() if "territory  " in line)
        assert "…" not in heads[width]
    assert heads[36].split() == ["territory", "population", "mean", "km"]
    assert heads[120].split() == ["territory", "units", "population", "mean", "km", "pieces"]


def test_a_tolerance_that_is_advised_is_kept(run: Any, country: Path) -> None:
    uneven = "id,x,y,people\na,0,0,5\nb,1,0,6.2\n"
    (country / "two.csv").write_text(uneven, encoding="utf-8")
    options = ("--planar", "--territories", "2", "--no-map", "--no-report", "--out", country / "two")
    refused = run("design", country / "two.csv", "--balance", "people:1", *options)
    assert refused.exit_code == 3
    advised = re.search(r"allow ([\d.]+) %", refused.output)
    assert advised is not None
    assert run("design", country / "two.csv", "--balance", f"people:{advised[1]}", *options).exit_code == 0


def test_ctrl_c_while_the_plan_is_written_does_not_cost_the_plan(run: Any, country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Plan.to_files

    def interrupted(plan: Plan, *where: Any, **options: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return write(plan, *where, **options)

    monkeypatch.setattr(Plan, "to_files", interrupted)
    arguments = ("--planar", "--territories", "4", "--no-map", "--no-report", "--out", country / "plan")
    assert run("design", country / "towns.csv", *arguments).exit_code == 0
    assert (country / "plan" / "alignment.csv").exists()


@pytest.mark.parametrize("port", ["http", "0", "99999"])
def test_a_port_is_a_number_that_a_port_can_have(run: Any, port: str) -> None:
    refused = run("serve", "--port", port)
    assert (refused.exit_code, f"expected a whole number, 1 to 65535; found '{port}'" in refused.stderr) == (2, True)
