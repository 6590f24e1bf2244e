"""A comparison to take away: CSV, XLSX and PDF, all of the same rows and safe to open in a spreadsheet program."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bailiwick.formats.export import write_csv
from bailiwick_web.core.templatetags.words import cause, number, percent, words
from bailiwick_web.planning.alignment_files import write_sheet
from bailiwick_web.planning.comparing import SideBySide, account_rows, moved_units, reasons

TEMPLATE = Path(__file__).with_name("compare.typ")
MOST_IN_PDF = 400
"""So many moved units are listed on paper; the tables hold all."""


def columns(found: SideBySide) -> dict[str, Any]:
    """Moved units, and accounts that move alone, as columns: id, name, from, to and cause, measures.

    Of more than two scenarios: territory and cause in each.
    """
    rows = moved_units(found) + account_rows(found)
    table: dict[str, Any] = {"unit_id": _text(r["unit"] for r in rows), "name": _text(r["name"] for r in rows)}
    if len(found.sides) == 2:
        table |= {"from": _text(r["territories"][0] or "" for r in rows), "to": _text(r["territories"][1] or "" for r in rows)}
        table["cause"] = _text(r["causes"][1] for r in rows)
    for s, side in enumerate(found.sides if len(found.sides) > 2 else ()):
        is_unlike = len({other["name"] for other in found.sides}) == len(found.sides)
        label = side["name"] if is_unlike else f"{side['name']} ({s + 1})"
        table[f"territory: {label}"] = _text(r["territories"][s] or "" for r in rows)
        table[f"cause: {label}"] = _text(r["causes"][s] for r in rows)
    for m, name in enumerate(found.measures):
        table[name] = np.array([r["values"][m] for r in rows], dtype=float)
    return table


def as_csv(found: SideBySide) -> bytes:
    """The moved units; cells that a spreadsheet program would run as formulas are disarmed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "moved.csv"
        write_csv(path, columns(found))
        return path.read_bytes()


def as_xlsx(found: SideBySide) -> bytes:
    """A sheet of figures and one of moved units; texts are stored as texts, never as formulas or links."""
    import xlsxwriter

    buffer = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, safe) as book:
        bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
        _figures(book.add_worksheet(_("Scenarios")[:31]), found, bold, share)
        write_sheet(book.add_worksheet(_("Moved")[:31]), columns(found), bold)
    return buffer.getvalue()


def _figures(sheet: Any, found: SideBySide, bold: Any, share: Any) -> None:
    sheet.write_string(0, 0, _("Figure"), bold)
    for s, side in enumerate(found.sides, start=1):
        sheet.write_string(0, s, side["name"], bold)
    for r, (label, values, is_share) in enumerate(figures(found), start=1):
        sheet.write_string(r, 0, label)
        for s, value in enumerate(values, start=1):
            if value is not None:
                sheet.write_number(r, s, value, share if is_share else None)
    sheet.set_column(0, 0, 44)


def figures(found: SideBySide) -> list[tuple[str, list[float | None], bool]]:
    """Label, value per scenario, and whether it is a share."""
    rows: list[tuple[str, list[float | None], bool]] = [(label, values, False) for label, values in counts(found)]
    for m, name in enumerate(found.measures):
        parts = [(_("worst deviation"), "worst", True), (_("spread"), "spread", True)]
        parts += [(_hands(found, name), "moved", False), (_("changes hands, share"), "moved_share", True)]
        rows += [(f"{words(name)}: {label}", [s[key][m] for s in found.sides], is_share) for label, key, is_share in parts]
    return rows


def counts(found: SideBySide) -> list[tuple[str, list[float | None]]]:
    """Label and number per scenario, of what is counted."""
    plain = [(_("Units that move"), "n_moved")]
    plain += [(_("Accounts that move alone"), "n_accounts")] if found.accounts else []
    plain += [(_("Units without a territory"), "n_unassigned"), (_("Territories outside a tolerance"), "n_outside")]
    plain += [(_("Territories in pieces"), "n_in_pieces")]
    return [(label, [side[key] for side in found.sides]) for label, key in plain]


def _hands(found: SideBySide, name: str) -> str:
    currency = found.currencies.get(name)
    return _("changes hands, %(currency)s") % {"currency": currency} if currency else _("changes hands")


def as_pdf(found: SideBySide, *, on: str) -> bytes:
    """Figures and the weightiest moved units, set by typst; texts of users are data, never markup."""
    import typst

    def shown(value: float | None, is_share: bool) -> str:
        return "–" if value is None else percent(value) if is_share else number(round(value))

    n_moved = len(found.moved) + len(found.accounts)
    record = {
        "title": _("%(plan)s: scenarios side by side") % {"plan": found.scenarios[0].plan},
        "on": on,
        "names": [side["name"] for side in found.sides],
        "figures": [[label, *(shown(v, is_share) for v in values)] for label, values, is_share in figures(found)],
        "moved": [[r["name"], *r["names"], _why(r), *(number(round(v)) for v in r["values"][:1])] for r in _listed(found)],
        "measure": words(found.measures[0]),
        "heading": ngettext("%(n)s unit moves", "%(n)s units move", n_moved) % {"n": number(n_moved)},
        "note": _("The weightiest %(n)s are listed.") % {"n": MOST_IN_PDF} if n_moved > MOST_IN_PDF else "",
        "words": {"figure": _("Figure"), "unit": _("Unit"), "why": _("Why")},
        "n_listed": min(n_moved, MOST_IN_PDF),
        "lang": get_language() or "en",
    }
    pdf: bytes = typst.compile(TEMPLATE.read_bytes(), format="pdf", sys_inputs={"record": json.dumps(record)}, timestamp=0)
    return pdf


def _why(row: dict[str, Any]) -> str:
    return ", ".join(cause(reason) for reason in reasons(row))


def _listed(found: SideBySide) -> list[dict[str, Any]]:
    return (account_rows(found, limit=MOST_IN_PDF // 4) + moved_units(found, limit=MOST_IN_PDF))[:MOST_IN_PDF]


def _text(values: Any) -> np.ndarray:
    return np.array(list(values), dtype=object)
