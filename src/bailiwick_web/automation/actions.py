"""What rules do: rows, in the transaction of the run.

What cannot be taken back – a request, a mail – comes later from those rows: a delivery, a planned e-mail that somebody reads and sends. So
it happens once, however often the run is tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from bailiwick_web.automation.facts import own_fields, value_of
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, User
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.crm import models as m
from bailiwick_web.crm.services import cases, customers, deals, leads, people, work
from bailiwick_web.crm.services.looking_after import looked_after_by
from bailiwick_web.crm.visibility import find
from bailiwick_web.exchange.webhooks.kinds import body_of
from bailiwick_web.exchange.webhooks.models import Delivery, Endpoint

KIND = "automation"
MOST_TASKS, MOST_ACTIONS = 20, 10
HOLDER, ESCALATED = "holder", "escalated"
CHANGES: Mapping[str, Callable[..., Any]] = {
    "account": customers.change_account,
    "contact": people.change_contact,
    "lead": leads.change_lead,
    "opportunity": deals.change_opportunity,
    "activity": work.change_activity,
    "case": cases.change_case,
}
SETTABLE: Mapping[str, tuple[str, ...]] = {
    "account": ("state", "segment", "tier", "industry", "health", "health_reason", "description"),
    "contact": ("job_title", "description"),
    "lead": ("status", "source", "campaign", "description"),
    "opportunity": ("next_step", "source"),
    "activity": ("priority", "outcome"),
    "case": ("priority", "about"),
}
_SLOT = re.compile(r"\{(\w+(?:\.\w+)?)\}")


@dataclass(frozen=True)
class Doing:
    """One run that acts: who for, on what, because of what."""

    actor: Actor
    record: Any
    payload: Mapping[str, Any]
    run_id: UUID
    message_id: UUID
    rule_name: str

    @property
    def word(self) -> str:
        """Type of the record."""
        return str(self.record._meta.model_name)

    @property
    def account(self) -> m.Account | None:
        """The account that the record is, or belongs to."""
        return self.record if isinstance(self.record, m.Account) else getattr(self.record, "account", None)

    def fresh(self) -> Any:
        """The record as earlier actions left it."""
        return find(self.actor, type(self.record), self.record.public_id)

    def filled(self, text: str) -> str:
        """A text with fields of the record in the place of ``{name}``."""
        known = own_fields(type(self.record))
        return _SLOT.sub(lambda slot: value_of(self.record, self.payload, slot[1]) if slot[1] in known else slot[0], text)


Act = Callable[[Doing, Mapping[str, Any]], list[str]]
Check = Callable[[User, str, Mapping[str, Any]], dict[str, Any]]


def _person(doing: Doing, who: str) -> Person | None:
    """Whoever does the work of the record: its person, else who is on duty for its account; or somebody by identifier."""
    if who not in {HOLDER, ESCALATED, ""}:
        return find(doing.actor, Person, UUID(who))
    if who == ESCALATED and getattr(doing.record, "escalated_to", None) is not None:
        return doing.record.escalated_to
    if getattr(doing.record, "person", None) is not None:
        return doing.record.person
    return looked_after_by(doing.account, doing.actor) if doing.account is not None else None


def _about(doing: Doing) -> dict[str, Any]:
    links = {"lead": m.Lead, "opportunity": m.Opportunity, "case": m.Case, "contact": m.Contact}
    found: dict[str, Any] = {word: doing.record for word, model in links.items() if isinstance(doing.record, model)}
    contact = getattr(doing.record, "contact", None)
    return {"account": doing.account, "contact": contact} | found


def tasks(doing: Doing, what: Mapping[str, Any]) -> list[str]:
    """A task for each line; ``| 3`` at its end: due in three days."""
    person = _person(doing, str(what.get("who", "")))
    made = []
    for line in _lines(what):
        subject, _bar, days = line.partition("|")
        due = doing.actor.now.date() + timedelta(days=int(days.strip() or 0))
        given: dict[str, Any] = {"kind": "task", "subject": doing.filled(subject.strip())[:300], "due_on": due, "person": person}
        task = work.create_activity(doing.actor, origin=f"rule:{doing.run_id}", **given, **_about(doing))
        made.append(f"task {task.public_id}")
    return made


def _lines(what: Mapping[str, Any]) -> list[str]:
    return [line.strip() for line in str(what.get("tasks", "")).splitlines() if line.strip()]


def _check_tasks(owner: User, word: str, what: Mapping[str, Any]) -> dict[str, Any]:
    lines = _lines(what)
    if not 1 <= len(lines) <= MOST_TASKS:
        raise Invalid(_("Name 1 to %(n)s tasks, a line for each.") % {"n": MOST_TASKS}, code="action", field="tasks")
    for line in lines:
        subject, bar, days = line.partition("|")
        if not subject.strip() or (bar and not (days.strip().isascii() and days.strip().isdigit() and int(days) <= 3_650)):
            raise Invalid(_("A task is a line such as “Call {name} | 3”: due in three days."), code="action", field="tasks")
    return {"tasks": "\n".join(lines), "who": _who(what)}


def _who(what: Mapping[str, Any]) -> str:
    who = str(what.get("who", "") or HOLDER)
    try:
        return who if who in {HOLDER, ESCALATED} else str(UUID(who))
    except ValueError:
        raise Invalid(_("Say who by “holder”, “escalated” or the identifier of a person."), code="action", field="who") from None


def assign(doing: Doing, what: Mapping[str, Any]) -> list[str]:
    """Give the record to a person."""
    person = find(doing.actor, Person, UUID(str(what["who"])))
    record = doing.fresh()
    if isinstance(record, m.Lead):
        leads.give_lead(doing.actor, record.public_id, version=record.version, person=person, reason=doing.rule_name)
    else:
        field = "owner" if isinstance(record, m.Account) else "person"
        CHANGES[doing.word](doing.actor, record.public_id, version=record.version, **{field: person})
    return [f"person {person.public_id}"]


def _check_assign(owner: User, word: str, what: Mapping[str, Any]) -> dict[str, Any]:
    if word not in {"account", "lead", "opportunity", "activity", "case"}:
        raise Invalid(_("Such a record belongs to nobody by itself."), code="action", field="kind")
    who = _who(what)
    if who in {HOLDER, ESCALATED}:
        raise Invalid(_("Say to whom it goes."), code="action", field="who")
    return {"who": who}


def set_field(doing: Doing, what: Mapping[str, Any]) -> list[str]:
    """Set a field of the record."""
    record = doing.fresh()
    CHANGES[doing.word](doing.actor, record.public_id, version=record.version, **{what["field"]: doing.filled(str(what["value"]))})
    return [f"{what['field']} = {what['value']}"[:200]]


def _check_field(owner: User, word: str, what: Mapping[str, Any]) -> dict[str, Any]:
    field = str(what.get("field", ""))
    if field not in SETTABLE.get(word, ()):
        told = {"field": field, "fields": ", ".join(SETTABLE.get(word, ())) or "–"}
        raise Invalid(_("A rule cannot set “%(field)s”; it can: %(fields)s.") % told, code="action", field="field")
    return {"field": field, "value": str(what.get("value", ""))[:2_000]}


def draft(doing: Doing, what: Mapping[str, Any]) -> list[str]:
    """An e-mail as a planned activity, which a person reads, changes and sends: nothing leaves the house by itself."""
    given: dict[str, Any] = {
        "kind": "email",
        "subject": doing.filled(what["subject"])[:300],
        "text": doing.filled(what["text"]),
        "due_on": doing.actor.now.date(),
    }
    made = work.create_activity(doing.actor, origin=f"rule:{doing.run_id}", person=_person(doing, HOLDER), **given, **_about(doing))
    return [f"email {made.public_id}"]


def _check_draft(owner: User, word: str, what: Mapping[str, Any]) -> dict[str, Any]:
    subject = str(what.get("subject", "")).strip()[:300]
    if not subject:
        raise Invalid(_("An e-mail needs a subject."), code="action", field="subject")
    return {"subject": subject, "text": str(what.get("text", ""))[:20_000]}


def webhook(doing: Doing, what: Mapping[str, Any]) -> list[str]:
    """Tell an endpoint of the owner."""
    endpoint = Endpoint.objects.filter(public_id=what["endpoint"], owner=doing.actor.user, off="").first()
    if endpoint is None:
        raise Conflict(_("The endpoint of this rule is off or gone."), code="endpoint")
    data = {"rule": doing.rule_name, "record": doing.word, "id": str(doing.record.public_id), "run": str(doing.run_id)}
    body = body_of(KIND, doing.actor.now.isoformat(), data)
    at = {"due_at": doing.actor.now, "created_at": doing.actor.now}
    made = Delivery.objects.create(endpoint=endpoint, message_id=doing.message_id, kind=KIND, body=body, **at)
    return [f"delivery {made.public_id}"]


def _check_webhook(owner: User, word: str, what: Mapping[str, Any]) -> dict[str, Any]:
    found = Endpoint.objects.filter(owner=owner, public_id__in=[k for k in [_uuid(what.get("endpoint"))] if k]).first()
    if found is None:
        raise Invalid(_("Choose an endpoint of your own."), code="action", field="endpoint")
    return {"endpoint": str(found.public_id)}


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


ACTIONS: Mapping[str, tuple[Check, Act]] = {
    "task": (_check_tasks, tasks),
    "assign": (_check_assign, assign),
    "field": (_check_field, set_field),
    "email": (_check_draft, draft),
    "webhook": (_check_webhook, webhook),
}


def checked(owner: User, word: str, given: Any) -> list[dict[str, Any]]:
    """What a rule does, as it is kept.

    Raises
    ------
    Invalid
        If an action is unknown or lacks something.
    """
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_ACTIONS or not all(isinstance(a, dict) for a in given):
        raise Invalid(_("A rule does 1 to %(n)s things.") % {"n": MOST_ACTIONS}, code="action", field="actions")
    found = []
    for action in given:
        kind = str(action.get("kind", ""))
        if kind not in ACTIONS:
            told = {"kind": kind, "kinds": ", ".join(ACTIONS)}
            raise Invalid(_("There is no action “%(kind)s”; there are: %(kinds)s.") % told, code="action", field="kind")
        found.append({"kind": kind, **ACTIONS[kind][0](owner, word, action)})
    if sum(action["kind"] == "webhook" for action in found) > 1:
        raise Invalid(_("One webhook for each rule."), code="action", field="actions")
    return found
