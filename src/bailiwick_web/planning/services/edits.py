"""Write entries of the journal: the one place where the content of a draft changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Max
from django.utils.translation import gettext as _

from bailiwick.domain.said import Said, document, say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import audit, touch
from bailiwick_web.planning import convert
from bailiwick_web.planning.journal import NONE, Changes, Edit, Name, TerritoryChange, stacks
from bailiwick_web.planning.models import AssignmentRule, Forbid, Move, NamedAccount, Scenario, TerritoryDefinition, UnitAssignment
from bailiwick_web.territories.convert import BATCH, UnitArrays, unit_arrays
from bailiwick_web.territories.models import Unit

COLUMNS = ("name", "colour", "position_id", "capacity", "home_lon", "home_lat", "is_locked", "place")
"""What the journal keeps of a territory."""


def columns(territory: TerritoryDefinition) -> dict[str, Any]:
    """A territory as the journal keeps it."""
    return {name: getattr(territory, name) for name in COLUMNS}


def write(
    actor: Actor,
    scenario: Scenario,
    edit: Edit,
    *,
    act: str,
    summary: str,
    kind: Move.Kind = Move.Kind.MOVE,
    reason: str = "",
    undoes: Move | None = None,
    move_id: UUID | None = None,
) -> Move:
    """Change a draft, add the entry to its journal and to the audit, and give it its next version."""
    apply(scenario, unit_arrays(scenario.plan.unit_set), edit)
    last = Move.objects.filter(scenario=scenario).aggregate(last=Max("seq"))["last"] or 0
    entry = Move.objects.create(
        scenario=scenario,
        seq=last + 1,
        version=scenario.version + 1,
        kind=kind,
        act=act,
        at=actor.now,
        by=actor.user,
        undoes=undoes,
        summary=str(summary)[:300],
        made_of=document(summary) if isinstance(summary, Said) else {},
        reason=reason,
        changes=edit.document(),
        **({} if move_id is None else {"public_id": move_id}),
    )
    touch(actor, scenario)
    audit(actor, act if kind == Move.Kind.MOVE else f"scenario.{kind}", scenario, after=summary, reason=reason)
    return entry


def summary_of(entry: Move) -> str:
    """What an entry did, as it was said then, with its origin."""
    return Said(entry.summary, entry.made_of)


def apply(scenario: Scenario, units: UnitArrays, edit: Edit) -> None:
    """Make territories, then move, lock, forbid, name and rule, then take territories away: right in both directions."""
    _make_and_change(scenario, edit.territories)
    pk_of = dict(TerritoryDefinition.objects.filter(scenario=scenario).values_list("code", "pk"))
    if edit.changes is not None:
        _move(scenario, units, edit.changes, pk_of)
    if edit.locks:
        keys = units.keys[list(edit.locks)]
        convert.update_locks(scenario, keys, np.array([after for _, after in edit.locks.values()], dtype=bool))
    _forbid(scenario, units, edit, pk_of)
    _name(scenario, {int(units.keys[unit]): after for unit, (_, after) in edit.named.items()}, pk_of)
    _name(scenario, {account: after for account, (_, after) in edit.accounts.items()}, pk_of)
    _rule(scenario, edit, pk_of)
    _take_away(scenario, [t.code for t in edit.territories if t.after is None])


def _make_and_change(scenario: Scenario, territories: tuple[TerritoryChange, ...]) -> None:
    for change in territories:
        if change.after is None:
            continue
        values = dict(change.after)
        if values["position_id"] is not None and not Position.objects.filter(pk=values["position_id"]).exists():
            values["position_id"] = None
        if change.before is None:
            TerritoryDefinition.objects.create(scenario=scenario, code=change.code, **values)
        else:
            TerritoryDefinition.objects.filter(scenario=scenario, code=change.code).update(**values)


def _move(scenario: Scenario, units: UnitArrays, changes: Changes, pk_of: dict[str, int]) -> None:
    pks = [pk_of[changes.codes[to]] if to != NONE else None for to in changes.to_idx.tolist()]
    convert.update_assignments(scenario, units.keys[changes.unit_idx], pks, changes.cause_after.tolist())


def _forbid(scenario: Scenario, units: UnitArrays, edit: Edit, pk_of: dict[str, int]) -> None:
    gone: dict[str, list[int]] = {}
    for (unit, code), (_before, after) in edit.forbids.items():
        if not after:
            gone.setdefault(code, []).append(int(units.keys[unit]))
    for code, keys in gone.items():
        for start in range(0, len(keys), convert.CHUNK):
            Forbid.objects.filter(territory_id=pk_of[code], unit_id__in=keys[start : start + convert.CHUNK]).delete()
    fresh = [pair for pair, (_, after) in edit.forbids.items() if after]
    Forbid.objects.bulk_create(
        [Forbid(scenario=scenario, unit_id=int(units.keys[unit]), territory_id=pk_of[code]) for unit, code in fresh], batch_size=BATCH
    )


def _name(scenario: Scenario, names: Mapping[int, Name | None], pk_of: dict[str, int]) -> None:
    """Give units (by key) their names, or take them back; units that are gone by now are left out."""
    keys = list(names)
    for start in range(0, len(keys), convert.CHUNK):
        part = keys[start : start + convert.CHUNK]
        NamedAccount.objects.filter(scenario=scenario, unit_id__in=part).delete()
        there = set(Unit.objects.filter(pk__in=[key for key in part if names[key] is not None]).values_list("pk", flat=True))
        NamedAccount.objects.bulk_create(
            NamedAccount(scenario=scenario, unit_id=key, territory_id=pk_of[after[0]], reason=after[1])
            for key in part
            if key in there and (after := names[key]) is not None
        )


def _rule(scenario: Scenario, edit: Edit, pk_of: dict[str, int]) -> None:
    for public_id, (_before, after) in edit.rules.items():
        AssignmentRule.objects.filter(scenario=scenario, public_id=public_id).delete()
        if after is not None:
            columns = {name: value for name, value in after.items() if name != "territory"}
            AssignmentRule.objects.create(scenario=scenario, public_id=public_id, territory_id=pk_of[after["territory"]], **columns)


def _take_away(scenario: Scenario, codes: list[str]) -> None:
    gone = TerritoryDefinition.objects.filter(scenario=scenario, code__in=codes)
    if codes and UnitAssignment.objects.filter(territory__in=gone).exists():
        raise RuntimeError("a territory that still has units was to be taken away")
    gone.delete()


def steps(scenario: Scenario) -> tuple[list[int], list[int]]:
    """Keys of the entries that can be undone and done again, the next one last."""
    return stacks(Move.objects.filter(scenario=scenario).order_by("seq").values_list("pk", "kind", "undoes_id"))


def step(actor: Actor, scenario: Scenario, kind: Move.Kind) -> tuple[Edit, Move]:
    """Undo the latest entry that stands, or do the latest undone one again."""
    done, undone = steps(scenario)
    source = done if kind == Move.Kind.UNDO else undone
    if not source:
        nothing = _("There is nothing to undo.") if kind == Move.Kind.UNDO else _("There is nothing to do again.")
        raise Conflict(nothing, code="nothing_to_do")
    about = Move.objects.get(pk=source[-1])
    edit = Edit.read(about.changes)
    edit = edit.reversed() if kind == Move.Kind.UNDO else edit
    what = summary_of(about)
    summary = say("Undone: %(what)s", what=what) if kind == Move.Kind.UNDO else say("Done again: %(what)s", what=what)
    return edit, write(actor, scenario, edit, act=about.act, kind=kind, summary=summary, undoes=about)
