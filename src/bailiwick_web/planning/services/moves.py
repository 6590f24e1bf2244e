"""Moves of units between territories, their undoing, and locks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Max

from bailiwick.domain import IntArray
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.services import audit, touch
from bailiwick_web.planning import convert
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.journal import Changes, stacks
from bailiwick_web.planning.models import Move, Scenario
from bailiwick_web.planning.services.finding import draft

MANUAL = "manual"
NONE = ""
"""Code that stands for "no territory"."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did.

    Attributes
    ----------
    version
        Of the scenario afterwards.
    n_moved, n_locked, n_there
        Units that changed, that stayed because they are locked, that were there already.
    summary
        In words.
    """

    version: int
    n_moved: int
    n_locked: int = 0
    n_there: int = 0
    summary: str = ""


@transaction.atomic
def move_units(
    actor: Actor,
    public_id: UUID,
    unit_idx: Iterable[int],
    to_code: str,
    *,
    version: int | None,
    reason: str = "",
    move_id: UUID | None = None,
) -> Moved:
    """Give units to a territory (or to none, by an empty code); planners may, in drafts. Recorded in journal and audit.

    Locked units and those of locked territories stay and are counted. A ``move_id`` that is in the journal already does
    nothing again, so that a request may be repeated.
    """
    if move_id is not None and (before := Move.objects.filter(public_id=move_id, scenario__public_id=public_id).first()):
        return Moved(before.scenario.version, 0, summary=before.summary)
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    chosen = _checked(unit_idx, arrays.units.n_units)
    to = _territory(arrays, to_code)
    is_there = arrays.territory_idx[chosen] == to
    stays = _must_stay(arrays, chosen) & ~is_there
    if to >= 0 and arrays.territories[to].is_locked:
        raise Conflict(f"{arrays.territories[to].name} is locked; unlock it first.", code="locked")
    going = chosen[~is_there & ~stays]
    if not len(going):
        if stays.any():
            raise Conflict(
                f"All {len(chosen):,} units are locked; unlock them first." if len(chosen) > 1 else "The unit is locked.", code="locked"
            )
        return Moved(scenario.version, 0, 0, int(is_there.sum()), "Nothing to move: the units are there already.")
    changes = Changes(going, arrays.territory_idx[going], np.full(len(going), to, np.int32), arrays.causes[going])
    target = arrays.territories[to].name if to >= 0 else "no territory"
    summary = f"{_units(arrays, going)} → {target}"
    entry = _write(actor, scenario, arrays, changes, kind=Move.Kind.MOVE, summary=summary, reason=reason, move_id=move_id)
    audit(actor, "units.moved", scenario, after=summary, reason=reason)
    return Moved(scenario.version, len(going), int(stays.sum()), int(is_there.sum()), entry.summary)


@transaction.atomic
def undo(actor: Actor, public_id: UUID, *, version: int | None) -> Moved:
    """Take back the latest move that stands; planners may, in drafts. Recorded as a move that names it."""
    return _step(actor, public_id, version, Move.Kind.UNDO)


@transaction.atomic
def redo(actor: Actor, public_id: UUID, *, version: int | None) -> Moved:
    """Do the latest undone move again; planners may, in drafts. Recorded as a move that names it."""
    return _step(actor, public_id, version, Move.Kind.REDO)


@transaction.atomic
def lock_units(actor: Actor, public_id: UUID, unit_idx: Iterable[int], *, is_locked: bool, version: int | None) -> Moved:
    """Lock units where they are, or let them go; planners may, in drafts. Recorded."""
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    chosen = _checked(unit_idx, arrays.units.n_units)
    convert.lock_units(arrays, scenario, chosen, is_locked=is_locked)
    touch(actor, scenario)
    summary = f"{_units(arrays, chosen)} {'locked' if is_locked else 'unlocked'}"
    audit(actor, "units.locked" if is_locked else "units.unlocked", scenario, after=summary)
    return Moved(scenario.version, len(chosen), summary=summary)


@transaction.atomic
def lock_territory(actor: Actor, public_id: UUID, code: str, *, is_locked: bool, version: int | None) -> Moved:
    """Lock a territory: nothing goes in or out; planners may, in drafts. Recorded."""
    scenario = draft(actor, public_id, version)
    territory = scenario.territories.filter(code=code).first()
    if territory is None:
        raise Invalid(f"There is no territory {code!r}.", code="unknown_territory")
    territory.is_locked = is_locked
    territory.save(update_fields=["is_locked"])
    touch(actor, scenario)
    summary = f"{territory.name} {'locked' if is_locked else 'unlocked'}"
    audit(actor, "territory.locked" if is_locked else "territory.unlocked", scenario, after=summary)
    return Moved(scenario.version, 0, summary=summary)


def can_step(scenario: Scenario) -> tuple[bool, bool]:
    """Whether something can be undone, and done again."""
    done, undone = _stacks(scenario)
    return bool(done), bool(undone)


def _stacks(scenario: Scenario) -> tuple[list[int], list[int]]:
    return stacks(Move.objects.filter(scenario=scenario).order_by("seq").values_list("pk", "kind", "undoes_id"))


def _step(actor: Actor, public_id: UUID, version: int | None, kind: Move.Kind) -> Moved:
    scenario = draft(actor, public_id, version)
    done, undone = _stacks(scenario)
    source = done if kind == Move.Kind.UNDO else undone
    if not source:
        raise Conflict(f"There is nothing to {kind}.", code="nothing_to_do")
    about = Move.objects.get(pk=source[-1])
    arrays = scenario_arrays(scenario)
    forward = Changes.read(about.changes, arrays.codes)
    if kind == Move.Kind.UNDO:
        units, to, causes = forward.reversed()
    else:
        units, to, causes = forward.unit_idx, forward.to_idx, np.full(len(forward.unit_idx), MANUAL, dtype=object)
    changes = Changes(units, arrays.territory_idx[units], to, arrays.causes[units])
    summary = f"{'Undone' if kind == Move.Kind.UNDO else 'Done again'}: {about.summary}"[:300]
    _write(actor, scenario, arrays, changes, kind=kind, summary=summary, undoes=about, causes=causes)
    audit(actor, f"units.{kind}", scenario, after=summary)
    return Moved(scenario.version, len(units), summary=summary)


def _write(
    actor: Actor,
    scenario: Scenario,
    arrays: ScenarioArrays,
    changes: Changes,
    *,
    kind: Move.Kind,
    summary: str,
    reason: str = "",
    undoes: Move | None = None,
    causes: np.ndarray | None = None,
    move_id: UUID | None = None,
) -> Move:
    after = np.full(len(changes.unit_idx), MANUAL, dtype=object) if causes is None else causes
    convert.update_assignments(arrays, scenario, changes.unit_idx, changes.to_idx, after)
    last = Move.objects.filter(scenario=scenario).aggregate(last=Max("seq"))["last"] or 0
    entry = Move.objects.create(
        scenario=scenario,
        seq=last + 1,
        kind=kind,
        at=actor.now,
        by=actor.user,
        undoes=undoes,
        summary=summary[:300],
        reason=reason,
        changes=changes.document(arrays.codes),
        **({} if move_id is None else {"public_id": move_id}),
    )
    touch(actor, scenario)
    return entry


def _checked(unit_idx: Iterable[int], n_units: int) -> IntArray:
    chosen = np.unique(np.fromiter(unit_idx, dtype=np.int64))
    if not len(chosen):
        raise Invalid("Choose at least one unit.", code="no_units")
    if chosen[0] < 0 or chosen[-1] >= n_units:
        raise Invalid(f"Units are numbered 0 to {n_units - 1:,}; found {chosen[0] if chosen[0] < 0 else chosen[-1]}.", code="unknown_unit")
    return chosen.astype(np.int32)


def _territory(arrays: ScenarioArrays, code: str) -> int:
    if code == NONE:
        return -1
    if code not in arrays.codes:
        raise Invalid(f"There is no territory {code!r} in this scenario.", code="unknown_territory")
    return arrays.codes.index(code)


def _must_stay(arrays: ScenarioArrays, chosen: IntArray) -> np.ndarray:
    locked = np.array([t.is_locked for t in arrays.territories] + [False])
    return np.asarray(arrays.is_locked[chosen] | locked[arrays.territory_idx[chosen]])


def _units(arrays: ScenarioArrays, chosen: IntArray) -> str:
    return str(arrays.units.table.labels[chosen[0]])[:120] if len(chosen) == 1 else f"{len(chosen):,} units"
