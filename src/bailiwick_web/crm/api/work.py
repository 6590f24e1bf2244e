"""Activities, series, cases, absences: over the interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.core.rest.requests import VERSIONED, if_match, tag
from bailiwick_web.crm.api.common import Resource, add_routes, external_ids, plain, writer
from bailiwick_web.crm.models import Absence, Activity, ActivitySeries, Case
from bailiwick_web.crm.services import cases, naming, series, work

router = Router(tags=["work"])


class ActivityFields(Schema):
    """What an activity may hold. ``starts_at`` is an instant, ``due_on`` a day in every time zone; ``reply`` says whether they answered."""

    account: UUID | None = None
    contact: UUID | None = None
    opportunity: UUID | None = None
    lead: UUID | None = None
    case: UUID | None = None
    position: UUID | None = None
    person: UUID | None = None
    kind: str | None = None
    state: str | None = None
    subject: str | None = None
    text: str | None = None
    starts_at: datetime | None = None
    due_on: date | None = None
    done_at: datetime | None = None
    duration_minutes: int | None = None
    outcome: str | None = None
    reply: Literal["", "none", "answered", "inbound"] | None = None
    place: str | None = None
    lon: float | None = None
    lat: float | None = None
    priority: int | None = None
    fields: dict[str, Any] | None = None
    external_ids: dict[str, str] | None = None


class ActivityIn(ActivityFields):
    """A call, visit, e-mail, meeting, note or task."""

    kind: str
    subject: str


class ActivityOut(ActivityFields):
    """An activity."""

    id: UUID
    version: int
    account_name: str | None
    person_name: str | None
    series: UUID | None
    origin: str
    created_at: datetime
    changed_at: datetime


class ActivityFilter(Schema):
    """What a list of activities can be asked."""

    q: str | None = None
    account: UUID | None = None
    contact: UUID | None = None
    opportunity: UUID | None = None
    lead: UUID | None = None
    case: UUID | None = None
    person: UUID | None = None
    position: UUID | None = None
    kind: str | None = None
    state: str | None = None
    overdue: bool | None = None
    starts_at_from: datetime | None = None
    starts_at_until: datetime | None = None
    due_on_from: date | None = None
    due_on_until: date | None = None
    done_at_from: datetime | None = None
    done_at_until: datetime | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


class VisitIn(Schema):
    """A visit that was just made."""

    subject: str = ""
    contact: UUID | None = None
    text: str | None = None
    outcome: str | None = None
    duration_minutes: int | None = None
    lon: float | None = None
    lat: float | None = None


OWN = tuple(name for name in ActivityFields.model_fields if name != "external_ids")


def shown_activities(actor: Actor, found: Sequence[Activity]) -> list[dict[str, Any]]:
    """Activities as the interface shows them."""
    ids = external_ids(Activity, found)
    return [
        plain(
            activity,
            *OWN,
            *("version", "series", "origin", "created_at", "changed_at"),
            account_name=activity.account.name if activity.account else None,
            person_name=str(activity.person) if activity.person else None,
            external_ids=ids.get(activity.pk, {}),
        )
        for activity in found
    ]


add_routes(
    router,
    Resource(
        path="activities",
        one="An activity",
        many="Activities",
        model=Activity,
        new=ActivityIn,
        patch=ActivityFields,
        out=ActivityOut,
        filters=ActivityFilter,
        show=shown_activities,
        create=work.create_activity,
        change=work.change_activity,
        archive=work.archive_activity,
        restore=work.restore_activity,
    ),
)


class DoneIn(Schema):
    """What came of an activity."""

    outcome: str = ""
    reply: Literal["", "none", "answered", "inbound"] = ""
    done_at: datetime | None = None
    duration_minutes: int | None = None
    text: str | None = None


@router.post("/activities/{uuid:activity_id}/complete", response=ActivityOut, openapi_extra=VERSIONED)
def post_complete(request: HttpRequest, response: HttpResponse, activity_id: UUID, done: DoneIn) -> Any:
    """Say that a planned activity was done; a series plans its next one. Needs ``If-Match``."""
    actor = writer(request)
    changed = work.complete_activity(actor, activity_id, version=if_match(request), **done.dict())
    tag(response, changed.version)
    return shown_activities(actor, [changed])[0]


class SeriesFields(Schema):
    """What a series may hold: every so many days, weeks or months, at a local time of a zone."""

    account: UUID | None = None
    contact: UUID | None = None
    position: UUID | None = None
    person: UUID | None = None
    kind: str | None = None
    subject: str | None = None
    text: str | None = None
    every: str | None = None
    interval: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    local_time: time | None = None
    time_zone: str | None = None
    duration_minutes: int | None = None


class SeriesIn(SeriesFields):
    """Activities that come again."""

    subject: str
    starts_on: date


class SeriesOut(SeriesFields):
    """Activities that come again."""

    id: UUID
    version: int


class SeriesFilter(Schema):
    """What a list of series can be asked."""

    account: UUID | None = None
    contact: UUID | None = None
    person: UUID | None = None
    changed_since: datetime | None = None


def _series(actor: Actor, found: Sequence[ActivitySeries]) -> list[dict[str, Any]]:
    return [plain(one, *SeriesFields.model_fields, "version") for one in found]


add_routes(
    router,
    Resource(
        path="activity-series",
        one="A series of activities",
        many="Series of activities",
        model=ActivitySeries,
        new=SeriesIn,
        patch=SeriesFields,
        out=SeriesOut,
        filters=SeriesFilter,
        show=_series,
        create=series.create_series,
        change=series.change_series,
        archive=series.archive_series,
    ),
)


class CaseFields(Schema):
    """What a case may hold; its clock follows from the priority."""

    contact: UUID | None = None
    position: UUID | None = None
    person: UUID | None = None
    subject: str | None = None
    text: str | None = None
    about: str | None = None
    priority: str | None = None
    solution: str | None = None
    tags: list[str] | None = None
    fields: dict[str, Any] | None = None
    external_ids: dict[str, str] | None = None


class CaseIn(CaseFields):
    """A question, complaint or request."""

    account: UUID
    subject: str
    opened_at: datetime | None = None


class CaseOut(CaseFields):
    """A case with its clock."""

    id: UUID
    version: int
    account: UUID
    account_name: str
    state: str
    opened_at: datetime
    respond_by: datetime
    solve_by: datetime
    first_response_at: datetime | None
    waiting_since: datetime | None
    waited_seconds: int
    solved_at: datetime | None
    closed_at: datetime | None
    escalation: int
    escalated_at: datetime | None
    escalated_to: UUID | None
    origin: str
    created_at: datetime
    changed_at: datetime


class CaseFilter(Schema):
    """What a list of cases can be asked."""

    q: str | None = None
    account: UUID | None = None
    contact: UUID | None = None
    state: str | None = None
    priority: str | None = None
    about: str | None = None
    is_open: bool | None = None
    late: bool | None = None
    person: UUID | None = None
    position: UUID | None = None
    tag: str | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


CASE = tuple(n for n in CaseOut.model_fields if n not in {"id", "account_name", "external_ids"})


def shown_cases(actor: Actor, found: Sequence[Case]) -> list[dict[str, Any]]:
    """Cases as the interface shows them."""
    ids = external_ids(Case, found)
    return [plain(case, *CASE, account_name=case.account.name, external_ids=ids.get(case.pk, {})) for case in found]


add_routes(
    router,
    Resource(
        path="cases",
        one="A case",
        many="Cases",
        model=Case,
        new=CaseIn,
        patch=CaseFields,
        out=CaseOut,
        filters=CaseFilter,
        show=shown_cases,
        create=cases.open_case,
        change=cases.change_case,
        archive=cases.archive_case,
        restore=cases.restore_case,
    ),
)


class MoveIn(Schema):
    """What a case becomes: open, waiting, solved, closed. A solved one needs its solution."""

    state: str
    solution: str = ""


@router.post("/cases/{uuid:case_id}/state", response=CaseOut, openapi_extra=VERSIONED)
def post_case_state(request: HttpRequest, response: HttpResponse, case_id: UUID, move: MoveIn) -> Any:
    """Let a case be in work, wait for the customer, be solved, closed or opened again; needs ``If-Match``."""
    actor = writer(request)
    changed = cases.move_case(actor, case_id, version=if_match(request), state=move.state, solution=move.solution)
    tag(response, changed.version)
    return shown_cases(actor, [changed])[0]


class AbsenceIn(Schema):
    """When somebody is away (the end not included), and who stands in."""

    person: UUID
    valid_from: date
    valid_until: date
    deputy: UUID | None = None
    reason: str = ""


class AbsenceOut(AbsenceIn):
    """When somebody is away."""

    id: UUID
    version: int


class AbsenceFilter(Schema):
    """What a list of absences can be asked."""

    person: UUID | None = None


def _absences(actor: Actor, found: Sequence[Absence]) -> list[dict[str, Any]]:
    return [plain(one, *AbsenceIn.model_fields, "version") for one in found]


add_routes(
    router,
    Resource(
        path="absences",
        one="An absence",
        many="Absences",
        model=Absence,
        new=AbsenceIn,
        out=AbsenceOut,
        filters=AbsenceFilter,
        show=_absences,
        create=naming.add_absence,
        archive=naming.remove_absence,
    ),
)
