"""Values of a result as people read them, and as a program does."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bailiwick_web.core.templatetags.words import number, percent
from bailiwick_web.reports.computing import Column, Result, Row


def heading(column: Column) -> str:
    """Name of a column with its unit."""
    units = {"days": _("days"), "hours": _("hours"), "minutes": _("minutes")}
    unit = column.currency or units.get(column.unit, "")
    return f"{column.label} ({unit})" if unit and unit.casefold() not in column.label.casefold() else column.label


def cell(column: Column, value: Any, zone: ZoneInfo) -> str:
    """A value in words and numbers of the present language.

    >>> count = Column("m0", "Deals", "count")
    >>> cell(count, 1234, ZoneInfo("UTC")), cell(count, None, ZoneInfo("UTC"))
    ('1,234', '–')
    """
    if value is None or value == "":
        return _("(none)") if column.is_group else "–"
    is_share = column.kind == "share" or column.unit == "share"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value, zone), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return _period(column.kind, value)
    if isinstance(value, int | float | Decimal):
        figure = float(value)
        return percent(figure) if is_share else number(figure)
    return str(value)


def _period(step: str, start: date) -> str:
    """A day, or the period that begins with it."""
    if step == "month":
        return date_format(start, "M Y")
    if step == "quarter":
        return _("Q%(quarter)s %(year)s") % {"quarter": (start.month + 2) // 3, "year": start.year}
    if step == "year":
        return str(start.year)
    if step == "week":
        year, week, _day = start.isocalendar()
        return _("week %(week)s, %(year)s") % {"week": week, "year": year}
    return date_format(start, "SHORT_DATE_FORMAT")


def plain(column: Column, value: Any, zone: ZoneInfo) -> Any:
    """A value for a file or a program: numbers as numbers, moments in the zone, all else as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return round(float(value), 6)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def table(result: Result, zone: ZoneInfo, *, address: str = "", pages: str = "") -> dict[str, Any]:
    """A result ready for a page: headings, cells, where each line leads to.

    Parameters
    ----------
    address
        Where the records behind a group are, with its question mark; empty: lines lead nowhere.
    pages
        Address of the page of a record, with ``{}`` for its identifier.
    """
    heads = [{"key": c.key, "label": heading(c), "is_number": c.is_number, "sort": c.sort} for c in result.columns]
    lines = [{"cells": _cells(result, row, zone), "to": _to(row, address, pages)} for row in result.rows]
    totals = [_cells(result, row, zone, is_total=True) for row in result.totals]
    return {"heads": heads, "lines": lines, "totals": totals, "n_groups": result.n_groups}


def _to(row: Row, address: str, pages: str) -> str:
    if row.keys and address:
        return f"{address}&{urlencode([('key', key) for key in row.keys])}"
    return pages.replace("{}", str(row.record)) if row.record and pages else ""


def _cells(result: Result, row: Row, zone: ZoneInfo, *, is_total: bool = False) -> list[dict[str, Any]]:
    cells = []
    for i, (column, value) in enumerate(zip(result.columns, row.values, strict=True)):
        text = _("All") if is_total and i == 0 and value is None else cell(column, value, zone)
        if is_total and column.is_group and i and value is None:
            text = ""
        cells.append({"text": text, "is_number": column.is_number, "label": heading(column)})
    return cells
