"""Surveys: what is asked, who gets a link, what was answered."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import MANY, audit, stamped, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Contact, TimelineEvent
from bailiwick_web.crm.services import timeline, writing
from bailiwick_web.crm.services.many.changing import Change, change_all, locked_all, show_anew
from bailiwick_web.crm.services.many.writing import New, create_all, identify_all
from bailiwick_web.crm.services.people import need_permission
from bailiwick_web.listening.models import Survey, SurveyInvitation, SurveyResponse

PURPOSE, CHANNEL = "survey", "email"
"""What a contact must have agreed to before they are asked."""
MOST_QUESTIONS = 20
RANGES = {Survey.Kind.NPS: (0, 10), Survey.Kind.CSAT: (1, 5)}


def _questions(field: str, value: Any) -> list[str]:
    found = [c.text(500)(field, text) for text in value] if isinstance(value, list | tuple) else None
    if found is None or len(found) > MOST_QUESTIONS:
        raise Invalid(_("At most %(n)s further questions, each a text.") % {"n": MOST_QUESTIONS}, code="field", field=field)
    return [text for text in dict.fromkeys(found) if text]


SURVEY = writing.Spec(
    Survey,
    {
        "name": c.needed(200),
        "kind": c.choice(Survey.Kind.values),
        "question": c.needed(500),
        "more": _questions,
        "is_open": c.yes_no,
    },
    needs=("name", "question"),
    right=Right.ORGANISE,
)
RESPONSE = writing.Spec(
    SurveyResponse,
    {
        **dict.fromkeys(("survey", "account", "contact"), c.reference),
        "answered_at": c.instant,
        "score": c.whole(0, 10),
        "text": c.text(20_000),
        "answers": c.mapping,
    },
    needs=("survey", "account", "answered_at"),
    personal=frozenset({"text", "answers"}),
)


@transaction.atomic
def create_survey(actor: Actor, *, origin: str = "", **given: Any) -> Survey:
    """Add a survey; planners may. Recorded, told."""
    return writing.create(actor, SURVEY, given, origin=origin)


@transaction.atomic
def change_survey(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Survey:
    """Change a survey; planners may. What is asked stays once somebody answered. Recorded, told."""
    survey = writing.locked(actor, SURVEY, public_id, version)
    is_other = any(name in given and given[name] != getattr(survey, name) for name in ("kind", "question"))
    if is_other and survey.responses.exists():
        raise Conflict(_("“%(survey)s” was answered already; ask something else in a new survey.") % {"survey": survey}, code="in_use")
    writing.change(actor, SURVEY, survey, given)
    return survey


def archive_survey(actor: Actor, public_id: UUID, *, version: int | None) -> Survey:
    """Put a survey into the bin; planners may. Recorded, told."""
    return writing.archive(actor, SURVEY, public_id, version=version)


def restore_survey(actor: Actor, public_id: UUID, *, version: int | None) -> Survey:
    """Take a survey out of the bin; planners may. Recorded, told."""
    return writing.restore(actor, SURVEY, public_id, version=version)


@dataclass(frozen=True)
class Invited:
    """Links that were made, how many contacts have one already, and why others got none."""

    made: list[SurveyInvitation]
    n_known: int
    refused: dict[str, int]


@transaction.atomic
def invite(actor: Actor, survey: Survey, contacts: Iterable[Contact]) -> Invited:
    """Make a link for each contact who agreed to be asked by e-mail; sellers may. Recorded."""
    actor.need(Right.SELL)
    if not survey.is_open or survey.deleted_at is not None:
        raise Conflict(_("“%(survey)s” is closed.") % {"survey": survey}, code="state")
    known = set(survey.invitations.values_list("contact_id", flat=True))
    made: list[SurveyInvitation] = []
    refused: dict[str, int] = {}
    n_known = 0
    for contact in contacts:
        if contact.pk in known:
            n_known += 1
        elif reason := _refusal(contact):
            refused[reason] = refused.get(reason, 0) + 1
        else:
            secret = secrets.token_urlsafe(24)
            made.append(SurveyInvitation(survey=survey, account=contact.account, contact=contact, secret=secret, **stamped(actor)))
    SurveyInvitation.objects.bulk_create(made, batch_size=MANY)
    if made:
        audit(actor, "survey.invited", survey, field="invitations", after=len(made))
    return Invited(made, n_known, refused)


def _refusal(contact: Contact) -> str:
    """Why somebody is not asked; nothing if they are."""
    if contact.account is None:
        return "no_account"
    address = contact.points.filter(channel=CHANNEL).values_list("value", flat=True).first() or ""
    try:
        need_permission(contact, purpose=PURPOSE, channel=CHANNEL, address=address)
    except Conflict as refused:
        return refused.code or "refused"
    return ""


def by_secret(secret: str) -> SurveyInvitation:
    """The invitation of a link.

    Raises
    ------
    Missing
        If there is none: the answer to a guess says nothing else.
    """
    found = SurveyInvitation.objects.select_related("survey", "account", "contact").filter(secret=secret[:64]).first()
    if found is None or found.survey.deleted_at is not None or found.account.deleted_at is not None:
        raise Missing(_("This link leads nowhere any more."))
    return found


@transaction.atomic
def answer(actor: Actor, secret: str, *, score: Any = None, text: str = "", answers: Mapping[str, str] | None = None) -> SurveyResponse:
    """Keep the answer of whoever has a link, once. Recorded, told, on the timeline; nobody is signed in."""
    invitation = SurveyInvitation.objects.select_for_update().get(pk=by_secret(secret).pk)
    if invitation.answered_at is not None:
        raise Conflict(_("You have answered already. Thank you!"), code="answered")
    if not invitation.survey.is_open:
        raise Conflict(_("This survey is closed. Thank you all the same!"), code="state")
    asked = {question: str((answers or {}).get(question, "")) for question in invitation.survey.more}
    given = {
        "survey": invitation.survey,
        "account": invitation.account,
        "contact": invitation.contact,
        "answered_at": actor.now,
        "score": score,
        "text": text,
        "answers": {question: said for question, said in asked.items() if said.strip()},
    }
    made = SurveyResponse(origin="link", **stamped(actor))
    for name, value in _checked(given).items():
        setattr(made, name, value)
    made.save()
    audit(actor, "surveyresponse.created", made)
    tell(actor, "surveyresponse.created", id=str(made.public_id))
    invitation.answered_at = actor.now
    touch(actor, invitation, "answered_at")
    event_of(actor, made).save()
    return made


@transaction.atomic
def create_response(actor: Actor, *, external_ids: Mapping[str, str] | None = None, origin: str = "", **given: Any) -> SurveyResponse:
    """Keep an answer that came another way; sellers may. Recorded, told, on the timeline."""
    return create_responses(actor, [New(given, external_ids or {})], origin=origin)[0]


@transaction.atomic
def create_responses(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[SurveyResponse]:
    """The same for many."""
    made = create_all(actor, RESPONSE, [_checked({"answered_at": actor.now, **new.values}) for new in news], origin=origin)
    identify_all(SurveyResponse, [(record, new.ids) for record, new in zip(made, news, strict=True)])
    TimelineEvent.objects.bulk_create((event_of(actor, record) for record in made), batch_size=MANY)
    return made


@transaction.atomic
def change_response(
    actor: Actor, public_id: UUID, *, version: int | None, external_ids: Mapping[str, str] | None = None, **given: Any
) -> SurveyResponse:
    """Change what is given of an answer; whose it is stays. Sellers may. Recorded field by field, told."""
    return change_responses(actor, [Change(public_id, version, given, external_ids or {})])[0]


@transaction.atomic
def change_responses(actor: Actor, changes: Sequence[Change]) -> list[SurveyResponse]:
    """The same for many."""
    found = locked_all(actor, RESPONSE, changes, "survey", "account", "contact")
    change_all(actor, RESPONSE, found, [_given(response, change.values) for response, change in zip(found, changes, strict=True)])
    identify_all(SurveyResponse, [(response, change.ids) for response, change in zip(found, changes, strict=True)])
    show_anew(RESPONSE.name, found, [event_of(actor, response) for response in found])
    return found


def _given(response: SurveyResponse, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of an answer, checked with what stays."""
    whole = {name: getattr(response, name) for name in RESPONSE.checks} | dict(given)
    return {name: value for name, value in _checked(whole).items() if name in given}


def archive_response(actor: Actor, public_id: UUID, *, version: int | None) -> SurveyResponse:
    """Put an answer into the bin, off the timeline; sellers may. Recorded, told."""
    response = writing.archive(actor, RESPONSE, public_id, version=version)
    timeline.forget(response)
    return response


def restore_response(actor: Actor, public_id: UUID, *, version: int | None) -> SurveyResponse:
    """Take an answer out of the bin; sellers may. Recorded, told."""
    response = writing.restore(actor, RESPONSE, public_id, version=version)
    event_of(actor, response).save()
    return response


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """What an answer may hold: a score of the range of its survey, or words where it asks for words."""
    survey: Survey | None = given.get("survey")
    if survey is None:
        raise Invalid(_("Say to which survey this is an answer."), code="missing", field="survey")
    contact: Contact | None = given.get("contact")
    if given.get("account") is None and contact is not None:
        given = given | {"account": contact.account}
    score = c.whole(0, 10)("score", None if given.get("score") == "" else given.get("score"))
    span = RANGES.get(Survey.Kind(survey.kind))
    if span is None and score is not None:
        raise Invalid(_("“%(survey)s” asks for words, not for a number.") % {"survey": survey}, code="field", field="score")
    if span is not None and (score is None or not span[0] <= score <= span[1]):
        said = {"least": span[0], "most": span[1], "found": "–" if score is None else score}
        raise Invalid(_("The answer is a number from %(least)s to %(most)s, found %(found)s.") % said, code="field", field="score")
    if span is None and not (str(given.get("text") or "").strip() or given.get("answers")):
        raise Invalid(_("Say something, in words."), code="missing", field="text")
    at: datetime | None = c.instant("answered_at", given.get("answered_at"))
    return writing.checked(RESPONSE, {**given, "score": score, "answered_at": at})


def event_of(actor: Actor, response: SurveyResponse) -> TimelineEvent:
    """An answer on the timeline."""
    survey = response.survey
    said = f"{response.score}/{RANGES[Survey.Kind(survey.kind)][1]}" if response.score is not None else ""
    about: dict[str, Any] = {
        "account": response.account,
        "contact": response.contact,
        "at": response.answered_at,
        "outcome": response.text[:300],
    }
    return timeline.event(actor, "survey", response, title=f"{survey.name}: {said}" if said else survey.name, **about)
