"""Percentages and counts as people read them: one form for messages, pictures and the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

_NOISE = 5e-7


def percent(fraction: float, *, signed: bool = False) -> str:
    """A measured fraction in percent: one decimal, none from 100 % on, more only where nothing would be left.

    Examples
    --------
    >>> percent(0.0523), percent(0.00034), percent(1.504), percent(2.2e-16)
    ('5.2 %', '0.034 %', '150 %', '0.0 %')
    >>> percent(0.0523, signed=True), percent(-0.05, signed=True), percent(0.0, signed=True)
    ('+5.2 %', '-5.0 %', '0.0 %')
    >>> percent(float("nan"))
    '–'
    """
    if not math.isfinite(fraction):
        return "–"
    value = 100 * fraction if abs(fraction) >= _NOISE else 0.0  # less is the noise of sums
    decimals = 0 if abs(value) >= 99.95 else 1
    text = f"{value:,.{decimals}f}" if abs(value) >= 0.05 or not value else f"{value:.2g}"
    return f"{'+' if signed and value > 0 else ''}{text} %"


def enough_percent(fraction: float) -> str:
    """A fraction that is advised as a limit: rounded up, so that what needs it keeps it.

    Examples
    --------
    >>> enough_percent(0.0892857), enough_percent(0.5), enough_percent(0.00034), enough_percent(1.532)
    ('9.0 %', '50.0 %', '0.04 %', '154 %')
    """
    value = 100 * fraction
    if value >= 99.95:
        return f"{_up(value, 1):,.0f} %"
    return f"{_up(value, 0.1):.1f} %" if value >= 0.05 else f"{_up(value, 0.01):.2g} %"


def enough(value: float) -> str:
    """A number that is advised as a limit, in four digits: rounded up, so that what needs it keeps it.

    Examples
    --------
    >>> enough(12.3412), enough(12345.6), enough(7.0)
    ('12.35', '12350', '7')
    """
    if value <= 0 or not math.isfinite(value):
        return f"{value:g}"
    rounded = _up(value, 10.0 ** (math.floor(math.log10(value)) - 3))
    return f"{float(f'{rounded:.5g}'):.10g}"


def _up(value: float, step: float) -> float:
    return math.ceil(value / step - 1e-6) * step  # less is the noise of sums


def tolerance_percent(fraction: float) -> str:
    """A fraction that somebody asked for, as short as it was said.

    Examples
    --------
    >>> tolerance_percent(0.05), tolerance_percent(0.025)
    ('5 %', '2.5 %')
    """
    return f"{100 * fraction:.6g} %"


def counted(number: int, one: str, many: str) -> str:
    """A number and what there are so many of; the words may go on as far as the grammar of the number does.

    Examples
    --------
    >>> counted(1, "territory is", "territories are"), counted(2500, "unit", "units")
    ('1 territory is', '2,500 units')
    """
    return f"{number:,} {one if number == 1 else many}"


def listed(texts: Sequence[str]) -> str:
    """A few words one after the other.

    Examples
    --------
    >>> listed(["sales"]), listed(["sales", "calls"]), listed(["a", "b", "c"])
    ('sales', 'sales and calls', 'a, b and c')
    """
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
