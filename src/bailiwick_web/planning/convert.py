"""Scenarios ⇄ arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, IntArray, RepTable
from bailiwick_web.planning.models import Forbid, NamedAccount, Scenario, TerritoryDefinition, UnitAssignment
from bailiwick_web.planning.named import NamedAccounts, contents_of, read_named
from bailiwick_web.territories.convert import BATCH, UnitArrays, unit_arrays

CHUNK = 900
"""Keys in one statement: below the limit of variables of every database."""
COUNT = "units"
RULE, NAMED = "rule:", "named"
"""Causes: the first with the identifier of the rule behind it."""
LOCK = "territory to keep"
"""Column that tells the engine which units must stay, and where."""


@dataclass(frozen=True, eq=False)
class ScenarioArrays:
    """A scenario in memory, at one version.

    Attributes
    ----------
    units
        The units.
    territories
        The territories in order, K of them.
    territory_idx
        Territory of each unit, −1 for none, shape (n,).
    is_locked
        Mask of the units that must stay, shape (n,).
    causes
        Why each unit is where it is, shape (n,).
    forbidden
        Pairs of a unit and a territory that must not be, by index, shape (m, 2).
    is_named
        Mask of the units given by name, shape (n,).
    balance
        Measure → tolerance as a fraction, or None: reported only.
    version
        Of the scenario.
    accounts
        Single accounts that are given to territories against their areas.
    account_sets
        Keys of the unit sets that these are of.
    """

    units: UnitArrays
    territories: tuple[TerritoryDefinition, ...]
    territory_idx: IntArray
    is_locked: NDArray[np.bool_]
    causes: NDArray[np.object_]
    forbidden: IntArray
    is_named: NDArray[np.bool_]
    balance: dict[str, float | None]
    is_contiguous: bool
    version: int
    accounts: NamedAccounts = field(default_factory=NamedAccounts)
    account_sets: tuple[int, ...] = ()

    @property
    def k(self) -> int:
        """Number of territories."""
        return len(self.territories)

    @cached_property
    def codes(self) -> list[str]:
        """Codes of the territories."""
        return [territory.code for territory in self.territories]

    @cached_property
    def measures(self) -> dict[str, FloatArray]:
        """The measures that count, those to balance first; units count one each where nothing else is there.

        What goes along with accounts that are given away by name is taken out of their areas.
        """
        table = self.own_measures
        wanted = [*self.balance, *(name for name in table if name not in self.balance)]
        every = {name: table[name] if name in table else np.ones(self.units.n_units) for name in wanted}
        return every or {COUNT: np.ones(self.units.n_units)}

    @cached_property
    def own_measures(self) -> Mapping[str, FloatArray]:
        """The measures of the units without what their named accounts take along, shape (n,) each."""
        table = self.units.table.measures
        if not len(self.accounts):
            return table
        return {name: np.maximum(values - self.accounts.taken(name, self.units.n_units), 0.0) for name, values in table.items()}

    @cached_property
    def given(self) -> FloatArray:
        """What named accounts add to each territory, shape (K, M)."""
        known = self.accounts.amounts
        columns = [self.accounts.given(name, self.k) if name in known else np.zeros(self.k) for name in self.measures]
        return np.column_stack(columns).astype(np.float64)

    @cached_property
    def totals(self) -> FloatArray:
        """Sum of each measure per territory, shape (K, M)."""
        inside = self.territory_idx >= 0
        where = self.territory_idx[inside]
        sums = [np.bincount(where, values[inside], minlength=self.k) for values in self.measures.values()]
        return np.column_stack(sums).astype(np.float64) + self.given

    @cached_property
    def targets(self) -> FloatArray:
        """What each territory should have of everything there is, by capacity, shape (K, M)."""
        capacity = np.array([t.capacity for t in self.territories], dtype=float)
        share = capacity / capacity.sum() if self.k else capacity
        return np.outer(share, self.wholes)

    @cached_property
    def wholes(self) -> FloatArray:
        """Everything there is of each measure, in areas and with named accounts, shape (M,)."""
        sums = np.array([values.sum() for values in self.measures.values()])
        return np.asarray(sums + self.given.sum(axis=0), dtype=np.float64)

    @cached_property
    def deviations(self) -> FloatArray:
        """``totals / targets − 1``, shape (K, M); 0 where there is no target."""
        return np.divide(self.totals, self.targets, out=np.ones_like(self.totals), where=self.targets > 0) - 1.0

    @cached_property
    def is_outside(self) -> NDArray[np.bool_]:
        """Mask of the deviations beyond the tolerance, shape (K, M)."""
        limits = np.array([np.inf if t is None else t for t in (self.balance.get(name) for name in self.measures)])
        return np.asarray(np.abs(self.deviations) > limits + 1e-9)

    @cached_property
    def n_pieces(self) -> IntArray:
        """Connected pieces per territory, shape (K,); 0 for empty ones."""
        piece = self.units.adjacency.components(self.territory_idx)
        inside = self.territory_idx >= 0
        pairs = np.unique(np.column_stack([self.territory_idx[inside], piece[inside]]), axis=0)
        return np.bincount(pairs[:, 0], minlength=self.k).astype(np.int32) if len(pairs) else np.zeros(self.k, np.int32)

    @cached_property
    def unit_counts(self) -> IntArray:
        """Units per territory, shape (K,)."""
        return np.bincount(self.territory_idx[self.territory_idx >= 0], minlength=self.k).astype(np.int32)

    @property
    def n_unassigned(self) -> int:
        """Units without a territory."""
        return int((self.territory_idx < 0).sum())

    @cached_property
    def is_stuck(self) -> NDArray[np.bool_]:
        """Mask of the units that must stay, because they are named, or they or their territories are locked, shape (n,)."""
        locked = np.array([t.is_locked for t in self.territories] + [False])
        return np.asarray(self.is_locked | self.is_named | locked[self.territory_idx])

    @cached_property
    def is_ruled(self) -> NDArray[np.bool_]:
        """Mask of the units that are where a rule puts them, shape (n,)."""
        return np.array([str(cause).startswith(RULE) for cause in self.causes], dtype=bool)

    def is_forbidden(self, unit_idx: IntArray, territory: int) -> NDArray[np.bool_]:
        """Mask of the units that must not be in a territory, shape of ``unit_idx``."""
        barred = self.forbidden[self.forbidden[:, 1] == territory, 0]
        return np.isin(unit_idx, barred)

    @cached_property
    def in_forbidden(self) -> IntArray:
        """Units that are where they must not be, ascending."""
        units, territories = self.forbidden[:, 0], self.forbidden[:, 1]
        return np.unique(units[self.territory_idx[units] == territories]).astype(np.int32)

    @cached_property
    def forbidden_ids(self) -> list[tuple[str, str]]:
        """The forbidden pairs by unit id and territory code, as the engine wants them."""
        return [(str(self.units.table.ids[i]), self.codes[j]) for i, j in self.forbidden.tolist()]

    @cached_property
    def kept_apart_ids(self) -> list[tuple[str, str]]:
        """The same, and whatever is not in a locked territory: the lock keeps it as it is, so nothing comes to it either."""
        ids, closed = self.units.table.ids, [j for j, t in enumerate(self.territories) if t.is_locked]
        return self.forbidden_ids + [(str(unit), self.codes[j]) for j in closed for unit in ids[self.territory_idx != j]]

    def roster(self) -> RepTable:
        """The territories as the engine wants them: ids, homes, and the capacity that named accounts leave for units."""
        homes = [(np.nan, np.nan) if t.home_lon is None else (t.home_lon, t.home_lat) for t in self.territories]
        return RepTable(
            ids=np.array(self.codes, dtype=object),
            names=np.array([t.name for t in self.territories], dtype=object),
            coordinates=np.array(homes, dtype=float).reshape(-1, 2),
            capacity=self._free_capacity(),
            is_planar=self.units.table.is_planar,
        )

    def _free_capacity(self) -> FloatArray:
        """Capacity less what named accounts fill of the first measure; a hundredth stays, so that every territory gets something."""
        capacity = np.array([t.capacity for t in self.territories], dtype=float)
        if not len(self.accounts):
            return capacity
        target, given = self.targets[:, 0], self.given[:, 0]
        filled = np.divide(given, target, out=np.zeros_like(given), where=target > 0)
        return np.asarray(capacity * np.clip(1.0 - filled, 0.01, None), dtype=np.float64)


def scenario_arrays(scenario: Scenario) -> ScenarioArrays:
    """A scenario in memory; the second call for the same version costs nothing.

    Not to be called for a version that the present transaction has made: it might still fail, and the version be made again.
    """
    plan = scenario.plan
    units = unit_arrays(plan.unit_set)
    balance = tuple((name, None if t is None else float(t)) for name, t in plan.balance.items())
    bare = _scenario_arrays(scenario.public_id, scenario.version, units, balance, plan.is_contiguous)
    return _with_accounts(bare, scenario.pk, contents_of(bare.account_sets)) if bare.account_sets else bare


@lru_cache(maxsize=24)
def _with_accounts(bare: ScenarioArrays, scenario_id: int, _contents: tuple[str, ...]) -> ScenarioArrays:
    place = {t.pk: j for j, t in enumerate(bare.territories)}
    return replace(bare, accounts=read_named(scenario_id, bare.units, bare.account_sets, place))


@lru_cache(maxsize=24)
def _scenario_arrays(
    public_id: UUID, version: int, units: UnitArrays, balance: tuple[tuple[str, float | None], ...], is_contiguous: bool
) -> ScenarioArrays:
    # By the public id: a key given in a transaction that failed may be given again, an identifier never.
    scenario_id = Scenario.objects.values_list("pk", flat=True).get(public_id=public_id)
    territories = tuple(TerritoryDefinition.objects.filter(scenario_id=scenario_id).order_by("place", "pk"))
    place = {t.pk: j for j, t in enumerate(territories)}
    order = np.argsort(units.keys)
    idx = np.full(units.n_units, -1, np.int32)
    locked = np.zeros(units.n_units, bool)
    causes = np.full(units.n_units, "", dtype=object)
    rows = list(
        zip(
            *UnitAssignment.objects.filter(scenario_id=scenario_id).values_list("unit_id", "territory_id", "is_locked", "cause"),
            strict=True,
        )
    )
    if rows:
        at = order[np.searchsorted(units.keys, np.array(rows[0], np.int64), sorter=order)]
        idx[at] = [-1 if t is None else place[t] for t in rows[1]]
        locked[at], causes[at] = rows[2], rows[3]
    forbidden = _forbidden(scenario_id, units, place)
    names = list(NamedAccount.objects.filter(scenario_id=scenario_id).values_list("unit_id", "unit__unit_set_id"))
    named = np.isin(units.keys, [unit for unit, _ in names])
    own = set(units.keys.tolist()) if names else set()
    others = tuple(sorted({unit_set for unit, unit_set in names if unit not in own}))
    return ScenarioArrays(
        units, territories, idx, locked, causes, forbidden, named, dict(balance), is_contiguous, version, account_sets=others
    )


def _forbidden(scenario_id: int, units: UnitArrays, place: dict[int, int]) -> IntArray:
    rows = list(Forbid.objects.filter(scenario_id=scenario_id).order_by("unit_id", "territory_id").values_list("unit_id", "territory_id"))
    if not rows:
        return np.empty((0, 2), np.int32)
    order = np.argsort(units.keys)
    at = order[np.searchsorted(units.keys, np.array([unit for unit, _ in rows], np.int64), sorter=order)]
    return np.column_stack([at, [place[territory] for _, territory in rows]]).astype(np.int32)


def create_assignments(scenario: Scenario, units: UnitArrays, territory_ids: Sequence[int | None], causes: str | Iterable[str]) -> None:
    """Write a row for every unit of a scenario that has none yet."""
    texts = [causes] * units.n_units if isinstance(causes, str) else causes
    rows = [
        UnitAssignment(scenario=scenario, unit_id=unit, territory_id=territory, cause=cause)
        for unit, territory, cause in zip(units.keys.tolist(), territory_ids, texts, strict=True)
    ]
    UnitAssignment.objects.bulk_create(rows, batch_size=BATCH)


def update_assignments(scenario: Scenario, keys: NDArray[np.int64], territory_ids: Sequence[int | None], causes: Sequence[str]) -> None:
    """Give units other territories; one statement per few hundred units of one target and cause."""
    groups: dict[tuple[int | None, str], list[int]] = {}
    for key, to, cause in zip(keys.tolist(), territory_ids, causes, strict=True):
        groups.setdefault((to, cause), []).append(key)
    for (to, cause), members in groups.items():
        for rows in _in_chunks(scenario, members):
            rows.update(territory_id=to, cause=cause)


def update_locks(scenario: Scenario, keys: NDArray[np.int64], is_locked: NDArray[np.bool_]) -> None:
    """Lock units where they are, or let them go."""
    for value in (True, False):
        for rows in _in_chunks(scenario, keys[is_locked == value].tolist()):
            rows.update(is_locked=value)


def _in_chunks(scenario: Scenario, keys: list[int]) -> Iterator[QuerySet[UnitAssignment]]:
    for start in range(0, len(keys), CHUNK):
        yield UnitAssignment.objects.filter(scenario=scenario, unit_id__in=keys[start : start + CHUNK])


def copy_scenario(source: Scenario, target: Scenario) -> None:
    """Copy territories, assignments, forbidden pairs, names and rules inside the database: 30,000 rows in a fraction of a second."""
    territories = list(TerritoryDefinition.objects.filter(scenario=source).order_by("place", "pk"))
    for territory in territories:
        territory.pk, territory.scenario = None, target
    TerritoryDefinition.objects.bulk_create(territories)
    _copy_rows(source, target, COPY_ASSIGNMENTS, COPY_FORBIDS, COPY_NAMED, COPY_RULES)


def copy_names_and_rules(source: Scenario, target: Scenario) -> None:
    """Copy named accounts and rules to a scenario with the same territories."""
    _copy_rows(source, target, COPY_NAMED, COPY_RULES)


def _copy_rows(source: Scenario, target: Scenario, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, [target.pk, target.pk, source.pk])


COPY_ASSIGNMENTS = """
    INSERT INTO planning_unitassignment (scenario_id, unit_id, territory_id, cause, is_locked)
    SELECT %s, a.unit_id, fresh.id, a.cause, a.is_locked
    FROM planning_unitassignment a
    LEFT JOIN planning_territorydefinition old ON old.id = a.territory_id
    LEFT JOIN planning_territorydefinition fresh ON fresh.scenario_id = %s AND fresh.code = old.code
    WHERE a.scenario_id = %s
"""
COPY_FORBIDS = """
    INSERT INTO planning_forbid (scenario_id, unit_id, territory_id)
    SELECT %s, f.unit_id, fresh.id
    FROM planning_forbid f
    JOIN planning_territorydefinition old ON old.id = f.territory_id
    JOIN planning_territorydefinition fresh ON fresh.scenario_id = %s AND fresh.code = old.code
    WHERE f.scenario_id = %s
"""
COPY_NAMED = """
    INSERT INTO planning_namedaccount (scenario_id, unit_id, territory_id, reason)
    SELECT %s, n.unit_id, fresh.id, n.reason
    FROM planning_namedaccount n
    JOIN planning_territorydefinition old ON old.id = n.territory_id
    JOIN planning_territorydefinition fresh ON fresh.scenario_id = %s AND fresh.code = old.code
    WHERE n.scenario_id = %s
"""
COPY_RULES = """
    INSERT INTO planning_assignmentrule (public_id, scenario_id, precedence, name, condition, territory_id, is_active)
    SELECT r.public_id, %s, r.precedence, r.name, r.condition, fresh.id, r.is_active
    FROM planning_assignmentrule r
    JOIN planning_territorydefinition old ON old.id = r.territory_id
    JOIN planning_territorydefinition fresh ON fresh.scenario_id = %s AND fresh.code = old.code
    WHERE r.scenario_id = %s
"""
