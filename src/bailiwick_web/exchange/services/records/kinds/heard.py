"""Answers to surveys, visits to the website and mentions in and out of files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bailiwick.formats.synonyms import name_key
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm.models import Competitor
from bailiwick_web.crm.services.many import Change, New
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.record_kinds import ACCOUNTS, CONTACTS, MENTIONS, RESPONSES, SURVEYS, WEB_VISITS
from bailiwick_web.exchange.services.records.kinds.base import Changed, Kind, Writer, keep_people
from bailiwick_web.exchange.services.records.known import BY_NAME as NAME
from bailiwick_web.exchange.services.records.known import Keys, Known, folded
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row
from bailiwick_web.listening.models import Mention, Survey, SurveyResponse, WebVisit
from bailiwick_web.listening.services import mentions, surveys, visits

SENTIMENTS = {
    **dict.fromkeys(("good", "positive", "pos", "1", "gut", "positiv"), 1),
    **dict.fromkeys(("neutral", "mixed", "0"), 0),
    **dict.fromkeys(("bad", "negative", "neg", "-1", "schlecht", "negativ"), -1),
}


def _whose(reader: Reader, row: Row, cells: Cells) -> None:
    """The account, or a contact of one."""
    contact = reader.find(row, CONTACTS, "contact", cells.get("contact", ""))
    account = reader.find(row, ACCOUNTS, "account", cells.get("account", ""))
    if account is None and contact is None:
        raise Invalid(_("the account is empty; a row of this needs one, or a contact"), code="no_account", field="account")


def _moment(at: Any) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _about(row: Row) -> str:
    return "|".join(f"{name}{row.refs[name][1]}" for name in ("account", "contact") if name in row.refs)


class Responses(Kind):
    """Each to a survey that is here; where only one is, that is meant."""

    key, spec, is_personal = RESPONSES, surveys.RESPONSE, True
    own = ("answered_at", "score", "text")

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """The survey, and whose answer it is."""
        survey = self._survey(reader, row, cells.get("survey", ""))
        _whose(reader, row, cells)
        row.values.setdefault("answered_at", reader.actor.now)
        span = surveys.RANGES.get(Survey.Kind(survey.kind))
        score = row.values.get("score")
        if span is not None and (score is None or not span[0] <= score <= span[1]):
            said = {"least": span[0], "most": span[1], "found": "–" if score is None else score}
            raise Invalid(_("the answer is a number from %(least)s to %(most)s, found %(found)s") % said, code="bad_value", field="score")
        if span is None and score is not None:
            raise Invalid(_("“%(survey)s” asks for words, not for a number") % {"survey": survey}, code="bad_value", field="score")
        if span is None and not row.values.get("text"):
            raise Invalid(_("the answer is empty"), code="missing", field="text")

    def _survey(self, reader: Reader, row: Row, name: str) -> Survey:
        if "surveys" not in self.cache:
            self.cache["surveys"] = list(visible(reader.actor, Survey))
        there: list[Survey] = self.cache["surveys"]
        found, _how = reader.lookups.of(SURVEYS).find(name, reader.sources("survey"))
        if found is None and not name and len(there) == 1:
            found = there[0].pk
        if found is not None:
            row.refs["survey"] = (SURVEYS, found)
            return self._known(reader, there, found)
        if not there:
            raise Invalid(_("there is no survey yet; make it first, under Customers, Surveys"), code="no_survey", field="survey")
        said = {"name": name or "–", "known": ", ".join(survey.name for survey in there[:5])}
        raise Invalid(_("there is no survey “%(name)s”; there are: %(known)s") % said, code="no_survey", field="survey")

    def _known(self, reader: Reader, there: Sequence[Survey], key: int) -> Survey:
        """A survey that is here, or comes with the same import."""
        if key > 0:
            return next(survey for survey in there if survey.pk == key)
        values = reader.lookups.facts[key].values
        return Survey(**{name: values[name] for name in ("name", "kind", "question", "more") if name in values})

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By survey, whose it is, when and what."""
        at = _moment(row.values.get("answered_at")) if cells.get("answered_at") else ""
        return [(NAME, "|".join((str(row.refs["survey"][1]), _about(row), at, folded(str(row.values.get("text", ""))))))] if at else []

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, survey, account, contact, at, text in records.values_list("pk", "survey", "account", "contact", "answered_at", "text"):
            for about in (f"account{account}", f"account{account}|contact{contact}", f"contact{contact}"):
                known.add(NAME, "|".join((str(survey), about, _moment(at), folded(text))), pk)

    def changes(self, row: Row, record: SurveyResponse) -> dict[str, Any]:
        """Whose it is, and to which survey, stays."""
        return {name: value for name, value in super().changes(row, record).items() if not name.startswith("+")}

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[SurveyResponse]:
        """The service for many."""
        news = [New(writer.values(row), writer.ids(row)) for row in rows]
        return surveys.create_responses(writer.actor, news, origin=writer.origin)

    def update(self, actor: Actor, changes: Sequence[Change]) -> list[SurveyResponse]:
        """The service for many."""
        return surveys.change_responses(actor, changes)

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """What stood there is kept by reference."""
        befores = super().change(writer, changed)
        return keep_people([(record, before) for (_row, record, _new), before in zip(changed, befores, strict=True)])


class WebVisits(Kind):
    """Pages that somebody of an account opened."""

    key, spec = WEB_VISITS, visits.VISIT
    own = ("visited_at", "page", "seconds", "source", "campaign")

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """Whose visit it was."""
        _whose(reader, row, cells)

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By page, time and whose it was."""
        return [(NAME, "|".join((_about(row), _moment(row.values["visited_at"]), folded(str(row.values["page"])))))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, account, contact, at, page in records.values_list("pk", "account", "contact", "visited_at", "page"):
            for about in (f"account{account}", f"account{account}|contact{contact}", f"contact{contact}"):
                known.add(NAME, "|".join((about, _moment(at), folded(page))), pk)

    def changes(self, row: Row, record: WebVisit) -> dict[str, Any]:
        """Whose it was stays."""
        return {name: value for name, value in super().changes(row, record).items() if not name.startswith("+")}

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[WebVisit]:
        """The service for many."""
        return visits.create_visits(writer.actor, [New(writer.values(row), writer.ids(row)) for row in rows], origin=writer.origin)

    def update(self, actor: Actor, changes: Sequence[Change]) -> list[WebVisit]:
        """The service for many."""
        return visits.change_visits(actor, changes)


class Mentions(Kind):
    """What was said; whom it names is found in the text, unless a column says it."""

    key, spec, is_personal = MENTIONS, mentions.MENTION, True
    own = ("mentioned_at", "text", "channel", "author", "url")

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """Account, competitor, and how it was meant."""
        reader.maybe(row, ACCOUNTS, "account", cells.get("account", ""))
        if name := cells.get("competitor", ""):
            there = reader.cache.setdefault("competitors", {name_key(c.name): c for c in visible(reader.actor, Competitor)})
            row.more["competitor"] = there.get(name_key(name))
            if row.more["competitor"] is None:
                reader.note("competitor", name)
        if text := cells.get("sentiment", "").strip():
            meant = SENTIMENTS.get(text.casefold())
            if meant is None:
                reader.note("sentiment", text)
            else:
                row.values["sentiment"] = meant

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By time and text."""
        return [(NAME, f"{_moment(row.values['mentioned_at'])}|{folded(str(row.values['text']))}")]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, at, text in records.values_list("pk", "mentioned_at", "text"):
            known.add(NAME, f"{_moment(at)}|{folded(text)}", pk)

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Mention]:
        """The service for many."""
        news = [New(self._values(writer, row), writer.ids(row)) for row in rows]
        return mentions.create_mentions(writer.actor, news, origin=writer.origin)

    def _values(self, writer: Writer, row: Row) -> dict[str, Any]:
        competitor = row.more.get("competitor")
        return writer.values(row) | ({"competitor": competitor} if competitor is not None else {})

    def update(self, actor: Actor, changes: Sequence[Change]) -> list[Mention]:
        """The service for many."""
        return mentions.change_mentions(actor, changes)

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """What stood there is kept by reference."""
        befores = super().change(writer, changed)
        return keep_people([(record, before) for (_row, record, _new), before in zip(changed, befores, strict=True)])
