"""Numbers and counts as people read them, the same in every picture.

In English, with what they were made of (:mod:`bailiwick.domain.said`), so that a picture can be drawn in another language.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from bailiwick.domain import FloatArray
from bailiwick.domain.said import Said, say, say_all
from bailiwick.domain.wording import percent, tolerance_percent

_SMALL_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
_SIZES = (1e12, 1e9, 1e6)
_MINUS, _THIN_SPACE = "\u2212", "\u202f"


def number_text(value: float, decimals: int = 0) -> Said:
    """A number with thousands separators; a dash for what is not a number.

    Examples
    --------
    >>> number_text(-1234.5, 1), number_text(float("nan"))
    ('−1,234.5', '–')
    """
    if not math.isfinite(value):
        return Said("–")
    text = f"{value:,.{decimals}f}"
    shown = (text.replace("-", _MINUS) if float(text.replace(",", "")) else text.lstrip("-")).strip()
    return Said(shown, {"number": shown.replace(_MINUS, "-").replace(",", "")})


def decimals_of(values: FloatArray) -> int:
    """Decimals that lengths or times of this size need: none from ten on, else one or two.

    Examples
    --------
    >>> [decimals_of(np.array(values)) for values in ([183.2, 4.5], [4.5, np.nan], [0.48], [0.0])]
    [0, 1, 2, 0]
    """
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    return 0 if largest >= 9.95 or not largest else 1 if largest >= 0.995 else 2


def deviation_text(fraction: float) -> Said:
    r"""A signed deviation.

    Examples
    --------
    >>> deviation_text(0.041), deviation_text(-0.1), deviation_text(0.0)
    ('+4.1\u202f%', '−10.0\u202f%', '0.0\u202f%')
    """
    return _set(percent(fraction, signed=True))


def percent_text(fraction: float) -> Said:
    r"""A share or a gap.

    Examples
    --------
    >>> percent_text(0.0114)
    '1.1\u202f%'
    """
    return _set(percent(fraction))


def tolerance_text(fraction: float) -> Said:
    r"""A tolerance.

    Examples
    --------
    >>> tolerance_text(0.05), tolerance_text(0.025)
    ('±5\u202f%', '±2.5\u202f%')
    """
    return say_all(["±", _set(tolerance_percent(fraction))], "")


def _set(text: Said) -> Said:
    """With the minus and the narrow space that print has for it."""
    return Said(text.replace("-", _MINUS).replace(" ", _THIN_SPACE), text.made_of)


def compact_text(value: float) -> Said:
    """A large number in three digits.

    Examples
    --------
    >>> compact_text(50_600_000_000.0), compact_text(980.0)
    ('50.6 billion', '980')
    """
    size = next((size for size in _SIZES if abs(value) >= size), None)
    if size is not None:
        text = f"{float(f'{value / size:.3g}'):g}"
        n = Said(text, {"number": text})
        return say("%(n)s trillion", n=n) if size == 1e12 else say("%(n)s billion", n=n) if size == 1e9 else say("%(n)s million", n=n)
    return number_text(value, 0 if abs(value) >= 10 or value == int(value) else 1)


def count_text(count: int, noun: tuple[str, str], *, is_first_word: bool = False) -> Said:
    """A count of things; small ones as a word at the beginning of a sentence.

    Examples
    --------
    >>> count_text(1, ("county", "counties")), count_text(3, ("territory", "territories"), is_first_word=True)
    ('1 county', 'Three territories')
    """
    word = _SMALL_NUMBERS[count] if is_first_word and count < len(_SMALL_NUMBERS) else number_text(count)
    patterns = [f"%(n)s {one}" for one in noun]
    return Said(f"{word} {noun[0] if count == 1 else noun[1]}", {"says": patterns, "n": count, "with": {"n": count}})


def said_again(value: Any, tell: Callable[[str], str]) -> Any:
    """Everything in lists and mappings that was made as a sentence, said by ``tell``; names, numbers and keys stay.

    Examples
    --------
    >>> said_again({"title": say("the map"), "name": "the map"}, str.upper)
    {'title': 'THE MAP', 'name': 'the map'}
    """
    if isinstance(value, Said):
        return tell(value)
    if isinstance(value, dict):
        return {key: said_again(part, tell) for key, part in value.items()}
    return [said_again(part, tell) for part in value] if isinstance(value, list | tuple) else value


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
