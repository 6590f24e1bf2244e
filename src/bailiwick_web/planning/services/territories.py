"""Territories of a draft: make, change, take away, merge, split. Each is one entry of the journal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick.domain import IntArray
from bailiwick.domain.said import say, say_all
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.services import check_version
from bailiwick_web.core.templatetags.words import number
from bailiwick_web.planning.colouring import free_colour
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.journal import Edit, TerritoryChange
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services import edits
from bailiwick_web.planning.services.finding import draft
from bailiwick_web.planning.services.moves import (
    MANUAL,
    Moved,
    changes_to,
    checked_units,
    sort_units,
    territory_index,
    units_in_words,
)
from bailiwick_web.planning.services.scenarios import MOST_TERRITORIES
from bailiwick_web.planning.splitting import split_units

MOST_PARTS = 50
SPLIT = "split"
"""Cause of what the engine divided."""


@transaction.atomic
def create_territory(
    actor: Actor, public_id: UUID, *, name: str, colour: str = "", unit_idx: Iterable[int] = (), version: int | None
) -> Moved:
    """Make a territory, and move units to it that may go; planners may, in drafts. Recorded in journal and audit.

    It has the median capacity of the others, no home and no position yet.
    """
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    _room_for(arrays, 1)
    name, code = _free_name(arrays, name), _free_codes(arrays, 1)[0]
    wanted = list(unit_idx)
    found = sort_units(arrays, checked_units(wanted, arrays.units.n_units), arrays.k) if wanted else None
    going = np.empty(0, np.int32) if found is None else found.going
    after = arrays.territory_idx.copy()
    after[going] = arrays.k
    capacity = float(np.median([t.capacity for t in arrays.territories])) if arrays.k else 1.0
    colour = _colour(colour) or free_colour(arrays, after, arrays.k)
    new = _new_columns(name, colour, capacity, _next_place(arrays))
    changes = changes_to(arrays, going, np.full(len(going), arrays.k, np.int32), MANUAL, (code,)) if len(going) else None
    edit = Edit(changes, (TerritoryChange(code, None, new),))
    summary = say("%(territory)s made", territory=name)
    if len(going):
        summary = say("%(territory)s made with %(units)s", territory=name, units=units_in_words(arrays, going))
    edits.write(actor, scenario, edit, act="territory.created", summary=summary)
    return Moved(scenario.version, len(going), found.n_locked if found else 0, 0, summary, codes=(code,))


@transaction.atomic
def change_territory(
    actor: Actor,
    public_id: UUID,
    code: str,
    *,
    version: int | None,
    name: str | None = None,
    colour: str | None = None,
    capacity: float | None = None,
    position: str | None = None,
) -> Moved:
    """Give a territory another name, colour, capacity or position (with its home and capacity; empty is none); planners may, in drafts.

    Recorded in journal and audit.
    """
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    territory = arrays.territories[territory_index(arrays, code)]
    before = edits.columns(territory)
    after = dict(before)
    if position is not None:
        after |= _of_position(arrays, code, position)
    if name is not None and name.strip() != territory.name:
        after["name"] = _free_name(arrays, name)
    if colour is not None:
        after["colour"] = _colour(colour) or territory.colour
    if capacity is not None:
        after["capacity"] = _capacity(capacity)
    changed = [column for column in after if after[column] != before[column]]
    if not changed:
        return Moved(scenario.version, 0, summary=say("%(territory)s is as you want it already.", territory=territory.name), codes=(code,))
    summary = _change_in_words(before, after, changed)
    edits.write(actor, scenario, Edit(territories=(TerritoryChange(code, before, after),)), act="territory.changed", summary=summary)
    return Moved(scenario.version, 0, summary=summary, codes=(code,))


@transaction.atomic
def delete_territory(actor: Actor, public_id: UUID, code: str, *, version: int | None) -> Moved:
    """Take a territory away; its units have none then. Planners may, in drafts. Recorded in journal and audit."""
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    j = territory_index(arrays, code)
    if arrays.k == 1:
        raise Conflict(_("A scenario needs at least one territory; make another one first."), code="territories")
    members = _free_members(scenario, arrays, j)
    changes = changes_to(arrays, members, np.full(len(members), -1, np.int32), "") if len(members) else None
    edit = Edit(changes, (_gone(arrays, j),), forbids=_forbids_of(arrays, j))
    summary = say("%(territory)s taken away", territory=arrays.territories[j].name)
    if len(members):
        said = {"territory": arrays.territories[j].name, "units": units_in_words(arrays, members)}
        summary = say("%(territory)s taken away; %(units)s without territory", **said)
    edits.write(actor, scenario, edit, act="territory.deleted", summary=summary)
    return Moved(scenario.version, len(members), summary=summary, codes=(code,))


@transaction.atomic
def merge_territory(actor: Actor, public_id: UUID, code: str, *, into: str, version: int | None) -> Moved:
    """Give everything of a territory to another, which keeps its position and capacity; planners may, in drafts.

    Recorded in journal and audit.
    """
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    j, to = territory_index(arrays, code), territory_index(arrays, into)
    if j == to:
        raise Invalid(_("A territory cannot be merged into itself."), code="unknown_territory")
    if arrays.territories[to].is_locked:
        raise Conflict(_("%(territory)s is locked; unlock it first.") % {"territory": arrays.territories[to].name}, code="locked")
    members = _free_members(scenario, arrays, j)
    barred = members[arrays.is_forbidden(members, to)]
    if len(barred):
        where = arrays.territories[to].name
        message = _("%(units)s must not be in %(where)s. Allow it, or move them elsewhere first.") % {
            "units": units_in_words(arrays, barred),
            "where": where,
        }
        raise Conflict(message, code="forbidden", unit_idx=barred[:1000].tolist())
    changes = changes_to(arrays, members, np.full(len(members), to, np.int32), MANUAL) if len(members) else None
    edit = Edit(changes, (_gone(arrays, j),), forbids=_forbids_of(arrays, j))
    summary = say("%(territory)s merged into %(into)s", territory=arrays.territories[j].name, into=arrays.territories[to].name)
    edits.write(actor, scenario, edit, act="territory.merged", summary=summary)
    return Moved(scenario.version, len(members), summary=summary, codes=(into,))


def split_territory(
    actor: Actor, public_id: UUID, code: str, *, parts: int = 2, names: Sequence[str] = (), version: int | None, seed: int = 0
) -> Moved:
    """Divide a territory into balanced, connected parts; planners may, in drafts. Recorded in journal and audit.

    The engine works before the transaction begins, so that nobody waits for it. The part with the home, or the largest, keeps
    code, position and locked units; the others begin with the same capacity.
    """
    with transaction.atomic():
        scenario = draft(actor, public_id, version)
        arrays = scenario_arrays(scenario)
    j = territory_index(arrays, code)
    members = np.flatnonzero(arrays.territory_idx == j).astype(np.int32)
    _can_split(arrays, j, members, parts)
    part = split_units(arrays, j, members, parts, seed=seed)
    with transaction.atomic():
        return _write_split(actor, draft(actor, public_id, version), arrays, j, members, part, names)


def _write_split(
    actor: Actor, scenario: Scenario, arrays: ScenarioArrays, j: int, members: IntArray, part: IntArray, names: Sequence[str]
) -> Moved:
    check_version(scenario, arrays.version)
    territory, n_new = arrays.territories[j], int(part.max())
    codes = tuple(_free_codes(arrays, n_new))
    going = members[part > 0]
    to = (arrays.k + part[part > 0] - 1).astype(np.int32)
    after = arrays.territory_idx.copy()
    after[going] = to
    fresh, taken = [], {t.name.casefold() for t in arrays.territories}
    colours: list[str] = []
    for p, code in enumerate(codes):
        given = names[p].strip() if p < len(names) else ""
        name = _unlike(given or f"{territory.name} {p + 2}", taken)
        colours.append(free_colour(arrays, after, arrays.k + p, tuple(colours)))
        fresh.append(TerritoryChange(code, None, _new_columns(name, colours[-1], territory.capacity, _next_place(arrays) + p)))
    edit = Edit(changes_to(arrays, going, to, SPLIT, codes), tuple(fresh))
    summary = say("%(territory)s split into %(n)s parts", territory=territory.name, n=n_new + 1)
    edits.write(actor, scenario, edit, act="territory.split", summary=summary)
    return Moved(scenario.version, len(going), summary=summary, codes=(territory.code, *codes))


def _can_split(arrays: ScenarioArrays, j: int, members: IntArray, parts: int) -> None:
    if not 2 <= parts <= MOST_PARTS:
        raise Invalid(
            _("A territory can be split into 2 to %(most)s parts, found %(parts)s.") % {"most": MOST_PARTS, "parts": parts}, code="parts"
        )
    _room_for(arrays, parts - 1)
    if arrays.territories[j].is_locked:
        raise Conflict(_("%(territory)s is locked; unlock it first.") % {"territory": arrays.territories[j].name}, code="locked")
    stays = arrays.is_stuck[members]
    if int((~stays).sum()) < parts - bool(stays.any()):
        raise Conflict(
            _("%(territory)s has too few free units for %(parts)s parts.") % {"territory": arrays.territories[j].name, "parts": parts},
            code="too_few_units",
        )


def _free_members(scenario: Scenario, arrays: ScenarioArrays, j: int) -> IntArray:
    """The units of a territory, none of which is locked or named, and which no rule fills."""
    territory = arrays.territories[j]
    if territory.is_locked:
        raise Conflict(_("%(territory)s is locked; unlock it first.") % {"territory": territory.name}, code="locked")
    rule = scenario.rules.filter(territory__code=territory.code).first()
    if rule is not None:
        raise Conflict(
            _("The rule “%(rule)s” fills %(territory)s; change or delete it first.") % {"rule": rule, "territory": territory.name},
            code="ruled",
        )
    members = np.flatnonzero(arrays.territory_idx == j).astype(np.int32)
    for code, mask, message in (
        ("locked", arrays.is_locked, _("%(n)s units of %(territory)s are locked; unlock them first.")),
        ("named", arrays.is_named, _("%(n)s units of %(territory)s are named for it; take their names back first.")),
    ):
        n = int(mask[members].sum())
        if n:
            raise Conflict(message % {"n": number(n), "territory": territory.name}, code=code)
    n = int((arrays.accounts.territory_idx == j).sum())
    if n:
        message = _("%(n)s accounts are named for %(territory)s; give them elsewhere first.")
        raise Conflict(message % {"n": number(n), "territory": territory.name}, code="named")
    return members


def _gone(arrays: ScenarioArrays, j: int) -> TerritoryChange:
    return TerritoryChange(arrays.codes[j], edits.columns(arrays.territories[j]), None)


def _forbids_of(arrays: ScenarioArrays, j: int) -> dict[tuple[int, str], tuple[bool, bool]]:
    barred = arrays.forbidden[arrays.forbidden[:, 1] == j, 0]
    return {(unit, arrays.codes[j]): (True, False) for unit in barred.tolist()}


def _new_columns(name: str, colour: str, capacity: float, place: int) -> dict[str, Any]:
    nowhere = {"position_id": None, "home_lon": None, "home_lat": None, "is_locked": False}
    return {"name": name, "colour": colour, "capacity": capacity, "place": place, **nowhere}


def _of_position(arrays: ScenarioArrays, code: str, wanted: str) -> dict[str, Any]:
    """Columns of a territory that gets a position, by its code; an empty code takes the position away."""
    if not wanted:
        return {"position_id": None}
    position = Position.objects.filter(code=wanted).first()
    if position is None:
        raise Invalid(_("There is no position “%(wanted)s”.") % {"wanted": wanted}, code="unknown_position")
    holder = next((t for t in arrays.territories if t.position_id == position.pk and t.code != code), None)
    if holder is not None:
        raise Conflict(
            _("%(position)s has %(territory)s already; one position has one territory.") % {"position": position, "territory": holder.name},
            code="position_taken",
        )
    home = {"home_lon": position.home_lon, "home_lat": position.home_lat} if position.home_lon is not None else {}
    return {"position_id": position.pk, "capacity": position.capacity, **home}


def _capacity(value: float) -> float:
    if not 0 < value < 1e9:
        raise Invalid(_("The capacity must be more than 0, found %(value)s.") % {"value": number(value)}, code="capacity")
    return value


def _colour(text: str) -> str:
    text = text.strip().lower()
    if text and not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise Invalid(_("A colour is written like #8097e3, found “%(text)s”.") % {"text": text[:20]}, code="colour")
    return text


def _free_name(arrays: ScenarioArrays, name: str) -> str:
    name = name.strip()[:200]
    if not name:
        raise Invalid(_("Give the territory a name."), code="no_name")
    if name.casefold() in {t.name.casefold() for t in arrays.territories}:
        raise Conflict(_("There is a territory called “%(name)s” already; choose another name.") % {"name": name}, code="name_taken")
    return name


def _unlike(name: str, taken: set[str]) -> str:
    """A name, with a number where there is one like it; it counts as taken then."""
    name, fresh, n = name[:190], name[:190], 1
    while fresh.casefold() in taken:
        n += 1
        fresh = f"{name} ({n})"
    taken.add(fresh.casefold())
    return fresh


def _free_codes(arrays: ScenarioArrays, n: int) -> list[str]:
    """Codes N1, N2 … that no territory has."""
    taken = set(arrays.codes)
    free = (f"N{i}" for i in range(1, len(taken) + n + 1))
    return [code for code in free if code not in taken][:n]


def _next_place(arrays: ScenarioArrays) -> int:
    return max((t.place for t in arrays.territories), default=-1) + 1


def _room_for(arrays: ScenarioArrays, n: int) -> None:
    if arrays.k + n > MOST_TERRITORIES:
        raise Conflict(_("A scenario has at most %(most)s territories.") % {"most": number(MOST_TERRITORIES)}, code="territories")


def _change_in_words(before: dict[str, Any], after: dict[str, Any], changed: list[str]) -> str:
    if "name" in changed:
        return say("%(before)s is called %(after)s now", before=before["name"], after=after["name"])
    words = {"colour": say("colour"), "capacity": say("capacity"), "position_id": say("position")}
    what = say_all([words[c] for c in changed if c in words] or [say("home")], ", ")
    return say("%(territory)s: %(what)s changed", territory=before["name"], what=what)
