"""From text as people write it to days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import Notice
from bailiwick.domain.said import say
from bailiwick.formats.synonyms import MISSING_WORDS
from bailiwick.formats.table import as_text, one_array

DateOrder = Literal["dmy", "mdy"]
_TAIL = r"(?:[T ,].*)?$"
_ISO = rf"^(?P<y>[0-9]{{4}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}}){_TAIL}"
_COMPACT = r"^(?P<y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?:\.0)?$"
_NUMBERS = rf"^(?P<a>[0-9]{{1,2}})(?P<sign>[-/.])(?P<b>[0-9]{{1,2}})[-/.](?P<y>[0-9]{{4}}|[0-9]{{2}}){_TAIL}"
_CENTURY_TURNS = 69


@dataclass(frozen=True, eq=False)
class Dates:
    """A column of dates.

    Attributes
    ----------
    days
        Days since 1970-01-01, shape (n,); 0 where there is none.
    is_missing
        Mask of empty cells and words such as ``n/a``.
    is_bad
        Mask of cells that are neither empty nor a date.
    notices
        Whether day or month stands first had to be guessed.
    """

    days: NDArray[np.int64]
    is_missing: NDArray[np.bool_]
    is_bad: NDArray[np.bool_]
    notices: tuple[Notice, ...] = ()


def parse_dates(column: Any, *, order: DateOrder | None = None, name: str = "the date") -> Dates:
    """Read dates: ``2026-03-31``, ``20260331``, ``31.03.2026``, ``3/31/26``, all with or without a time of day, which is left out.

    Whether day or month stands first is judged from the whole column: a number above 12 tells. Dots say that the day does.

    Parameters
    ----------
    column
        Arrow column of text, dates, timestamps or whole numbers such as 20260331, shape (n,).
    order
        ``"dmy"`` or ``"mdy"`` where the column alone does not tell.
    name
        Of the column, for the notice.

    Examples
    --------
    >>> dates = parse_dates(pa.array(["1970-01-02", "28.02.1970", "30.02.1970", ""]))
    >>> dates.days.tolist(), dates.is_bad.tolist(), dates.is_missing.tolist()
    ([1, 58, 0, 0], [False, False, True, False], [False, False, False, True])
    """
    array = one_array(column)
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        is_missing = array.is_null().to_numpy(zero_copy_only=False)
        days = pc.fill_null(array.cast(pa.timestamp("s"), safe=False).cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        return Dates(np.floor_divide(days, 86400), is_missing, np.zeros(len(is_missing), bool))
    encoded = pc.utf8_trim_whitespace(as_text(array)).dictionary_encode()
    distinct, place = encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False)
    missing = pc.is_in(pc.utf8_lower(distinct), value_set=pa.array(MISSING_WORDS)).to_numpy(zero_copy_only=False)
    days, is_date, notices = _parse(distinct, order, name)
    return Dates(days[place], missing[place], (~is_date & ~missing)[place], notices)


def _parse(text: Any, order: DateOrder | None, name: str) -> tuple[NDArray[np.int64], NDArray[np.bool_], tuple[Notice, ...]]:
    years, months, days = (np.zeros(len(text), np.int64) for _ in range(3))
    for pattern in (_ISO, _COMPACT):
        found = pc.extract_regex(text, pattern)
        here = found.is_valid().to_numpy(zero_copy_only=False)
        years, months, days = (np.where(here, _numbers(found, key), old) for key, old in (("y", years), ("m", months), ("d", days)))
    found = pc.extract_regex(text, _NUMBERS)
    here = found.is_valid().to_numpy(zero_copy_only=False)
    first, second, year = (_numbers(found, key) for key in ("a", "b", "y"))
    has_dot = pc.fill_null(pc.equal(pc.struct_field(found, "sign"), "."), False).to_numpy(zero_copy_only=False)
    is_month_first, notices = _month_first(first[here], second[here], has_dot[here], order, name)
    year = np.where(year < 100, year + np.where(year < _CENTURY_TURNS, 2000, 1900), year)
    years = np.where(here, year, years)
    months = np.where(here, first if is_month_first else second, months)
    days = np.where(here, second if is_month_first else first, days)
    return *_to_days(years, months, days), notices


def _numbers(found: Any, key: str) -> NDArray[np.int64]:
    return pc.fill_null(pc.struct_field(found, key).cast(pa.int64()), 0).to_numpy(zero_copy_only=False)


def _month_first(
    first: NDArray[np.int64], second: NDArray[np.int64], has_dot: NDArray[np.bool_], order: DateOrder | None, name: str
) -> tuple[bool, tuple[Notice, ...]]:
    """Whether the month stands first, and a notice where that is a guess."""
    if order is not None or not len(first):
        return order == "mdy", ()
    says_day, says_month = int((first > 12).sum()), int((second > 12).sum())
    if says_day != says_month:
        return says_month > says_day, ()
    if has_dot.any():
        return False, ()
    text = say(
        "%(name)s does not tell whether the day or the month stands first; the month was taken. If that is wrong, say --dates dmy",
        name=name,
    )
    return True, (Notice("ambiguous_dates", text, len(first)),)


def _to_days(years: NDArray[np.int64], months: NDArray[np.int64], days: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days since 1970-01-01, and whether there is such a day."""
    is_sane = (months >= 1) & (months <= 12) & (days >= 1) & (years >= 1)
    since = np.where(is_sane, (years - 1970) * 12 + months - 1, 0)
    start = since.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    length = (since + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - start
    is_date = is_sane & (days <= length)
    return np.where(is_date, start + days - 1, 0), is_date
