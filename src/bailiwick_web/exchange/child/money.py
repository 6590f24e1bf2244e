"""Which measures are money, and in which currency: from the names of columns and from a column that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bailiwick.formats.synonyms import name_key
from bailiwick_web.exchange.vocabulary import CURRENCY_COLUMNS, MONEY_ATTRIBUTES, attribute_ranks

_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN"}
"""Signs that stand for one currency; $ and ¥ stand for several."""
_CODES = (
    "AED ARS AUD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP PLN RON SAR SEK SGD "
    "THB TRY TWD UAH USD VND ZAR"
)
_CODE = re.compile(rf"(?<![A-Za-z])({_CODES.replace(' ', '|')})(?![A-Za-z])")
_MONEY_SIGN = re.compile(r"[$€£¥₹]|zł")


def money_among(names: Iterable[str]) -> list[str]:
    """Those of the columns that are money by their names.

    Examples
    --------
    >>> money_among(["Annual Revenue", "Employees", "Sales (EUR)", "Spend $", "euro"])
    ['Annual Revenue', 'Sales (EUR)', 'Spend $']
    """
    return [
        name
        for name in names
        if _CODE.search(name) or _MONEY_SIGN.search(name) or {f for _, f in attribute_ranks().get(name_key(name), ())} & MONEY_ATTRIBUTES
    ]


def currency_of(table: Any, money: Iterable[str]) -> str:
    """The currency of the money of a table: by the names of its columns, or a column of currencies with one value; else empty.

    Examples
    --------
    >>> class Plain:
    ...     names = ("Sales (EUR)",)
    >>> currency_of(Plain(), ["Sales (EUR)"])
    'EUR'
    """
    found = {code for name in money for code in _named(name)}
    if not found:
        column = next((name for name in table.names if name_key(name) in CURRENCY_COLUMNS), None)
        found = set() if column is None else {str(v).strip().upper() for v in table.data.column(column).unique().to_pylist()} - {""}
    return next(iter(found)) if len(found) == 1 and re.fullmatch("[A-Z]{3}", next(iter(found))) else ""


def _named(name: str) -> list[str]:
    return [*_CODE.findall(name), *(code for sign, code in _SIGNS.items() if sign in name)]
