"""What shall be balanced: from the words of a user to measures with tolerances."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bailiwick.domain import Measure, Notice
from bailiwick.domain.wording import tolerance_percent
from bailiwick.errors import InputError
from bailiwick.formats.wording import did_you_mean

DEFAULT_TOLERANCE = 0.05
COUNT = "units"
"""Name of the measure that counts every unit as one; it needs no column."""

Balance = str | Measure | Sequence[str | Measure] | Mapping[str, float | None]
_TOLERANCE = re.compile(r"\s*(\d+(?:[.,]\d+)?|[.,]\d+)\s*(%?)\s*$")


def parse_balance(balance: Balance | None, columns: Iterable[str] = ()) -> tuple[Measure, ...]:
    """Measures as the user named them, whether they exist or not.

    Parameters
    ----------
    balance
        Name → tolerance as a fraction (None: reported, not balanced), or names such as ``population``, ``population:5``
        or ``population:2.5%`` with the tolerance in percent, or ready measures. None: nothing was named.
    columns
        Names that are known to exist; one that ends like a tolerance is then taken as a whole.

    Raises
    ------
    InputError
        If a tolerance cannot be meant, or a measure is named twice.

    Examples
    --------
    >>> parse_balance("people:2.5%")
    (Measure(name='people', tolerance=0.025, weight=1.0),)
    """
    if balance is None:
        return ()
    if isinstance(balance, Mapping):
        measures = [Measure(name, _fraction(name, tolerance)) for name, tolerance in balance.items()]
    else:
        entries = [balance] if isinstance(balance, str | Measure) else list(balance)
        known = set(columns)
        measures = [entry if isinstance(entry, Measure) else _parse_measure(entry, known) for entry in entries]
    names = [_plain(m.name) for m in measures]
    repeated = [m.name for i, m in enumerate(measures) if names[i] in names[:i]]
    if repeated:
        raise InputError(f"the measure {repeated[0]!r} is named twice; name each once", code="repeated_measure", field="balance")
    return tuple(measures)


def resolve_balance(balance: Balance | None, known: Iterable[str]) -> tuple[tuple[Measure, ...], tuple[Notice, ...]]:
    """Measures to balance, each a known one or the count of units; by default the only known one, else the count.

    Raises
    ------
    InputError
        If a name is unknown (with the nearest known ones) or a tolerance cannot be meant.
    """
    names = [*known]
    wanted = parse_balance(balance, names)
    if not wanted:
        return _by_default(names)
    return tuple(Measure(_known(m.name, names), m.tolerance, m.weight) for m in wanted), ()


def _parse_measure(text: str, columns: set[str]) -> Measure:
    """Read ``NAME``, ``NAME:TOL`` or ``NAME:TOL%``; a name may hold colons itself.

    Examples
    --------
    >>> _parse_measure("plan: sales:10", set()).tolerance
    0.1
    """
    name, colon, tail = text.rpartition(":")
    if text not in columns and not (name if colon else tail).strip():
        raise InputError(
            f"expected a measure and its tolerance such as revenue:5, found {text!r}; put the name of a column first",
            code="no_measure",
            field="balance",
        )
    number = _TOLERANCE.match(tail)
    if text in columns or not colon or not name.strip():
        return Measure(text, DEFAULT_TOLERANCE)
    if number is None:
        if name in columns:
            raise InputError(
                f"the tolerance of {name!r} must be a number of percent such as {name}:5 or {name}:2.5%, found {tail!r}",
                code="tolerance",
                field="balance",
            )
        return Measure(text, DEFAULT_TOLERANCE)
    percent = float(number[1].replace(",", "."))
    if 0 < percent < 0.5 and not number[2]:
        raise InputError(
            f"{text!r} can mean {percent:g} % or {percent * 100:g} %; write {name}:{percent:g}% or {name}:{percent * 100:g}%",
            code="tolerance",
            field="balance",
        )
    return Measure(name, percent / 100)


def _by_default(names: list[str]) -> tuple[tuple[Measure, ...], tuple[Notice, ...]]:
    name = names[0] if len(names) == 1 else COUNT
    why = "it is the only measure found" if names == [name] != [COUNT] else "no measure was named"
    tail = f"; the units also have: {', '.join(names)}" if len(names) > 1 else ""
    message = f"balanced by {name!r} within {tolerance_percent(DEFAULT_TOLERANCE)}, because {why}{tail}"
    return (Measure(name, DEFAULT_TOLERANCE),), (Notice("default_balance", message),)


def _known(name: str, names: list[str]) -> str:
    if name in names:
        return name
    name = name.strip()
    plain = {_plain(n): n for n in reversed(names)}
    if _plain(name) in plain:
        return plain[_plain(name)]
    if _plain(name) == COUNT:
        return COUNT
    raise InputError(
        f"there is no measure {name!r}{did_you_mean(name, names)} (and {COUNT!r}, which counts every unit as one)",
        code="unknown_measure",
        field="balance",
    )


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]+", "_", name.strip().casefold())


def _fraction(name: str, tolerance: float | None) -> float | None:
    if tolerance is not None and not isinstance(tolerance, int | float | np.number):
        raise InputError(
            f"the tolerance of {name!r} must be a fraction such as 0.05, found {tolerance!r}; write '{name}:5' for text",
            code="tolerance",
            field="balance",
        )
    if tolerance is not None and tolerance > 1:
        raise InputError(
            f"the tolerance of {name!r} is a fraction: {tolerance:g} means {tolerance_percent(tolerance)}; "
            f"write {tolerance / 100:g} for {tolerance:g} %",
            code="tolerance",
            field="balance",
        )
    return tolerance
