"""Whom to call: leads or contacts, who waits longest on top, without those who must not be called; these are listed with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.models import Account, Activity, Contact, Lead
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.queries.pages_paging import chosen
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.services.cadences import OVER
from bailiwick_web.outreach.services.learning import Habit, habits
from bailiwick_web.outreach.services.reaching import Way, ways

FILTERS = ("who", "q", "state", "segment", "territory", "days")
MOST, SHOWN = 300, 50
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
    has_more: bool


def call_list(actor: Actor, given: Mapping[str, str], me: Person | None) -> CallList:
    """The list that somebody asked for, within their scope."""
    asked = chosen(given, FILTERS)
    days = int(asked["days"]) if asked["days"].isascii() and asked["days"].isdigit() and int(asked["days"]) <= 365 else USUAL_DAYS
    asked["days"] = str(days)
    people = list(_people(actor, asked, me)[: MOST + 1])
    found = people[:MOST]
    reached = ways(found, Kind.CALL)
    allowed = [(who, how) for who, how in zip(found, reached, strict=True) if not how.obstacle]
    known = habits([who for who, _how in allowed[:SHOWN]])
    calls = [Call(who, how, habit) for (who, how), habit in zip(allowed[:SHOWN], known, strict=True)]
    left_out = [Call(who, how, Habit()) for who, how in zip(found, reached, strict=True) if how.obstacle]
    return CallList(asked, calls, left_out, len(people) > MOST or len(allowed) > SHOWN)


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
        people = people.select_related("account").prefetch_related("points")
        return people.filter(~Exists(called)).order_by(F("last_activity_at").asc(nulls_first=True), "pk")
    leads: QuerySet[Any] = rows(actor, Lead, q=asked["q"]).exclude(status__in=OVER)
    if asked["territory"]:
        leads = leads.filter(territory__code=asked["territory"])
    if asked["who"] != "leads":
        leads = leads.filter(person=me) if me is not None else leads
    return leads.filter(~Exists(called)).order_by("pk")
