"""What the user says about a file: how it is read, what its columns are, where its rows go."""

from __future__ import annotations

import json
import zoneinfo
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid
from bailiwick_web.exchange.field_words import field_words
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.vocabulary import MEASURE, MONEY, SKIP

TEXT = "text"
LAYOUT = ("encoding", "separator", "header_row", "sheet", "layer", "decimal")
"""Changing one of these gives other columns, so that what was said about columns is void."""
ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows-1252 (Western Europe)"),
    ("cp1250", "Windows-1250 (Central Europe)"),
    ("cp1251", "Windows-1251 (Cyrillic)"),
    ("cp1253", "Windows-1253 (Greek)"),
    ("cp1254", "Windows-1254 (Turkish)"),
    ("iso-8859-15", "ISO 8859-15"),
    ("mac_roman", "Mac Roman"),
    ("utf-16", "UTF-16"),
    ("utf-32", "UTF-32"),
    ("shift_jis", "Shift JIS"),
    ("gb18030", "GB 18030"),
    ("big5", "Big5"),
    ("euc_kr", "EUC-KR"),
)
SEPARATORS = ((",", ","), (";", ";"), ("tab", "Tab"), ("|", "|"), ("^", "^"), ("~", "~"))
_TAB = "tab"


def options_of(data: QueryDict, batch: ImportBatch) -> dict[str, Any]:
    """Mapping and reading options from the form; two columns on one field are refused.

    Raises
    ------
    Invalid
        If two columns are the same field, the header row is no number, or the currency no code of three letters.
    """
    options: dict[str, Any] = {name: text for name in LAYOUT if (text := _layout_value(data, name)) != ""}
    for name in ("unit_set", "name"):
        if text := str(data.get(name, "")).strip():
            options[name] = text[:200]
    if data.get("missing_measure") == "zero":
        options["missing_measure"] = "zero"
    options |= _currency(data) | _zone(data)
    if data.get("act") == "automatic":
        return options | {"no_template": True}
    if fixes := _fixes(data):
        options["fixes"] = fixes
    columns = _columns(data, batch.kind)
    if columns and not _is_read_anew(options, batch):
        options |= {"columns": columns, "is_complete": True}
    return options


def kind_of(data: QueryDict, batch: ImportBatch) -> str:
    """What the user says that the rows are; records of customers do not become something else."""
    said = str(data.get("rows_are", ""))
    return said if said in RECORD_KINDS and batch.kind in RECORD_KINDS else batch.kind


def _zone(data: QueryDict) -> dict[str, str]:
    name = str(data.get("zone", "")).strip()
    if name and name not in zoneinfo.available_timezones():
        raise Invalid(_("There is no time zone “%(zone)s”; one is called such as Europe/Berlin.") % {"zone": name[:60]}, code="zone")
    return {"zone": name} if name else {}


def _currency(data: QueryDict) -> dict[str, str]:
    code = str(data.get("currency", "")).strip().upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise Invalid(_("A currency has three letters, such as EUR or USD; found “%(found)s”.") % {"found": code[:20]}, code="currency")
    return {"currency": code} if code else {}


def _fixes(data: QueryDict) -> dict[str, dict[str, str]]:
    """Column → what stands there → what it is to be, as the user agreed."""
    found: dict[str, dict[str, str]] = {}
    for text in data.getlist("fix"):
        try:
            column, wrong, meant = map(str, json.loads(text))
        except (ValueError, TypeError):
            raise Invalid(_("This is no offer to mend something."), code="fix") from None
        found.setdefault(column, {})[wrong] = meant
    return found


def _layout_value(data: QueryDict, name: str) -> Any:
    text = str(data.get(name, "")).strip()
    if name == "separator":
        return "\t" if text == _TAB or data.get(name) == "\t" else text[:1]
    if name == "header_row" and text:
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            raise Invalid(_("The header row is the number of a row, counted from 1; 0 means that there is none."), code="header_row")
        return int(text)
    return text


def _is_read_anew(options: dict[str, Any], batch: ImportBatch) -> bool:
    return any(options.get(name) != batch.options.get(name) for name in LAYOUT)


def _columns(data: QueryDict, kind: str) -> dict[str, str]:
    columns: dict[str, str] = {}
    for key in data:
        word = str(data.get(key, ""))
        if not key.startswith("column:") or word in {TEXT, ""}:
            continue
        name = key.removeprefix("column:")
        if word in {MEASURE, MONEY, SKIP}:
            word = f"{word}:{name}"
        if word in columns:
            raise Invalid(
                _("Two columns cannot both be the %(field)s: “%(one)s” and “%(other)s”. Choose one.")
                % {"field": field_words(word, kind), "one": columns[word], "other": name},
                code="map_twice",
            )
        columns[word] = name
    return columns
