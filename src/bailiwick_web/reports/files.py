"""A result to take away: CSV, XLSX and PDF, all of the same rows and safe to open in a spreadsheet program."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bailiwick.formats.export import write_csv
from bailiwick_web.planning.alignment_files import write_sheet
from bailiwick_web.reports.computing import Result
from bailiwick_web.reports.presenting import heading, plain, table
from bailiwick_web.reports.registry import Ground

TEMPLATE = Path(__file__).with_name("report.typ")
MOST_IN_PDF = 500
"""So many rows are set on paper; the tables hold all."""


@dataclass(frozen=True)
class Format:
    """A kind of file."""

    ending: str
    media_type: str
    make: Callable[[str, Result, Ground], bytes]


def columns(result: Result, zone: ZoneInfo) -> dict[str, Any]:
    """Name → values of a column; names that come twice are told apart."""
    found: dict[str, Any] = {}
    for i, column in enumerate(result.columns):
        name = heading(column)
        while name in found:
            name += " "
        values = [plain(column, row.values[i], zone) for row in result.rows]
        values = [_yes_no(value) if isinstance(value, bool) else value for value in values]
        is_number = column.is_number and all(value is None or isinstance(value, int | float) for value in values)
        dtype: Any = float if is_number else object
        found[name] = np.array([(np.nan if is_number else "") if value is None else value for value in values], dtype=dtype)
    return found


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def as_csv(name: str, result: Result, ground: Ground) -> bytes:
    """The rows; cells that a spreadsheet program would run as formulas are disarmed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        write_csv(path, columns(result, ground.zone))
        return b"\xef\xbb\xbf" + path.read_bytes()


def as_xlsx(name: str, result: Result, ground: Ground) -> bytes:
    """One sheet: texts are stored as texts, never as formulas or links; numbers stay numbers."""
    import xlsxwriter

    buffer = io.BytesIO()
    safe = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(buffer, safe) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:31] or "Report")
        there = {
            key: [("" if value != value else value) for value in values.tolist()] for key, values in columns(result, ground.zone).items()
        }
        write_sheet(sheet, {key: np.array(values, dtype=object) for key, values in there.items()}, bold)
        sheet.set_column(0, max(0, len(there) - 1), 20)
    return buffer.getvalue()


def as_pdf(name: str, result: Result, ground: Ground) -> bytes:
    """The rows on paper, set by typst; texts of users are data, never markup."""
    import typst

    shown = table(result, ground.zone)
    lines = [[cell["text"] for cell in line["cells"]] for line in shown["lines"][:MOST_IN_PDF]]
    n_left = len(shown["lines"]) - len(lines)
    record = {
        "title": name,
        "on": f"{date_format(ground.now.astimezone(ground.zone), 'SHORT_DATETIME_FORMAT')} ({ground.zone.key})",
        "heads": [head["label"] for head in shown["heads"]],
        "right": [head["is_number"] for head in shown["heads"]],
        "lines": lines,
        "totals": [[cell["text"] for cell in line] for line in shown["totals"]],
        "notes": [*result.notes, *([_("%(n)s further rows are in the tables.") % {"n": n_left}] if n_left else [])],
        "nothing": _("Nothing fits these filters."),
    }
    pdf: bytes = typst.compile(TEMPLATE.read_bytes(), format="pdf", sys_inputs={"record": json.dumps(record)}, timestamp=0)
    return pdf


FORMATS = {
    "csv": Format("csv", "text/csv", as_csv),
    "xlsx": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "pdf": Format("pdf", "application/pdf", as_pdf),
}


def file_name(name: str, ground: Ground, ending: str) -> str:
    """A name of a file that every system takes."""
    kept = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:60] or "report"
    return f"{kept}-{ground.today:%Y-%m-%d}.{ending}"
