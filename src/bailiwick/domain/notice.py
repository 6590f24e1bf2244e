"""Notices: suspicious but legal facts that travel with a result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that the user should know.

    Attributes
    ----------
    code
        Stable short name, for programs and for the documentation.
    message
        One sentence for a person, with names and numbers.
    count
        How many units, rows or territories it concerns.
    examples
        Ids or names of the first few.
    """

    code: str
    message: str
    count: int = 0
    examples: tuple[str, ...] = ()
