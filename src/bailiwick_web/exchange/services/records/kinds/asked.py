"""Campaigns, surveys, questions about needs and their answers in and out of files: few of each, so that each is written alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm.models import NeedAnswer, NeedQuestion, NeedsTemplate
from bailiwick_web.crm.services import needs, writing
from bailiwick_web.crm.services.many import Change, New
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.record_kinds import ACCOUNTS, CAMPAIGNS, CONTACTS, NEEDS, QUESTIONS, SURVEYS
from bailiwick_web.exchange.services.records.kinds.base import Kind, Writer
from bailiwick_web.exchange.services.records.known import BY_NAME as NAME
from bailiwick_web.exchange.services.records.known import Keys, Known, folded
from bailiwick_web.exchange.services.records.lookups import BY_NAME, in_template
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row
from bailiwick_web.exchange.services.records.words import Words, meant_by
from bailiwick_web.listening.models import Survey
from bailiwick_web.listening.services import surveys
from bailiwick_web.outreach.models import Campaign
from bailiwick_web.outreach.services import campaigns

CAMPAIGN_KINDS: Words = {
    Campaign.Kind.CONTENT: ("content", "contentmarketing", "webinar", "inhalte"),
    Campaign.Kind.SOCIAL: ("social", "socialmedia", "socialselling", "publicrelations"),
    Campaign.Kind.ADS: ("ads", "advertisement", "paidadvertisements", "bannerads", "searchengine", "anzeigen", "werbung"),
    Campaign.Kind.EVENT: ("event", "eventorfair", "conference", "tradeshow", "seminar", "messe", "veranstaltung"),
    Campaign.Kind.MAIL: ("mail", "email", "directmail", "newsletter", "brief"),
    Campaign.Kind.CALLS: ("calls", "telemarketing", "phone", "anrufe"),
    Campaign.Kind.REFERRAL: ("referral", "referralprogram", "recommendations", "partners", "empfehlung", "empfehlungen"),
    Campaign.Kind.OTHER: ("other", "sonstiges"),
}
SURVEY_KINDS: Words = {
    Survey.Kind.NPS: ("nps", "netpromoterscore"),
    Survey.Kind.CSAT: ("csat", "satisfaction", "zufriedenheit"),
    Survey.Kind.FREE: ("free", "words", "text", "open", "worte"),
}
QUESTION_KINDS: Words = {
    NeedQuestion.Kind.YES_NO: ("yesno", "yesorno", "boolean", "checkbox", "janein"),
    NeedQuestion.Kind.CHOICE: ("choice", "oneofseveral", "picklist", "select", "auswahl"),
    NeedQuestion.Kind.SCALE: ("scale", "anumberfrom1to5", "number", "rating", "zahl", "skala"),
    NeedQuestion.Kind.TEXT: ("text", "words", "freetext", "worte"),
}
BETWEEN, POINTS = ";", "→"
"""Between answers to choose from in a cell, and between an answer and its need."""


def _kind_of(reader: Reader, row: Row, cells: Cells, name: str, words: Words) -> None:
    """The kind of something, as a system calls it; what nobody knows is told."""
    if text := cells.get(name, ""):
        found = meant_by(text, words) or next((str(word) for word in words if str(word) == text.strip().casefold()), "")
        if found:
            row.values["kind"] = found
        else:
            reader.note(name, text)


def written(options: Sequence[Mapping[str, str]]) -> str:
    """Answers to choose from in one cell.

    Examples
    --------
    >>> written([{"answer": "by hand", "need": "automation"}, {"answer": "not at all", "need": ""}])
    'by hand → automation; not at all'
    """
    return f"{BETWEEN} ".join(f"{one['answer']} {POINTS} {one['need']}" if one["need"] else one["answer"] for one in options)


def options_of(text: str) -> list[dict[str, str]]:
    """The same as the service takes them.

    Examples
    --------
    >>> options_of("by hand → automation; not at all")
    [{'answer': 'by hand', 'need': 'automation'}, {'answer': 'not at all', 'need': ''}]
    """
    parts = (part.partition(POINTS if POINTS in part else "->") for part in text.split(BETWEEN) if part.strip())
    return [{"answer": answer.strip(), "need": need.strip()} for answer, _arrow, need in parts]


class OneByOne(Kind):
    """Records of which there are few."""

    add: ClassVar[Callable[..., Any]]
    alter: ClassVar[Callable[..., Any]]

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Any]:
        """By the service, one after the other."""
        return [self._made(writer, New(self.full(writer, row), writer.ids(row))) for row in rows]

    def _made(self, writer: Writer, new: New) -> Any:
        record = type(self).add(writer.actor, origin=writer.origin, **new.values)
        writing.identify(record, new.ids)
        return record

    def full(self, writer: Writer, row: Row) -> dict[str, Any]:
        """What the service gets."""
        return writer.values(row)

    def update(self, actor: Actor, changes: Sequence[Change]) -> list[Any]:
        """By the service, one after the other."""
        found = []
        for change in changes:
            record = type(self).alter(actor, change.public_id, version=change.version, **change.values)
            writing.identify(record, change.ids)
            found.append(record)
        return found


class Named(OneByOne):
    """Known by their names."""

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By name."""
        return [(NAME, folded(str(row.values.get("name", ""))))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, name in records.values_list("pk", "name"):
            known.add(NAME, folded(name), pk)


class Campaigns(Named):
    """Known by their names, as leads know them."""

    key, spec = CAMPAIGNS, campaigns.CAMPAIGN
    own = ("name", "starts_on", "cost", "currency", "note")
    add, alter = staticmethod(campaigns.create_campaign), staticmethod(campaigns.change_campaign)

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """What kind it is."""
        _kind_of(reader, row, cells, "campaign_kind", CAMPAIGN_KINDS)


class Surveys(Named):
    """Known by their names, as answers know them."""

    key, spec = SURVEYS, surveys.SURVEY
    own = ("name", "question")
    free = {"surveyinvitation": Q(answered_at__isnull=True)}
    add, alter = staticmethod(surveys.create_survey), staticmethod(surveys.change_survey)

    def given(self, cells: Cells) -> dict[str, Any]:
        """Further questions, and whether it is open."""
        values = super().given(cells)
        if cells.get("more"):
            values["more"] = [text.strip() for text in cells["more"].split(BETWEEN) if text.strip()]
        return values | ({"is_open": cells["is_open"] == "true"} if cells.get("is_open") else {})

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """What is asked for."""
        _kind_of(reader, row, cells, "survey_kind", SURVEY_KINDS)

    def names(self, row: Row) -> list[tuple[str, str]]:
        """By name."""
        return [(BY_NAME, str(row.values.get("name", "")))]


class Questions(OneByOne):
    """With their template, made along where only its name is known."""

    key, spec = QUESTIONS, needs.QUESTION
    own = ("text", "need", "least", "place")
    related = ("template",)
    add, alter = staticmethod(needs.create_question), staticmethod(needs.change_question)

    def given(self, cells: Cells) -> dict[str, Any]:
        """Answers to choose from, and whether it is asked."""
        values = super().given(cells)
        values |= {"options": options_of(cells["options"])} if cells.get("options") else {}
        return values | ({"is_active": cells["is_active"] == "true"} if cells.get("is_active") else {})

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """What kind it is, and of which template."""
        _kind_of(reader, row, cells, "question_kind", QUESTION_KINDS)
        row.more["template"] = cells.get("template", "").strip()
        if not row.more["template"]:
            raise Invalid(_("the template is empty"), code="missing", field="template")
        if row.values.get("kind") == NeedQuestion.Kind.CHOICE and not row.values.get("options"):
            raise Invalid(_("a choice needs answers to choose from"), code="missing", field="options")

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By template and words."""
        return [(NAME, folded(row.more["template"], str(row.values.get("text", ""))))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, template, text in records.values_list("pk", "template__name", "text"):
            known.add(NAME, folded(template, text), pk)

    def names(self, row: Row) -> list[tuple[str, str]]:
        """By words, alone and with the template."""
        text = str(row.values.get("text", ""))
        return [(BY_NAME, text), (BY_NAME, in_template(row.more["template"], text))]

    def full(self, writer: Writer, row: Row) -> dict[str, Any]:
        """With the template."""
        if "templates" not in writer.cache:
            writer.cache["templates"] = {folded(one.name): one for one in visible(writer.actor, NeedsTemplate)}
        there, name = writer.cache["templates"], row.more["template"]
        if folded(name) not in there:
            there[folded(name)] = needs.create_template(writer.actor, name=name, origin=writer.origin)
        return {**writer.values(row), "template": there[folded(name)]}

    def archive(self, actor: Actor, records: Sequence[NeedQuestion]) -> None:
        """With the templates that were made along, once they are empty."""
        super().archive(actor, records)
        made = {record.template for record in records if record.template.origin and record.template.origin == record.origin}
        for template in made:
            if template.deleted_at is None and not template.questions.filter(deleted_at=None).exists():
                needs.archive_template(actor, template.public_id, version=template.version)


class NeedAnswers(OneByOne):
    """Each to a question that is here or comes along; an account has one answer to each."""

    key, spec = NEEDS, needs.ANSWER
    own = ("value", "answered_on")
    add, alter = staticmethod(needs.create_answer), staticmethod(needs.change_answer)

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """The question, whose answer it is, and whether the question is answered like that."""
        question = self._question(reader, row, cells)
        contact = reader.find(row, CONTACTS, "contact", cells.get("contact", ""))
        account = reader.find(row, ACCOUNTS, "account", cells.get("account", ""))
        if account is None and contact is None:
            raise Invalid(_("the account is empty; a row of this needs one, or a contact"), code="no_account", field="account")
        if not row.values.get("value"):
            raise Invalid(_("the answer is empty"), code="missing", field="value")
        row.values["value"] = needs.said(question, row.values["value"])

    def _question(self, reader: Reader, row: Row, cells: Cells) -> NeedQuestion:
        text, template = cells.get("question", ""), cells.get("template", "")
        lookup = reader.lookups.of(QUESTIONS)
        found = lookup.find(in_template(template, text), ())[0] if template and text else None
        if found is not None:
            row.refs["question"] = (QUESTIONS, found)
        elif reader.find(row, QUESTIONS, "question", text) is None:
            raise Invalid(_("the question is empty"), code="missing", field="question")
        key = row.refs["question"][1]
        if key < 0:  # it comes with the same import
            values = reader.lookups.facts[key].values
            return NeedQuestion(**{name: values[name] for name in ("text", "kind", "options", "need", "least") if name in values})
        if "questions" not in self.cache:
            self.cache["questions"] = {question.pk: question for question in visible(reader.actor, NeedQuestion)}
        question: NeedQuestion = self.cache["questions"][key]
        return question

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By question and account, or contact where no account is named."""
        about = "account" if "account" in row.refs else "contact"
        return [(NAME, f"{row.refs['question'][1]}|{about}{row.refs[about][1]}")]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, question, account, contact in records.values_list("pk", "question", "account", "contact"):
            known.add(NAME, f"{question}|account{account}", pk)
            if contact is not None:
                known.add(NAME, f"{question}|contact{contact}", pk)

    def changes(self, row: Row, record: NeedAnswer) -> dict[str, Any]:
        """Whose it is, and to which question, stays; who said it may change."""
        return {name: value for name, value in super().changes(row, record).items() if name not in {"+account", "+question"}}

    def archive(self, actor: Actor, records: Sequence[NeedAnswer]) -> None:
        """With the needs that only these point to."""
        for record in records:
            needs.archive_answer(actor, record.public_id, version=record.version)
