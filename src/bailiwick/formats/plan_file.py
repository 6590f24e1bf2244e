"""``plan.parquet``: everything of a plan that is needed to judge and explain it again, in one file without code.

One row per unit; what is not per unit stands as JSON in the metadata of the schema under the key ``bailiwick``. The format is
documented in ``docs/reference/plan-parquet.md``.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bailiwick.domain import (
    Adjacency,
    Baseline,
    Bound,
    Conflict,
    FloatArray,
    IntArray,
    Measure,
    Notice,
    Pace,
    Prices,
    Problem,
    Result,
    TravelTable,
    UnitTable,
)
from bailiwick.errors import InputError

FORMAT_VERSION = 1
KEY = b"bailiwick"


def write_result(path: str | os.PathLike[str], result: Result, *, facts: Mapping[str, Any]) -> None:
    """Write a plan so that :func:`read_result` gives it back to the last bit, but for the time it took.

    Parameters
    ----------
    path
        File to write; an existing one is replaced. Same plan, same bytes.
    facts
        What else shall be kept, as JSON.
    """
    columns = _columns(result)
    document = {"format_version": FORMAT_VERSION, **_document(result), "facts": dict(facts)}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    pq.write_table(pa.table(columns).replace_schema_metadata({KEY: text.encode()}), path, compression="zstd")


def read_result(path: str | os.PathLike[str]) -> tuple[Result, dict[str, Any]]:
    """Read a plan and its facts.

    Raises
    ------
    InputError
        If the file is not such a plan, is damaged, or was written by a newer version.
    """
    try:
        table = pq.read_table(path)
        document = json.loads((table.schema.metadata or {})[KEY])
        version = document["format_version"]
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        raise _broken(path) from None
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise InputError(
            f"{path} was written by a newer version (format {version}, known is {FORMAT_VERSION}); update Bailiwick, or design again",
            code="plan_version",
        )
    try:
        table.validate(full=True)
        return _result(table, document), dict(document["facts"])
    except (pa.ArrowException, ValueError, KeyError, TypeError, AttributeError, InputError):
        raise _broken(path) from None


def _broken(path: str | os.PathLike[str]) -> InputError:
    return InputError(f"{Path(path)} is damaged or not the file of a plan; design again", code="not_a_plan")


def _columns(result: Result) -> dict[str, Any]:
    problem, units = result.problem, result.problem.units
    columns: dict[str, Any] = {"unit_id": pa.array(units.ids, pa.string())}
    if units.names is not None:
        columns["name"] = pa.array(units.names, pa.string())
    axes = ("x", "y") if units.is_planar else ("longitude", "latitude")
    columns |= {axis: pa.array(values) for axis, values in zip(axes, np.ascontiguousarray(units.coordinates.T), strict=True)}
    measures = [pa.array(values) for values in units.measures.values()]
    columns["measures"] = pa.StructArray.from_arrays(measures, names=list(units.measures))
    columns["territory"] = pa.array(result.territory_idx)
    for name in ("locked", "groups"):
        values = getattr(problem, name)
        if values is not None:
            columns[name] = pa.array(values)
    if problem.baseline is not None:
        columns |= {"today": pa.array(problem.baseline.territory_idx), "disruption": pa.array(problem.disruption)}
    if problem.adjacency is not None:
        columns |= _neighbour_columns(problem.adjacency)
    for name in ("unit_minutes", "home_minutes") if problem.travel is not None else ():
        minutes = getattr(problem.travel, name)
        if minutes is not None:
            columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(minutes.ravel()), minutes.shape[1])
    return columns


def _neighbour_columns(graph: Adjacency) -> dict[str, Any]:
    """Every pair once, in the row of its lower unit."""
    row = np.repeat(np.arange(graph.n_units, dtype=np.int32), np.diff(graph.indptr))
    once = row < graph.indices
    columns = {"neighbours": _lists(row[once], graph.indices[once], graph.n_units)}
    if graph.border_km is not None:
        columns["border_km"] = _lists(row[once], graph.border_km[once], graph.n_units)
    return columns


def _lists(row: NDArray[Any], values: NDArray[Any], n_rows: int) -> Any:
    offsets = np.zeros(n_rows + 1, np.int32)
    np.cumsum(np.bincount(row, minlength=n_rows), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(np.ascontiguousarray(values)))


def _document(result: Result) -> dict[str, Any]:
    problem, bound = result.problem, result.bound
    graph = problem.adjacency
    names = problem.territory_names
    return {
        "measures": [{"name": m.name, "tolerance": m.tolerance, "weight": m.weight} for m in problem.measures],
        "objective": problem.objective,
        "max_distance_km": problem.max_distance_km,
        "max_minutes": problem.max_minutes,
        "travel": None if problem.travel is None else problem.travel.source,
        "pace": None if problem.pace is None else {"circuity": problem.pace.circuity, "speed_kmh": problem.pace.speed_kmh},
        "baseline": None if problem.baseline is None else _baseline_document(problem.baseline),
        "forbidden": None if problem.forbidden is None else problem.forbidden.tolist(),
        "territory_ids": [str(i) for i in problem.territory_ids],
        "territory_names": None if names is None else [str(name) for name in names],
        "target_shares": problem.target_shares.tolist(),
        "homes": _places(problem.centre_coordinates),
        "neighbour_rule": None if graph is None else graph.rule,
        "links": None if graph is None or graph.links is None else graph.links.tolist(),
        "centres": _places(result.centre_coordinates),
        "value": result.objective,
        "bound": None if bound is None else _bound_document(bound),
        "bound_any_centres": None if result.bound_any_centres is None else _bound_document(result.bound_any_centres),
        "stop_reason": result.stop_reason,
        "seed": int(result.seed),
        "notices": [_notice(n) for n in result.notices],
        "conflicts": [asdict(conflict) for conflict in result.conflicts],
    }


def _baseline_document(baseline: Baseline) -> dict[str, Any]:
    return {"price": baseline.price, "max_moved_share": baseline.max_moved_share, "name": baseline.name}


def _notice(notice: Notice) -> dict[str, Any]:
    examples = [str(example) for example in notice.examples]
    return {"code": notice.code, "message": notice.message, "count": int(notice.count), "examples": examples}


def _bound_document(bound: Bound) -> dict[str, Any]:
    prices = None if bound.prices is None else {"measures": list(bound.prices.measures), "values": bound.prices.values.tolist()}
    return {"value": bound.value, "holds_for": bound.holds_for, "method": bound.method, "prices": prices}


def _places(coordinates: FloatArray) -> list[list[float] | None]:
    return [place if math.isfinite(place[0]) else None for place in coordinates.tolist()]


def _coordinates(places: list[list[float] | None]) -> FloatArray:
    return np.array([[math.nan, math.nan] if place is None else place for place in places], dtype=np.float64).reshape(-1, 2)


def _result(table: Any, document: Mapping[str, Any]) -> Result:
    bound = document["bound"]
    return Result(
        problem=_problem(table, document),
        territory_idx=_numbers(table, "territory"),
        centre_coordinates=_coordinates(document["centres"]),
        objective=document["value"],
        bound=None if bound is None else _bound(bound),
        bound_any_centres=None if document["bound_any_centres"] is None else _bound(document["bound_any_centres"]),
        stop_reason=document["stop_reason"],
        seed=document["seed"],
        conflicts=tuple(_conflict(conflict) for conflict in document["conflicts"]),
        notices=tuple(Notice(n["code"], n["message"], n["count"], tuple(n["examples"])) for n in document["notices"]),
    )


def _conflict(document: Mapping[str, Any]) -> Conflict:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in document.items()}
    return Conflict(**values)


def _bound(document: Mapping[str, Any]) -> Bound:
    prices = document["prices"]
    found = None if prices is None else Prices(tuple(prices["measures"]), np.array(prices["values"], dtype=np.float64))
    return Bound(document["value"], document["holds_for"], document["method"], found)


def _problem(table: Any, document: Mapping[str, Any]) -> Problem:
    names, forbidden = document["territory_names"], document["forbidden"]
    has = table.column_names
    return Problem(
        units=_units(table),
        measures=tuple(Measure(m["name"], m["tolerance"], m["weight"]) for m in document["measures"]),
        territory_ids=np.array(document["territory_ids"], dtype=object),
        centre_coordinates=_coordinates(document["homes"]),
        target_shares=np.array(document["target_shares"], dtype=np.float64),
        objective=document["objective"],
        adjacency=_adjacency(table, document) if "neighbours" in has else None,
        locked=_numbers(table, "locked") if "locked" in has else None,
        forbidden=None if forbidden is None else np.array(forbidden, dtype=np.int32).reshape(-1, 2),
        groups=_numbers(table, "groups") if "groups" in has else None,
        max_distance_km=document["max_distance_km"],
        territory_names=None if names is None else np.array(names, dtype=object),
        baseline=_baseline(table, document.get("baseline")),
        travel=None if document["travel"] is None else _travel(table, document["travel"]),
        pace=None if document["pace"] is None else Pace(**document["pace"]),
        max_minutes=document["max_minutes"],
    )


def _travel(table: Any, source: str) -> TravelTable:
    parts = [_minutes(table, name) if name in table.column_names else None for name in ("unit_minutes", "home_minutes")]
    return TravelTable(parts[0], parts[1], source)


def _minutes(table: Any, name: str) -> NDArray[np.float32]:
    flat = _array(table, name).flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(table.num_rows, -1).astype(np.float32)


def _baseline(table: Any, document: Mapping[str, Any] | None) -> Baseline | None:
    if document is None:
        return None
    amounts = _numbers(table, "disruption")
    return Baseline(_numbers(table, "today"), amounts, document["price"], document["max_moved_share"], document["name"])


def _units(table: Any) -> UnitTable:
    is_planar = "x" in table.column_names
    axes = ("x", "y") if is_planar else ("longitude", "latitude")
    measures = _array(table, "measures")
    return UnitTable(
        ids=table.column("unit_id").to_numpy(),
        coordinates=np.column_stack([_numbers(table, axis) for axis in axes]),
        measures={f.name: measures.field(i).to_numpy(zero_copy_only=False) for i, f in enumerate(measures.type)},
        is_planar=is_planar,
        names=table.column("name").to_numpy() if "name" in table.column_names else None,
    )


def _adjacency(table: Any, document: Mapping[str, Any]) -> Adjacency:
    row, neighbour = _pairs(table, "neighbours")
    border = _pairs(table, "border_km")[1].astype(np.float64) if "border_km" in table.column_names else None
    links = None if document["links"] is None else np.array(document["links"], dtype=np.int64).reshape(-1, 2)
    # The links stand among the neighbours already, with their border of 0 km.
    return Adjacency.from_pairs(
        table.num_rows, np.column_stack([row, neighbour]), border_km=border, rule=document["neighbour_rule"], links=links
    )


def _pairs(table: Any, name: str) -> tuple[IntArray, NDArray[Any]]:
    lists = _array(table, name)
    row = np.repeat(np.arange(len(lists), dtype=np.int32), np.diff(lists.offsets.to_numpy()))
    return row, lists.flatten().to_numpy(zero_copy_only=False)


def _array(table: Any, name: str) -> Any:
    """A column in one piece, however it was cut in the file."""
    return pa.concat_arrays(table.column(name).chunks)


def _numbers(table: Any, name: str) -> NDArray[Any]:
    return np.asarray(table.column(name).to_numpy())
