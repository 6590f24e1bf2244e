"""From text as people write it to numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import FloatArray
from bailiwick.formats.synonyms import MISSING_WORDS
from bailiwick.formats.table import as_text, one_array

_CURRENCY = r"us\$|\busd\b|\beur\b|\bgbp\b|\bchf\b|\bcad\b|\baud\b|\bnzd\b|\bjpy\b|\bcny\b|\binr\b|\bsek\b|\bnok\b|\bdkk\b|\bpln\b|[\p{Sc}]"
_BLANK_GROUP = r"(\d)[ \x{00a0}\x{2007}\x{2009}\x{202f}'’](\d{3})"
_SUFFIX = r"^(?P<number>.*[0-9.])\s*(?P<suffix>k|tsd|tsd\.|m|mm|mn|mio|mio\.|million|millions|millionen|b|bn|mrd|mrd\.|billion|%)$"
_FACTORS = {
    **dict.fromkeys(("k", "tsd", "tsd."), 1e3),
    **dict.fromkeys(("m", "mm", "mn", "mio", "mio.", "million", "millions", "millionen"), 1e6),
    **dict.fromkeys(("b", "bn", "mrd", "mrd.", "billion"), 1e9),
    "%": 0.01,
}
_PLAIN = r"^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$"
_GROUPED = {
    ".": r"^-?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?$",
    ",": r"^-?\d{1,3}(\.\d{3})+(,\d*)?$",
}


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values
        Shape (n,); NaN where there is none.
    is_missing
        Mask of empty cells and words such as ``n/a``.
    is_bad
        Mask of cells that are neither empty nor a number, or not finite.
    """

    values: FloatArray
    is_missing: NDArray[np.bool_]
    is_bad: NDArray[np.bool_]


def parse_numbers(column: Any, *, decimal: str | None = None) -> Numbers:
    """Read numbers: plain, with currency, thousands separators, decimal comma, ``K``/``M``/``Mio``, percent, accountants' brackets.

    Whether a comma is the decimal sign is judged from the whole column: ``12,5`` or ``1.234,50`` anywhere says yes. Where a
    column has nothing but groups of three (``1,234``), ``decimal`` decides, and by default the comma separates thousands.

    Parameters
    ----------
    column
        Arrow column of any type, shape (n,).
    decimal
        Decimal sign of the rest of the table if it is known to be ``","``.

    Examples
    --------
    >>> parse_numbers(pa.array(["$22,700.00", "342.09K", "(5)", "n/a", "x"])).values.tolist()
    [22700.0, 342090.0, -5.0, nan, nan]
    """
    array = one_array(column)
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type):
        return _from_numbers(array)
    text = pc.utf8_trim_whitespace(as_text(array))
    missing = pc.is_in(pc.utf8_lower(text), value_set=pa.array(MISSING_WORDS))
    text = pc.if_else(missing, None, text)
    try:
        values = _parse_dressed(text, decimal) if decimal == "," else text.cast(pa.float64())
    except pa.ArrowInvalid:
        values = _parse_dressed(text, decimal)
    numbers = _to_numpy(values)
    is_missing = missing.to_numpy(zero_copy_only=False)
    is_bad = ~np.isfinite(numbers) & ~is_missing
    return Numbers(np.where(is_bad, np.nan, numbers), is_missing, is_bad)


def _from_numbers(array: Any) -> Numbers:
    values = _to_numpy(array.cast(pa.float64()))
    is_bad = np.isinf(values)
    return Numbers(np.where(is_bad, np.nan, values), np.isnan(values), is_bad)


def _to_numpy(array: Any) -> FloatArray:
    return np.array(pc.fill_null(array, float("nan")).to_numpy(zero_copy_only=False), dtype=np.float64)


def _parse_dressed(text: Any, decimal: str | None) -> Any:
    """Take off what dresses a number, then decide on the decimal sign of the column."""
    bare = pc.utf8_trim(text, characters="$€£¥ \xa0+")
    factors = np.ones(len(bare))
    dressed = np.flatnonzero(pc.fill_null(pc.invert(pc.match_substring_regex(bare, r"^-?[\d.,]+$")), False).to_numpy(zero_copy_only=False))
    if len(dressed):
        undressed, factors[dressed] = _undress(bare.take(pa.array(dressed)))
        mask = np.zeros(len(bare), bool)
        mask[dressed] = True
        bare = pc.replace_with_mask(bare, pa.array(mask), undressed)
    sign = _decimal_sign(bare, decimal)
    grouped = pc.fill_null(pc.match_substring_regex(bare, _GROUPED[sign]), False)
    bare = pc.if_else(grouped, pc.replace_substring(bare, "," if sign == "." else ".", ""), bare)
    if sign == ",":
        has_point = pc.fill_null(pc.match_substring(bare, "."), False)
        bare = pc.if_else(has_point, bare, pc.replace_substring(bare, ",", ".", max_replacements=1))
    plain = pc.fill_null(pc.match_substring_regex(bare, _PLAIN), False)
    values = pc.multiply(pc.if_else(plain, bare, None).cast(pa.float64()), pa.array(factors))
    return pc.if_else(pc.is_valid(text), pc.fill_null(values, float("nan")), None)


def _undress(text: Any) -> tuple[Any, FloatArray]:
    """Currency, blanks between groups of three, brackets for negative, and words such as ``Mio``: taken off, with their factors."""
    bare = pc.replace_substring_regex(pc.utf8_lower(text), "[−‒–]", "-")
    bare = pc.utf8_trim_whitespace(pc.replace_substring_regex(bare, _CURRENCY, " "))
    for _ in range(3):
        bare = pc.replace_substring_regex(bare, _BLANK_GROUP, r"\1\2")
    bare = pc.replace_substring_regex(bare, r"^\(\s*(.+?)\s*\)$", r"-\1")
    bare = pc.replace_substring_regex(bare, r"^(-?)[\s+]+", r"\1")
    bare = pc.replace_substring_regex(bare, r"^([^-].*)-$", r"-\1")
    parts = pc.extract_regex(bare, _SUFFIX)
    suffix = pc.struct_field(parts, "suffix")
    factor = pc.take(pa.array(list(_FACTORS.values())), pc.index_in(suffix, value_set=pa.array(list(_FACTORS))))
    return pc.coalesce(pc.struct_field(parts, "number"), bare), _to_numpy(pc.fill_null(factor, 1.0))


def _decimal_sign(text: Any, hint: str | None) -> str:
    comma = _count(text, r"^-?\d+,\d{1,2}$|^-?\d+,\d{4,}$|^-?\d{1,3}(\.\d{3})+,\d*$|^-?\d{1,3}(\.\d{3}){2,}$|^-?0,\d+$")
    point = _count(text, r"^-?\d*\.\d{1,2}$|^-?\d*\.\d{4,}$|^-?\d{1,3}(,\d{3})+\.\d*$|^-?\d{1,3}(,\d{2,3})*(,\d{3}){2,}$|^-?0\.\d+$")
    if comma == point:
        return hint or "."
    return "," if comma > point else "."


def _count(text: Any, pattern: str) -> int:
    return int(pc.sum(pc.match_substring_regex(text, pattern)).as_py() or 0)


def looks_numeric(column: Any, *, decimal: str | None = None, sample: int = 5000) -> tuple[float, float]:
    """How much of the start of a column is numbers.

    Returns
    -------
    Share of numbers among the cells that are not empty, and share of cells that are not empty; both 0..1.
    """
    numbers = parse_numbers(column[:sample], decimal=decimal)
    filled = int((~numbers.is_missing).sum())
    if not filled:
        return 0.0, 0.0
    return 1.0 - int(numbers.is_bad.sum()) / filled, filled / len(numbers.values)
