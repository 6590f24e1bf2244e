"""``bailiwick approaches`` and ``--uncertain`` at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

Run = Callable[..., Result]


def test_three_approaches_are_compared(run: Run, country: Path) -> None:
    arguments = ("approaches", country / "towns.csv", "--planar", "--territories", "4", "--balance", "population:20")
    done = run(*arguments, "--segment", "shops", "--out", country / "three")
    assert done.exit_code == 0, done.output
    assert "Recommended:" in done.stdout
    told = run(*arguments, "--segment", "shops", "--out", country / "three", "--json")
    assert json.loads(told.stdout)["n_territories"] == 4
    assert run(*arguments, "--segment", "nowhere", "--out", country / "three").exit_code == 2


def test_uncertain_measures_are_told(run: Run, country: Path) -> None:
    arguments = ("design", country / "towns.csv", "--planar", "--territories", "3", "--balance", "population:10", "--no-map", "--no-report")
    done = run(*arguments, "--uncertain", "population:±20%", "--confidence", "80", "--out", country / "safe")
    assert done.exit_code == 0, done.output
    assert "stay within with a probability of 80 % or more" in done.stdout
    assert run(*arguments, "--uncertain", "population:±20%", "--confidence", "100", "--out", country / "safe").exit_code == 2
    assert run(*arguments, "--uncertain", "population", "--out", country / "safe").exit_code == 2
