"""Two or more scenarios of one plan side by side: measures, what moves, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from bailiwick.domain import IntArray
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid, NotAllowed
from bailiwick_web.planning import queries
from bailiwick_web.planning.account_moves import MovedAccount, moved_accounts
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.models import Scenario

MOST = 6


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Scenarios beside the first of them.

    Attributes
    ----------
    arrays
        One per scenario.
    measures
        Names, those of the first.
    currencies
        Of those measures that are money: the code, or ¤.
    sides
        Figures of each scenario, as the interface shows them.
    differs
        Per scenario, mask of the units that are elsewhere than in the first, shape (n,) each.
    moved
        Units that differ in any, the weightiest first.
    accounts
        Single accounts that differ in any though they are named in one, the weightiest first.
    """

    scenarios: tuple[Scenario, ...]
    arrays: tuple[ScenarioArrays, ...]
    measures: list[str]
    currencies: dict[str, str]
    sides: list[dict[str, Any]]
    differs: list[NDArray[np.bool_]]
    moved: IntArray
    accounts: list[MovedAccount]


def chosen(actor: Actor, ids: Sequence[UUID]) -> list[Scenario]:
    """The scenarios, all of one plan and wholly visible, in the order in which they were named."""
    if not 2 <= len(set(ids)) == len(ids) <= MOST:
        raise Invalid(_("Choose 2 to %(most)s different scenarios to compare.") % {"most": MOST}, code="compare")
    found = [queries.scenario(actor, public_id) for public_id in ids]
    if len({s.plan_id for s in found}) > 1:
        raise Invalid(_("Only scenarios of one plan can be compared."), code="compare")
    for scenario in found:
        if len(queries.visible_territories(actor, scenario)) < scenario.territories.count():
            raise NotAllowed(_("Parts of these scenarios are outside your scope."))
    return found


def side_by_side(scenarios: Sequence[Scenario]) -> SideBySide:
    """Judge every scenario, and count what moves against the first."""
    arrays = tuple(scenario_arrays(s) for s in scenarios)
    owners = [np.array([*a.codes, ""], dtype=object)[a.territory_idx] for a in arrays]
    differs = [np.asarray(o != owners[0], dtype=bool) for o in owners]
    weight = next(iter(arrays[0].measures.values()))
    anywhere = np.flatnonzero(np.logical_or.reduce(differs))
    moved = anywhere[np.argsort(-weight[anywhere], kind="stable")].astype(np.int32)
    measures = list(arrays[0].measures)
    accounts = moved_accounts(arrays)
    sides = [_side(s, arrays, n, differs[n], measures, accounts) for n, s in enumerate(scenarios)]
    return SideBySide(tuple(scenarios), arrays, measures, currencies(scenarios[0]), sides, differs, moved, accounts)


def currencies(scenario: Scenario) -> dict[str, str]:
    """Measure → currency, for those that are money; ¤ where nobody told which."""
    return {m.key: m.currency_shown for m in scenario.plan.unit_set.measures.all() if m.is_money}


def _side(
    scenario: Scenario,
    every: tuple[ScenarioArrays, ...],
    n: int,
    differs: NDArray[np.bool_],
    measures: list[str],
    accounts: Sequence[MovedAccount],
) -> dict[str, Any]:
    first, arrays = every[0], every[n]
    health = queries.health(arrays)
    place = [list(arrays.measures).index(name) for name in measures]
    deviations = arrays.deviations[:, place]
    alone = [m for m in accounts if _code(first, m.territory_idx[0]) != _code(arrays, m.territory_idx[n])]
    # What goes along with a named account is counted with the account, not with its area.
    moved = [float(np.minimum(first.measures[name], arrays.measures[name])[differs].sum()) for name in measures]
    moved = [part + sum(m.amounts.get(name, 0.0) for m in alone) for part, name in zip(moved, measures, strict=True)]
    return {
        "id": scenario.public_id,
        "name": scenario.name,
        "state": scenario.state,
        "n_moved": int(differs.sum()),
        "n_accounts": len(alone),
        "n_unassigned": health.n_unassigned,
        "n_outside": health.n_outside,
        "n_in_pieces": health.n_in_pieces,
        "worst": [float(np.abs(deviations[:, m]).max()) if arrays.k else None for m in range(len(place))],
        "spread": [float(deviations[:, m].std()) if arrays.k else None for m in range(len(place))],
        "moved": moved,
        "moved_share": [part / whole if whole else 0.0 for part, whole in zip(moved, arrays.wholes[place].tolist(), strict=True)],
    }


def _code(arrays: ScenarioArrays, territory: int) -> str:
    return arrays.codes[territory] if territory >= 0 else ""


def account_rows(found: SideBySide, limit: int | None = None) -> list[dict[str, Any]]:
    """Single accounts that change hands, as :func:`moved_units` shows units."""
    return [moved.row(found.arrays, found.measures) for moved in found.accounts[:limit]]


def reasons(row: dict[str, Any]) -> list[str]:
    """Why it is elsewhere than in the first scenario, by those where it is."""
    pairs = zip(row["causes"], row["territories"], strict=True)
    return list(dict.fromkeys(cause for cause, territory in pairs if territory != row["territories"][0]))


def moved_units(found: SideBySide, *, start: int = 0, limit: int | None = None) -> list[dict[str, Any]]:
    """Units that change hands: where each scenario has them, why, and their measures."""
    first = found.arrays[0]
    rows = []
    for i in found.moved[start : None if limit is None else start + limit].tolist():
        places = [int(a.territory_idx[i]) for a in found.arrays]
        rows.append(
            {
                "unit": str(first.units.table.ids[i]),
                "name": str(first.units.table.labels[i]),
                "unit_idx": i,
                "territories": [a.codes[j] if j >= 0 else None for a, j in zip(found.arrays, places, strict=True)],
                "names": [a.territories[j].name if j >= 0 else "" for a, j in zip(found.arrays, places, strict=True)],
                "causes": [str(a.causes[i]) for a in found.arrays],
                "values": [float(first.measures[name][i]) for name in found.measures],
            }
        )
    return rows
