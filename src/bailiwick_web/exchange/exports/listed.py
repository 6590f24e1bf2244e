"""What the lists on the pages show, on all of their pages: for files of just that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.models import Activity, Opportunity, Stage
from bailiwick_web.crm.queries import pages_accounts, pages_day, pages_desk, pages_pipeline
from bailiwick_web.exchange.record_kinds import ACCOUNTS, ACTIVITIES, CASES, LEADS, MENTIONS, OPPORTUNITIES, WEB_VISITS
from bailiwick_web.listening import queries as listening

Found = Callable[[Actor, Mapping[str, str]], QuerySet[Any]]


def _me(actor: Actor) -> Person | None:
    return Person.objects.filter(user=actor.user).first() if actor.user is not None else None


def _deals(actor: Actor, given: Mapping[str, str]) -> QuerySet[Opportunity]:
    """The list shows what is open; the board, what was closed lately, too."""
    asked = pages_pipeline.Asked.of(given)
    pipeline = pages_pipeline.the_pipeline(pages_pipeline.pipelines(), asked.given["pipeline"])
    if pipeline is None:
        return Opportunity.objects.none()
    found = pages_pipeline.deals(actor, pipeline, asked, _me(actor))
    return found.filter(stage__kind=Stage.Kind.OPEN) if given.get("view") == "list" else pages_pipeline.shown(actor, found)


def _tasks(actor: Actor, given: Mapping[str, str]) -> QuerySet[Activity]:
    whose = "all" if given.get("whose") == "all" else "me"
    state = "done" if given.get("state") == "done" else "planned"
    return pages_day.inbox_found(actor, _me(actor), whose, state, given.get("q", "").strip()[:200])


LISTED: dict[str, Found] = {
    ACCOUNTS: lambda actor, given: pages_accounts.found(actor, pages_accounts.Wanted.of(given)),
    LEADS: lambda actor, given: pages_desk.leads_found(actor, _me(actor), given),
    OPPORTUNITIES: _deals,
    CASES: lambda actor, given: pages_desk.cases_found(actor, _me(actor), given),
    ACTIVITIES: _tasks,
    MENTIONS: lambda actor, given: listening.mentions_found(actor, given)[1],
    WEB_VISITS: lambda actor, given: listening.visits_found(actor, given)[1],
}
"""Kind of record → what its page shows, asked for as in the address of the page."""
