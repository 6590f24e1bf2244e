"""Needs over the interface: templates, questions, answers, and the products that fit an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.api.common import Resource, add_routes, external_ids, plain, reader
from bailiwick_web.crm.queries import needs as queries
from bailiwick_web.crm.services import needs
from bailiwick_web.crm.visibility import find

router = Router(tags=["needs"])
STAMPS = ("version", "created_at", "changed_at")


class NeedsTemplateFields(Schema):
    """What a template of questions may hold."""

    name: str | None = None
    is_active: bool | None = None


class NeedsTemplateIn(NeedsTemplateFields):
    """Questions that are asked together."""

    name: str


class NeedsTemplateOut(NeedsTemplateFields):
    """Questions that are asked together."""

    id: UUID
    version: int
    created_at: datetime
    changed_at: datetime


class NeedsTemplateFilter(Schema):
    """What a list of templates can be asked."""

    q: str | None = None
    is_active: bool | None = None
    changed_since: datetime | None = None


class OptionIn(Schema):
    """An answer to choose, and the need that it points to, if any."""

    answer: str
    need: str = ""


class NeedQuestionFields(Schema):
    """What a question may hold: ``need`` is what a yes points to, or a number from 1 to 5 that is ``least`` or more."""

    text: str | None = None
    kind: Literal["yes-no", "choice", "scale", "text"] | None = None
    options: list[OptionIn] | None = None
    need: str | None = None
    least: int | None = None
    place: int | None = None
    is_active: bool | None = None


class NeedQuestionIn(NeedQuestionFields):
    """A question of a template."""

    template: UUID
    text: str


class NeedQuestionOut(NeedQuestionFields):
    """A question of a template."""

    id: UUID
    version: int
    template: UUID
    created_at: datetime
    changed_at: datetime


class NeedQuestionFilter(Schema):
    """What a list of questions can be asked."""

    q: str | None = None
    template: UUID | None = None
    is_active: bool | None = None
    changed_since: datetime | None = None


class NeedAnswerFields(Schema):
    """What an answer may hold: yes, no, the answer that was chosen, a number from 1 to 5, or words."""

    value: str | None = None
    answered_on: date | None = None
    contact: UUID | None = None
    external_ids: dict[str, str] | None = None


class NeedAnswerIn(NeedAnswerFields):
    """What an account, or a contact of one, answers to a question."""

    question: UUID
    account: UUID | None = None
    value: str


class NeedAnswerOut(NeedAnswerFields):
    """An answer, and the need that it points to or an empty text."""

    id: UUID
    version: int
    question: UUID
    question_text: str
    account: UUID
    account_name: str
    need: str
    origin: str
    created_at: datetime
    changed_at: datetime


class NeedAnswerFilter(Schema):
    """What a list of answers can be asked."""

    q: str | None = None
    account: UUID | None = None
    question: UUID | None = None
    template: UUID | None = None
    contact: UUID | None = None
    external_id: str | None = None
    changed_since: datetime | None = None


def _of(*names: str) -> Any:
    return lambda actor, found: [plain(record, *names, *STAMPS) for record in found]


def _answers(actor: Actor, found: Sequence[m.NeedAnswer]) -> list[dict[str, Any]]:
    ids = external_ids(m.NeedAnswer, found)
    return [
        plain(
            answer,
            *("question", "account", "contact", "value", "answered_on", "origin", *STAMPS),
            question_text=answer.question.text,
            account_name=answer.account.name,
            need=needs.need_of(answer.question, answer.value),
            external_ids=ids.get(answer.pk, {}),
        )
        for answer in found
    ]


def _services(name: str) -> dict[str, Any]:
    return {act: getattr(needs, f"{act}_{name}") for act in ("create", "change", "archive", "restore")}


RESOURCES = (
    Resource(
        path="needs-templates",
        one="A template of questions about needs",
        many="Templates of questions about needs",
        model=m.NeedsTemplate,
        new=NeedsTemplateIn,
        patch=NeedsTemplateFields,
        out=NeedsTemplateOut,
        filters=NeedsTemplateFilter,
        show=_of(*NeedsTemplateFields.model_fields),
        right=Right.ORGANISE,
        **_services("template"),
    ),
    Resource(
        path="need-questions",
        one="A question about needs",
        many="Questions about needs",
        model=m.NeedQuestion,
        new=NeedQuestionIn,
        patch=NeedQuestionFields,
        out=NeedQuestionOut,
        filters=NeedQuestionFilter,
        show=_of("template", *NeedQuestionFields.model_fields),
        references={"template": m.NeedsTemplate},
        right=Right.ORGANISE,
        **_services("question"),
    ),
    Resource(
        path="need-answers",
        one="An answer to a question about needs",
        many="Answers to questions about needs",
        model=m.NeedAnswer,
        new=NeedAnswerIn,
        patch=NeedAnswerFields,
        out=NeedAnswerOut,
        filters=NeedAnswerFilter,
        show=_answers,
        references={"question": m.NeedQuestion},
        **_services("answer"),
    ),
)
for resource in RESOURCES:
    add_routes(router, resource)


class FitOut(Schema):
    """A product that answers needs of an account; ``bought_on`` if the account has it."""

    product: UUID
    name: str
    needs: list[str]
    bought_on: date | None
    in_deals: bool


class FitsOut(Schema):
    """What an account needs, which products answer it, and what none answers."""

    needs: list[str]
    fits: list[FitOut]
    unanswered: list[str]


@router.get("/accounts/{uuid:account_id}/product-fit", response=FitsOut)
def get_product_fit(request: HttpRequest, account_id: UUID) -> Any:
    """Products that answer needs of an account, those that it does not have first."""
    actor = reader(request)
    found = queries.fits(actor, find(actor, m.Account, account_id))
    fits = [
        {
            "product": fit.product.public_id,
            "name": fit.product.name,
            "needs": fit.needs,
            "bought_on": fit.bought_on,
            "in_deals": fit.in_deals,
        }
        for fit in (*found.new, *found.bought)
    ]
    return {"needs": found.needs, "fits": fits, "unanswered": found.unanswered}
