"""Whom to call: leads or contacts, who waits longest on top, without those who must not be called; these are listed with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.models import Account, Activity, Contact, ContactPoint, Lead
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.queries.pages_paging import chosen
from bailiwick_web.crm.services.blocking import with_country
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.services.cadences import OVER
from bailiwick_web.outreach.services.learning import Habit, habits
from bailiwick_web.outreach.services.reaching import WAYS, Way, ways

FILTERS = ("who", "q", "state", "segment", "territory", "days")
MOST, SLICE, SHOWN = 2_000, 200, 50
"""So many are looked at, so many at a time, until so many are found who may be called."""
USUAL_DAYS = 7


@dataclass(frozen=True)
class Call:
    """Somebody to call, or to be left out."""

    who: Contact | Lead
    way: Way
    habit: Habit

    @property
    def word(self) -> str:
        """What they are."""
        return "contact" if isinstance(self.who, Contact) else "lead"

    @property
    def when(self) -> str:
        """When they said that they can be called."""
        if isinstance(self.who, Lead):
            return ""
        wishes = [self.who.preferences.get(channel, {}) for channel in ("phone", "mobile")]
        return " · ".join(str(wish["when"]) for wish in wishes if wish.get("when"))


@dataclass(frozen=True)
class CallList:
    """Whom to call now, and who was left out."""

    asked: Mapping[str, str]
    calls: Sequence[Call]
    left_out: Sequence[Call]
    n_left_out: int
    has_more: bool


def call_list(actor: Actor, given: Mapping[str, str], me: Person | None) -> CallList:
    """The list that somebody asked for, within their scope."""
    asked = chosen(given, FILTERS)
    days = int(asked["days"]) if asked["days"].isascii() and asked["days"].isdigit() and int(asked["days"]) <= 365 else USUAL_DAYS
    asked["days"] = str(days)
    calls: list[Call] = []
    left_out: list[Call] = []
    numbered, without = _by_number(_people(actor, asked, me))
    has_more = False
    for start in range(0, MOST, SLICE):
        part = list(numbered[start : start + SLICE + 1])
        for who, how in zip(part[:SLICE], ways(part[:SLICE], Kind.CALL), strict=True):
            (left_out if how.obstacle else calls).append(Call(who, how, Habit()))
        has_more = len(part) > SLICE or len(calls) > SHOWN
        if len(part) <= SLICE or len(calls) >= SHOWN:
            break
    shown = calls[:SHOWN]
    known = habits([call.who for call in shown])
    first = list(without.prefetch_related(None)[: SHOWN + 1])
    n_left_out = len(left_out) + (without.count() if len(first) > SHOWN else len(first))
    left_out += [Call(who, Way(obstacle="no_address"), Habit()) for who in first[:SHOWN]]
    return CallList(asked, [replace(call, habit=habit) for call, habit in zip(shown, known, strict=True)], left_out, n_left_out, has_more)


def _by_number(people: QuerySet[Any]) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Those who have a number, and those who have none, so that these keep nobody off the list."""
    if people.model is Contact:
        has = Exists(ContactPoint.objects.filter(contact=OuterRef("pk"), channel__in=WAYS[Kind.CALL]))
        return people.filter(has), people.filter(~has)
    return people.exclude(phone=""), people.filter(phone="")


def _people(actor: Actor, asked: Mapping[str, str], me: Person | None) -> QuerySet[Any]:
    """Who is meant and was not called for so many days."""
    since = actor.now - timedelta(days=int(asked["days"]))
    word = "contact" if asked["who"] == "contacts" else "lead"
    called = Activity.objects.filter(
        **{word: OuterRef("pk")}, kind=Kind.CALL, state=Activity.State.DONE, done_at__gt=since, deleted_at=None
    )
    if word == "contact":
        filters = {name: asked[name] for name in ("q", "state", "segment", "territory")}
        accounts = rows(actor, Account, **filters)
        people: QuerySet[Any] = visible(actor, Contact).filter(account__in=accounts.values("pk"), is_main=True, erased_at=None)
        people = with_country(people.select_related("account").prefetch_related("points"))
        return people.filter(~Exists(called)).order_by(F("last_activity_at").asc(nulls_first=True), "pk")
    leads: QuerySet[Any] = rows(actor, Lead, q=asked["q"]).exclude(status__in=OVER)
    if asked["territory"]:
        leads = leads.filter(territory__code=asked["territory"])
    if asked["who"] != "leads":
        leads = leads.filter(person=me) if me is not None else leads
    return leads.filter(~Exists(called)).order_by("pk")
