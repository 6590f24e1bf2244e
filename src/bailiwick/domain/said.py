"""Sentences that remember their pattern and what was put into it, so that others can say them in another language.

The library speaks English; who shows its sentences translates ``document()``. Where a sentence is only needed as text, it is one.
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


class Said(str):
    """A sentence in English, with what it was made of.

    Attributes
    ----------
    made_of
        ``says`` (the pattern, or the two for one and for many), ``with`` (the values by name), ``n`` where there is a number to
        decide; for a share ``percent`` (a fraction), ``digits`` and ``signed``; for a figure ``number`` as text; for a list ``all`` and
        what stands ``between``; ``capital`` for what begins a sentence.
    """

    made_of: Document

    def __new__(cls, text: str, made_of: Document | None = None) -> Said:
        """The text, with its origin; without one it is a plain text."""
        said = super().__new__(cls, text)
        said.made_of = {} if made_of is None else made_of
        return said


def say(pattern: str, /, **values: object) -> Said:
    """A sentence from a pattern with named places; whole numbers get separators of thousands, so give row numbers as text.

    Examples
    --------
    >>> said = say("%(n)s units → %(where)s", n=2500, where="North")
    >>> said, said.made_of
    ('2,500 units → North', {'says': '%(n)s units → %(where)s', 'with': {'n': 2500, 'where': 'North'}})
    """
    return Said(_filled(pattern, values), {"says": pattern, "with": {name: document(value) for name, value in values.items()}})


def say_n(one: str, many: str, n: int, /, **values: object) -> Said:
    """A sentence whose words depend on a number, which stands at ``n``.

    Examples
    --------
    >>> say_n("%(n)s unit", "%(n)s units", 1), say_n("%(n)s unit", "%(n)s units", 2500)
    ('1 unit', '2,500 units')
    """
    text = _filled(one if n == 1 else many, {"n": n, **values})
    return Said(text, {"says": [one, many], "n": n, "with": {name: document(value) for name, value in {"n": n, **values}.items()}})


def say_all(parts: list[str] | tuple[str, ...], between: str = " ") -> Said:
    """Sentences one after the other; what stands between them may be a sentence of its own.

    Examples
    --------
    >>> say_all([say("It is here."), "No."])
    'It is here. No.'
    """
    return Said(between.join(parts), {"all": [document(part) for part in parts], "between": document(between)})


def figure(value: float, digits: int = 0) -> Said:
    """A number with separators of thousands, which other languages write otherwise.

    Examples
    --------
    >>> figure(1234.5, 1)
    '1,234.5'
    """
    return Said(f"{value:,.{digits}f}", {"number": f"{value:.{digits}f}"})


def plain(value: float, form: str) -> Said:
    """A number in a form of Python, which other languages write with other signs.

    Examples
    --------
    >>> plain(0.25, "g"), plain(1234.5, ",.2f"), plain(1234.5, ",.2f").made_of
    ('0.25', '1,234.50', {'number': '1234.50'})
    """
    text = f"{value:{form}}"
    return Said(text, {"number": text.replace(",", "")})


def capital(text: str) -> Said:
    """A sentence with a capital letter in front.

    Examples
    --------
    >>> capital(say("it stays"))
    'It stays'
    """
    return Said(text[:1].upper() + text[1:], {"capital": document(text)})


def document(value: object) -> Any:
    """A value as it is stored: what a sentence was made of, a number, else its text."""
    if isinstance(value, Said) and value.made_of:
        return value.made_of
    return value if isinstance(value, int) else str(value)


def _filled(pattern: str, values: dict[str, object]) -> str:
    return pattern % {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
