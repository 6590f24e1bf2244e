"""Lists: what can be searched and filtered, for the interface and for pages alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm import models as m
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.services.reaching import normal
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.visibility import present, visible

M = TypeVar("M", bound=Model)
MOST_EVENTS = 200
RELATED: dict[type[Model], tuple[str, ...]] = {
    m.Account: ("parent", "family", "owner"),
    m.Location: ("account",),
    m.Contact: ("account",),
    m.Lead: ("territory", "position", "person", "referrer", "referrer_account", "account", "contact", "opportunity"),
    m.Opportunity: ("account", "contact", "pipeline", "stage", "position", "person", "territory", "lost_to"),
    m.Order: ("account", "contact", "opportunity", "location", "position", "territory"),
    m.Activity: ("account", "contact", "opportunity", "lead", "case", "series", "position", "person"),
    m.ActivitySeries: ("account", "contact", "position", "person"),
    m.Case: ("account", "contact", "position", "person", "escalated_to"),
    m.Attachment: ("account", "contact"),
    m.Product: ("line",),
    m.ProductLine: ("parent",),
    m.NeedQuestion: ("template",),
    m.NeedAnswer: ("account", "question__template", "contact", "changed_by"),
    m.Stage: ("pipeline",),
    m.CompetitorPresence: ("competitor", "unit"),
    m.Absence: ("person", "deputy"),
    m.AccountNaming: ("account", "position"),
    m.Handover: ("account", "before", "after"),
    m.AccountTerritory: ("account", "territory", "position", "unit", "publication__scenario"),
}
"""What a list reads with its rows, so that it does not ask once more for every row."""


def rows(actor: Actor, model: type[M], **wanted: Any) -> QuerySet[M]:
    """The records of a model that somebody sees and asked for.

    Parameters
    ----------
    wanted
        Filters by name; those that are None or empty filter nothing. ``q`` searches, ``changed_since`` is for those who keep a copy.
    """
    found = visible(actor, model).select_related(*RELATED.get(model, ()))
    for name, value in wanted.items():
        if value not in (None, ""):
            found = _filter(actor, model, name)(found, value)
    return found


def _filter(actor: Actor, model: type[M], name: str) -> Callable[[QuerySet[M], Any], QuerySet[M]]:
    special = SPECIAL.get((model, name)) or EVERYWHERE.get(name)
    if special is not None:
        return lambda found, value: special(actor, found, value)
    field = model._meta.get_field(name)
    if field.is_relation:
        return lambda found, value: found.filter(**{f"{name}__public_id": value})
    return lambda found, value: found.filter(**{name: value})


def _search(actor: Actor, found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows in whose searched fields every word of a text occurs."""
    # Whoever sees a part of the accounts has few: the index would be asked about those of all.
    how = "holds" if found.model is m.Account and actor.scope().kind == "all" else "contains"
    for word in folded(text).split():
        found = found.filter(**{f"search_text__{how}": word})
    return found


def _search_contacts(actor: Actor, found: QuerySet[m.Contact], text: str) -> QuerySet[m.Contact]:
    """By name and function, or by the beginning of an address or a number."""
    reached = Q(normal__startswith=normal("email", text))
    if digits := normal("phone", text).strip("+"):
        reached |= Q(normal__startswith=digits) | Q(normal__startswith=f"+{digits}")
    by_words = Q()
    for word in folded(text).split():
        by_words &= Q(search_text__contains=word)
    return found.filter(by_words | Q(pk__in=m.ContactPoint.objects.filter(reached).values("contact_id")))


def _search_by(field: str) -> Callable[[Actor, QuerySet[Any], str], QuerySet[Any]]:
    return lambda actor, found, text: found.filter(**{f"{field}__icontains": text})


def tagged(found: QuerySet[M], tag: str, field: str = "tags") -> QuerySet[M]:
    """Rows with a word in a list of words."""
    if connection.vendor == "postgresql":
        return found.filter(**{f"{field}__contains": [tag]})
    return found.filter(**{f"{field}__icontains": json.dumps(tag)})


def _by_territory(actor: Actor, found: QuerySet[m.Account], code: str) -> QuerySet[m.Account]:
    now = m.AccountTerritory.objects.filter(present(actor.now), territory__code=code)
    return found.filter(pk__in=now.values("account_id"))


def _by_position(actor: Actor, found: QuerySet[m.Account], code: str) -> QuerySet[m.Account]:
    now = m.AccountTerritory.objects.filter(present(actor.now), position__code=code)
    return found.filter(pk__in=now.values("account_id"))


def _in_gap(actor: Actor, found: QuerySet[m.Account], wanted: bool) -> QuerySet[m.Account]:
    """Accounts that nobody has in the base layer, or those that somebody has."""
    held = m.AccountTerritory.objects.filter(present(actor.now), layer=BASE, territory__isnull=False).values("account_id")
    return found.exclude(pk__in=held) if wanted else found.filter(pk__in=held)


def _external(actor: Actor, found: QuerySet[Any], value: str) -> QuerySet[Any]:
    """By the identifier in another system, with or without its name: ``salesforce:001…``, ``001…``."""
    source, colon, external = value.partition(":")
    ids = m.ExternalId.objects.filter(record_type=found.model._meta.model_name)
    ids = ids.filter(source=source, external_id=external) if colon else ids.filter(external_id=value)
    return found.filter(pk__in=ids.values("record_key"))


def _since(actor: Actor, found: QuerySet[Any], value: datetime) -> QuerySet[Any]:
    return found.filter(changed_at__gte=value)


def _bounds(field: str) -> dict[str, Callable[[Actor, QuerySet[Any], Any], QuerySet[Any]]]:
    return {
        f"{field}_from": lambda actor, found, value: found.filter(**{f"{field}__gte": value}),
        f"{field}_until": lambda actor, found, value: found.filter(**{f"{field}__lt": value}),
    }


def _overdue(actor: Actor, found: QuerySet[m.Activity], wanted: bool) -> QuerySet[m.Activity]:
    """Planned for a day or an instant that has passed."""
    late = Q(due_on__lt=local_day(actor.now)) | Q(due_on__isnull=True, starts_at__lt=actor.now)
    late &= Q(state=m.Activity.State.PLANNED)
    return found.filter(late) if wanted else found.exclude(late)


CLOSED: dict[type[Model], Q] = {
    m.Opportunity: ~Q(stage__kind=m.Stage.Kind.OPEN),
    m.Case: Q(state__in=[m.Case.State.SOLVED, m.Case.State.CLOSED]),
    m.Lead: Q(status__in=[m.Lead.Status.CONVERTED, m.Lead.Status.DISQUALIFIED]),
}
"""Which records of a kind are over."""


def _is_open(actor: Actor, found: QuerySet[Any], wanted: bool) -> QuerySet[Any]:
    closed = CLOSED[found.model]
    return found.exclude(closed) if wanted else found.filter(closed)


def _late(actor: Actor, found: QuerySet[m.Case], wanted: bool) -> QuerySet[m.Case]:
    late = Q(solve_by__lte=actor.now) & ~Q(state__in=[m.Case.State.SOLVED, m.Case.State.CLOSED, m.Case.State.WAITING])
    return found.filter(late) if wanted else found.exclude(late)


Filter = Callable[[Actor, Any, Any], Any]
EVERYWHERE: dict[str, Filter] = {
    "q": _search,
    "tag": lambda actor, found, value: tagged(found, value),
    "need": lambda actor, found, value: tagged(found, value, "needs"),
    "external_id": _external,
    "changed_since": _since,
    **_bounds("ordered_on"),
    **_bounds("close_on"),
    **_bounds("starts_at"),
    **_bounds("done_at"),
    **_bounds("due_on"),
}
SPECIAL: dict[tuple[type[Model], str], Filter] = {
    **{(model, "is_open"): _is_open for model in CLOSED},
    (m.Contact, "q"): _search_contacts,
    (m.Order, "q"): _search_by("number"),
    (m.Activity, "q"): _search_by("subject"),
    (m.Case, "q"): _search_by("subject"),
    (m.Competitor, "q"): _search_by("name"),
    (m.ProductLine, "q"): _search_by("name"),
    (m.Location, "q"): _search_by("city"),
    (m.NeedsTemplate, "q"): _search_by("name"),
    (m.NeedQuestion, "q"): _search_by("text"),
    (m.NeedAnswer, "q"): _search_by("value"),
    (m.NeedAnswer, "template"): lambda actor, found, value: found.filter(question__template__public_id=value),
    (m.Account, "territory"): _by_territory,
    (m.Account, "position"): _by_position,
    (m.Account, "in_gap"): _in_gap,
    (m.Activity, "overdue"): _overdue,
    (m.Case, "late"): _late,
    (m.Contact, "email"): lambda actor, found, value: found.filter(
        pk__in=m.ContactPoint.objects.filter(channel="email", normal=normal("email", value)).values("contact_id")
    ),
    (m.Lead, "email"): lambda actor, found, value: found.filter(email__iexact=value.strip()),
}


def timeline(actor: Actor, account: m.Account, *, kind: str = "", contact: UUID | None = None) -> QuerySet[m.TimelineEvent]:
    """Everything that happened with an account, newest first: one indexed query. Whoever asks has found the account."""
    found = m.TimelineEvent.objects.filter(account=account).select_related("by", "contact").order_by("-happened_at", "-pk")
    if kind:
        found = found.filter(kind__startswith=kind)
    return found.filter(contact__public_id=contact) if contact else found


def calendar(actor: Actor, first: date, last: date) -> QuerySet[m.Activity]:
    """Planned and done activities of some days (the last one included), as far as they are seen."""
    days = Q(due_on__gte=first, due_on__lte=last) | Q(due_on__isnull=True, starts_at__date__gte=first, starts_at__date__lte=last)
    return rows(actor, m.Activity).filter(days).exclude(state=m.Activity.State.CANCELLED).order_by("due_on", "starts_at", "pk")


def timeline_page(events: QuerySet[m.TimelineEvent], *, after: str = "", limit: int = 50) -> tuple[list[m.TimelineEvent], str | None]:
    """Some events and the cursor of those that follow; stable while others are added."""
    if not 1 <= limit <= MOST_EVENTS:
        raise Invalid(f"A page has 1 to {MOST_EVENTS} events, found {limit}.", code="limit")
    if after:
        at, _comma, key = after.partition(",")
        instant = parse_datetime(at.replace(" ", "+"))
        if instant is None or not key.isdigit():
            raise Invalid("The cursor is not one that a page before told.", code="cursor")
        events = events.filter(Q(happened_at__lt=instant) | Q(happened_at=instant, pk__lt=int(key)))
    found = list(events[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], f"{last.happened_at.isoformat()},{last.pk}" if last else None
