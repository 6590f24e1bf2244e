"""What was heard, over the JSON interface: surveys, their answers and results, visits to the website, mentions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import Resource, add_routes, external_ids, plain, reader
from bailiwick_web.crm.visibility import find
from bailiwick_web.listening import queries
from bailiwick_web.listening.models import Mention, Survey, SurveyResponse, WebVisit
from bailiwick_web.listening.services import mentions, surveys, visits

router = Router(tags=["listening"])


class SurveyFields(Schema):
    """What a survey may hold: ``kind`` is nps (0 to 10), csat (1 to 5) or free; ``more`` are questions answered in words."""

    name: str | None = None
    kind: Literal["nps", "csat", "free"] | None = None
    question: str | None = None
    more: list[str] | None = None
    is_open: bool | None = None


class SurveyIn(SurveyFields):
    """A new survey."""

    name: str
    question: str


class SurveyOut(SurveyFields):
    """A survey."""

    id: UUID
    version: int
    created_at: datetime
    changed_at: datetime


class SurveyFilter(Schema):
    """What a list of surveys can be asked."""

    q: str | None = None
    kind: str | None = None
    is_open: bool | None = None
    changed_since: datetime | None = None


class ResponseFields(Schema):
    """What an answer may hold; ``answers`` are further questions and what was said."""

    contact: UUID | None = None
    answered_at: datetime | None = None
    score: int | None = None
    text: str | None = None
    answers: dict[str, str] | None = None
    external_ids: dict[str, str] | None = None


class ResponseIn(ResponseFields):
    """An answer of an account, or of a contact of one."""

    survey: UUID
    account: UUID | None = None


class ResponseOut(ResponseFields):
    """An answer."""

    id: UUID
    version: int
    survey: UUID
    account: UUID
    account_name: str
    origin: str
    created_at: datetime
    changed_at: datetime


class ResponseFilter(Schema):
    """What a list of answers can be asked."""

    q: str | None = None
    survey: UUID | None = None
    account: UUID | None = None
    contact: UUID | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


class VisitFields(Schema):
    """What a visit may hold."""

    contact: UUID | None = None
    visited_at: datetime | None = None
    page: str | None = None
    seconds: int | None = None
    source: str | None = None
    campaign: str | None = None
    external_ids: dict[str, str] | None = None


class VisitIn(VisitFields):
    """A visit of an account, or of a contact of one."""

    account: UUID | None = None
    page: str


class VisitOut(VisitFields):
    """A visit."""

    id: UUID
    version: int
    account: UUID
    account_name: str
    origin: str
    created_at: datetime
    changed_at: datetime


class VisitFilter(Schema):
    """What a list of visits can be asked."""

    q: str | None = None
    account: UUID | None = None
    contact: UUID | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


class MentionFields(Schema):
    """What a mention may hold; ``sentiment`` is −1, 0 or 1."""

    account: UUID | None = None
    competitor: UUID | None = None
    mentioned_at: datetime | None = None
    channel: str | None = None
    author: str | None = None
    url: str | None = None
    text: str | None = None
    sentiment: int | None = None
    is_handled: bool | None = None
    external_ids: dict[str, str] | None = None


class MentionIn(MentionFields):
    """A mention; whom it names is found in its text unless it is said."""

    text: str


class MentionOut(MentionFields):
    """A mention."""

    id: UUID
    version: int
    account_name: str | None
    origin: str
    created_at: datetime
    changed_at: datetime


class MentionFilter(Schema):
    """What a list of mentions can be asked."""

    q: str | None = None
    account: UUID | None = None
    competitor: UUID | None = None
    sentiment: int | None = None
    is_handled: bool | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


STAMPS = ("version", "created_at", "changed_at")


def _shown_surveys(actor: Actor, found: Sequence[Survey]) -> list[dict[str, Any]]:
    return [plain(survey, *SurveyFields.model_fields, *STAMPS) for survey in found]


def _shown(model: type[Any], *names: str) -> Any:
    """Records with the name of their account and their identifiers in other systems, with a fixed number of queries."""

    def show(actor: Actor, found: Sequence[Any]) -> list[dict[str, Any]]:
        ids = external_ids(model, found)
        return [
            plain(
                record,
                *(name for name in names if name != "external_ids"),
                *("account", "origin", *STAMPS),
                account_name=record.account.name if record.account else None,
                external_ids=ids.get(record.pk, {}),
            )
            for record in found
        ]

    return show


def _services(module: Any, name: str) -> dict[str, Any]:
    return {act: getattr(module, f"{act}_{name}") for act in ("create", "change", "archive", "restore")}


RESOURCES = (
    Resource(
        path="surveys",
        one="A survey",
        many="Surveys",
        model=Survey,
        new=SurveyIn,
        patch=SurveyFields,
        out=SurveyOut,
        filters=SurveyFilter,
        show=_shown_surveys,
        right=Right.ORGANISE,
        **_services(surveys, "survey"),
    ),
    Resource(
        path="survey-responses",
        one="An answer to a survey",
        many="Answers to surveys",
        model=SurveyResponse,
        new=ResponseIn,
        patch=ResponseFields,
        out=ResponseOut,
        filters=ResponseFilter,
        show=_shown(SurveyResponse, "survey", *ResponseFields.model_fields),
        references={"survey": Survey},
        **_services(surveys, "response"),
    ),
    Resource(
        path="web-visits",
        one="A visit to the website",
        many="Visits to the website",
        model=WebVisit,
        new=VisitIn,
        patch=VisitFields,
        out=VisitOut,
        filters=VisitFilter,
        show=_shown(WebVisit, *VisitFields.model_fields),
        **_services(visits, "visit"),
    ),
    Resource(
        path="mentions",
        one="A mention",
        many="Mentions",
        model=Mention,
        new=MentionIn,
        patch=MentionFields,
        out=MentionOut,
        filters=MentionFilter,
        show=_shown(Mention, "competitor", *(name for name in MentionFields.model_fields if name not in {"account", "competitor"})),
        **_services(mentions, "mention"),
    ),
)
for resource in RESOURCES:
    add_routes(router, resource)


class FigureOut(Schema):
    """What some answers say: net score from −100 to 100, mean from 1 to 5, or their number alone; the ends hold it with 95 %."""

    name: str
    n: int
    value: float | None
    low: float | None
    high: float | None


class ResultsOut(Schema):
    """What a survey says, in all and by territory of today; ``bias`` says if those who answered are unlike those who were asked."""

    overall: FigureOut
    territories: list[FigureOut]
    n_invited: int
    n_answered: int
    bias: str


@router.get("/surveys/{uuid:record_id}/results", response=ResultsOut)
def get_survey_results(request: HttpRequest, record_id: UUID) -> Any:
    """What the answers to a survey say, as far as the user sees them."""
    actor = reader(request)
    return queries.results(actor, find(actor, Survey, record_id))
