"""Accounts that a plan of areas gives to a territory by name, against the area that they lie in.

Such an account is a unit of another unit set (of points); what it has of the measures of its area goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray, TextArray
from bailiwick_web.planning.models import NamedAccount
from bailiwick_web.territories.convert import UnitArrays
from bailiwick_web.territories.models import UNKNOWN_CURRENCY, MeasureDefinition, MeasureValue, Unit, UnitSet

CHUNK = 900
"""Keys in one statement."""


@dataclass(frozen=True, eq=False)
class NamedAccounts:
    """The named accounts of one scenario, m of them.

    Attributes
    ----------
    keys
        Primary keys of their units, shape (m,).
    idx
        Places in their own unit set, shape (m,).
    ids, names, reasons
        Texts, shape (m,) each.
    coordinates
        Like those of units, shape (m, 2).
    home_idx
        The area that each lies in, by the index of its unit, −1 for none, shape (m,).
    territory_idx
        The territory that each is given to, shape (m,).
    amounts
        Measure of the areas → what goes along with each account, shape (m,) each; never more than the area has.
    """

    keys: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    idx: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    ids: TextArray = field(default_factory=lambda: np.empty(0, object))
    names: TextArray = field(default_factory=lambda: np.empty(0, object))
    reasons: TextArray = field(default_factory=lambda: np.empty(0, object))
    coordinates: FloatArray = field(default_factory=lambda: np.empty((0, 2)))
    home_idx: IntArray = field(default_factory=lambda: np.empty(0, np.int32))
    territory_idx: IntArray = field(default_factory=lambda: np.empty(0, np.int32))
    amounts: dict[str, FloatArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    def taken(self, measure: str, n_units: int) -> FloatArray:
        """What is taken out of each area, shape (n,)."""
        inside = self.home_idx >= 0
        return np.bincount(self.home_idx[inside], self.amounts[measure][inside], minlength=n_units).astype(np.float64)

    def given(self, measure: str, n_territories: int) -> FloatArray:
        """What is added to each territory, shape (K,)."""
        return np.bincount(self.territory_idx, self.amounts[measure], minlength=n_territories).astype(np.float64)


def account_set(areas: UnitSet) -> UnitSet | None:
    """The latest unit set of points that can lie over a unit set of areas; None if there is none, or these are no areas."""
    if not Unit.objects.filter(unit_set=areas, area__isnull=False).exists():
        return None
    others = UnitSet.objects.filter(is_planar=areas.is_planar, n_units__gt=0).exclude(pk=areas.pk).order_by("-pk")
    return next((found for found in others if not Unit.objects.filter(unit_set=found, area__isnull=False).exists()), None)


def areas_at(units: UnitArrays, coordinates: FloatArray) -> IntArray:
    """The area that each place lies in, −1 for none, shape (m,); a place on a border belongs to the first area."""
    found = np.full(len(coordinates), -1, np.int32)
    if units.table.shapes is None or not len(coordinates):
        return found
    which, unit = _tree(units).query(shapely.points(coordinates), predicate="intersects")
    order = np.lexsort((unit, which))
    places, first = np.unique(which[order], return_index=True)
    found[places] = unit[order][first]
    return found


@lru_cache(maxsize=4)
def _tree(units: UnitArrays) -> shapely.STRtree:
    return shapely.STRtree(units.table.shapes)


def contents_of(unit_set_ids: tuple[int, ...]) -> tuple[str, ...]:
    """What the accounts of some unit sets depend on: changes whenever one of them does."""
    rows = UnitSet.objects.filter(pk__in=unit_set_ids).order_by("pk").values_list("digest", "version")
    return tuple(f"{digest}.{version}" for digest, version in rows)


def read_named(scenario_id: int, units: UnitArrays, unit_set_ids: tuple[int, ...], place: dict[int, int]) -> NamedAccounts:
    """The named accounts of a scenario whose units are of other sets; ``place`` is territory key → index."""
    rows = NamedAccount.objects.filter(scenario_id=scenario_id, unit__unit_set__in=unit_set_ids).order_by("unit_id")
    columns = ("unit_id", "unit__idx", "unit__code", "unit__name", "reason", "unit__lon", "unit__lat", "territory_id")
    found = list(zip(*rows.values_list(*columns), strict=True))
    if not found:
        return NamedAccounts()
    keys, coordinates = np.array(found[0], np.int64), np.column_stack([np.array(found[5], float), np.array(found[6], float)])
    home = areas_at(units, coordinates)
    return NamedAccounts(
        keys=keys,
        idx=np.array(found[1], np.int64),
        ids=np.array(found[2], dtype=object),
        names=np.array([name or code for code, name in zip(found[2], found[3], strict=True)], dtype=object),
        reasons=np.array(found[4], dtype=object),
        coordinates=coordinates,
        home_idx=home,
        territory_idx=np.array([place[t] for t in found[7]], np.int32),
        amounts=_amounts(units, keys, home),
    )


def _amounts(units: UnitArrays, keys: NDArray[np.int64], home: IntArray) -> dict[str, FloatArray]:
    """What accounts have of the measures of areas that are called alike; all accounts of an area together no more than it has.

    Money of another currency is no such measure: nothing is converted here.
    """
    money = dict(MeasureDefinition.objects.filter(unit_set__units=int(units.keys[0])).values_list("key", "currency"))
    by_name = {name.casefold(): name for name in units.table.measures}
    amounts = {name: np.zeros(len(keys)) for name in units.table.measures}
    place = {key: i for i, key in enumerate(keys.tolist())}
    for start in range(0, len(keys), CHUNK):
        rows = MeasureValue.objects.filter(unit__in=keys[start : start + CHUNK].tolist())
        for unit, measure, currency, value in rows.values_list("unit_id", "measure__key", "measure__currency", "value"):
            name = by_name.get(measure.casefold())
            if name is not None and is_same_money(money.get(name, ""), currency):
                amounts[name][place[unit]] = value
    inside = home >= 0
    for name, values in amounts.items():
        values[~inside] = 0.0
        there = units.table.measures[name]
        wanted = np.bincount(home[inside], values[inside], minlength=len(there))
        share = np.divide(there, wanted, out=np.ones_like(there), where=wanted > there)
        values[inside] *= share[home[inside]]
    return amounts


def is_same_money(one: str, other: str) -> bool:
    """Whether two measures may be added: both no money, both of one currency, or one whose currency nobody told.

    >>> is_same_money("EUR", "EUR"), is_same_money("EUR", "USD"), is_same_money("EUR", "XXX"), is_same_money("", "")
    (True, False, True, True)
    """
    return one == other or not (one and other) or UNKNOWN_CURRENCY in {one, other}
