"""Which events can be heard of, about which records they are, and what of them somebody may hear: only what they see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import OutboxEvent
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible
from bailiwick_web.listening.models import Mention, Survey, SurveyResponse, WebVisit
from bailiwick_web.outreach import models as o
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.visibility import visible_scenarios

MOST_BYTES = 20_000
TEST = "test"
COMMON = ("created", "changed", "archived", "restored")


@dataclass(frozen=True, slots=True)
class Subject:
    """What events of a word before the dot are about.

    Attributes
    ----------
    key
        Where the payload holds the identifier of the record.
    path
        Where the record is found in the JSON interface.
    acts
        Words after the dot.
    """

    model: type[Any]
    path: str
    acts: tuple[str, ...] = COMMON
    key: str = "id"


SUBJECTS = {
    "account": Subject(m.Account, "accounts", COMMON),
    "contact": Subject(m.Contact, "contacts", COMMON),
    "lead": Subject(m.Lead, "leads", (*COMMON, "routed", "converted")),
    "opportunity": Subject(m.Opportunity, "opportunities", (*COMMON, "stage")),
    "order": Subject(m.Order, "orders", COMMON),
    "activity": Subject(m.Activity, "activities", (*COMMON, "done")),
    "case": Subject(m.Case, "cases", (*COMMON, "moved", "escalated")),
    "location": Subject(m.Location, "locations", COMMON),
    "surveyresponse": Subject(SurveyResponse, "survey-responses", COMMON),
    "webvisit": Subject(WebVisit, "web-visits", COMMON),
    "mention": Subject(Mention, "mentions", COMMON),
    "survey": Subject(Survey, "surveys", COMMON),
    "needanswer": Subject(m.NeedAnswer, "need-answers", COMMON),
    "product": Subject(m.Product, "products", COMMON),
    "campaign": Subject(o.Campaign, "campaigns", COMMON),
    "cadence": Subject(o.Cadence, "cadences", COMMON),
    "enrolment": Subject(o.Enrolment, "enrolments", ("created", "done", "stopped")),
    "material": Subject(o.Material, "materials", COMMON),
    "materialshare": Subject(o.MaterialShare, "material-shares", ("created",)),
    "gift": Subject(o.Gift, "gifts", ("created", "archived", "decided")),
}
MORE = {
    "account.named": Subject(m.Account, "accounts", key="account"),
    "account.unnamed": Subject(m.Account, "accounts", key="account"),
    "account.handed_over": Subject(m.Account, "accounts", key="account"),
    "contact.erased": Subject(m.Contact, "contacts", key="contact"),
    "consent.given": Subject(m.Contact, "contacts", key="contact"),
    "consent.withdrawn": Subject(m.Contact, "contacts", key="contact"),
    "plan.published": Subject(Scenario, "scenarios", key="scenario"),
    "plan.called_off": Subject(Scenario, "scenarios", key="scenario"),
    "scenario.state_changed": Subject(Scenario, "scenarios", key="scenario"),
}
KINDS: Mapping[str, Subject] = {f"{word}.{act}": s for word, s in SUBJECTS.items() for act in s.acts} | MORE
"""Events that are not here go nowhere: what nobody thought of is heard by nobody."""
WORDS = tuple(dict.fromkeys(kind.split(".")[0] for kind in KINDS))


def is_wanted(kinds: Sequence[str], kind: str) -> bool:
    """Whether an endpoint asks for a kind; one that names none asks for all.

    Examples
    --------
    >>> is_wanted(["lead", "case.escalated"], "lead.created"), is_wanted(["lead"], "case.escalated"), is_wanted([], "order.created")
    (True, False, True)
    """
    return kind in KINDS and (not kinds or kind in kinds or kind.split(".")[0] in kinds)


def heard(actor: Actor, events: Iterable[OutboxEvent]) -> list[OutboxEvent]:
    """Those of some events that are about records which somebody sees, in a query for each type of record."""
    wanted: dict[type[Any], set[UUID]] = {}
    about: list[tuple[OutboxEvent, type[Any], UUID]] = []
    for event in events:
        subject = KINDS.get(event.kind)
        if subject is not None and (found := _identifier(event.payload.get(subject.key))) is not None:
            about.append((event, subject.model, found))
            wanted.setdefault(subject.model, set()).add(found)
    seen = {model: set(_visible(actor, model, ids).values_list("public_id", flat=True)) for model, ids in wanted.items()}
    return [event for event, model, found in about if found in seen[model]]


def _identifier(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _visible(actor: Actor, model: type[Any], ids: set[UUID]) -> Any:
    if model is Scenario:
        return visible_scenarios(actor).filter(public_id__in=ids) if actor.may(Right.LOOK) else Scenario.objects.none()
    return visible(actor, model, with_bin=True, ids=ids)


def told(actor: Actor, events: Sequence[OutboxEvent]) -> dict[int, dict[str, Any]]:
    """What somebody hears of events that they hear: the payload and where to read more; to whom an account went only within their scope."""
    scope = actor.scope()
    inside: set[str] | None = None
    found: dict[int, dict[str, Any]] = {}
    for event in events:
        subject = KINDS[event.kind]
        data = {**event.payload, "href": f"/api/v1/{subject.path}/{event.payload[subject.key]}"}
        if event.kind in {"account.handed_over", "account.named"} and scope.kind != "all":
            inside = set(scope.positions().values_list("code", flat=True)) if inside is None else inside
            data |= {name: None for name in ("before", "after", "position") if name in data and data[name] not in inside}
        found[event.pk] = data
    return found


def body_of(kind: str, created_at: str, data: Mapping[str, Any]) -> str:
    """The body of a message: type, timestamp, data; under 20 kB, without what is long if need be."""
    whole = json.dumps({"type": kind, "timestamp": created_at, "data": data}, ensure_ascii=False, separators=(",", ":"))
    if len(whole.encode()) < MOST_BYTES:
        return whole
    short = {name: value for name, value in data.items() if len(json.dumps(value)) <= 300}
    return json.dumps({"type": kind, "timestamp": created_at, "data": {**short, "is_cut": True}}, ensure_ascii=False, separators=(",", ":"))
