"""Whose an account is by a publication: named account > rule by precedence > unit of its position. Nothing is written here.

An account *is* a unit where the plan is made of accounts: one of its identifiers is the code of the unit. Else it counts to the unit
that its position lies in, to the unit of its postal code, or to the nearest one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from bailiwick.domain.rules import Column, Rule
from bailiwick.errors import InputError
from bailiwick_web.planning.convert import NAMED
from bailiwick_web.planning.models import AssignmentRule, NamedAccount, Publication, Scenario, TerritoryDefinition, UnitAssignment
from bailiwick_web.planning.ruling import parse, text_column, unit_fields, without
from bailiwick_web.territories.convert import UnitArrays, unit_arrays
from bailiwick_web.territories.models import UnitSet

EARTH_KM = 6371.0088
FARTHEST_KM = 250.0
"""Who is farther than that from every unit is in the gap list: the plan is not about them."""
SAME, INSIDE, BY_POSTCODE, NEAREST = "same", "inside", "postcode", "nearest"
RELATIONS = (SAME, INSIDE, BY_POSTCODE, NEAREST, "")
"""How an account relates to its unit, the surest first."""
NO_POSITION, FAR, UNASSIGNED = "gap:no_position", "gap:far", "gap:unassigned"
CHUNK = 5_000


@dataclass(frozen=True)
class Facts:
    """What decides whose an account is.

    Attributes
    ----------
    key
        Primary key of the account.
    codes
        Its identifiers, as codes of units may be.
    lon, lat
        Position in degrees, or None.
    postal_code
        As text.
    values
        What rules may ask about: field → text.
    """

    key: int
    codes: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    postal_code: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose an account is in one layer, and why; without a territory the cause says what is missing."""

    publication_id: int
    territory_id: int | None
    position_id: int | None
    unit_id: int | None
    cause: str
    relation: str = ""
    distance_km: float | None = None

    @property
    def rank(self) -> tuple[bool, int]:
        """Which of several plans of one layer counts: one that gives a territory, then the surest relation."""
        return (self.territory_id is None, RELATIONS.index(self.relation))


@dataclass(frozen=True, eq=False)
class Ground:
    """The units of a set, ready to be asked where something is."""

    arrays: UnitArrays
    index: dict[str, int]
    areas: shapely.STRtree | None
    points: cKDTree | None


def ground_of(unit_set: UnitSet) -> Ground:
    """Units to be asked; the second call for the same content costs nothing."""
    return _ground(unit_arrays(unit_set), unit_set.is_planar)


@lru_cache(maxsize=8)
def _ground(arrays: UnitArrays, is_planar: bool) -> Ground:
    table = arrays.table
    index = {str(code): i for i, code in enumerate(table.ids)}
    if is_planar or not len(index):  # kilometres of a plane cannot be compared with degrees
        return Ground(arrays, index, None, None)
    areas = None if table.shapes is None else shapely.STRtree(table.shapes)
    return Ground(arrays, index, areas, cKDTree(_on_sphere(table.coordinates)))


def _on_sphere(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    lon, lat = np.radians(coordinates).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


@dataclass(frozen=True, slots=True)
class Hit:
    """The unit that an account counts to."""

    unit_idx: int
    relation: str
    distance_km: float | None = None


def locate(ground: Ground, facts: Sequence[Facts]) -> list[Hit | str]:
    """The unit of each account, or what is missing."""
    found: list[Hit | str] = [NO_POSITION] * len(facts)
    open_rows = []
    for i, fact in enumerate(facts):
        same = next((ground.index[code] for code in fact.codes if code in ground.index), None)
        if same is not None:
            found[i] = Hit(same, SAME)
        elif fact.lon is not None and ground.points is not None:
            open_rows.append(i)
        elif fact.postal_code in ground.index:
            found[i] = Hit(ground.index[fact.postal_code], BY_POSTCODE)
    if open_rows:
        at = np.array([(facts[i].lon, facts[i].lat) for i in open_rows], dtype=float)
        for i, hit in zip(open_rows, _by_position(ground, at), strict=True):
            found[i] = hit
    return found


def _by_position(ground: Ground, at: NDArray[np.float64]) -> list[Hit | str]:
    hits: list[Hit | str] = [FAR] * len(at)
    inside = np.full(len(at), -1)
    if ground.areas is not None:
        which, unit = ground.areas.query(shapely.points(at), predicate="intersects")
        order = np.lexsort((unit, which))  # a point on a border belongs to the first area, always the same one
        first = np.unique(which[order], return_index=True)
        inside[first[0]] = unit[order][first[1]]
    assert ground.points is not None
    chord, nearest = ground.points.query(_on_sphere(at))
    distance_km = 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    for i in range(len(at)):
        if inside[i] >= 0:
            hits[i] = Hit(int(inside[i]), INSIDE)
        elif distance_km[i] <= FARTHEST_KM:
            hits[i] = Hit(int(nearest[i]), NEAREST, round(float(distance_km[i]), 3))
    return hits


@dataclass(frozen=True)
class Present:
    """A publication with what is needed to say whose something is by it; ``named``: account id → unit and territory, by key."""

    publication: Publication
    ground: Ground
    territories: Mapping[int, TerritoryDefinition]
    by_position: Mapping[int, TerritoryDefinition]
    named: Mapping[str, tuple[int, int]]
    rules: tuple[tuple[str, Rule, int], ...]


def present_of(publication: Publication, fields: frozenset[str]) -> Present:
    """Read a publication; ``fields`` are those that rules may ask accounts about: a rule about others takes none of them.

    Conditions mean here what they meant when they were saved: a field in any case, and that of the units where units have it, too.
    """
    scenario: Scenario = publication.scenario
    territories = {t.pk: t for t in TerritoryDefinition.objects.filter(scenario=scenario).order_by("place", "pk")}
    by_position = {t.position_id: t for t in reversed(territories.values()) if t.position_id is not None}
    ground = ground_of(scenario.plan.unit_set)
    written = list(AssignmentRule.objects.filter(scenario=scenario, is_active=True))
    own = unit_fields(ground.arrays, scenario.plan.unit_set_id) if written else []
    asked, rules = without(fields, own), []
    for row in written:
        try:
            rule = parse(row.condition, own, sorted(asked))
        except InputError:  # the rule page says so; no account is taken by a rule that cannot be read
            continue
        if set(rule.fields()) <= asked:
            rules.append((str(row.public_id), rule, row.territory_id))
    alone = NamedAccount.objects.filter(scenario=scenario).exclude(unit__unit_set=scenario.plan.unit_set_id)
    named = {code: (unit, territory) for code, unit, territory in alone.values_list("unit__code", "unit_id", "territory_id")}
    return Present(publication, ground, territories, by_position, named, tuple(rules))


def derive(present: Present, facts: Sequence[Facts], named: Mapping[int, tuple[int, str]]) -> list[Belonging]:
    """Whose accounts are by a publication.

    Parameters
    ----------
    named
        Account → (position, identifier of the naming), of those that are given by name in the layer.
    """
    hits = locate(present.ground, facts)
    keys = present.ground.arrays.keys
    units = {int(keys[hit.unit_idx]) for hit in hits if isinstance(hit, Hit)}
    assigned = {
        unit: (territory, cause)
        for unit, territory, cause in UnitAssignment.objects.filter(scenario=present.publication.scenario_id, unit__in=units).values_list(
            "unit_id", "territory_id", "cause"
        )
    }
    ruled = _ruled(present, facts)
    return [_one(present, fact, hit, named.get(fact.key), rule, assigned, keys) for fact, hit, rule in zip(facts, hits, ruled, strict=True)]


def _one(
    present: Present,
    fact: Facts,
    hit: Hit | str,
    name: tuple[int, str] | None,
    rule: tuple[str, int] | None,
    assigned: Mapping[int, tuple[int | None, str]],
    keys: NDArray[np.int64],
) -> Belonging:
    unit = int(keys[hit.unit_idx]) if isinstance(hit, Hit) else None
    where: dict[str, Any] = {"unit_id": unit}
    if isinstance(hit, Hit):
        where |= {"relation": hit.relation, "distance_km": hit.distance_km}
    if name is not None and (territory := present.by_position.get(name[0])) is not None:
        return _belonging(present, territory.pk, f"named:{name[1]}", where)
    for code in fact.codes:
        if (alone := present.named.get(code)) is not None:  # the plan gives it away against its area
            return _belonging(present, alone[1], NAMED, {"unit_id": alone[0], "relation": SAME})
    # What is a unit itself was judged by the rules when the plan was made, with everything that the plan knows of it.
    if rule is not None and where.get("relation") != SAME:
        return _belonging(present, rule[1], f"rule:{rule[0]}", where)
    if unit is None:
        return _belonging(present, None, str(hit), where)
    territory_id, cause = assigned.get(unit, (None, ""))
    return _belonging(present, territory_id, UNASSIGNED if territory_id is None else cause, where)


def _belonging(present: Present, territory_id: int | None, cause: str, where: Mapping[str, Any]) -> Belonging:
    position_id = present.territories[territory_id].position_id if territory_id is not None else None
    return Belonging(present.publication.pk, territory_id, position_id, cause=cause, **where)


def _ruled(present: Present, facts: Sequence[Facts]) -> list[tuple[str, int] | None]:
    """What rules say of accounts, the first one that matches."""
    found: list[tuple[str, int] | None] = [None] * len(facts)
    if not present.rules:
        return found
    asked = {name for _key, rule, _territory in present.rules for name in rule.fields()}
    columns: dict[str, Column] = {name: text_column(fact.values.get(name, "") for fact in facts) for name in asked}
    for key, rule, territory in present.rules:
        for i in np.flatnonzero(rule.matches(columns)).tolist():
            found[i] = found[i] or (key, territory)
    return found
