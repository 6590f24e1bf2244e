"""Names and rules of a draft, and putting them into effect. Each change is one entry of the journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick.domain.said import say, say_n
from bailiwick_web.core.access import Actor
from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.planning.convert import NAMED, ScenarioArrays, scenario_arrays
from bailiwick_web.planning.journal import Changes, Edit, Name, Row
from bailiwick_web.planning.models import AssignmentRule, NamedAccount, Scenario
from bailiwick_web.planning.ruling import ParsedRule, Ruling, columns_of, customer_fields, decide, parse, unit_fields
from bailiwick_web.planning.services import edits
from bailiwick_web.planning.services.finding import draft
from bailiwick_web.planning.services.moves import MANUAL, Moved, changes_to, checked_units, territory_index, units_in_words

MOST_RULES = 200


@transaction.atomic
def name_units(actor: Actor, public_id: UUID, unit_idx: Iterable[int], code: str, *, version: int | None, reason: str = "") -> Moved:
    """Give units to a territory by name, or (empty code) take their names back; planners may, in drafts. Recorded in journal and audit.

    A named unit stays there whatever rules, hands and the engine do. One whose name is taken back stays until it is moved or a
    rule takes it.
    """
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    chosen = checked_units(unit_idx, arrays.units.n_units)
    if not code:
        return _take_back(actor, scenario, arrays, chosen)
    to = territory_index(arrays, code)
    barred = chosen[arrays.is_forbidden(chosen, to)]
    where = arrays.territories[to].name
    if len(barred):
        raise Conflict(
            _("%(units)s must not be in %(where)s; allow it first.") % {"units": units_in_words(arrays, barred), "where": where},
            code="forbidden",
        )
    locked = chosen[arrays.is_locked[chosen] & (arrays.territory_idx[chosen] != to)]
    if len(locked) or arrays.territories[to].is_locked:
        what = units_in_words(arrays, locked) if len(locked) else where
        raise Conflict(_("%(what)s is locked; unlock it first.") % {"what": what}, code="locked")
    before = _names(scenario, arrays)
    named: dict[int, tuple[Name | None, Name | None]] = {
        i: (before.get(i), (code, reason.strip())) for i in chosen.tolist() if before.get(i) != (code, reason.strip())
    }
    if not named:
        return Moved(scenario.version, 0, n_there=len(chosen), summary=say("Nothing to do: they are named so already."))
    changing = np.array(sorted(named), dtype=np.int32)
    edit = Edit(changes_to(arrays, changing, np.full(len(changing), to, np.int32), NAMED), named=named)
    summary = say("%(units)s named for %(territory)s", units=units_in_words(arrays, changing), territory=where)
    entry = edits.write(actor, scenario, edit, act="units.named", summary=summary, reason=reason)
    n_moved = int((arrays.territory_idx[changing] != to).sum())
    return Moved(scenario.version, n_moved, n_there=len(chosen) - n_moved, summary=edits.summary_of(entry), codes=(code,))


def _take_back(actor: Actor, scenario: Scenario, arrays: ScenarioArrays, chosen: np.ndarray) -> Moved:
    before = _names(scenario, arrays)
    changing = chosen[arrays.is_named[chosen]]
    if not len(changing):
        return Moved(scenario.version, 0, n_there=len(chosen), summary=say("Nothing to do: none of them is named."))
    changes = changes_to(arrays, changing, arrays.territory_idx[changing], MANUAL)
    edit = Edit(changes, named={i: (before[i], None) for i in changing.tolist()})
    summary = say("%(units)s no longer named", units=units_in_words(arrays, changing))
    entry = edits.write(actor, scenario, edit, act="units.unnamed", summary=summary)
    return Moved(scenario.version, 0, summary=edits.summary_of(entry))


def _names(scenario: Scenario, arrays: ScenarioArrays) -> dict[int, tuple[str, str]]:
    place = {key: i for i, key in enumerate(arrays.units.keys.tolist())}
    own = NamedAccount.objects.filter(scenario=scenario, unit__unit_set=scenario.plan.unit_set_id)
    rows = own.values_list("unit_id", "territory__code", "reason")
    return {place[key]: (code, reason) for key, code, reason in rows}


@transaction.atomic
def save_rule(
    actor: Actor,
    public_id: UUID,
    *,
    version: int | None,
    rule_id: UUID | None = None,
    name: str | None = None,
    condition: str | None = None,
    territory: str | None = None,
    precedence: int | None = None,
    is_active: bool | None = None,
) -> tuple[Moved, UUID]:
    """Add a rule, or change what is given of one; it takes effect when rules are applied. Planners may, in drafts. Recorded."""
    scenario = draft(actor, public_id, version)
    arrays = scenario_arrays(scenario)
    rules = list(scenario.rules.select_related("territory"))
    old = next((rule for rule in rules if rule.public_id == rule_id), None)
    if rule_id is not None and old is None:
        raise Missing(_("There is no such rule."))
    if old is None and len(rules) >= MOST_RULES:
        raise Conflict(_("A scenario has at most %(most)s rules.") % {"most": MOST_RULES}, code="rules")
    last = max((rule.precedence for rule in rules), default=0)
    before = None if old is None else _row(old)
    blank: Row = {"name": "", "condition": "", "territory": "", "precedence": last + 1, "is_active": True}
    given = {"name": name, "condition": condition, "territory": territory, "precedence": precedence, "is_active": is_active}
    after = (before or blank) | {key: value for key, value in given.items() if value is not None}
    _check_rule(scenario, arrays, after)
    if after == before:
        return Moved(scenario.version, 0, summary=say("The rule is as you want it already.")), old.public_id if old else uuid7()
    key = uuid7() if old is None else old.public_id
    word = "made" if old is None else "changed"
    summary = say("Rule “%(rule)s” made", rule=after["name"]) if old is None else say("Rule “%(rule)s” changed", rule=after["name"])
    edits.write(actor, scenario, Edit(rules={str(key): (before, after)}), act=f"rule.{word}", summary=summary)
    return Moved(scenario.version, 0, summary=summary, codes=(after["territory"],)), key


@transaction.atomic
def delete_rule(actor: Actor, public_id: UUID, rule_id: UUID, *, version: int | None) -> Moved:
    """Take a rule away; what it put somewhere stays until it is moved. Planners may, in drafts. Recorded in journal and audit."""
    scenario = draft(actor, public_id, version)
    rule = scenario.rules.select_related("territory").filter(public_id=rule_id).first()
    if rule is None:
        raise Missing(_("There is no such rule."))
    arrays = scenario_arrays(scenario)
    held = np.flatnonzero(arrays.causes == f"rule:{rule.public_id}").astype(np.int32)
    changes = changes_to(arrays, held, arrays.territory_idx[held], MANUAL) if len(held) else None
    summary = say("Rule “%(rule)s” taken away", rule=rule.name)
    edits.write(actor, scenario, Edit(changes, rules={str(rule_id): (_row(rule), None)}), act="rule.deleted", summary=summary)
    return Moved(scenario.version, 0, summary=summary)


@dataclass(frozen=True, eq=False)
class Preview:
    """What putting the rules into effect would do: the units that change, where to, and what looks odd."""

    arrays: ScenarioArrays
    rules: tuple[ParsedRule, ...]
    ruling: Ruling
    unit_idx: np.ndarray
    n_locked: int
    n_forbidden: int
    of_customers: tuple[str, ...] = ()
    """Fields that rules ask for and no unit has; only customers are asked, once the plan counts."""


def preview_rules(scenario: Scenario) -> Preview:
    """Judge names and rules without changing anything. Locked units and territories, and forbidden places, are kept."""
    arrays = scenario_arrays(scenario)
    rules = parsed_rules(scenario, arrays)
    fields = [field for rule in rules for field in rule.rule.fields()]
    own = unit_fields(arrays.units, scenario.plan.unit_set_id)
    ruling = decide(arrays, rules, columns_of(arrays, scenario.plan.unit_set_id, fields), own)
    differs = (ruling.to_idx >= 0) & ((ruling.to_idx != arrays.territory_idx) | (ruling.cause != arrays.causes))
    moves = ruling.to_idx != arrays.territory_idx
    closed = np.array([t.is_locked for t in arrays.territories] + [False])[ruling.to_idx]
    stuck = differs & moves & (arrays.is_stuck | closed)
    barred = np.zeros(len(differs), bool)
    if len(arrays.forbidden):
        units, there = arrays.forbidden[:, 0], arrays.forbidden[:, 1]
        barred[units[ruling.to_idx[units] == there]] = True
    barred &= differs & ~stuck
    going = np.flatnonzero(differs & ~stuck & ~barred).astype(np.int32)
    others = tuple(sorted({field for field in fields if field not in own}))
    return Preview(arrays, rules, ruling, going, int(stuck.sum()), int(barred.sum()), others)


@transaction.atomic
def apply_rules(actor: Actor, public_id: UUID, *, version: int | None) -> Moved:
    """Put every unit where the first rule that matches says; planners may, in drafts. Recorded in journal and audit."""
    scenario = draft(actor, public_id, version)
    found = preview_rules(scenario)
    arrays, going = found.arrays, found.unit_idx
    if not len(going):
        summary = say("Nothing to do: every unit is where names and rules put it.")
        return Moved(scenario.version, 0, found.n_locked, summary=summary, n_forbidden=found.n_forbidden)
    to = found.ruling.to_idx[going]
    base = changes_to(arrays, going, to, "")
    changes = Changes(base.codes, base.unit_idx, base.from_idx, base.to_idx, base.cause_before, found.ruling.cause[going])
    n_moved = int((arrays.territory_idx[going] != to).sum())
    summary = say_n("Rules applied: %(n)s unit moved", "Rules applied: %(n)s units moved", n_moved)
    edits.write(actor, scenario, Edit(changes), act="rules.applied", summary=summary)
    return Moved(scenario.version, n_moved, found.n_locked, len(going) - n_moved, summary, found.n_forbidden)


def parsed_rules(scenario: Scenario, arrays: ScenarioArrays) -> tuple[ParsedRule, ...]:
    """The active rules, the first one first."""
    rules = list(scenario.rules.filter(is_active=True).select_related("territory"))
    if not rules:
        return ()
    own, others = unit_fields(arrays.units, scenario.plan.unit_set_id), customer_fields()
    return tuple(ParsedRule(str(r.public_id), r.name, r.condition, r.territory.code, parse(r.condition, own, others)) for r in rules)


def _check_rule(scenario: Scenario, arrays: ScenarioArrays, row: Row) -> None:
    row["name"] = row["name"].strip()[:200]
    if not row["name"]:
        raise Invalid(_("Give the rule a name."), code="no_name")
    territory_index(arrays, row["territory"])
    if not 0 <= row["precedence"] <= 1_000_000:
        raise Invalid(_("The precedence is a whole number from 0 to 1,000,000; the lowest comes first."), code="precedence")
    parse(row["condition"], unit_fields(arrays.units, scenario.plan.unit_set_id), customer_fields())


def _row(rule: AssignmentRule) -> dict[str, Any]:
    plain = {name: getattr(rule, name) for name in ("name", "condition", "precedence", "is_active")}
    return plain | {"territory": rule.territory.code}
