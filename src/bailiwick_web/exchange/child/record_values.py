"""Cells of records as plain values: amounts, numbers, days; one bad cell rejects its row, not the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from bailiwick.formats.dates import parse_dates
from bailiwick_web.exchange.record_kinds import DAY, DEGREES, INSTANT, MONEY, NUMBER, SHARE, WHOLE, YES_NO

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_TIMES = {"K": 3, "M": 6, "B": 9, "MM": 6, "BN": 9}
_AMOUNT = re.compile(r"^(?P<digits>[\d.,'\s]*\d)\s*(?P<times>K|MM|M|BN|B)?$", re.IGNORECASE)
_MONTHS = {name: i + 1 for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])}
_WORDY = re.compile(r"^(\d{1,2})\.?[ -]([a-z]{3})[a-z]*\.?,?[ -](\d{4})\b", re.IGNORECASE)
_WORDY_US = re.compile(r"^([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})\b", re.IGNORECASE)
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_EXCEL_EPOCH = date(1899, 12, 30)
_TIME = re.compile(
    r"^(?P<day>.*\d)(?:[T ]|,\s)\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT)?\s*(?P<offset>[+-]\d{2}:?\d{2})?$"
)
_YES = frozenset(("true", "yes", "y", "1", "x", "ja", "active", "wahr", "oui", "si", "sí"))
_NO = frozenset(("false", "no", "n", "0", "nein", "inactive", "falsch", "non"))
NOTHING = "#n/a"
MISSING = frozenset(("", "-", "–", "n/a", "na", "null", "none", NOTHING))


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


def instants(texts: Sequence[str], zone: str) -> list[datetime | None]:
    """Instants of a column; those without an offset are of a time zone, a day alone is its noon there; None where there is none.

    Examples
    --------
    >>> [i.isoformat() for i in instants(["16 Apr, 2021 00:02:00", "2010-10-14T12:00:00.000Z-0300", "7/15/2009 2:14 PM"], "UTC") if i]
    ['2021-04-16T00:02:00+00:00', '2010-10-14T15:00:00+00:00', '2009-07-15T14:14:00+00:00']
    """
    found = [_TIME.match(text.strip()) for text in texts]
    on = days([match["day"] if match else text for match, text in zip(found, texts, strict=True)])
    return [_instant(day, match, text, ZoneInfo(zone)) for day, match, text in zip(on, found, texts, strict=True)]


def _instant(day: date | None, match: re.Match[str] | None, text: str, zone: ZoneInfo) -> datetime | None:
    if day is None:
        return None
    if match is None:
        share = float(text) % 1 if _SERIAL.match(text.strip()) else 0.0
        at = datetime.combine(day, time()) + timedelta(seconds=round(share * 86_400)) if share else datetime.combine(day, time(12))
        return at.replace(tzinfo=zone).astimezone(UTC)
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"][0] in "Pp" else 0)
    try:
        at = datetime.combine(day, time(hour, int(match["minute"]), int(match["second"] or 0)))
    except ValueError:
        return None
    if match["offset"]:
        plain = match["offset"].replace(":", "")
        minutes = int(plain[1:3]) * 60 + int(plain[3:5])
        return at.replace(tzinfo=timezone(timedelta(minutes=-minutes if plain[0] == "-" else minutes))).astimezone(UTC)
    return at.replace(tzinfo=UTC if match["zone"] else zone).astimezone(UTC)


def yes_or_no(text: str) -> str | None:
    """``true`` or ``false`` of a word; None if it is neither.

    Examples
    --------
    >>> yes_or_no("Yes"), yes_or_no("0"), yes_or_no("perhaps")
    ('true', 'false', None)
    """
    plain = text.strip().casefold()
    return "true" if plain in _YES else "false" if plain in _NO else None


def is_nothing(text: str) -> bool:
    """Whether a cell says of its field that it is to be empty, as files for the Data Loader do.

    Examples
    --------
    >>> is_nothing("#N/A"), is_nothing("")
    (True, False)
    """
    return text.strip().casefold() == NOTHING


def column_values(kind: str, texts: Sequence[str], decimal: str | None, zone: str = "UTC") -> tuple[list[str], list[str], list[bool]]:
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
    elif kind == INSTANT:
        read = [None if at is None else at.isoformat() for at in instants(texts, zone)]
    elif kind == YES_NO:
        read = [yes_or_no(text) for text in texts]
    elif kind in {MONEY, NUMBER, WHOLE, SHARE, DEGREES}:
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
