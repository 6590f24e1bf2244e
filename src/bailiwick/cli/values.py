"""Values of options: what was expected and what was found, in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import typer

Choice = TypeVar("Choice", bound=StrEnum)


def whole_number(least: int, most: int | None = None) -> Callable[[object], int]:
    """Read a whole number that is neither too small nor too large.

    Examples
    --------
    >>> whole_number(1)("12")
    12
    """

    def read(text: object) -> int:
        try:
            number = int(str(text))
        except ValueError:
            number = None
        if number is None or number < least or (most is not None and number > most):
            upwards = "or more" if most is None else f"to {most}"
            raise typer.BadParameter(f"expected a whole number, {least} {upwards}; found {str(text)!r}")
        return number

    return read


def number(least: float, most: float = math.inf) -> Callable[[object], float]:
    """Read a finite number that is neither too small nor too large.

    Examples
    --------
    >>> number(0)("2.5")
    2.5
    """

    def read(text: object) -> float:
        try:
            value = float(str(text))
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or not least <= value <= most:
            upwards = "or more" if math.isinf(most) else f"to {most:g}"
            raise typer.BadParameter(f"expected a number, {least:g} {upwards}; found {str(text)!r}")
        return value

    return read


def percent(least: float, most: float = math.inf) -> Callable[[object], float]:
    """Read a number of percent, with or without its sign.

    Examples
    --------
    >>> percent(0, 100)("2.5 %"), percent(0, 100)("3")
    (2.5, 3.0)
    """
    plain = number(least, most)
    return lambda text: plain(str(text).strip().removesuffix("%").rstrip())


def one_of(choices: type[Choice]) -> Callable[[object], Choice]:
    """Read one of a few words."""

    def read(text: object) -> Choice:
        try:
            return choices(str(text))
        except ValueError:
            raise typer.BadParameter(f"expected {' or '.join(choices)}; found {str(text)!r}") from None

    return read
