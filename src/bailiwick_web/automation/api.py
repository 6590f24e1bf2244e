"""Rules that act, over the JSON interface."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from bailiwick_web.automation import facts, services
from bailiwick_web.automation.models import Rule, Run
from bailiwick_web.automation.trying import try_on_history
from bailiwick_web.core.access import Actor, actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right

router = Router(tags=["automation"])
MOST_DAYS = 90


class RuleIn(Schema):
    """A rule.

    ``actions`` are done in their order: ``task`` (tasks, who), ``assign`` (who), ``field`` (field, value), ``email`` (subject, text),
    ``webhook`` (endpoint).
    """

    name: str
    trigger: str
    quiet_days: int | None = None
    condition: str = ""
    actions: list[dict[str, Any]]
    is_active: bool = False


class RulePatch(Schema):
    """What is to be changed."""

    name: str | None = None
    trigger: str | None = None
    quiet_days: int | None = None
    condition: str | None = None
    actions: list[dict[str, Any]] | None = None
    is_active: bool | None = None


class RuleOut(RuleIn):
    """A rule; it acts with the rights and the scope of its owner."""

    id: UUID
    version: int
    owner: str
    created_at: datetime


class RulesOut(Schema):
    """A page of rules; ``next`` is the cursor of the next page."""

    items: list[RuleOut]
    next: int | None


class RunOut(Schema):
    """One run; ``did`` names what was made."""

    id: UUID
    kind: str
    record: UUID
    state: str
    did: list[str]
    error: str
    depth: int
    root: UUID
    created_at: datetime
    finished_at: datetime | None


class RunsOut(Schema):
    """A page of runs; ``next`` is the cursor of the next page."""

    items: list[RunOut]
    next: int | None


class FiredOut(Schema):
    """A record that a rule would have acted on."""

    record: UUID
    at: datetime


class TriedOut(Schema):
    """A rule tried on history: nothing was done."""

    days: int
    n_events: int
    n_fired: int
    is_cut: bool
    fired: list[FiredOut]


@router.get("/automation-triggers", response=dict[str, list[str]])
def list_automation_triggers(request: HttpRequest) -> Any:
    """Triggers, each with the fields that its conditions may ask about."""
    actor_of(request).need(Right.CONNECT)
    return {trigger: facts.fields_of(trigger) for trigger in sorted(facts.TRIGGERS)}


@router.get("/automations", response=RulesOut)
def list_automations(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """One's rules, newest first; administrators see all."""
    actor = actor_of(request)
    actor.need(Right.CONNECT)
    return one_page(services.own_rules(actor), rule_out, after=after, limit=limit)


@router.post("/automations", response={201: RuleOut})
def post_automation(request: HttpRequest, response: HttpResponse, new: RuleIn) -> Any:
    """Add a rule."""
    made = services.create_rule(actor_of(request), **new.dict())
    tag(response, made.version)
    return Status(201, rule_out(made))


@router.get("/automations/{uuid:rule_id}", response=RuleOut)
def get_automation(request: HttpRequest, response: HttpResponse, rule_id: UUID) -> Any:
    """One rule."""
    found = services.find_rule(actor_of(request), rule_id)
    tag(response, found.version)
    return rule_out(found)


@router.patch("/automations/{uuid:rule_id}", response=RuleOut, openapi_extra=VERSIONED)
def patch_automation(request: HttpRequest, response: HttpResponse, rule_id: UUID, changes: RulePatch) -> Any:
    """Change a rule, switch it on or off; needs ``If-Match``."""
    actor = actor_of(request)
    actor.need(Right.CONNECT)
    found = services.change_rule(actor, rule_id, version=if_match(request), **changes.dict(exclude_unset=True))
    tag(response, found.version)
    return rule_out(found)


@router.delete("/automations/{uuid:rule_id}", response={204: None}, openapi_extra=VERSIONED)
def delete_automation(request: HttpRequest, rule_id: UUID) -> Any:
    """Remove a rule and its log; needs ``If-Match``."""
    actor = actor_of(request)
    actor.need(Right.CONNECT)
    services.remove_rule(actor, rule_id, version=if_match(request))
    return Status(204, None)


@router.get("/automations/{uuid:rule_id}/runs", response=RunsOut)
def list_automation_runs(request: HttpRequest, rule_id: UUID, state: str = "", after: int | None = None, limit: int | None = None) -> Any:
    """The log of a rule, newest first; ``state`` is waiting, done, unfit, stopped or failed."""
    found = services.find_rule(actor_of(request), rule_id).runs.all()
    return one_page(found.filter(state=state) if state else found, run_out, after=after, limit=limit)


@router.get("/automations/{uuid:rule_id}/dry-run", response=TriedOut)
def get_dry_run(request: HttpRequest, rule_id: UUID, days: int = 30) -> Any:
    """Which records a rule would have acted on in the last days, judged by their fields of today."""
    actor = actor_of(request)
    found = services.find_rule(actor, rule_id)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A rule is tried on 1 to {MOST_DAYS} days, found {days}.", code="days")
    seen_by = Actor(found.owner, actor.now, actor.request_id)
    tried = try_on_history(seen_by, trigger=found.trigger, condition=found.condition, days=days, quiet_days=found.quiet_days)
    fired = [{"record": fired.record.public_id, "at": fired.at} for fired in tried.fired]
    return {name: getattr(tried, name) for name in ("days", "n_events", "n_fired", "is_cut")} | {"fired": fired}


def rule_out(found: Rule) -> dict[str, Any]:
    """A rule as the interface shows it."""
    same = ("version", "name", "trigger", "quiet_days", "condition", "actions", "is_active", "created_at")
    return {name: getattr(found, name) for name in same} | {"id": found.public_id, "owner": str(found.owner)}


def run_out(found: Run) -> dict[str, Any]:
    """A run as the interface shows it."""
    same = ("kind", "state", "did", "error", "depth", "root", "created_at", "finished_at")
    return {name: getattr(found, name) for name in same} | {"id": found.public_id, "record": found.record_id}
