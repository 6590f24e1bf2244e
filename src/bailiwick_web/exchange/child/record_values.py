"""Cells of records as plain values: amounts, numbers, days; one bad cell rejects its row, not the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from bailiwick.formats.dates import parse_dates
from bailiwick_web.exchange.record_fields import DAY, DEGREES, MONEY, SHARE, WHOLE

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_TIMES = {"K": 3, "M": 6, "B": 9, "MM": 6, "BN": 9}
_AMOUNT = re.compile(r"^(?P<digits>[\d.,'\s]*\d)\s*(?P<times>K|MM|M|BN|B)?$", re.IGNORECASE)
_MONTHS = {name: i + 1 for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])}
_WORDY = re.compile(r"^(\d{1,2})\.?[ -]([a-z]{3})[a-z]*\.?,?[ -](\d{4})\b", re.IGNORECASE)
_WORDY_US = re.compile(r"^([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})\b", re.IGNORECASE)
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_EXCEL_EPOCH = date(1899, 12, 30)
MISSING = frozenset(("", "-", "–", "n/a", "na", "null", "none", "#n/a"))


def money(text: str, decimal: str | None) -> tuple[Decimal, str] | None:
    """An amount and its currency, if it names one; None if it is no amount.

    Examples
    --------
    >>> money("$22,700.00", None), money("$342.09K", None), money("1.234,56 €", None), money("(5)", None), money("x", None)
    ((Decimal('22700.00'), 'USD'), (Decimal('342090.00'), 'USD'), (Decimal('1234.56'), 'EUR'), (Decimal('-5'), ''), None)
    """
    plain = text.strip()
    currency = next((code for sign, code in _SIGNS.items() if sign in plain), "")
    for sign in _SIGNS:
        plain = plain.replace(sign, "")
    if coded := re.match(r"^([A-Z]{3})\b|\b([A-Z]{3})$", plain.strip()):
        currency = coded[1] or coded[2]
        plain = plain.replace(currency, "")
    plain = plain.strip()
    is_negative = plain.startswith(("-", "−")) or (plain.startswith("(") and plain.endswith(")"))
    found = _AMOUNT.match(plain.strip("()-−+ "))
    if found is None:
        return None
    try:
        value = Decimal(_plain_number(found["digits"], decimal))
    except InvalidOperation:
        return None
    value = value.scaleb(_TIMES[found["times"].upper()]).quantize(Decimal("0.01")) if found["times"] else value
    return (-value if is_negative else value), currency


def _plain_number(text: str, decimal: str | None) -> str:
    """With a point as decimal sign: what stands last is one, unless it groups thousands."""
    text = re.sub(r"[\s']", "", text)
    last = max(text.rfind(","), text.rfind("."))
    if last < 0:
        return text
    sign = text[last]
    groups = sign != (decimal or ".") and len(text) - last == 4 and not ({",", "."} - {sign}) & set(text)
    is_decimal = not groups and text.count(sign) == 1
    if not is_decimal:
        return re.sub(r"[.,]", "", text)
    return re.sub(r"[.,]", "", text[:last]) + "." + text[last + 1 :]


def days(texts: Sequence[str]) -> list[date | None]:
    """Days of a column: numbers, words (``16 Apr, 2021 00:02:00``), or what Excel counts; None where there is none."""
    found = parse_dates(pa.array(list(texts), pa.string()))
    plain = [None if bad or missing else date(1970, 1, 1) + timedelta(int(day)) for day, bad, missing in _rows(found)]
    return [_day_in_words(text) or day for text, day in zip(texts, plain, strict=True)]


def _rows(found: Any) -> zip[tuple[int, bool, bool]]:
    return zip(found.days.tolist(), found.is_bad.tolist(), found.is_missing.tolist(), strict=True)


def _day_in_words(text: str) -> date | None:
    text = text.strip()
    if _SERIAL.match(text):
        return _EXCEL_EPOCH + timedelta(int(float(text)))
    found, order = _WORDY.match(text), (1, 2, 3)
    if found is None:
        found, order = _WORDY_US.match(text), (2, 1, 3)
    if found is None or found[order[1]].lower() not in _MONTHS:
        return None
    try:
        return date(int(found[order[2]]), _MONTHS[found[order[1]].lower()], int(found[order[0]]))
    except ValueError:
        return None


def column_values(kind: str, texts: Sequence[str], decimal: str | None) -> tuple[list[str], list[str], list[bool]]:
    """Values of a column as plain text, currencies, and which cells are bad.

    Examples
    --------
    >>> column_values("whole", ["1,234", "", "many"], None)
    (['1234', '', ''], ['', '', ''], [False, False, True])
    """
    blank = [text.strip().casefold() in MISSING for text in texts]
    currencies = [""] * len(texts)
    if kind == DAY:
        read = [None if day is None else day.isoformat() for day in days(texts)]
    elif kind in {MONEY, WHOLE, SHARE, DEGREES}:
        amounts = [None if is_blank else money(text.replace("%", ""), decimal) for text, is_blank in zip(texts, blank, strict=True)]
        read = [None if amount is None else _number(kind, amount[0], "%" in text) for amount, text in zip(amounts, texts, strict=True)]
        currencies = ["" if amount is None else amount[1] for amount in amounts]
    else:
        read = [text.strip() for text in texts]
    bad = [value is None and not is_blank for value, is_blank in zip(read, blank, strict=True)]
    return ["" if is_blank or value is None else value for value, is_blank in zip(read, blank, strict=True)], currencies, bad


def _number(kind: str, value: Decimal, is_percent: bool) -> str | None:
    if kind == WHOLE:
        return f"{value:.0f}" if value >= 0 else None
    if kind == SHARE:
        share = value / 100 if is_percent or value > 1 else value
        return f"{share:f}" if 0 <= share <= 1 else None
    return f"{value:f}"
