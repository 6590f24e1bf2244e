"""Between rows and arrays: 30,000 units in about a second, whatever the database."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from django.db.models import QuerySet
from numpy.typing import NDArray

from bailiwick.api.neighbours import resolve_adjacency
from bailiwick.domain import Adjacency, FloatArray, TextArray, UnitTable
from bailiwick_web.territories.models import MeasureDefinition, MeasureValue, Unit, UnitSet, UnitSetFile

BATCH = 5_000


@dataclass(frozen=True, eq=False)
class UnitArrays:
    """A unit set in memory.

    Attributes
    ----------
    table
        Units in the order of ``Unit.idx``.
    keys
        Primary keys in the same order, shape (n,).
    adjacency
        Which touch.
    """

    table: UnitTable
    keys: NDArray[np.int64]
    adjacency: Adjacency

    @property
    def n_units(self) -> int:
        """Number of units."""
        return self.table.n_units


def unit_arrays(unit_set: UnitSet) -> UnitArrays:
    """The units of a set with their neighbours; the second call for the same content costs nothing."""
    return _unit_arrays(unit_set.pk, unit_set.version, unit_set.digest, unit_set.is_planar)


@lru_cache(maxsize=8)
def _unit_arrays(unit_set_id: int, version: int, digest: str, is_planar: bool) -> UnitArrays:
    rows = Unit.objects.filter(unit_set_id=unit_set_id).order_by("idx")
    keys, table = _read_table(rows, unit_set_id, is_planar=is_planar)
    return UnitArrays(table, keys, _adjacency(unit_set_id, digest, table))


def _read_table(rows: QuerySet[Unit], unit_set_id: int, *, is_planar: bool) -> tuple[NDArray[np.int64], UnitTable]:
    columns = list(zip(*rows.values_list("pk", "code", "name", "lon", "lat", "placed_by", "area"), strict=True))
    if not columns:
        return np.empty(0, np.int64), UnitTable(np.empty(0, object), np.empty((0, 2)))
    keys = np.array(columns[0], dtype=np.int64)
    table = UnitTable(
        ids=_texts(columns[1]),
        names=_texts([name or code for code, name in zip(columns[1], columns[2], strict=True)]),
        coordinates=np.column_stack([np.array(columns[3], float), np.array(columns[4], float)]),
        placed_by=_texts(columns[5]),
        shapes=_shapes(columns[6]),
        measures=_measures(unit_set_id, keys),
        is_planar=is_planar,
    )
    return keys, table


def _texts(values: Iterable[str]) -> TextArray:
    return np.array(list(values), dtype=object)


def _shapes(areas: tuple[bytes | None, ...]) -> NDArray[np.object_] | None:
    if all(area is None for area in areas):
        return None
    shapes = np.empty(len(areas), dtype=object)
    shapes[:] = shapely.from_wkb([None if area is None else bytes(area) for area in areas])
    return shapes


def _measures(unit_set_id: int, keys: NDArray[np.int64]) -> dict[str, FloatArray]:
    order = np.argsort(keys)
    found: dict[str, FloatArray] = {}
    for measure in MeasureDefinition.objects.filter(unit_set_id=unit_set_id):
        values = np.zeros(len(keys))
        stored = list(zip(*MeasureValue.objects.filter(measure=measure).values_list("unit_id", "value"), strict=True))
        if stored:
            values[order[np.searchsorted(keys, np.array(stored[0], np.int64), sorter=order)]] = stored[1]
        found[measure.key] = values
    return found


def _adjacency(unit_set_id: int, digest: str, table: UnitTable) -> Adjacency:
    """Neighbours, from the file of this digest if there is one."""
    file = UnitSetFile.objects.filter(unit_set_id=unit_set_id, kind="adjacency", digest=digest).first()
    if file is not None:
        with np.load(io.BytesIO(bytes(file.content)), allow_pickle=False) as stored:
            return Adjacency(stored["indptr"], stored["indices"], rule=str(stored["rule"]))
    graph = resolve_adjacency("auto", table)[0] if table.n_units else None
    graph = graph or Adjacency.from_pairs(table.n_units, np.empty((0, 2), np.int64))
    packed = io.BytesIO()
    np.savez_compressed(packed, indptr=graph.indptr, indices=graph.indices, rule=np.array(graph.rule))
    UnitSetFile.objects.get_or_create(unit_set_id=unit_set_id, kind="adjacency", digest=digest, defaults={"content": packed.getvalue()})
    return graph


def content_digest(table: UnitTable) -> str:
    """SHA-256 of everything about units that a plan can depend on."""
    digest = hashlib.sha256()
    for text in ("\0".join(map(str, table.ids)), str(table.is_planar)):
        digest.update(text.encode())
    digest.update(np.ascontiguousarray(table.coordinates).tobytes())
    for name in sorted(table.measures):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(table.measures[name]).tobytes())
    if table.shapes is not None:
        for wkb in shapely.to_wkb(table.shapes):
            digest.update(wkb or b"-")
    return digest.hexdigest()


def store_digest(unit_set: UnitSet) -> None:
    """Bring number and digest of a unit set up to date; the caller saves it."""
    _, table = _read_table(Unit.objects.filter(unit_set=unit_set).order_by("idx"), unit_set.pk, is_planar=unit_set.is_planar)
    unit_set.n_units, unit_set.digest = table.n_units, content_digest(table)
