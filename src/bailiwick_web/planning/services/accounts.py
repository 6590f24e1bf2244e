"""Single accounts of a plan of areas: taken out of the territory of their area and given to another, or given back."""

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
from bailiwick_web.planning.convert import CHUNK, ScenarioArrays, scenario_arrays
from bailiwick_web.planning.journal import Edit, Name
from bailiwick_web.planning.models import Move, NamedAccount, Scenario
from bailiwick_web.planning.named import account_set, areas_at
from bailiwick_web.planning.services import edits
from bailiwick_web.planning.services.finding import draft
from bailiwick_web.planning.services.moves import Moved, territory_index
from bailiwick_web.territories.models import Unit

MOST = CHUNK
"""So many accounts may be given away at once; whoever moves more moves areas, or writes a rule."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """Some accounts: their units, the area that each lies in, and what each is named for now."""

    units: list[Unit]
    home_idx: IntArray
    before: list[Name | None]


@transaction.atomic
def move_accounts(
    actor: Actor,
    public_id: UUID,
    account_idx: Iterable[int],
    to_code: str,
    *,
    version: int | None,
    reason: str = "",
    move_id: UUID | None = None,
) -> Moved:
    """Give single accounts to a territory by name, against the area that they lie in, or (empty code) back to it.

    Planners may, in drafts. Recorded in journal and audit. Accounts stay, and are counted, where their territory is locked, or
    the area that they are still with. A ``move_id`` that is in the journal already does nothing again.
    """
    if move_id is not None and (before := Move.objects.filter(public_id=move_id, scenario__public_id=public_id).first()):
        return Moved(before.scenario.version, 0, summary=edits.summary_of(before))
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    chosen = _chosen(scenario, arrays, account_idx)
    to = territory_index(arrays, to_code) if to_code else -1
    if to >= 0 and arrays.territories[to].is_locked:
        raise Conflict(_("%(territory)s is locked; unlock it first.") % {"territory": arrays.territories[to].name}, code="locked")
    after: Name | None = (to_code, reason.strip()) if to_code else None
    changing = [i for i, name in enumerate(chosen.before) if name != after]
    going = [i for i in changing if not _is_stuck(arrays, chosen, i)]
    n_locked, n_there = len(changing) - len(going), len(chosen.units) - len(changing)
    if not going:
        if n_locked:
            raise Conflict(_locked(n_locked), code="locked")
        return Moved(scenario.version, 0, n_there=n_there, summary=say("Nothing to do: it is so already."))
    edit = Edit(accounts={chosen.units[i].pk: (chosen.before[i], after) for i in going})
    entry = edits.write(
        actor, scenario, edit, act="accounts.moved", summary=_in_words(arrays, chosen, going, to), reason=reason, move_id=move_id
    )
    return Moved(scenario.version, len(going), n_locked, n_there, edits.summary_of(entry), codes=(to_code,) if to_code else ())


def _chosen(scenario: Scenario, arrays: ScenarioArrays, account_idx: Iterable[int]) -> Chosen:
    wanted = sorted(set(account_idx))
    if not wanted:
        raise Invalid(_("Choose at least one account."), code="no_units")
    if len(wanted) > MOST:
        message = _("At most %(most)s accounts can be given away at once, found %(n)s. Move their areas, or make a rule.")
        raise Invalid(message % {"most": number(MOST), "n": number(len(wanted))}, code="too_many_accounts")
    points = account_set(scenario.plan.unit_set)
    if points is None:
        raise Conflict(_("No accounts lie over the units of this plan; import some with their places."), code="no_accounts")
    units = list(Unit.objects.filter(unit_set=points, idx__in=wanted).order_by("idx").defer("attributes"))
    if len(units) < len(wanted):
        raise Invalid(
            _("There is no account number %(n)s here.") % {"n": (set(wanted) - {u.idx for u in units}).pop()}, code="unknown_unit"
        )
    home = areas_at(arrays.units, np.array([(u.lon, u.lat) for u in units], dtype=float))
    if (home < 0).any():
        lost = units[int(np.argmin(home))]
        raise Invalid(_("%(account)s lies in no area of this plan.") % {"account": lost}, code="no_area")
    rows = NamedAccount.objects.filter(scenario=scenario, unit__in=[u.pk for u in units])
    named: dict[int, Name] = {key: (code, why) for key, code, why in rows.values_list("unit_id", "territory__code", "reason")}
    return Chosen(units, home, [named.get(u.pk) for u in units])


def _is_stuck(arrays: ScenarioArrays, chosen: Chosen, i: int) -> bool:
    """Whether an account must stay: its territory is locked, or the area that it is still with."""
    name, home = chosen.before[i], int(chosen.home_idx[i])
    if name is not None:
        return arrays.territories[arrays.codes.index(name[0])].is_locked
    return bool(arrays.is_stuck[home])


def _locked(n: int) -> str:
    return (
        _("All %(n)s accounts are locked; unlock their areas or territories first.") % {"n": number(n)}
        if n > 1
        else _("The account is locked: unlock its area or its territory first.")
    )


def _in_words(arrays: ScenarioArrays, chosen: Chosen, going: list[int], to: int) -> str:
    what = str(chosen.units[going[0]])[:120] if len(going) == 1 else say_n("%(n)s account", "%(n)s accounts", len(going))
    if to < 0:
        return (
            say("%(accounts)s back with their areas", accounts=what)
            if len(going) > 1
            else say("%(account)s back with its area", account=what)
        )
    return say("%(units)s → %(territory)s", units=what, territory=arrays.territories[to].name)
