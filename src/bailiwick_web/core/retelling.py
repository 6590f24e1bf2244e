"""Sentences that were written down once, in the language of whoever reads them.

What the application and the library write down keeps its pattern and its values (:mod:`bailiwick.domain.said`); here it is said again.
Rows from before that, and what was never a sentence, are shown as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext

from bailiwick.domain.said import Said, document
from bailiwick_web.core.page_words import PAGE_WORDS

MINUS = "\u2212"
_DAY = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


def retold(made_of: Any, text: str = "") -> str:
    """A stored sentence in the present language; ``text`` is what stands there where nothing else was kept."""
    try:
        return _said(made_of) if made_of else text
    except (KeyError, TypeError, ValueError, IndexError):  # written by another version: the English text says it, too
        return text


def in_reader_words(text: str) -> str:
    """A sentence that was made just now, in the present language."""
    return retold(text.made_of, text) if isinstance(text, Said) else text


def instant(moment: datetime) -> Said:
    """A date with its time, which everybody reads as they write it, with the time zone of the installation."""
    local = timezone.localtime(moment)
    return Said(f"{local:%Y-%m-%d %H:%M} {local.tzname()}", {"instant": moment.isoformat()})


def of_error(error: BaseException) -> Any:
    """What the message of an error was made of; None if it is a plain text."""
    first = error.args[0] if error.args else None
    return first.made_of if isinstance(first, Said) else None


def made_of(**texts: Any) -> dict[str, Any]:
    """The origin of those of some texts that have one, by name, to be stored beside them."""
    return {name: document(text) for name, text in texts.items() if isinstance(text, Said) and text.made_of}


def _said(found: Any) -> str:
    if isinstance(found, bool) or not isinstance(found, Mapping):
        return _plain(found)
    if "percent" in found:
        return _percent(found)
    if "instant" in found:
        local = timezone.localtime(datetime.fromisoformat(found["instant"]))
        return f"{date_format(local, 'SHORT_DATETIME_FORMAT')} {local.tzname()}"
    if "number" in found:
        text = str(found["number"])
        return str(number_format(text, len(text.partition(".")[2]), use_l10n=True, force_grouping=True)) if "e" not in text else text
    if "all" in found:
        return _said(found.get("between", " ")).join(_said(part) for part in found["all"])
    if "capital" in found:
        text = _said(found["capital"])
        return text[:1].upper() + text[1:]
    values = {name: _said(value) for name, value in found["with"].items()}
    says = found["says"]
    if isinstance(says, str):
        says = PAGE_WORDS.get(says, says)
    pattern = gettext(says) if isinstance(says, str) else ngettext(says[0], says[1], found["n"])
    return pattern % values


def _plain(found: Any) -> str:
    """A number, or a text; a day is written as the reader writes days."""
    if isinstance(found, int):
        return str(number_format(found, use_l10n=True, force_grouping=True))
    text = str(found)
    return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT") if _DAY.fullmatch(text) else text


def _percent(found: Mapping[str, Any]) -> str:
    value, digits = 100 * float(found["percent"]), int(found["digits"])
    text = str(number_format(f"{abs(value):.{digits}f}", digits, use_l10n=True, force_grouping=True))
    sign = MINUS if value < 0 else "+" if value > 0 and found.get("signed") else ""
    return f"{sign}{text} %"
