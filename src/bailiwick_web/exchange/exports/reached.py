"""Tables of what is asked and of how people are reached: campaigns, surveys, needs, cadences, materials, gifts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from bailiwick_web.crm import models as m
from bailiwick_web.crm.services.needs import need_of
from bailiwick_web.exchange.exports.shapes import ID, STAMPS, Table, fields, words_of
from bailiwick_web.exchange.record_kinds import CADENCES, CAMPAIGNS, ENROLMENTS, GIFTS, MATERIALS, NEEDS, QUESTIONS, SHARES, SURVEYS
from bailiwick_web.exchange.services.records.kinds.asked import BETWEEN, written
from bailiwick_web.listening.models import Survey
from bailiwick_web.outreach import models as o


def _steps(cadence: Any) -> str:
    """Steps in one cell: after how many days, by which channel, about what."""
    return f"{BETWEEN} ".join(f"+{step.get('days', 0)} {step.get('channel', '')}: {step.get('subject', '')}" for step in cadence.steps)


def _newest(name: str) -> Any:
    return lambda material: next((getattr(version, name) for version in material.versions.all()), "")


MORE = (
    Table(
        CAMPAIGNS,
        o.Campaign,
        (
            *ID,
            *fields(
                *(("Campaign Name", "name"), ("Campaign Type", "kind"), ("Start Date", "starts_on"), ("Actual Cost", "cost")),
                *(("Currency", "currency"), ("Rate", "rate"), ("Description", "note")),
            ),
            *STAMPS,
        ),
    ),
    Table(
        SURVEYS,
        Survey,
        (
            *ID,
            *fields(("Survey Name", "name"), ("Survey Type", "kind"), ("Question", "question")),
            ("Further Questions", lambda survey: f"{BETWEEN} ".join(survey.more)),
            *fields(("Is Open", "is_open")),
            *STAMPS,
        ),
    ),
    Table(
        QUESTIONS,
        m.NeedQuestion,
        (
            *ID,
            *fields(("Needs Assessment", "template.name"), ("Question", "text"), ("Answer Type", "kind")),
            ("Options", lambda question: written(question.options)),
            *fields(("Need", "need"), ("High From", "least"), ("Order", "place"), ("Is Active", "is_active")),
            *STAMPS,
        ),
    ),
    Table(
        NEEDS,
        m.NeedAnswer,
        (
            *ID,
            *fields(
                *(("Account ID", "account.public_id"), ("Company", "account.name"), ("Contact ID", "contact.public_id")),
                *(("Needs Assessment", "question.template.name"), ("Question ID", "question.public_id"), ("Question", "question.text")),
                *(("Need Answer", "value"), ("Answered On", "answered_on")),
            ),
            ("Points To", lambda answer: need_of(answer.question, answer.value)),
            *STAMPS,
        ),
    ),
    Table(
        GIFTS,
        o.Gift,
        (
            *ID,
            *fields(
                *(("Contact ID", "contact.public_id"), ("Contact", "contact.name"), ("Account ID", "account.public_id")),
                *(("Company", "account.name"), ("Gift", "what"), ("Given", "given_on"), ("Amount", "amount"), ("Currency", "currency")),
                *(("Rate", "rate"), ("State", "state"), ("Why", "why"), ("Decision", "decision"), ("Decided", "decided_at")),
            ),
            *STAMPS,
        ),
        filters=("changed_since",),
        label=_("Gifts"),
    ),
    Table(
        CADENCES,
        o.Cadence,
        (
            *ID,
            *fields(("Cadence", "name"), ("Purpose", "purpose"), ("Description", "description")),
            ("Steps", _steps),
            *fields(("Is Active", "is_active")),
            *STAMPS,
        ),
        label=_("Cadences"),
    ),
    Table(
        ENROLMENTS,
        o.Enrolment,
        (
            *ID,
            *fields(
                *(("Cadence", "cadence.name"), ("Account ID", "account.public_id"), ("Company", "account.name")),
                *(("Contact ID", "contact.public_id"), ("Lead ID", "lead.public_id"), ("Assigned To", "person.name")),
                *(("State", "state"), ("Due", "due_on"), ("Started", "started_at"), ("Ended", "ended_at"), ("Reason", "reason")),
            ),
            ("Step", lambda enrolment: enrolment.place + 1),
            *STAMPS,
        ),
        filters=("changed_since", "cadence", "state"),
        label=_("Who follows a cadence"),
    ),
    Table(
        MATERIALS,
        o.Material,
        (
            *ID,
            *fields(("Material", "name"), ("Description", "description")),
            *(("Segments", words_of("segments")), ("Stages", words_of("stages"))),
            ("Products", lambda material: ", ".join(product.name for product in material.products.all())),
            *fields(("Owner", "owner.name"), ("Is Active", "is_active")),
            *(("Version", _newest("number")), ("File", _newest("filename"))),
            *STAMPS,
        ),
        ("products", "versions"),
        label=_("Materials"),
    ),
    Table(
        SHARES,
        o.MaterialShare,
        (
            *ID,
            *fields(
                *(("Material", "material.name"), ("Version", "edition.number"), ("Account ID", "account.public_id")),
                *(("Company", "account.name"), ("Contact ID", "contact.public_id"), ("Opportunity ID", "opportunity.public_id")),
                ("Shared", "shared_at"),
            ),
            *STAMPS,
        ),
        filters=("changed_since",),
        label=_("Materials that were shared"),
    ),
)
