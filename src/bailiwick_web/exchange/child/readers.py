"""Read a file as units, reps or an alignment: usable rows, rejected rows, facts."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather

from bailiwick import formats
from bailiwick.domain.said import Said, document, say
from bailiwick.errors import InputError
from bailiwick.formats.units import MissingMeasure
from bailiwick_web.exchange.child.layout import layout_of
from bailiwick_web.exchange.child.mapping import Columns, find_columns
from bailiwick_web.exchange.child.money import currency_of
from bailiwick_web.exchange.child.people import usable_reps
from bailiwick_web.exchange.child.profile import profile
from bailiwick_web.exchange.child.records import read_records, record_columns
from bailiwick_web.exchange.child.rejecting import Account, told
from bailiwick_web.exchange.child.tables import ERROR_FILE, KEPT, ROW, arranged, open_table
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.vocabulary import PLACE_FIELDS

AREA = "area"
_OPTION = re.compile(r"`?--map (?:'(\w+)=[^']*'|(\w+)=[^\s.,;`]+)`?")
_ADDED = re.compile(r"(?:, )?'(?:\u2063|\\u2063)[^']*'|(?:\u2063|\\u2063)kept")
"""Names that start with the mark of :mod:`.tables`, in quotes, and the mark of columns that are kept; both may come out of ``repr``."""
_TOLD_ELSEWHERE = frozenset({"columns_chosen", "rows_rejected", "most_rows_rejected"})


def tell(phase: str, fraction: float) -> None:
    """Say how far the reading is, on the standard output."""
    sys.stdout.write(json.dumps({"phase": phase, "fraction": fraction}) + "\n")
    sys.stdout.flush()


def for_the_page(text: str) -> str:
    """A message of the library without the options of the command line and without the marks and columns that were added here."""
    return _OPTION.sub(lambda found: f"“{found[1] or found[2]}”", _ADDED.sub("", text))


def what_is_there(path: Path, kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """Columns, layout and mapping of a file, without reading its rows as anything."""
    table = open_table(path, options)
    try:
        columns = _columns(table, kind, options)
    except InputError:
        columns = Columns()
    return table_facts(path, table, columns, options, ())


def _columns(table: Any, kind: str, options: dict[str, Any]) -> Columns:
    if kind in RECORD_KINDS:
        return record_columns(table, kind, options)
    said = dict(options.get("columns") or {})
    return find_columns(table, kind, said, is_complete=bool(options.get("is_complete")))


def table_facts(path: Path, table: Any, columns: Columns, options: dict[str, Any], notices: Sequence[Any]) -> dict[str, Any]:
    """What is told of every table: its columns, how it was read, what was noticed."""
    described = profile(table)
    for column in described:
        column["field"] = columns.of_column(column["name"])
    return {
        "columns": described,
        "n_read": len(table) + len(table.malformed),
        "notices": [
            {
                "code": n.code,
                "message": for_the_page(n.message),
                "made_of": document(n.message) if isinstance(n.message, Said) else None,
                "count": int(n.count),
            }
            for n in notices
            if n.code not in _TOLD_ELSEWHERE
        ],
        "is_error_file": any(n.code == ERROR_FILE for n in table.notices),
        "owner": columns.owner,
        "money": columns.money,
        "currency": options.get("currency") or (currency_of(table, columns.money) if columns.money else ""),
        "layout": layout_of(path, table, options),
        "fields": columns.fields,
    }


def read_units(path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Customers or areas."""
    tell("reading", 0.05)
    table = open_table(path, options)
    need_rows(table)
    columns = _columns(table, "units", options)
    tell("understanding", 0.3)
    read, is_placed = _read_placed(table, columns, options)
    tell("describing", 0.7)
    units = read.units
    data = _unit_columns(table, columns, units, is_placed=is_placed)
    _write(out, data)
    account = Account(table.names)
    account.add_rejected(read.rejected, columns)
    quality, counts = np.unique(units.placed_by.astype(str) if units.placed_by is not None else np.array([], str), return_counts=True)
    facts = table_facts(path, table, columns, options, read.notices)
    facts |= account.write(out) | {"n_used": units.n_units, "measures": list(units.measures), "is_placed": is_placed}
    facts["has_names"] = "name" in data
    facts["has_ids"] = "id" in columns.fields
    facts["placed_by"] = dict(zip(quality.tolist(), counts.tolist(), strict=True)) if is_placed else {}
    return facts


def _read_placed(table: Any, columns: Columns, options: dict[str, Any]) -> tuple[Any, bool]:
    """Rows with places; or, if the file says nowhere where its rows are but which they are, rows that add to known ones."""
    missing: MissingMeasure = "zero" if options.get("missing_measure") == "zero" else "reject"
    is_placed = table.geometry is not None or bool(PLACE_FIELDS & columns.fields.keys()) or "id" not in columns.fields
    ready, mapped = arranged(table, columns, is_placed=is_placed)
    read = formats.read_units(ready, column_map=mapped, measure_names=columns.measures or ["units"], missing_measure=missing)
    return read, is_placed


def _unit_columns(table: Any, columns: Columns, units: Any, *, is_placed: bool) -> dict[str, Any]:
    """What is stored of the usable rows; columns that the file does not have are left out, so that they change nothing."""
    import shapely

    attributes = {name.removesuffix(KEPT): values for name, values in units.attributes.items()}
    data: dict[str, Any] = {"row": attributes[ROW].astype(np.int64), "code": units.ids}
    if "name" in columns.fields or {"first_name", "last_name"} <= columns.attributes.keys():
        data["name"] = units.labels
    if is_placed:
        data |= {"lon": units.coordinates[:, 0], "lat": units.coordinates[:, 1], "placed_by": units.placed_by}
    if units.shapes is not None:
        data[AREA] = [None if shape is None else shapely.to_wkb(shape) for shape in units.shapes]
    counts_only = not columns.measures and not is_placed
    data |= {f"measure:{name}": values for name, values in units.measures.items() if not counts_only}
    if columns.owner:
        data["owner"] = attributes[columns.owner]
    names = {column: attribute for attribute, column in columns.attributes.items()}
    left_out = {*columns.skipped, columns.fields.get("id", ""), columns.fields.get("name", "")}
    for name in table.names:
        if name in attributes and name not in left_out:
            data[f"text:{names.get(name, name)}"] = attributes[name]
    return data


def read_reps(path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Reps with homes and capacity; one that cannot be used does not keep out the others."""
    tell("reading", 0.05)
    table = open_table(path, options)
    need_rows(table)
    columns = _columns(table, "reps", options)
    account = Account(table.names)
    usable = usable_reps(table, columns, account)
    tell("understanding", 0.4)
    if not len(usable):
        raise InputError(
            say(
                "no row of %(source)s can be used: %(reasons)s (row %(rows)s)",
                source=table.source,
                reasons=told(account.reasons[0], account.made_of[0]),
                rows=account.rows[0],
            ),
            code="no_usable_rows",
        )
    ready, mapped = arranged(usable, columns)
    reps = formats.read_reps(ready, column_map=mapped)
    data: dict[str, Any] = {"row": usable.row_numbers, "code": reps.ids, "name": reps.labels, "capacity": reps.capacity}
    data |= {"lon": reps.coordinates[:, 0], "lat": reps.coordinates[:, 1]}
    attributes = {name.removesuffix(KEPT): values for name, values in reps.attributes.items()}
    names = {column: attribute for attribute, column in columns.attributes.items()}
    data |= {f"text:{names.get(n, n)}": attributes[n] for n in table.names if n in attributes and n not in columns.skipped}
    _write(out, data)
    facts = table_facts(path, table, columns, options, reps.notices)
    given = {"name": "name" in columns.fields, "capacity": "capacity" in columns.fields}
    given["home"] = bool(PLACE_FIELDS & columns.fields.keys()) or table.geometry is not None
    return facts | account.write(out) | {"n_used": reps.n_reps, "given": given}


def read_alignment(path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Which unit is in which territory."""
    tell("reading", 0.05)
    table = open_table(path, options)
    need_rows(table)
    columns = _columns(table, "alignment", options)
    for role, words in (("unit_id", say("customer or area")), ("territory_id", say("territory"))):
        if role not in columns.fields:
            raise InputError(
                say(
                    "no column of %(source)s was recognised as the %(words)s; columns: %(names)s. Choose it in the table of columns",
                    source=table.source,
                    words=words,
                    names=", ".join(map(repr, table.names[:20])),
                ),
                code="unknown_column",
                field=role,
            )
    account = Account(table.names)
    data = _pairs(table, columns, account)
    if not data["code"]:
        raise InputError(
            say("no row of %(source)s has both a customer or area and a territory", source=table.source), code="no_usable_rows"
        )
    _write(out, data)
    return table_facts(path, table, columns, options, table.notices) | account.write(out) | {"n_used": len(data["code"])}


def _pairs(table: Any, columns: Columns, account: Account) -> dict[str, Any]:
    unit_column, territory_column = columns.fields["unit_id"], columns.fields["territory_id"]
    cells = [table.text(name).to_pylist() for name in table.names]
    units, territories = (cells[table.names.index(name)] for name in (unit_column, territory_column))
    first: dict[str, int] = {}
    keep: list[int] = []
    for i, (unit, territory) in enumerate(zip(units, territories, strict=True)):
        row, line = int(table.row_numbers[i]), [column[i] for column in cells]
        if not unit.strip():
            account.add(row, unit_column, "missing_id", say("the id (%(column)s) is empty", column=repr(unit_column)), line)
        elif not territory.strip():
            account.add(
                row,
                territory_column,
                "no_territory",
                say("there is no territory (%(column)s is empty)", column=repr(territory_column)),
                line,
            )
        elif unit in first:
            said = _stands_already(unit, str(table.row_numbers[first[unit]]), territories[first[unit]], territory)
            account.add(row, unit_column, "duplicate_id", said, line)
        else:
            first[unit] = i
            keep.append(i)
    for malformed in table.malformed:
        account.add_long(malformed.row, malformed.cells)
    data: dict[str, Any] = {"row": [int(table.row_numbers[i]) for i in keep], "code": [units[i].strip() for i in keep]}
    return data | {"territory": [territories[i].strip() for i in keep]}


def _stands_already(unit: str, row: str, before: str, territory: str) -> str:
    if before == territory:
        return say("%(id)s stands already in row %(row)s, with the same as its territory", id=repr(unit), row=row)
    return say("%(id)s stands already in row %(row)s, with %(territory)s as its territory", id=repr(unit), row=row, territory=repr(before))


def need_rows(table: Any) -> None:
    """Refuse a table without rows."""
    if not len(table) and not table.malformed:
        raise InputError(say("%(source)s has a header but no rows below it", source=table.source), code="no_rows", field=table.source)


def _write(out: Path, columns: dict[str, Any]) -> None:
    feather.write_feather(pa.table({name: pa.array(list(values)) for name, values in columns.items()}), out / "rows.arrow")
    tell("describing", 0.8)


def pick(path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Add rows that do not fit what is there to the rejected ones, with their cells; each row once.

    ``late.json``: row, column, code, reason, what it was made of.
    """
    table = open_table(path, options)
    late = {
        row: (column, code, told(*reason)) for row, column, code, *reason in json.loads((out / "late.json").read_text(encoding="utf-8"))
    }
    account = Account(table.names)
    account.read(out)
    where = np.flatnonzero(np.isin(table.row_numbers, np.array(list(late.keys() - set(account.rows)), np.int64)))
    cells = [table.text(name).take(pa.array(where)).to_pylist() for name in table.names]
    for at, i in enumerate(where.tolist()):
        row = int(table.row_numbers[i])
        account.add(row, *late[row], [column[at] for column in cells])
    return account.write(out)


READERS: dict[str, Callable[[Path, Path, dict[str, Any]], dict[str, Any]]] = {
    "units": read_units,
    "reps": read_reps,
    "alignment": read_alignment,
    "pick": pick,
    **{kind: partial(read_records, kind) for kind in RECORD_KINDS},
}
