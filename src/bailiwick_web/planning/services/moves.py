"""Moves of units between territories, locks, forbidden pairs, and undoing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick.domain import IntArray
from bailiwick.domain.said import say, say_n
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.templatetags.words import number
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.journal import Changes, Edit, TerritoryChange
from bailiwick_web.planning.models import Move, Scenario
from bailiwick_web.planning.services import edits
from bailiwick_web.planning.services.finding import draft

MANUAL = "manual"
NONE = ""
"""Code that stands for "no territory"."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change did.

    Attributes
    ----------
    version
        Of the scenario afterwards.
    n_moved, n_locked, n_there, n_forbidden
        Units that changed, that stayed because they are locked, that were there already, that must not be there.
    summary
        In words.
    codes
        Of the territories that were made or changed.
    """

    version: int
    n_moved: int
    n_locked: int = 0
    n_there: int = 0
    summary: str = ""
    n_forbidden: int = 0
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Sorted:
    """Units that shall go to one territory, by what becomes of them."""

    going: IntArray
    n_locked: int
    n_there: int
    n_forbidden: int


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
    cause: str = MANUAL,
) -> Moved:
    """Give units to a territory (or to none, by an empty code); planners may, in drafts. Recorded in journal and audit.

    Locked units, those of locked territories and those forbidden there stay and are counted. A ``move_id`` that is in the
    journal already does nothing again, so that a request may be repeated.
    """
    if move_id is not None and (before := Move.objects.filter(public_id=move_id, scenario__public_id=public_id).first()):
        return Moved(before.scenario.version, 0, summary=edits.summary_of(before))
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    chosen = checked_units(unit_idx, arrays.units.n_units)
    to = territory_index(arrays, to_code) if to_code != NONE else -1
    found = sort_units(arrays, chosen, to)
    if not len(found.going):
        return Moved(scenario.version, 0, found.n_locked, found.n_there, _("Nothing to move: the units are there already."))
    target = arrays.territories[to].name if to >= 0 else say("no territory")
    summary = say("%(units)s → %(territory)s", units=units_in_words(arrays, found.going), territory=target)
    edit = Edit(changes_to(arrays, found.going, np.full(len(found.going), to, np.int32), cause))
    entry = edits.write(actor, scenario, edit, act="units.moved", summary=summary, reason=reason, move_id=move_id)
    return Moved(scenario.version, len(found.going), found.n_locked, found.n_there, edits.summary_of(entry), found.n_forbidden)


@transaction.atomic
def undo(actor: Actor, public_id: UUID, *, version: int | None) -> Moved:
    """Take back the latest entry that stands; planners may, in drafts. Recorded as an entry that names it."""
    return _step(actor, public_id, version, Move.Kind.UNDO)


@transaction.atomic
def redo(actor: Actor, public_id: UUID, *, version: int | None) -> Moved:
    """Do the latest undone entry again; planners may, in drafts. Recorded as an entry that names it."""
    return _step(actor, public_id, version, Move.Kind.REDO)


@transaction.atomic
def lock_units(actor: Actor, public_id: UUID, unit_idx: Iterable[int], *, is_locked: bool, version: int | None) -> Moved:
    """Lock units where they are, or let them go; planners may, in drafts. Recorded in journal and audit."""
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    chosen = checked_units(unit_idx, arrays.units.n_units)
    changing = chosen[arrays.is_locked[chosen] != is_locked]
    word = "locked" if is_locked else "unlocked"
    if not len(changing):
        return Moved(scenario.version, 0, n_there=len(chosen), summary=_("Nothing to do: it is so already."))
    edit = Edit(locks=dict.fromkeys(changing.tolist(), (not is_locked, is_locked)))
    entry = edits.write(
        actor, scenario, edit, act=f"units.{word}", summary=_locked_or_not(units_in_words(arrays, changing), is_locked=is_locked)
    )
    return Moved(scenario.version, len(changing), n_there=len(chosen) - len(changing), summary=edits.summary_of(entry))


@transaction.atomic
def lock_territory(actor: Actor, public_id: UUID, code: str, *, is_locked: bool, version: int | None) -> Moved:
    """Lock a territory: nothing goes in or out; planners may, in drafts. Recorded in journal and audit."""
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    territory = arrays.territories[territory_index(arrays, code)]
    word = "locked" if is_locked else "unlocked"
    if territory.is_locked == is_locked:
        return Moved(scenario.version, 0, summary=_("Nothing to do: it is so already."), codes=(code,))
    before = edits.columns(territory)
    edit = Edit(territories=(TerritoryChange(code, before, before | {"is_locked": is_locked}),))
    entry = edits.write(actor, scenario, edit, act=f"territory.{word}", summary=_locked_or_not(territory.name, is_locked=is_locked))
    return Moved(scenario.version, 0, summary=edits.summary_of(entry), codes=(code,))


@transaction.atomic
def forbid_units(
    actor: Actor, public_id: UUID, unit_idx: Iterable[int], code: str, *, is_forbidden: bool, version: int | None, reason: str = ""
) -> Moved:
    """Say that units must not be in a territory, or may be again; planners may, in drafts. Recorded in journal and audit.

    Units that are there now stay, and count as a conflict until they are moved.
    """
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    chosen = checked_units(unit_idx, arrays.units.n_units)
    j = territory_index(arrays, code)
    changing = chosen[arrays.is_forbidden(chosen, j) != is_forbidden]
    if not len(changing):
        return Moved(scenario.version, 0, n_there=len(chosen), summary=_("Nothing to do: it is so already."))
    edit = Edit(forbids={(i, code): (not is_forbidden, is_forbidden) for i in changing.tolist()})
    act = "units.forbidden" if is_forbidden else "units.allowed"
    said = {"units": units_in_words(arrays, changing), "territory": arrays.territories[j].name}
    summary = (
        say("%(units)s must not be in %(territory)s", **said) if is_forbidden else say("%(units)s may again be in %(territory)s", **said)
    )
    entry = edits.write(actor, scenario, edit, act=act, summary=summary, reason=reason)
    return Moved(scenario.version, len(changing), n_there=len(chosen) - len(changing), summary=edits.summary_of(entry), codes=(code,))


def can_step(scenario: Scenario) -> tuple[bool, bool]:
    """Whether something can be undone, and done again."""
    done, undone = edits.steps(scenario)
    return bool(done), bool(undone)


def sort_units(arrays: ScenarioArrays, chosen: IntArray, to: int) -> Sorted:
    """Tell the units that can go to a territory (−1 is none, K a new one) from those that cannot.

    Raises
    ------
    Conflict
        If the territory is locked, or none can go because all are locked or forbidden there.
    """
    if 0 <= to < arrays.k and arrays.territories[to].is_locked:
        raise Conflict(_("%(territory)s is locked; unlock it first.") % {"territory": arrays.territories[to].name}, code="locked")
    is_there = arrays.territory_idx[chosen] == to
    stuck = arrays.is_stuck[chosen] & ~is_there
    barred = arrays.is_forbidden(chosen, to) & ~is_there & ~stuck
    going = chosen[~is_there & ~stuck & ~barred]
    if not len(going):
        _refuse_if_none(arrays, chosen, to, n_stuck=int(stuck.sum()), n_barred=int(barred.sum()))
    return Sorted(going, int(stuck.sum()), int(is_there.sum()), int(barred.sum()))


def _refuse_if_none(arrays: ScenarioArrays, chosen: IntArray, to: int, *, n_stuck: int, n_barred: int) -> None:
    n = len(chosen)
    if n_barred:
        if n > 1:
            message = _("The %(n)s units that could go are forbidden in %(territory)s. Choose another territory, or allow it first.")
        else:
            message = _("%(unit)s is forbidden in %(territory)s. Choose another territory, or allow it first.")
        said = {"n": number(n_barred), "unit": units_in_words(arrays, chosen), "territory": arrays.territories[to].name}
        raise Conflict(message % said, code="forbidden")
    if n_stuck:
        message = _("All %(n)s units are locked; unlock them first.") if n > 1 else _("The unit is locked.")
        raise Conflict(message % {"n": number(n)}, code="locked")


def changes_to(arrays: ScenarioArrays, unit_idx: IntArray, to_idx: IntArray, cause: str, extra: tuple[str, ...] = ()) -> Changes:
    """Changes of units to territories by index; ``extra`` are codes of new ones, numbered from K on."""
    codes = [*arrays.codes, *extra]
    return Changes.between(codes, unit_idx, arrays.territory_idx[unit_idx], to_idx, arrays.causes[unit_idx], cause)


def checked_units(unit_idx: Iterable[int], n_units: int) -> IntArray:
    """Unit indices, ascending, each once; refused if there is none, or one that does not exist."""
    chosen = np.unique(np.fromiter(unit_idx, dtype=np.int64))
    if not len(chosen):
        raise Invalid(_("Choose at least one unit."), code="no_units")
    if chosen[0] < 0 or chosen[-1] >= n_units:
        raise Invalid(
            _("Units are numbered 0 to %(last)s; found %(found)s.")
            % {"last": number(n_units - 1), "found": chosen[0] if chosen[0] < 0 else chosen[-1]},
            code="unknown_unit",
        )
    return chosen.astype(np.int32)


def territory_index(arrays: ScenarioArrays, code: str) -> int:
    """Place of a territory; refused if there is none."""
    if code not in arrays.codes:
        raise Invalid(_("There is no territory “%(code)s” in this scenario.") % {"code": code}, code="unknown_territory")
    return arrays.codes.index(code)


def units_in_words(arrays: ScenarioArrays, chosen: IntArray) -> str:
    """The name of one unit, or how many."""
    one, n = str(arrays.units.table.labels[chosen[0]])[:120], len(chosen)
    return one if n == 1 else say_n("%(n)s unit", "%(n)s units", n)


def _locked_or_not(what: str, *, is_locked: bool) -> str:
    return say("%(what)s locked", what=what) if is_locked else say("%(what)s unlocked", what=what)


def _step(actor: Actor, public_id: UUID, version: int | None, kind: Move.Kind) -> Moved:
    scenario = draft(actor, public_id, version)
    edit, entry = edits.step(actor, scenario, kind)
    return Moved(scenario.version, edit.n_moved, summary=edits.summary_of(entry), codes=tuple(t.code for t in edit.territories))
