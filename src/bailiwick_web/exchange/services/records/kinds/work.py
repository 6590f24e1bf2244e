"""Activities and cases in and out of files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Activity, Case
from bailiwick_web.crm.services import cases, many
from bailiwick_web.crm.services.cases import CASE
from bailiwick_web.crm.services.work import ACTIVITY
from bailiwick_web.exchange.record_kinds import ACCOUNTS, ACTIVITIES, CASES, CONTACTS, LEADS, OPPORTUNITIES
from bailiwick_web.exchange.services.records.kinds.base import Before, Changed, Kind, Writer, keep_people
from bailiwick_web.exchange.services.records.known import BY_NAME as NAME
from bailiwick_web.exchange.services.records.known import Keys, Known, folded
from bailiwick_web.exchange.services.records.lookups import PEOPLE
from bailiwick_web.exchange.services.records.reading import Cells, Reader, Row
from bailiwick_web.exchange.services.records.words import (
    ABOUTS,
    ACTIVITY_KINDS,
    ACTIVITY_STATES,
    CASE_STATES,
    IMPORTANCE,
    PRIORITIES,
    REPLIES,
    Words,
    meant_by,
)

_WHO = ((CONTACTS, "contact"), (LEADS, "lead"))
_WHAT = ((ACCOUNTS, "account"), (OPPORTUNITIES, "opportunity"), (CASES, "case"))


def choose(reader: Reader, row: Row, field: str, cells: Cells, words: Words, to: str) -> str:
    """A word of a list; one that nobody knows is told and left out."""
    text = cells.get(field, "")
    found = meant_by(text, words)
    if found:
        row.values[to] = found
    elif text:
        reader.note(field, text)
    return found


class Activities(Kind):
    """Planned or done; what they are about follows from account, contact, and the columns *who* and *what* of Salesforce."""

    key, spec, is_personal = ACTIVITIES, ACTIVITY, True
    own = ("subject", "due_on", "starts_at", "done_at", "duration_minutes", "place", "outcome", "text")

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """Kind, state, day, and what it is about."""
        kind = choose(reader, row, "activity_kind", cells, ACTIVITY_KINDS, "kind") or Activity.Kind.TASK.value
        row.values["kind"] = kind
        row.values.setdefault("subject", cells.get("activity_kind") or kind)
        if importance := IMPORTANCE.get(cells.get("importance", "").strip().casefold()):
            row.values["priority"] = importance
        reader.find(row, ACCOUNTS, "account", cells.get("account", ""))
        reader.find(row, CONTACTS, "contact", cells.get("contact", ""))
        _about(reader, row, "who", cells.get("who", ""), _WHO)
        _about(reader, row, "what", cells.get("what", ""), _WHAT)
        reader.maybe(row, PEOPLE, "owner", cells.get("owner", ""), to="person")
        choose(reader, row, "activity_state", cells, ACTIVITY_STATES, "state")
        choose(reader, row, "reply", cells, REPLIES, "reply")
        _when(reader.actor, row.values)

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By subject, kind, time, and what it is about."""
        values = row.values
        at = values.get("due_on") or values.get("starts_at") or values.get("done_at") or ""
        about = next((str(row.refs[name][1]) for name in ("account", "contact", "lead") if name in row.refs), "")
        return [(NAME, "|".join((folded(str(values["subject"])), str(values["kind"]), _moment(at), about)))] if at else []

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        fields = ("pk", "subject", "kind", "due_on", "starts_at", "done_at", "account", "contact", "lead")
        for pk, subject, kind, due, starts, done, *abouts in records.values_list(*fields):
            at = due or starts or done
            for about in {str(key) for key in abouts if key} or {""}:
                if at:
                    known.add(NAME, "|".join((folded(subject), kind, _moment(at), about)), pk)

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Activity]:
        """The service for many."""
        news = [many.New(writer.values(row), writer.ids(row)) for row in rows]
        return many.create_activities(writer.actor, news, origin=writer.origin)

    def update(self, actor: Actor, changes: Sequence[many.Change]) -> list[Activity]:
        """The service."""
        return many.change_activities(actor, changes)

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """What stood there is kept by reference."""
        befores = super().change(writer, changed)
        return keep_people([(record, before) for (_row, record, _new), before in zip(changed, befores, strict=True)])


def _about(reader: Reader, row: Row, field: str, text: str, kinds: Sequence[tuple[str, str]]) -> None:
    """One of several kinds of records; the surest first."""
    if not text:
        return
    for kind, to in kinds:
        found, how = reader.lookups.of(kind).find(text, reader.sources(field))
        if found is not None:
            reader.refs[kind, how] += 1
            row.refs.setdefault(to, (kind, found))
            return
    raise reader.no_such(kinds[0][0], field, text)


def _when(actor: Actor, values: dict[str, Any]) -> None:
    """What is done has a time: as told, else when it began, else noon of its day; what lies ahead is planned."""
    state = values.get("state")
    is_past = values.get("done_at") is not None and values["done_at"] <= actor.now
    if state is None and is_past:
        values["state"] = state = Activity.State.DONE.value
    if state != Activity.State.DONE:
        values.pop("done_at", None)
        return
    due = values.get("due_on")
    at = values.get("done_at") or values.get("starts_at") or (datetime.combine(due, time(12), UTC) if due else None)
    if at is not None:
        values["done_at"] = min(at, actor.now)


def _moment(at: Any) -> str:
    return at.astimezone(UTC).isoformat(timespec="minutes") if isinstance(at, datetime) else str(at)


class Cases(Kind):
    """With their clock from the day on which they were opened; those that are over already are over."""

    key, spec, is_personal = CASES, CASE, True
    own = ("subject", "text", "opened_at", "solution")

    def read(self, reader: Reader, row: Row, cells: Cells) -> None:
        """Account or contact, priority, kind, state, person."""
        contact = reader.find(row, CONTACTS, "contact", cells.get("contact", ""))
        account = reader.find(row, ACCOUNTS, "account", cells.get("account", ""))
        if account is None and contact is None:
            raise Invalid(_("the account is empty; a case needs one"), code="no_account", field="account")
        choose(reader, row, "priority", cells, PRIORITIES, "priority")
        choose(reader, row, "about", cells, ABOUTS, "about")
        reader.maybe(row, PEOPLE, "owner", cells.get("owner", ""), to="person")
        state = meant_by(cells.get("case_state", ""), CASE_STATES)
        if cells.get("case_state") and not state:
            reader.note("case_state", cells["case_state"])
        closed = c.instant("closed_at", cells.get("closed_at"))
        row.more |= {"state": state or (Case.State.CLOSED.value if closed else Case.State.NEW.value), "closed_at": closed}
        if row.values.get("opened_at") and row.values["opened_at"] > reader.actor.now:
            raise Invalid(_("a case is not opened in the future"), code="field", field="opened_at")

    def keys(self, row: Row, cells: Cells) -> Keys:
        """By account, subject and when it was opened."""
        opened = row.values.get("opened_at")
        if opened is None or "account" not in row.refs:
            return []
        return [(NAME, "|".join((str(row.refs["account"][1]), folded(str(row.values["subject"])), _moment(opened))))]

    def know(self, actor: Actor, known: Known, records: Any) -> None:
        """The same of what is here."""
        for pk, account, subject, opened in records.values_list("pk", "account", "subject", "opened_at"):
            known.add(NAME, "|".join((str(account), folded(subject), _moment(opened))), pk)

    def changes(self, row: Row, record: Case) -> dict[str, Any]:
        """The account and the day on which it was opened stay; its state goes on by the steps of a case."""
        found = super().changes(row, record)
        for name in ("+account", "opened_at"):
            found.pop(name, None)
        if row.more["state"] in cases.OVER and record.state not in cases.OVER:
            found["+state"] = row.more["state"]
        return found

    def create(self, writer: Writer, rows: Sequence[Row]) -> list[Case]:
        """The service for many."""
        news = []
        for row in rows:
            values = writer.values(row)
            values.setdefault("account", values["contact"].account if "contact" in values else None)
            if values["account"] is None:
                raise Invalid(_("the contact of row %(row)s has no account; a case needs one") % {"row": row.row}, code="no_account")
            news.append(many.NewCase(values, writer.ids(row), row.more["state"], row.more["closed_at"]))
        return many.open_cases(writer.actor, news, origin=writer.origin)

    def update(self, actor: Actor, changes: Sequence[many.Change]) -> list[Case]:
        """The service."""
        return many.change_cases(actor, changes)

    def change(self, writer: Writer, changed: Sequence[Changed]) -> list[dict[str, Any]]:
        """With the steps that they made, one by one; what stood there is kept by reference."""
        befores = super().change(writer, changed)
        for (row, record, new), before in zip(changed, befores, strict=True):
            if "+state" in new:
                before["+state"] = record.state
                fresh = Case.objects.get(pk=record.pk)
                said = row.values.get("solution") or _("as imported")
                cases.move_case(writer.actor, fresh.public_id, version=fresh.version, state=Case.State.SOLVED, solution=str(said))
        return keep_people([(record, before) for (_row, record, _new), before in zip(changed, befores, strict=True)])

    def restore(self, actor: Actor, pairs: Sequence[Before]) -> None:
        """Opened again, if the import closed it."""
        super().restore(actor, pairs)
        for record, before in pairs:
            if "+state" in before:
                fresh = Case.objects.get(pk=record.pk)
                cases.move_case(actor, fresh.public_id, version=fresh.version, state=Case.State.OPEN)
