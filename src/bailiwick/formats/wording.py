"""Small words of messages."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Sequence

from bailiwick.domain.said import Said, say, say_n


def in_rows(count: int) -> Said:
    """``1 row`` or ``2 rows``.

    Examples
    --------
    >>> in_rows(1), in_rows(2500)
    ('1 row', '2,500 rows')
    """
    return say_n("%(n)s row", "%(n)s rows", count)


def quoted(names: Iterable[str], most: int = 12) -> Said:
    """Names in quotes, separated by commas; many are cut short.

    Examples
    --------
    >>> quoted(["a", "b"])
    "'a', 'b'"
    """
    names = list(names)
    some = ", ".join(map(repr, names[:most]))
    return say("%(names)s and %(n)s more", names=some, n=len(names) - most) if len(names) > most else Said(some)


def as_map(field: str, column: str) -> str:
    """The option of the command line that maps a field.

    Examples
    --------
    >>> as_map("location", "Location"), as_map("id", "Account ID")
    ('--map location=Location', "--map 'id=Account ID'")
    """
    return f"--map {shlex.quote(f'{field}={column}')}"


def nearest(word: str, known: Sequence[str]) -> list[str]:
    """Known words that are written much like a word, the closest first.

    Examples
    --------
    >>> nearest("anual revenue", ["Annual Revenue", "City"])
    ['Annual Revenue']
    """
    by_lower = {name.lower(): name for name in known}
    inside = [name for low, name in by_lower.items() if len(word) > 3 and word.lower() in low]
    close = [by_lower[low] for low in difflib.get_close_matches(word.lower(), list(by_lower), n=3, cutoff=0.6)]
    return list(dict.fromkeys([*close, *inside]))[:3]


def did_you_mean(word: str, known: Sequence[str]) -> Said:
    """``; did you mean 'x'?`` or what there is.

    Examples
    --------
    >>> did_you_mean("citty", ["City", "State"]), did_you_mean("zzz", ["City"])
    ("; did you mean 'City'?", "; there are: 'City'")
    """
    near = nearest(word, known)
    if near:
        return say("; did you mean %(names)s?", names=" or ".join(map(repr, near)))
    return say("; there are: %(names)s", names=quoted(known))
