"""Accounts over the areas of a plan: where the map draws points, each in the colour of the area that it lies in."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray
from bailiwick.pictures.projection import fit_projection
from bailiwick_web.planning.columns import read_columns, write_columns
from bailiwick_web.planning.convert import CHUNK, ScenarioArrays
from bailiwick_web.planning.named import areas_at
from bailiwick_web.planning.segments import commonest, segments
from bailiwick_web.territories.convert import unit_arrays
from bailiwick_web.territories.models import MeasureValue, Unit, UnitSet, UnitSetFile

Places = NDArray[np.int64]
"""Numbers of accounts in their own unit set."""
FORMAT = "accounts3"
"""Raise the number when the content changes, so that stored files of older versions are not used."""


def accounts(areas: UnitSet, points: UnitSet) -> bytes:
    """The accounts that lie in an area as gzipped columns, kept in the database.

    ``x_km``, ``y_km``, ``unit`` (index of the area) and ``account`` (place of the account in its own unit set); and for each segment
    of the accounts, ``segment:<key>``: the one that most accounts of an area have, by its number in ``segments`` of the header; 0: none.
    """
    key = _key(areas, points)
    kept = UnitSetFile.objects.filter(unit_set=areas, kind=FORMAT)
    file = kept.filter(digest=key).first()
    if file is None:
        content = gzip.compress(_file(areas, points), compresslevel=3, mtime=0)
        file, _ = kept.get_or_create(digest=key, defaults={"unit_set": areas, "kind": FORMAT, "content": content})
        kept.exclude(digest=key).delete()
    return bytes(file.content)


def _key(areas: UnitSet, points: UnitSet) -> str:
    return hashlib.sha256(f"{areas.digest} {points.digest} {points.version}".encode()).hexdigest()


def _file(areas: UnitSet, points: UnitSet) -> bytes:
    units = unit_arrays(areas)
    at = _places(points)
    home = areas_at(units, at)
    inside = np.flatnonzero(home >= 0)
    xy = fit_projection(units.table.coordinates, is_planar=units.table.is_planar).forward(at[inside])
    names, codes = segments(points, len(at))
    header = {"format": FORMAT, "name": points.name, "n": len(inside), "n_outside": len(at) - len(inside), "segments": names}
    columns: dict[str, tuple[str, NDArray[Any]]] = {
        "x_km": ("f4", xy[:, 0]),
        "y_km": ("f4", xy[:, 1]),
        "unit": ("u4", home[inside]),
        "account": ("u4", inside),
    }
    for one in names:
        most = commonest(home[inside], codes[one["key"]][inside], units.n_units, len(one["categories"]))
        columns[f"segment:{one['key']}"] = ("u2", most)
    return write_columns(header, columns)


def _places(points: UnitSet) -> FloatArray:
    rows = Unit.objects.filter(unit_set=points).order_by("idx").values_list("lon", "lat")
    return np.fromiter((value for row in rows.iterator(chunk_size=20_000) for value in row), dtype=np.float64).reshape(-1, 2)


def homes(areas: UnitSet, points: UnitSet) -> tuple[Places, IntArray]:
    """The accounts that lie in an area, ascending, and the area of each, by index; the second call costs nothing."""
    return _homes(areas.pk, points.pk, _key(areas, points))


@lru_cache(maxsize=4)
def _homes(areas_id: int, points_id: int, _digest: str) -> tuple[Places, IntArray]:
    content = accounts(UnitSet.objects.get(pk=areas_id), UnitSet.objects.get(pk=points_id))
    columns = read_columns(gzip.decompress(content))[1]
    return columns["account"].astype(np.int64), columns["unit"].astype(np.int32)


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts a table shows: a part of name or id, a territory by code, those given by name only, or some by their places."""

    text: str = ""
    territory: str = ""
    is_named: bool = False
    account_idx: tuple[int, ...] = ()


def territories_of(arrays: ScenarioArrays, account_idx: Places, home_idx: IntArray) -> tuple[IntArray, IntArray]:
    """The territory of accounts (−1 is none), and the place of each among the named ones (−1: it is with its area)."""
    named = np.full(int(max(account_idx.max(initial=-1), arrays.accounts.idx.max(initial=-1))) + 1, -1, np.int32)
    named[arrays.accounts.idx] = np.arange(len(arrays.accounts))
    which = named[account_idx]
    given = np.append(arrays.accounts.territory_idx, -1)[which]
    return np.asarray(np.where(which >= 0, given, arrays.territory_idx[home_idx]), dtype=np.int32), which


def find_accounts(arrays: ScenarioArrays, areas: UnitSet, points: UnitSet, wanted: AccountFilter) -> Places:
    """Places of the accounts that fit, ascending."""
    account_idx, home_idx = homes(areas, points)
    territory_idx, which = territories_of(arrays, account_idx, home_idx)
    keep = np.ones(len(account_idx), bool)
    if wanted.account_idx:
        keep &= np.isin(account_idx, wanted.account_idx)
    if wanted.territory in arrays.codes:
        keep &= territory_idx == arrays.codes.index(wanted.territory)
    if wanted.is_named:
        keep &= which >= 0
    if wanted.text:
        texts = Q(code__icontains=wanted.text) | Q(name__icontains=wanted.text)
        found = Unit.objects.filter(texts, unit_set=points).values_list("idx", flat=True)
        keep &= np.isin(account_idx, np.fromiter(found.iterator(chunk_size=20_000), dtype=np.int64))
    return account_idx[keep]


def account_rows(arrays: ScenarioArrays, areas: UnitSet, points: UnitSet, chosen: Places) -> list[dict[str, Any]]:
    """A page of accounts, not more than a few hundred: where each lies, whose it is and why, and its measures."""
    account_idx, home_idx = homes(areas, points)
    home = home_idx[np.searchsorted(account_idx, chosen)]
    territory_idx, which = territories_of(arrays, chosen, home)
    units = {u.idx: u for u in Unit.objects.filter(unit_set=points, idx__in=chosen.tolist()[:CHUNK]).defer("attributes", "area")}
    measures = _measures(units)
    rows = []
    for account, area, territory, place in zip(chosen.tolist(), home.tolist(), territory_idx.tolist(), which.tolist(), strict=True):
        unit = units[account]
        rows.append(
            {
                "account_idx": account,
                "id": unit.code,
                "name": unit.name or unit.code,
                "unit_idx": area,
                "area": str(arrays.units.table.labels[area]),
                "territory": arrays.codes[territory] if territory >= 0 else None,
                "is_named": place >= 0,
                "reason": str(arrays.accounts.reasons[place]) if place >= 0 else "",
                "measures": measures.get(unit.pk, {}),
            }
        )
    return rows


def _measures(units: dict[int, Unit]) -> dict[int, dict[str, float]]:
    rows = MeasureValue.objects.filter(unit__in=[u.pk for u in units.values()]).order_by("measure__position")
    found: dict[int, dict[str, float]] = {}
    for unit, key, value in rows.values_list("unit_id", "measure__key", "value"):
        found.setdefault(unit, {})[key] = value
    return found
