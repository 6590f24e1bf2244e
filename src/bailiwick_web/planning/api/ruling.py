"""Named accounts and assignment rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.api.requests import Index, MovedOut, moved, wholly_visible
from bailiwick_web.planning.models import AssignmentRule, NamedAccount

router = Router(tags=["names and rules"])


class NameIn(Schema):
    """Units, by index, that belong to a territory by name; an empty code takes their names back."""

    unit_idx: list[Index]
    territory: str
    reason: str = ""


class NameOut(Schema):
    """A named unit."""

    unit: str
    unit_idx: int
    territory: str
    reason: str


class NamesOut(Schema):
    """A page of named units."""

    items: list[NameOut]
    next: int | None


class RuleIn(Schema):
    """A rule: ``condition`` such as ``industry = 'Healthcare' and employees >= 250``; the lowest ``precedence`` comes first."""

    name: str
    condition: str
    territory: str
    precedence: int | None = None
    is_active: bool = True


class RulePatch(Schema):
    """What shall be different; what is left out stays."""

    name: str | None = None
    condition: str | None = None
    territory: str | None = None
    precedence: int | None = None
    is_active: bool | None = None


class RuleOut(Schema):
    """A rule."""

    id: UUID
    name: str
    condition: str
    territory: str
    precedence: int
    is_active: bool


class RulesOut(Schema):
    """The rules in their order, and what conditions may ask about."""

    version: int
    rules: list[RuleOut]
    fields: list[str]


class RuleMovedOut(MovedOut):
    """What a change did, and the rule that it was about."""

    id: UUID


class RuleCount(Schema):
    """Units that a rule matches, and those that it takes because no name and no earlier rule does."""

    id: UUID
    name: str
    n_matches: int
    n_taken: int


class TerritoryCount(Schema):
    """Units that a territory would gain and lose."""

    code: str
    name: str
    n_gained: int
    n_lost: int


class StrangerOut(Schema):
    """A value in a rule that no unit has."""

    rule: str
    field: str
    value: str


class PreviewOut(Schema):
    """What applying the rules would do; ``blanks`` are units without a value, per field."""

    version: int
    n_moved: int
    n_locked: int
    n_forbidden: int
    rules: list[RuleCount]
    territories: list[TerritoryCount]
    blanks: dict[str, int]
    strangers: list[StrangerOut]
    unit_idx: list[int]


@router.get("/scenarios/{uuid:scenario_id}/names", response=NamesOut)
def list_names(request: HttpRequest, scenario_id: UUID, after: int | None = None, limit: int | None = None) -> Any:
    """Units that are given by name."""
    scenario = wholly_visible(request, scenario_id)
    rows = scenario.named.filter(unit__unit_set=scenario.plan.unit_set_id).select_related("unit", "territory")
    return one_page(rows, _name, after=after, limit=limit)


@router.post("/scenarios/{uuid:scenario_id}/names", response=MovedOut, openapi_extra=VERSIONED)
def post_names(request: HttpRequest, response: HttpResponse, scenario_id: UUID, named: NameIn) -> Any:
    """Give units to a territory by name, or take their names back; needs ``If-Match``."""
    actor, version = actor_of(request), if_match(request)
    done = services.name_units(actor, scenario_id, named.unit_idx, named.territory, version=version, reason=named.reason)
    return moved(response, done)


@router.get("/scenarios/{uuid:scenario_id}/rules", response=RulesOut)
def list_rules(request: HttpRequest, scenario_id: UUID) -> Any:
    """The rules, the first one first."""
    scenario = wholly_visible(request, scenario_id)
    rules = [_rule(rule) for rule in scenario.rules.select_related("territory")]
    return {"version": scenario.version, "rules": rules, "fields": queries.rule_fields(scenario)}


@router.post("/scenarios/{uuid:scenario_id}/rules", response={201: RuleMovedOut}, openapi_extra=VERSIONED)
def post_rule(request: HttpRequest, response: HttpResponse, scenario_id: UUID, rule: RuleIn) -> Any:
    """Add a rule; it takes effect when rules are applied. Needs ``If-Match``."""
    done, key = services.save_rule(actor_of(request), scenario_id, version=if_match(request), **rule.dict())
    return Status(201, moved(response, done) | {"id": key})


@router.patch("/scenarios/{uuid:scenario_id}/rules/{uuid:rule_id}", response=RuleMovedOut, openapi_extra=VERSIONED)
def patch_rule(request: HttpRequest, response: HttpResponse, scenario_id: UUID, rule_id: UUID, patch: RulePatch) -> Any:
    """Change a rule; needs ``If-Match``."""
    given = patch.dict(exclude_unset=True)
    done, key = services.save_rule(actor_of(request), scenario_id, version=if_match(request), rule_id=rule_id, **given)
    return moved(response, done) | {"id": key}


@router.delete("/scenarios/{uuid:scenario_id}/rules/{uuid:rule_id}", response=MovedOut, openapi_extra=VERSIONED)
def delete_rule(request: HttpRequest, response: HttpResponse, scenario_id: UUID, rule_id: UUID) -> Any:
    """Take a rule away; needs ``If-Match``."""
    return moved(response, services.delete_rule(actor_of(request), scenario_id, rule_id, version=if_match(request)))


@router.get("/scenarios/{uuid:scenario_id}/rules/preview", response=PreviewOut)
def get_preview(request: HttpRequest, scenario_id: UUID) -> Any:
    """What applying the rules would do: units gained and lost per territory, blanks, values that no unit has."""
    found = services.preview_rules(wholly_visible(request, scenario_id))
    shown = queries.shown_preview(found)
    moving = found.unit_idx[found.arrays.territory_idx[found.unit_idx] != found.ruling.to_idx[found.unit_idx]]
    return shown | {"version": found.arrays.version, "unit_idx": np.sort(moving).tolist()}


@router.post("/scenarios/{uuid:scenario_id}/rules/apply", response=MovedOut, openapi_extra=VERSIONED)
def post_apply(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Put every unit where the first rule that matches says; needs ``If-Match``."""
    return moved(response, services.apply_rules(actor_of(request), scenario_id, version=if_match(request)))


def _name(named: NamedAccount) -> dict[str, Any]:
    return {"unit": named.unit.code, "unit_idx": named.unit.idx, "territory": named.territory.code, "reason": named.reason}


def _rule(rule: AssignmentRule) -> dict[str, Any]:
    plain = {name: getattr(rule, name) for name in ("name", "condition", "precedence", "is_active")}
    return plain | {"id": rule.public_id, "territory": rule.territory.code}
