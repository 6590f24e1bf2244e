"""Read a file in a process of its own, with limits, so that no file can harm the server.

``python -m bailiwick_web.exchange.child FILE KIND OUT OPTIONS``: writes ``facts.json``, and ``rows.arrow`` and ``rejected.csv``
if the file can be used. No Django here: the process starts quickly and can reach no database.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

MOST_COLUMNS = 200
SAMPLE_ROWS = 8
AREA = "area"


def main(arguments: list[str]) -> int:
    """Read one file; problems of the file are facts, not failures."""
    path, kind, out = Path(arguments[0]), arguments[1], Path(arguments[2])
    options: dict[str, Any] = json.loads(arguments[3])
    from bailiwick.errors import BailiwickError

    try:
        facts = READERS[kind](path, out, options)
    except BailiwickError as error:
        text = str(error).replace(str(path), options.get("filename", path.name))
        facts = {"error": {"message": text, "code": getattr(error, "code", "input"), "field": getattr(error, "field", None)}}
        facts |= _columns_if_possible(path, options)
    (out / "facts.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    return 0


def _table(path: Path, options: dict[str, Any]) -> Any:
    from bailiwick import formats

    names = ("encoding", "separator", "header_row", "sheet", "layer")
    table = formats.read_table(path, **{name: options[name] for name in names if options.get(name) not in {None, ""}})
    if len(table.names) > MOST_COLUMNS:
        from bailiwick.errors import InputError

        raise InputError(f"the table has {len(table.names):,} columns, more than the {MOST_COLUMNS} that are allowed", code="too_large")
    return table


def _columns_if_possible(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    from bailiwick.errors import BailiwickError

    try:
        return {"columns": _profile(_table(path, options))}
    except BailiwickError:
        return {}


def _profile(table: Any) -> list[dict[str, Any]]:
    """Per column: how many cells are filled, how many differ, and a few of them."""
    columns = []
    for name in table.names:
        cells = [cell for cell in table.column(name).tolist() if cell.strip()]
        samples = list(dict.fromkeys(cells[:500]))[:3]
        columns.append({"name": name, "filled": len(cells), "distinct": len(set(cells)), "samples": [s[:60] for s in samples]})
    return columns


def _facts(table: Any, notices: Any, chosen: Any) -> dict[str, Any]:
    return {
        "columns": _profile(table),
        "n_read": len(table) + len(table.malformed),
        "notices": [{"code": n.code, "message": n.message, "count": int(n.count)} for n in notices],
        "chosen": {field: {"column": c.column, "how": c.how} for field, c in chosen.items()},
    }


def read_units(path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Customers or areas."""
    import shapely

    from bailiwick import formats

    table = _table(path, options)
    mapping = options.get("columns") or {}
    fields = {field: column for field, column in mapping.items() if not field.startswith("measure:")}
    measures = {field.removeprefix("measure:"): column for field, column in mapping.items() if field.startswith("measure:")}
    read = formats.read_units(table, column_map={**fields, **measures}, measure_names=list(measures))
    units = read.units
    columns: dict[str, Any] = {"code": units.ids, "name": units.labels, "lon": units.coordinates[:, 0], "lat": units.coordinates[:, 1]}
    columns["placed_by"] = units.placed_by if units.placed_by is not None else np.full(units.n_units, "", object)
    if units.shapes is not None:
        columns[AREA] = [None if shape is None else shapely.to_wkb(shape) for shape in units.shapes]
    columns |= {f"measure:{name}": values for name, values in units.measures.items()}
    columns |= {f"text:{name}": values for name, values in units.attributes.items()}
    _write(out, columns)
    read.rejected.write_csv(out / "rejected.csv")
    facts = _facts(table, read.notices, read.chosen)
    facts |= {"n_used": units.n_units, "n_rejected": len(read.rejected), "rejected": read.rejected.counts, "measures": list(units.measures)}
    facts["examples"] = [
        {"row": int(row), "code": str(code), "reason": str(reason)}
        for row, code, reason in list(zip(read.rejected.rows, read.rejected.reason_codes, read.rejected.reasons, strict=True))[:50]
    ]
    return facts


def read_reps(path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Reps with homes and capacity."""
    from bailiwick import formats

    table = _table(path, options)
    reps = formats.read_reps(table, column_map=options.get("columns") or {})
    columns: dict[str, Any] = {"code": reps.ids, "name": reps.labels, "lon": reps.coordinates[:, 0], "lat": reps.coordinates[:, 1]}
    columns["capacity"] = reps.capacity
    columns |= {f"text:{name}": values for name, values in reps.attributes.items()}
    _write(out, columns)
    return _facts(table, reps.notices, {}) | {"n_used": reps.n_reps, "n_rejected": 0, "rejected": {}, "n_read": reps.n_reps}


def read_alignment(path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Which unit is in which territory."""
    from bailiwick import formats

    table = _table(path, options)
    found = formats.read_alignment(table, column_map=options.get("columns") or None)
    _write(out, {"code": found.unit_ids, "territory": found.territory_ids})
    facts = _facts(table, found.notices, {})
    n_left_out = facts["n_read"] - len(found)
    return facts | {
        "n_used": len(found),
        "n_rejected": n_left_out,
        "rejected": {"no_territory_or_repeated": n_left_out} if n_left_out else {},
    }


def _write(out: Path, columns: dict[str, Any]) -> None:
    import pyarrow as pa
    import pyarrow.feather as feather

    feather.write_feather(pa.table({name: pa.array(list(values)) for name, values in columns.items()}), out / "rows.arrow")


READERS: dict[str, Callable[[Path, Path, dict[str, Any]], dict[str, Any]]] = {
    "units": read_units,
    "reps": read_reps,
    "alignment": read_alignment,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
