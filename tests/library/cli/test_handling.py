"""Every exception has its exit code and its words."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import typer

from bailiwick.cli.handling import friendly_errors
from bailiwick.errors import ConnectorError, InfeasibleError, InputError, SolverError


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InputError("no such thing", row=7), 2, "no such thing (row 7)"),
        (InputError("row 7 is odd", row=7), 2, "Error: row 7 is odd\n"),
        (
            InfeasibleError("they clash", conflicts=("lock", "group"), relaxation="unlock R1"),
            3,
            "In conflict: lock, group\nWhat would help: unlock R1",
        ),
        (SolverError("it gave up"), 1, "it gave up"),
        (ConnectorError("no answer", permanent=False), 4, "no answer"),
        (KeyboardInterrupt(), 130, "nothing was written"),
        (MemoryError(), 1, "not enough memory"),
        (ZeroDivisionError("oops"), 1, "a defect of Bailiwick, not of your data: ZeroDivisionError: oops"),
    ],
)
def test_exit_codes_and_words(error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, friendly_errors():
        raise error
    assert caught.value.exit_code == code
    shown = capsys.readouterr()
    assert words in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_errors_are_printed_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), friendly_errors(as_json=True):
        raise InfeasibleError("they clash", conflicts=("lock",))
    assert json.loads(capsys.readouterr().out) == {
        "error": {"kind": "InfeasibleError", "message": "they clash", "conflicts": ["lock"], "relaxation": None}
    }


def test_exits_pass() -> None:
    with pytest.raises(typer.Exit) as caught, friendly_errors():
        raise typer.Exit(3)
    assert caught.value.exit_code == 3


LOADING = """
import sys

class Impatient:
    def find_spec(self, name, *where):
        if name == sys.argv[1]:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient())
from bailiwick.cli import main
main()
"""


@pytest.mark.parametrize("moment", ["typer", "bailiwick.cli.app", "bailiwick.cli.options"])
def test_ctrl_c_while_the_program_loads_shows_no_traceback(moment: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOADING, moment], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
