"""Cadences and who follows one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.core.rest.requests import VERSIONED, if_match, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import Resource, add_routes, plain, reader, writer
from bailiwick_web.crm.models import Contact, Lead
from bailiwick_web.crm.visibility import find
from bailiwick_web.outreach.models import Cadence, Enrolment
from bailiwick_web.outreach.services import cadences
from bailiwick_web.outreach.services.learning import Habit, habit

router = Router(tags=["outreach"])
STAMPS = ("version", "created_at", "changed_at")


class StepIn(Schema):
    """A step: ``days`` after the one before; ``preferred`` is what they prefer, said or learned; ``{name}`` stands for theirs."""

    channel: Literal["preferred", "call", "email", "visit", "meeting", "task"] = "preferred"
    days: int = 0
    subject: str
    text: str = ""


class CadenceFields(Schema):
    """What a cadence may hold; ``purpose`` is that of the consent it goes by."""

    name: str | None = None
    purpose: str | None = None
    description: str | None = None
    steps: list[StepIn] | None = None
    is_active: bool | None = None


class CadenceIn(CadenceFields):
    """A new cadence."""

    name: str
    steps: list[StepIn]


class CadenceOut(CadenceFields):
    """A cadence."""

    id: UUID
    version: int
    created_at: datetime
    changed_at: datetime


class CadenceFilter(Schema):
    """What a list of cadences can be asked."""

    q: str | None = None
    is_active: bool | None = None
    changed_since: datetime | None = None


class EnrolmentIn(Schema):
    """A contact or a lead to follow a cadence; without a person whoever looks after them does the steps."""

    cadence: UUID
    contact: UUID | None = None
    lead: UUID | None = None
    person: UUID | None = None


class EnrolmentOut(Schema):
    """Somebody who follows a cadence; ``log`` tells by number of the step what was planned, or why it was left out."""

    id: UUID
    version: int
    cadence: UUID
    account: UUID | None
    contact: UUID | None
    lead: UUID | None
    person: UUID | None
    activity: UUID | None
    steps: list[StepIn]
    state: str
    reason: str
    place: int
    due_on: date | None
    log: dict[str, dict[str, str]]
    started_at: datetime
    ended_at: datetime | None
    created_at: datetime
    changed_at: datetime


class EnrolmentFilter(Schema):
    """What a list of those who follow a cadence can be asked."""

    cadence: UUID | None = None
    account: UUID | None = None
    contact: UUID | None = None
    lead: UUID | None = None
    state: str | None = None
    reason: str | None = None
    due_on_from: date | None = None
    due_on_until: date | None = None
    changed_since: datetime | None = None


OF_ENROLMENT = tuple(name for name in EnrolmentOut.model_fields if name != "id")


def _cadences(actor: Actor, found: Sequence[Cadence]) -> list[dict[str, Any]]:
    return [plain(cadence, *CadenceFields.model_fields, *STAMPS) for cadence in found]


def _enrolments(actor: Actor, found: Sequence[Enrolment]) -> list[dict[str, Any]]:
    return [plain(enrolment, *OF_ENROLMENT) for enrolment in found]


add_routes(
    router,
    Resource(
        path="cadences",
        one="A cadence",
        many="Cadences",
        model=Cadence,
        new=CadenceIn,
        patch=CadenceFields,
        out=CadenceOut,
        filters=CadenceFilter,
        show=_cadences,
        right=Right.ORGANISE,
        create=cadences.create_cadence,
        change=cadences.change_cadence,
        archive=cadences.archive_cadence,
        restore=cadences.restore_cadence,
    ),
)
add_routes(
    router,
    Resource(
        path="enrolments",
        one="Somebody who follows a cadence",
        many="Those who follow a cadence",
        model=Enrolment,
        new=EnrolmentIn,
        out=EnrolmentOut,
        filters=EnrolmentFilter,
        show=_enrolments,
        create=cadences.create_enrolment,
        references={"cadence": Cadence},
    ),
)


@router.post("/enrolments/{uuid:record_id}/stop", response=EnrolmentOut, openapi_extra=VERSIONED)
def post_stop(request: HttpRequest, response: HttpResponse, record_id: UUID) -> Any:
    """Let somebody follow a cadence no more; needs ``If-Match``."""
    actor = writer(request)
    stopped = cadences.stop_enrolment(actor, record_id, version=if_match(request))
    tag(response, stopped.version)
    return _enrolments(actor, [stopped])[0]


class TriedOut(Schema):
    """How often something was tried, and how often they answered that way."""

    kind: str
    n_answered: int
    n: int


class HabitOut(Schema):
    """How somebody wants to be reached: ``stated`` by themselves comes before what was ``learned`` from their answers."""

    stated: str
    learned: str
    preferred: str
    evidence: list[TriedOut]


def _habit(found: Habit) -> dict[str, Any]:
    names = ("stated", "learned", "preferred", "evidence")
    return {name: getattr(found, name) for name in names}


@router.get("/contacts/{uuid:record_id}/preference", response=HabitOut)
def get_contact_preference(request: HttpRequest, record_id: UUID) -> Any:
    """How a contact wants to be reached, with the counts that what was learned rests on."""
    return _habit(habit(find(reader(request), Contact, record_id)))


@router.get("/leads/{uuid:record_id}/preference", response=HabitOut)
def get_lead_preference(request: HttpRequest, record_id: UUID) -> Any:
    """How a lead is reached best, with the counts that it rests on."""
    return _habit(habit(find(reader(request), Lead, record_id)))
