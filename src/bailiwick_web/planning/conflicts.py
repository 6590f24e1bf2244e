"""What is wrong with a scenario: gaps, pieces, forbidden places, duplicates, two owners; each with a call that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bailiwick.domain import IntArray
from bailiwick_web.planning.area_conflicts import gaps, overlapping
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.models import Publication, Scenario
from bailiwick_web.planning.services.moves import units_in_words
from bailiwick_web.planning.services.ruling import preview_rules

UNASSIGNED, PIECES, FORBIDDEN, DUPLICATE, TWO_OWNERS, RULED = "unassigned", "pieces", "forbidden", "duplicate", "two_owners", "rule"
OVERLAP, GAP = "overlap", "gap"
MOST = 500
"""So many conflicts are listed; the next ones come once these are mended."""


@dataclass(frozen=True, eq=False)
class Fix:
    """One call that mends a conflict; ``path`` is below the scenario."""

    words: str
    path: str
    body: dict[str, Any]


@dataclass(frozen=True, eq=False)
class FoundConflict:
    """One thing that is wrong, where, in words, and what would mend it."""

    kind: str
    words: str
    unit_idx: IntArray
    territory: str | None = None
    fix: Fix | None = None

    def document(self, scenario: Scenario) -> dict[str, Any]:
        """As the interface shows it."""
        base = f"/api/v1/scenarios/{scenario.public_id}"
        fix = None if self.fix is None else {"words": self.fix.words, "method": "POST", "path": base + self.fix.path, "body": self.fix.body}
        units = self.unit_idx.tolist()
        return {"kind": self.kind, "words": self.words, "territory": self.territory, "n_units": len(units), "unit_idx": units, "fix": fix}


def conflicts(scenario: Scenario, arrays: ScenarioArrays, now: datetime) -> list[FoundConflict]:
    """Everything that is wrong, gaps first."""
    return [*_of_arrays(arrays, get_language()), *against_rules(scenario), *two_owners(scenario, arrays, now)][:MOST]


@lru_cache(maxsize=8)
def _of_arrays(arrays: ScenarioArrays, language: str | None) -> tuple[FoundConflict, ...]:
    """Remembered, as the words are, per language."""
    same = tuple(duplicates(arrays))
    told = [set(found.unit_idx.tolist()) for found in same]
    return (*unassigned(arrays), *forbidden(arrays), *pieces(arrays), *same, *of_areas(arrays, told))


def unassigned(arrays: ScenarioArrays) -> Iterator[FoundConflict]:
    """Units without a territory, together where one territory could take them."""
    gap = np.flatnonzero(arrays.territory_idx < 0).astype(np.int32)
    if not len(gap):
        return
    if len(gap) == arrays.units.n_units:
        run = Fix(_("Let the engine draw the territories"), "/runs", {"mode": "anew"})
        yield FoundConflict(UNASSIGNED, _("No unit has a territory yet."), gap, None, run)
        return
    to = goals(arrays, gap)
    for j in np.unique(to).tolist():
        members = gap[to == j]
        yield FoundConflict(
            UNASSIGNED,
            _words(arrays, members, _("%(what)s has no territory."), _("%(what)s have no territory.")),
            members,
            None,
            _move(arrays, members, j),
        )


def forbidden(arrays: ScenarioArrays) -> Iterator[FoundConflict]:
    """Units that are where they must not be."""
    bad = arrays.in_forbidden
    for j in np.unique(arrays.territory_idx[bad]).tolist():
        inside = bad[arrays.territory_idx[bad] == j]
        to = goals(arrays, inside)
        for goal in np.unique(to).tolist():
            members = inside[to == goal]
            text = _("%(what)s must not be in %(territory)s.")
            words = _words(arrays, members, text, text, territory=arrays.territories[j].name)
            yield FoundConflict(FORBIDDEN, words, members, arrays.codes[j], _move(arrays, members, goal))


def pieces(arrays: ScenarioArrays) -> Iterator[FoundConflict]:
    """Parts of territories that hang apart from the main part, where the plan wants them connected."""
    if not arrays.is_contiguous:
        return
    piece = arrays.units.adjacency.components(arrays.territory_idx)
    weight = next(iter(arrays.measures.values()))
    for j in np.flatnonzero(arrays.n_pieces > 1).tolist():
        inside = np.flatnonzero(arrays.territory_idx == j)
        labels, number = np.unique(piece[inside], return_inverse=True)
        size = np.bincount(number, weights=weight[inside]) + 1e-9 * np.bincount(number)
        main = int(size.argmax())
        for p in range(len(labels)):
            if p != main:
                members = inside[number == p].astype(np.int32)
                texts = _("%(what)s is cut off from the rest of %(territory)s."), _("%(what)s are cut off from the rest of %(territory)s.")
                words = _words(arrays, members, *texts, territory=arrays.territories[j].name)
                yield FoundConflict(PIECES, words, members, arrays.codes[j], _move_whole(arrays, members))


def duplicates(arrays: ScenarioArrays) -> Iterator[FoundConflict]:
    """Units with the same name at the same place that belong to different territories: two reps would call there."""
    table = arrays.units.table
    seen: dict[tuple[str, float, float], list[int]] = {}
    at = np.round(table.coordinates, 6).tolist()
    for i, (label, unit_id) in enumerate(zip(table.labels.tolist(), table.ids.tolist(), strict=True)):
        if label != unit_id:  # without a name nothing says that two are the same
            seen.setdefault((str(label).casefold().strip(), *at[i]), []).append(i)
    for members in seen.values():
        owners = {int(arrays.territory_idx[i]) for i in members} - {-1}
        if len(members) > 1 and len(owners) > 1:
            keep = int(arrays.territory_idx[members[0]]) if arrays.territory_idx[members[0]] >= 0 else min(owners)
            others = np.array([i for i in members if arrays.territory_idx[i] != keep], dtype=np.int32)
            said = {"name": table.labels[members[0]], "n": len(members), "k": len(owners)}
            words = _("“%(name)s” stands %(n)s times at one place, in %(k)s territories.") % said
            yield FoundConflict(DUPLICATE, words, np.array(members, dtype=np.int32), arrays.codes[keep], _move(arrays, others, keep))


def of_areas(arrays: ScenarioArrays, told: list[set[int]]) -> Iterator[FoundConflict]:
    """Areas that lie over one another in two territories, and gaps between areas; not those that were told as duplicates by their names."""
    for is_same, words, both, moving, to in overlapping(arrays):
        if is_same and any(names.issuperset(both.tolist()) for names in told):
            continue
        code = arrays.codes[to] if to >= 0 else None
        yield FoundConflict(DUPLICATE if is_same else OVERLAP, words, both, code, _move(arrays, moving, to))
    for words, fix, beside in gaps(arrays):
        yield FoundConflict(GAP, words, beside, None, Fix(fix, "/gaps", {"unit_idx": int(beside[0])}))


def against_rules(scenario: Scenario) -> Iterator[FoundConflict]:
    """Units that are not where the rules put them, and could be."""
    if not scenario.rules.filter(is_active=True).exists():
        return
    found = preview_rules(scenario)
    moving = found.unit_idx[found.arrays.territory_idx[found.unit_idx] != found.ruling.to_idx[found.unit_idx]]
    if len(moving):
        words = _words(found.arrays, moving, _("%(what)s is not where the rules say."), _("%(what)s are not where the rules say."))
        yield FoundConflict(RULED, words, moving, None, Fix(_("Apply the rules"), "/rules/apply", {}))


def two_owners(scenario: Scenario, arrays: ScenarioArrays, now: datetime) -> Iterator[FoundConflict]:
    """Units that another plan of the same layer, which counts now, gives to another position."""
    present = Publication.objects.filter(valid_from__lte=now, plan__unit_set=scenario.plan.unit_set, plan__layer=scenario.plan.layer)
    others = present.exclude(plan=scenario.plan).exclude(valid_until__lte=now).select_related("plan__unit_set", "scenario__plan__unit_set")
    for publication in others:
        there = scenario_arrays(publication.scenario)
        codes, theirs = np.array([*arrays.codes, ""], dtype=object), np.array([*there.codes, ""], dtype=object)
        mine = codes[arrays.territory_idx]
        both = np.flatnonzero((mine != "") & (theirs[there.territory_idx] != "") & (mine != theirs[there.territory_idx]))
        if len(both):
            texts = (
                _("%(what)s is given to another owner by “%(plan)s”, a plan of this layer that counts."),
                _("%(what)s are given to another owner by “%(plan)s”, a plan of this layer that counts."),
            )
            words = _words(arrays, both.astype(np.int32), *texts, plan=str(publication.plan))
            yield FoundConflict(TWO_OWNERS, words, both.astype(np.int32))


def goals(arrays: ScenarioArrays, unit_idx: IntArray) -> IntArray:
    """The territory that each unit could best go to, −1 if none may take it; shape of ``unit_idx``.

    Neighbours come first, units whose neighbours have a territory before those further inside; of several, the least loaded.
    What has no neighbour with a territory goes to the nearest one.
    """
    now = arrays.territory_idx.copy()
    now[unit_idx] = -1
    graph, load = arrays.units.adjacency, arrays.deviations[:, 0].copy()
    weight = next(iter(arrays.measures.values()))
    target = np.maximum(arrays.targets[:, 0], 1e-12)
    may = _may_take(arrays)
    barred = {(i, j) for i, j in arrays.forbidden.tolist()}
    waiting = unit_idx.tolist()
    while waiting:
        placed = {}
        for i in waiting:
            near = {int(j) for j in now[graph.neighbours(i)] if j >= 0 and may[j] and (i, int(j)) not in barred}
            if near:
                placed[i] = min(near, key=lambda j: (load[j], j))
                load[placed[i]] += weight[i] / target[placed[i]]
        if not placed:
            break
        now[list(placed)] = list(placed.values())
        waiting = [i for i in waiting if i not in placed]
    if waiting:
        now[waiting] = _nearest(arrays, np.array(waiting), now, may, barred)
    return now[unit_idx]


def _nearest(arrays: ScenarioArrays, waiting: IntArray, now: IntArray, may: np.ndarray, barred: set[tuple[int, int]]) -> IntArray:
    """The territory of the nearest unit that may be joined, or −1; shape of ``waiting``."""
    from scipy.spatial import cKDTree

    at = arrays.units.table.coordinates
    if not arrays.units.table.is_planar:
        at = at * [np.cos(np.radians(at[:, 1].mean())), 1.0]
    free = np.append(may, False)
    open_units = np.flatnonzero(free[now])
    if not len(open_units):
        return np.full(len(waiting), -1, np.int32)
    _far, place = cKDTree(at[open_units]).query(at[waiting])
    found = now[open_units[place]].astype(np.int32)
    for p, i in enumerate(waiting.tolist()):
        if (i, int(found[p])) in barred:
            others = [k for k in open_units[np.argsort(((at[open_units] - at[i]) ** 2).sum(axis=1))] if (i, int(now[k])) not in barred]
            found[p] = now[others[0]] if others else -1
    return found


def _may_take(arrays: ScenarioArrays) -> np.ndarray:
    return np.array([not t.is_locked for t in arrays.territories], dtype=bool)


def _move_whole(arrays: ScenarioArrays, members: IntArray) -> Fix | None:
    """Move a piece to the neighbour with the longest common border that may take all of it."""
    graph, may = arrays.units.adjacency, _may_take(arrays)
    around = np.concatenate([arrays.territory_idx[graph.neighbours(i)] for i in members.tolist()])
    own = arrays.territory_idx[members[0]]
    count = np.bincount(around[(around >= 0) & (around != own)], minlength=arrays.k)
    for j in np.argsort(-count, kind="stable").tolist():
        if count[j] and may[j] and not arrays.is_forbidden(members, j).any():
            return _move(arrays, members, j)
    to = goals(arrays, members[:1])[0]
    return _move(arrays, members, int(to)) if to != own else None


def _move(arrays: ScenarioArrays, members: IntArray, to: int) -> Fix | None:
    if to < 0 or arrays.is_stuck[members].all():
        return None
    words = ngettext("Move it to %(territory)s", "Move them to %(territory)s", len(members)) % {"territory": arrays.territories[to].name}
    return Fix(words, "/moves", {"unit_idx": members.tolist(), "to": arrays.codes[to], "reason": "validator"})


def _words(arrays: ScenarioArrays, members: IntArray, one: str, many: str, **said: str) -> str:
    """A sentence about one unit by name, or about how many."""
    if len(members) == 1:
        return one % {"what": _("“%(name)s”") % {"name": arrays.units.table.labels[members[0]]}, **said}
    return many % {"what": units_in_words(arrays, members), **said}
