"""The public exceptions.

BailiwickError
├── InputError        what the user gave cannot be used; says what, where and how to mend it   (exit code 2)
├── InfeasibleError   the rules contradict each other; says which and what would help          (exit code 3)
├── SolverError       an optimiser failed although its input was right                         (exit code 1)
└── ConnectorError    a service outside failed, for good or for now                            (exit code 4)
"""

from __future__ import annotations


class BailiwickError(Exception):
    """Base of every exception that Bailiwick raises on purpose."""


class InputError(BailiwickError):
    """What was given cannot be used.

    Parameters
    ----------
    message
        What was expected, what was found, where, and what to do.
    code
        Stable short name of the kind of error, for programs and for the documentation.
    field
        Column, option or argument at fault.
    row
        Row in the file as a spreadsheet program counts it: the header is row 1. Where a text is no table yet it is the line.
        Tables in memory and maps have no header, so that their first row is 1. None where no file is at fault.
    """

    def __init__(self, message: str, *, code: str = "input", field: str | None = None, row: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.row = row


class InfeasibleError(BailiwickError):
    """The rules cannot all be met.

    Parameters
    ----------
    message
        The conflict in plain words.
    conflicts
        Names of the rules that contradict each other.
    relaxation
        The smallest change that would help, in plain words.
    """

    def __init__(self, message: str, *, conflicts: tuple[str, ...] = (), relaxation: str | None = None) -> None:
        super().__init__(message)
        self.conflicts = conflicts
        self.relaxation = relaxation


class SolverError(BailiwickError):
    """An optimiser failed although its input was right: a defect worth reporting."""


class ConnectorError(BailiwickError):
    """A service outside this machine failed; ``permanent`` says whether trying again can help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent
