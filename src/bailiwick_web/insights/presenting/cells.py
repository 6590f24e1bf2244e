"""Values as they are shown, and rows ready for a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.dates import MONTHS_3
from django.utils.formats import date_format, number_format

from bailiwick_web.core.templatetags.words import MINUS, number, percent, signed_percent, words
from bailiwick_web.insights.presenting.headings import ANY, FIGURES, LABELS, LABELS_IN, ORIGINS
from bailiwick_web.insights.presenting.layout import LINKS, PERCENTS, SCORES, SHARES, SIGNED
from bailiwick_web.insights.presenting.values import WORD_COLUMNS, WORDS

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


def label(column: str, kind: str = "") -> str:
    """Heading of a column.

    >>> str(label("open_potential")), str(label("annual_sales")), label("level"), label("level", "fit_scores")
    ('Still to be won', 'Annual sales', 'State', 'Value')
    """
    found = LABELS_IN.get((kind, column), LABELS.get(column))
    return words(column) if found is None else str(found)


def explained(kind: str, column: str) -> Any:
    """How a column of an answer is made; None if it speaks for itself.

    >>> explained("gap", "coverage") is not None, explained("key_figures", "coverage")
    (True, None)
    """
    return ORIGINS.get((kind, column), ORIGINS.get((ANY, column)))


def cell(column: str, value: Any, kind: str = "") -> str:
    """A value as it is shown.

    >>> cell("penetration", 0.25), cell("class", "high"), cell("sales", 1234.5), cell("x", None), cell("is_held", True)
    ('25.0 %', 'high', '1,234', '–', '✓')
    >>> cell("month", "2026-03-01")
    '1 Mar 2026'
    """
    if value is None or value != value:
        return "–"
    if value == "none" and column == "spot":
        return "–"
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, int | float):
        return _figure(SHARES.get((kind, column), column), float(value))
    text = str(value)
    if column in ("key", "title") and text in FIGURES:
        return str(FIGURES[text])
    if column == "month" and text in _MONTHS:
        return str(MONTHS_3[_MONTHS.index(text) + 1]).capitalize()
    if column in WORD_COLUMNS and text in WORDS:
        return str(WORDS[text])
    return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT") if DAY.fullmatch(text) else text


def _figure(column: str, value: float) -> str:
    if column in SIGNED:
        return signed_percent(value)
    if column in PERCENTS:
        return percent(value)
    if column in SCORES:
        return number(round(value))
    if "p_value" in column:
        return decimals(value)
    return number(value)


def decimals(value: float, digits: int = 3) -> str:
    """A small number with all its digits, as the reader writes it.

    >>> decimals(0.0807, 4)
    '0.0807'
    """
    return str(number_format(f"{value:.{digits}f}", digits, use_l10n=True, force_grouping=True)).replace("-", MINUS)


def figure_text(unit: str, value: float | None) -> str:
    """A key figure by its unit.

    >>> figure_text("fraction", 0.5), figure_text("currency", 12.0), figure_text("ratio", None)
    ('50.0 %', '12', '–')
    """
    return percent(value) if unit == "fraction" else number(value)


def is_number(values: Sequence[Any]) -> bool:
    """Whether a column is set to the right."""
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def _digits(column: str, values: Sequence[Any], kind: str) -> int | None:
    """How many decimals all numbers of a column get, so that they stand below each other; None where a number stands for itself."""
    plain = SHARES.get((kind, column), column)
    if plain in SIGNED or plain in PERCENTS or plain in SCORES or "p_value" in plain or not is_number(values):
        return None
    known = [abs(float(value)) for value in values if value is not None and value == value]
    if all(value.is_integer() for value in known):
        return 0
    largest = max(known)
    return 0 if largest >= 1000 else 1 if largest >= 100 else 2


def _even(column: str, value: Any, kind: str, digits: int | None) -> str:
    if digits is None or value is None or value != value:
        return cell(column, value, kind)
    return decimals(float(value), digits)


def grid(
    kind: str,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    records: Mapping[tuple[str, str], tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """Rows ready for a page: headings, cells, and where each row leads.

    Parameters
    ----------
    records
        Column and value → address and name of the record that it stands for.
    """
    known = records or {}
    target, by = LINKS.get((kind, name), ("", ""))
    heads = [
        {
            "key": c,
            "label": label(c, kind),
            "is_number": is_number([row[c] for row in rows]),
            "about": explained(kind, c),
        }
        for c in columns
    ]
    digits = {c: _digits(c, [row[c] for row in rows], kind) for c in columns}
    lines = []
    for row in rows:
        cells = []
        for c, head in zip(columns, heads, strict=True):
            address, said = known.get((c, str(row[c])), ("", _even(c, row[c], kind, digits[c])))
            cells.append({"text": said, "address": address, **head, "is_bad": row[c] == "low" and c == "class"})
        lines.append({"cells": cells, "value": "" if not by else row.get(by, row.get(columns[0], ""))})
    abouts = [(head["label"], head["about"]) for head in heads if head["about"] is not None]
    return {"heads": heads, "lines": lines, "target": target, "by": by, "abouts": abouts}
