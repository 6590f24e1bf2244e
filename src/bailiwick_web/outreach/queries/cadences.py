"""Cadences as their pages show them: what came of them, whose steps are due, who could be put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.models import Account, Contact, Lead
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.queries.pages_paging import Slice, cut
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.models import Cadence, Enrolment
from bailiwick_web.outreach.queries.shares import share
from bailiwick_web.outreach.services.cadences import LEFT_OUT, MOST_AT_ONCE, OVER
from bailiwick_web.outreach.services.learning import habit

State, Reason = Enrolment.State, Enrolment.Reason


@dataclass(frozen=True)
class Result:
    """What came of a cadence, within the scope."""

    n_running: int = 0
    n_answered: int = 0
    n_over: int = 0

    @property
    def share(self) -> float | None:
        """How many of those that are over answered; none while there are few."""
        return share(self.n_answered, self.n_over)


def cadences(actor: Actor) -> list[tuple[Cadence, Result]]:
    """Every cadence with what came of it."""
    found = list(rows(actor, Cadence))
    there = results(actor)
    return [(cadence, there.get(cadence.pk, Result())) for cadence in found]


def results(actor: Actor) -> dict[int, Result]:
    """What came of every cadence, in one question."""
    counted: Any = visible(actor, Enrolment).order_by().values("cadence")
    counted = counted.annotate(
        running=Count("pk", filter=Q(state=State.RUNNING)),
        answered=Count("pk", filter=Q(reason__in=[Reason.REPLY, Reason.CONVERTED])),
        over=Count("pk", filter=~Q(state=State.RUNNING)),
    )
    return {row["cadence"]: Result(row["running"], row["answered"], row["over"]) for row in counted}


def due_by_person(actor: Actor) -> list[dict[str, Any]]:
    """Steps that are due by rep: how many, how many of them late, since when."""
    today = local_day(actor.now)
    due: Any = visible(actor, Enrolment).filter(state=State.RUNNING, due_on__lte=today).order_by()
    due = due.values("activity__person__name").annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)), first=Min("due_on"))
    return [{"name": row.pop("activity__person__name"), **row} for row in due.order_by("-n", "activity__person__name")[:50]]


def enrolled(actor: Actor, cadence: Cadence, state: str, after: str) -> Slice:
    """Who is in a cadence, what is due first on top; of those that are over, the latest."""
    found = rows(actor, Enrolment).filter(cadence=cadence)
    if state == "over":
        return cut(found.exclude(state=State.RUNNING), "-ended_at", after[:500])
    return cut(found.filter(state=State.RUNNING), "due_on", after[:500])


def to_enrol(actor: Actor, given: Mapping[str, str], me: Person | None) -> list[Contact | Lead]:
    """Who is meant: open leads, or the main contacts of accounts; nobody that is in a cadence already."""
    running = Enrolment.objects.filter(state=State.RUNNING, deleted_at=None)
    if given.get("who") == "contacts":
        filters = {name: given.get(name, "").strip()[:120] for name in ("segment", "territory", "state")}
        accounts = rows(actor, Account, **filters)
        people: QuerySet[Any] = visible(actor, Contact).filter(account__in=accounts.values("pk"), is_main=True, erased_at=None)
        people = people.exclude(pk__in=running.filter(contact__isnull=False).values("contact"))
        return list(people.select_related("account").prefetch_related("points").order_by("pk")[:MOST_AT_ONCE])
    leads: QuerySet[Any] = visible(actor, Lead).exclude(status__in=OVER)
    leads = leads.exclude(pk__in=running.filter(lead__isnull=False).values("lead"))
    if given.get("who") == "my_leads":
        leads = leads.filter(person=me) if me is not None else leads.none()
    return list(leads.select_related("account", "person").order_by("pk")[:MOST_AT_ONCE])


@dataclass(frozen=True)
class Followed:
    """How somebody is followed up: what they prefer, the cadence that runs, and the ones that could."""

    who: Contact | Lead
    habit: Any
    running: Enrolment | None
    last: Enrolment | None
    choices: list[Cadence] = field(default_factory=list)


def followed(actor: Actor, who: Contact | Lead) -> Followed:
    """The card on the page of a contact or lead that one has found."""
    word = "contact" if isinstance(who, Contact) else "lead"
    found = list(
        Enrolment.objects.filter(**{word: who}, deleted_at=None)
        .select_related("cadence", "activity", "contact", "lead")
        .order_by("-pk")[:5]
    )
    running = next((e for e in found if e.state == State.RUNNING), None)
    last = next((e for e in found if e.state != State.RUNNING), None)
    is_over = isinstance(who, Lead) and who.status in OVER
    choices = [] if running or is_over else list(rows(actor, Cadence, is_active=True))
    return Followed(who, habit(who), running, last, choices)


def left_out_in_words(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    """Why how many were left out."""
    return [(str(LEFT_OUT[reason]), n) for reason, n in reasons.items()]
