"""Propose, challenge, decide, publish, roll back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.api.requests import Index, ScenarioOut, scenario_out
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.mine import visible_challenges
from bailiwick_web.planning.models import Approval, Challenge, Publication, Scenario

router = Router(tags=["workflow"])


class DecisionIn(Schema):
    """Yes or no; a no needs a comment."""

    is_approved: bool
    comment: str = ""


class ApprovalOut(Schema):
    """What somebody said."""

    by: str
    at: datetime
    is_approved: bool
    comment: str
    round: int


class ApprovalsOut(Schema):
    """A page of approvals."""

    items: list[ApprovalOut]
    next: int | None


class PublishIn(Schema):
    """From when on it counts, with a time zone; null is now."""

    valid_from: datetime | None = None
    reason: str = ""


class ReasonIn(Schema):
    """Why, for the history."""

    reason: str


class PublicationOut(Schema):
    """From when to when a scenario counted; the period does not include its end."""

    id: UUID
    plan: UUID
    plan_name: str
    layer: str
    scenario: UUID
    scenario_name: str
    valid_from: datetime
    valid_until: datetime | None
    published_at: datetime
    published_by: str
    reason: str


class PublicationsOut(Schema):
    """A page of publications."""

    items: list[PublicationOut]
    next: int | None


class ChallengeIn(Schema):
    """A doubt about where a unit goes; an empty ``wanted`` is elsewhere."""

    unit_idx: Index
    wanted: str = ""
    reason: str


class AnswerIn(Schema):
    """Accept, or decline with a comment."""

    is_accepted: bool
    comment: str = ""


class ChallengeOut(Schema):
    """A doubt and its answer."""

    id: UUID
    scenario: UUID
    unit: str
    unit_idx: int
    wanted: str | None
    reason: str
    by: str
    at: datetime
    state: str
    answer: str


class ChallengesOut(Schema):
    """A page of challenges."""

    items: list[ChallengeOut]
    next: int | None


@router.post("/scenarios/{uuid:scenario_id}/propose", response=ScenarioOut, openapi_extra=VERSIONED)
def post_propose(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Put a draft before those concerned; needs ``If-Match``."""
    return _tagged(response, services.propose(actor_of(request), scenario_id, version=if_match(request)))


@router.post("/scenarios/{uuid:scenario_id}/withdraw", response=ScenarioOut, openapi_extra=VERSIONED)
def post_withdraw(request: HttpRequest, response: HttpResponse, scenario_id: UUID) -> Any:
    """Make a proposed or approved scenario a draft again; needs ``If-Match``."""
    return _tagged(response, services.withdraw(actor_of(request), scenario_id, version=if_match(request)))


@router.post("/scenarios/{uuid:scenario_id}/decisions", response=ScenarioOut, openapi_extra=VERSIONED)
def post_decision(request: HttpRequest, response: HttpResponse, scenario_id: UUID, decision: DecisionIn) -> Any:
    """Approve or decline a proposal; needs ``If-Match``."""
    actor, version = actor_of(request), if_match(request)
    queries.scenario(actor, scenario_id)
    return _tagged(response, services.decide(actor, scenario_id, version=version, **decision.dict()))


@router.get("/scenarios/{uuid:scenario_id}/decisions", response=ApprovalsOut)
def list_decisions(request: HttpRequest, scenario_id: UUID, after: int | None = None, limit: int | None = None) -> Any:
    """What those concerned said, newest first."""
    actor = actor_of(request)
    actor.need(Right.REVIEW)
    rows = queries.scenario(actor, scenario_id).approvals.select_related("by")
    return one_page(rows, _approval, after=after, limit=limit)


@router.post("/scenarios/{uuid:scenario_id}/publish", response={201: PublicationOut}, openapi_extra=VERSIONED)
def post_publish(request: HttpRequest, scenario_id: UUID, publish: PublishIn) -> Any:
    """Make an approved scenario the one that counts; needs ``If-Match``."""
    return Status(201, _publication(services.publish(actor_of(request), scenario_id, version=if_match(request), **publish.dict())))


@router.get("/publications", response=PublicationsOut)
def list_publications(request: HttpRequest, plan: UUID | None = None, after: int | None = None, limit: int | None = None) -> Any:
    """What counted when, newest first; of the scenarios that you may see."""
    visible = queries.visible_scenarios(actor_of(request)).order_by().values("pk")
    rows = Publication.objects.filter(scenario__in=visible).select_related("plan", "scenario", "published_by")
    return one_page(rows if plan is None else rows.filter(plan__public_id=plan), _publication, after=after, limit=limit)


@router.post("/publications/{uuid:publication_id}/roll-back", response={201: PublicationOut})
def post_roll_back(request: HttpRequest, publication_id: UUID, why: ReasonIn) -> Any:
    """Publish what counted before, from now on; what was to count later is called off."""
    return Status(201, _publication(services.roll_back(actor_of(request), publication_id, reason=why.reason)))


@router.post("/publications/{uuid:publication_id}/call-off", response=ScenarioOut)
def post_call_off(request: HttpRequest, response: HttpResponse, publication_id: UUID, why: ReasonIn) -> Any:
    """Take back what was published for a moment to come; its scenario is approved as before."""
    return _tagged(response, services.call_off(actor_of(request), publication_id, reason=why.reason))


@router.get("/scenarios/{uuid:scenario_id}/challenges", response=ChallengesOut)
def list_challenges(request: HttpRequest, scenario_id: UUID, after: int | None = None, limit: int | None = None) -> Any:
    """Doubts about single units, newest first."""
    actor = actor_of(request)
    actor.need(Right.REVIEW)
    scenario = queries.scenario(actor, scenario_id)
    seen = [challenge.pk for challenge in visible_challenges(actor, scenario, scenario_arrays(scenario))]
    rows = scenario.challenges.filter(pk__in=seen).select_related("scenario", "unit", "wanted", "by")
    return one_page(rows, _challenge, after=after, limit=limit)


@router.post("/scenarios/{uuid:scenario_id}/challenges", response={201: ChallengeOut})
def post_challenge(request: HttpRequest, scenario_id: UUID, doubt: ChallengeIn) -> Any:
    """Doubt one assignment of a proposal."""
    actor = actor_of(request)
    queries.scenario(actor, scenario_id)
    made = services.challenge(actor, scenario_id, doubt.unit_idx, wanted=doubt.wanted, reason=doubt.reason)
    return Status(201, _challenge(made))


@router.post("/challenges/{uuid:challenge_id}/answer", response=ChallengeOut, openapi_extra=VERSIONED)
def post_answer(request: HttpRequest, challenge_id: UUID, answer: AnswerIn) -> Any:
    """Accept or decline a challenge; ``If-Match`` is the version of its scenario. Accepted without ``wanted``: forbidden where it is."""
    actor, version = actor_of(request), if_match(request)
    return _challenge(services.answer(actor, challenge_id, version=version, **answer.dict()).challenge)


@router.get("/publications/{uuid:publication_id}", response=PublicationOut)
def get_publication(request: HttpRequest, publication_id: UUID) -> Any:
    """One publication."""
    visible = queries.visible_scenarios(actor_of(request)).order_by().values("pk")
    rows = Publication.objects.filter(public_id=publication_id, scenario__in=visible)
    found = rows.select_related("plan", "scenario", "published_by").first()
    if found is None:
        raise Missing(_("There is no such publication, or you may not see it."))
    return _publication(found)


def _tagged(response: HttpResponse, scenario: Scenario) -> dict[str, Any]:
    tag(response, scenario.version)
    return scenario_out(scenario)


def _approval(said: Approval) -> dict[str, Any]:
    return {name: getattr(said, name) for name in ("at", "is_approved", "comment", "round")} | {"by": str(said.by)}


def _publication(found: Publication) -> dict[str, Any]:
    plain = {name: getattr(found, name) for name in ("valid_from", "valid_until", "published_at", "reason")}
    of_plan = {"plan": found.plan.public_id, "plan_name": found.plan.name, "layer": found.plan.layer}
    of_scenario = {"scenario": found.scenario.public_id, "scenario_name": found.scenario.name}
    return plain | of_plan | of_scenario | {"id": found.public_id, "published_by": str(found.published_by or "")}


def _challenge(doubt: Challenge) -> dict[str, Any]:
    plain = {name: getattr(doubt, name) for name in ("reason", "at", "state", "answer")}
    return plain | {
        "id": doubt.public_id,
        "scenario": doubt.scenario.public_id,
        "unit": doubt.unit.code,
        "unit_idx": doubt.unit.idx,
        "wanted": doubt.wanted.code if doubt.wanted else None,
        "by": str(doubt.by),
    }
