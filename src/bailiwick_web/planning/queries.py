"""What pages and API read. Everything starts from what the user may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet

from bailiwick.domain import IntArray
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.models import Publication, Scenario
from bailiwick_web.planning.ruling import fields_of, only_of_customers, unit_fields
from bailiwick_web.planning.services.ruling import Preview
from bailiwick_web.planning.visibility import scenario, visible_plans, visible_scenarios, visible_territories

PAGE = 100
__all__ = [
    "PAGE",
    "Bar",
    "Difference",
    "Health",
    "TerritoryRow",
    "UnitFilter",
    "compare",
    "filtered_units",
    "health",
    "moved_rows",
    "present_publications",
    "rule_fields",
    "rule_fields_apart",
    "scenario",
    "shown_preview",
    "territory_rows",
    "unit_page",
    "visible_plans",
    "visible_scenarios",
    "visible_territories",
]


def present_publications(now: datetime) -> QuerySet[Publication]:
    """What counts now, one per plan."""
    inside = Q(valid_until__isnull=True) | Q(valid_until__gt=now)
    return Publication.objects.filter(inside, valid_from__lte=now).select_related("scenario__plan__unit_set", "plan")


@dataclass(frozen=True, slots=True)
class Bar:
    """One measure of one territory, ready to be drawn: percentages of the width, target in the middle."""

    name: str
    total: float
    target: float
    deviation: float
    tolerance: float | None
    is_outside: bool

    @property
    def _reach(self) -> float:
        """The deviation at the end of the gauge: four tolerances."""
        return 4 * max(self.tolerance or 0.05, 0.005)

    @property
    def band_width(self) -> str:
        """Width of the tolerance."""
        return f"{100 * (self.tolerance or 0) / self._reach:.2f}"

    @property
    def band_x(self) -> str:
        """Where the tolerance begins."""
        return f"{50 - 50 * (self.tolerance or 0) / self._reach:.2f}"

    @property
    def width(self) -> str:
        """Length of the bar, from the middle; it ends at the end of the gauge."""
        return f"{50 * min(abs(self.deviation) / self._reach, 1.0):.2f}"

    @property
    def x(self) -> str:
        """Where the bar begins."""
        return f"{50 - float(self.width):.2f}" if self.deviation < 0 else "50"


@dataclass(frozen=True, slots=True)
class TerritoryRow:
    """One territory as pages show it."""

    idx: int
    code: str
    name: str
    colour: str
    is_locked: bool
    n_units: int
    n_pieces: int
    bars: tuple[Bar, ...]
    strain: float


def territory_rows(arrays: ScenarioArrays, only: Iterable[int] | None = None) -> list[TerritoryRow]:
    """Territories with their measures, the most strained first."""
    names = list(arrays.measures)
    tolerances = [arrays.balance.get(name) for name in names]
    pieces = arrays.n_pieces
    rows = []
    for j in range(arrays.k) if only is None else only:
        bars = tuple(
            Bar(
                name,
                float(arrays.totals[j, m]),
                float(arrays.targets[j, m]),
                float(arrays.deviations[j, m]),
                tolerances[m],
                bool(arrays.is_outside[j, m]),
            )
            for m, name in enumerate(names)
        )
        strain = max((abs(b.deviation) / max(b.tolerance, 1e-3) for b in bars if b.tolerance is not None), default=0.0)
        t = arrays.territories[j]
        rows.append(
            TerritoryRow(j, t.code, t.name, t.colour, t.is_locked, int(arrays.unit_counts[j]), int(pieces[j]), bars, round(strain, 4))
        )
    return sorted(rows, key=lambda row: (-row.strain, row.idx))


@dataclass(frozen=True, slots=True)
class Health:
    """The counts that are always visible."""

    n_units: int
    n_unassigned: int
    n_in_pieces: int
    n_outside: int
    n_locked: int


def health(arrays: ScenarioArrays) -> Health:
    """Unassigned units, territories in pieces, territories outside a tolerance."""
    in_pieces = int((arrays.n_pieces > 1).sum()) if arrays.is_contiguous else 0
    locked = int(arrays.is_locked.sum()) + sum(t.is_locked for t in arrays.territories)
    return Health(arrays.units.n_units, arrays.n_unassigned, in_pieces, int(arrays.is_outside.any(axis=1).sum()), locked)


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """Which units a table shows, in what order."""

    text: str = ""
    territory: str = ""
    sort: str = "name"
    is_descending: bool = False
    page: int = 1
    only: str = ""


def filtered_units(arrays: ScenarioArrays, wanted: UnitFilter, visible: list[int] | None = None) -> IntArray:
    """Indices of the units that fit, in order: the whole list, of which pages show a part."""
    table = arrays.units.table
    keep = np.ones(table.n_units, bool)
    if visible is not None:
        keep &= np.isin(arrays.territory_idx, visible)
    if wanted.territory == "-":
        keep &= arrays.territory_idx < 0
    elif wanted.territory in arrays.codes:
        keep &= arrays.territory_idx == arrays.codes.index(wanted.territory)
    if wanted.only == "locked":
        keep &= arrays.is_locked
    if wanted.text:
        needle = wanted.text.casefold()
        texts = [f"{code} {name}".casefold() for code, name in zip(table.ids, table.labels, strict=True)]
        keep &= np.array([needle in text for text in texts], dtype=bool)
    chosen = np.flatnonzero(keep)
    order = np.argsort(_sort_key(arrays, wanted.sort)[chosen], kind="stable")
    return chosen[order[::-1] if wanted.is_descending else order].astype(np.int32)


def _sort_key(arrays: ScenarioArrays, sort: str) -> np.ndarray:
    if sort in arrays.measures:
        return arrays.measures[sort]
    if sort == "territory":
        names = np.array([t.name for t in arrays.territories] + [""])
        return names[arrays.territory_idx]
    texts = arrays.units.table.ids if sort == "code" else arrays.units.table.labels
    return np.array([str(text).casefold() for text in texts])


def unit_page(arrays: ScenarioArrays, chosen: IntArray, page: int) -> list[dict[str, Any]]:
    """The rows of one page of the table."""
    table = arrays.units.table
    rows = []
    for i in chosen[(page - 1) * PAGE : page * PAGE].tolist():
        j = int(arrays.territory_idx[i])
        rows.append(
            {
                "idx": i,
                "code": table.ids[i],
                "name": table.labels[i],
                "territory": arrays.territories[j] if j >= 0 else None,
                "values": [float(values[i]) for values in arrays.measures.values()],
                "is_locked": bool(arrays.is_locked[i]),
                "cause": arrays.causes[i],
            }
        )
    return rows


@dataclass(frozen=True, eq=False)
class Difference:
    """Two scenarios of one plan, side by side."""

    before: ScenarioArrays
    after: ScenarioArrays
    moved: IntArray
    measures: list[dict[str, Any]]
    facts: list[dict[str, Any]]


def compare(first: Scenario, second: Scenario) -> Difference:
    """What changes from one scenario to another: units that get another territory, and every measure on both sides."""
    before, after = scenario_arrays(first), scenario_arrays(second)
    codes_before = np.array([*before.codes, ""], dtype=object)[before.territory_idx]
    codes_after = np.array([*after.codes, ""], dtype=object)[after.territory_idx]
    moved = np.flatnonzero(codes_before != codes_after).astype(np.int32)
    measures = []
    for m, (name, values) in enumerate(before.measures.items()):
        total = float(values.sum())
        n = list(after.measures).index(name)
        measures.append(
            {
                "name": name,
                "tolerance": before.balance.get(name),
                "before": _worst(before, m),
                "after": _worst(after, n),
                "spread_before": float(before.deviations[:, m].std()) if before.k else None,
                "spread_after": float(after.deviations[:, n].std()) if after.k else None,
                "moved": float(values[moved].sum()),
                "moved_share": float(values[moved].sum() / total) if total else 0.0,
            }
        )
    facts = [
        {"label": "Units without a territory", "before": before.n_unassigned, "after": after.n_unassigned},
        {"label": "Territories outside a tolerance", "before": health(before).n_outside, "after": health(after).n_outside},
        {"label": "Territories in pieces", "before": health(before).n_in_pieces, "after": health(after).n_in_pieces},
    ]
    return Difference(before, after, moved, measures, facts)


def _worst(arrays: ScenarioArrays, m: int) -> float | None:
    return float(np.abs(arrays.deviations[:, m]).max()) if arrays.k else None


def moved_rows(difference: Difference, most: int | None = None) -> list[dict[str, Any]]:
    """The units that change, the weightiest first: from, to, why."""
    before, after = difference.before, difference.after
    weight = next(iter(before.measures.values()))
    order = difference.moved[np.argsort(-weight[difference.moved], kind="stable")]
    rows = []
    for i in order[:most].tolist():
        a, b = int(before.territory_idx[i]), int(after.territory_idx[i])
        rows.append(
            {
                "code": before.units.table.ids[i],
                "name": before.units.table.labels[i],
                "before": before.territories[a] if a >= 0 else None,
                "after": after.territories[b] if b >= 0 else None,
                "cause": after.causes[i],
                "values": [float(values[i]) for values in before.measures.values()],
            }
        )
    return rows


def rule_fields(scenario: Scenario) -> list[str]:
    """What the conditions of rules may ask about."""
    return fields_of(scenario_arrays(scenario), scenario.plan.unit_set_id)


def rule_fields_apart(scenario: Scenario) -> dict[str, list[str]]:
    """The same: those of the units, and those that only customers have."""
    own = unit_fields(scenario_arrays(scenario).units, scenario.plan.unit_set_id)
    return {"fields": own, "customer_fields": only_of_customers(own)}


def shown_preview(found: Preview) -> dict[str, Any]:
    """What applying the rules would do, by rule and by territory."""
    arrays, to = found.arrays, found.ruling.to_idx[found.unit_idx]
    before = arrays.territory_idx[found.unit_idx]
    is_moving = before != to
    gained = np.bincount(to[is_moving], minlength=arrays.k)
    lost = np.bincount(before[is_moving & (before >= 0)], minlength=arrays.k)
    return {
        "n_moved": int(is_moving.sum()),
        "n_locked": found.n_locked,
        "n_forbidden": found.n_forbidden,
        "rules": [
            {"id": r.key, "name": r.name, "n_matches": found.ruling.n_matches[r.key], "n_taken": found.ruling.n_taken[r.key]}
            for r in found.rules
        ],
        "territories": [
            {"code": t.code, "name": t.name, "n_gained": int(gained[j]), "n_lost": int(lost[j])}
            for j, t in enumerate(arrays.territories)
            if gained[j] or lost[j]
        ],
        "blanks": found.ruling.blanks,
        "of_customers": list(found.of_customers),
        "strangers": [{"rule": rule, "field": field, "value": value} for rule, field, value in found.ruling.strangers],
    }
