"""How busy everybody is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.market import utilisation as hours
from bailiwick_web.market.views.common import HERE

FEW = 5


def _week(request: HttpRequest, actor: Actor) -> date:
    text = request.GET.get("week", "")
    try:
        day = parse_date(text) if text else timezone.localtime(actor.now).date()
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2100:
        raise Invalid(_("A week is named by a day in it, such as 2026-10-01."), code="field", field="week")
    return hours.monday(day)


def _about(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    start = _week(request, actor)
    lines = hours.lines(actor, start)
    over = sum((line.weeks[hours.BEFORE].used or 0.0) > hours.FULL for line in lines)
    return {
        "lines": [(line, line.weeks[hours.BEFORE]) for line in lines],
        "week": start,
        "end": start + timedelta(days=6),
        "before": start - hours.WEEK,
        "after": start + hours.WEEK,
        "starts": [start + n * hours.WEEK for n in range(-hours.BEFORE, hours.AFTER + 1)],
        "n_over": over,
    }


@access(Right.LOOK)
@require_GET
def utilisation(request: HttpRequest) -> HttpResponse:
    """Everybody within the scope, the busiest first."""
    actor = actor_of(request)
    return render(request, "market/utilisation.html", HERE | {"tab": "team"} | _about(request, actor))


@access(Right.LOOK)
@require_GET
def card(request: HttpRequest) -> HttpResponse:
    """The busiest of this week, for the page where a manager begins."""
    context = _about(request, actor_of(request))
    return render(request, "market/_busy.html", context | {"lines": context["lines"][:FEW]})


@access(Right.LOOK)
@require_GET
def person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The activities behind somebody's week."""
    actor = actor_of(request)
    about = _about(request, actor)
    found = next(((line, week) for line, week in about["lines"] if line.person.public_id == public_id), None)
    if found is None:
        raise Missing(_("There is no such record, or you may not see it."))
    line, week = found
    context = {
        "tab": "team",
        "line": line,
        "w": week,
        "work": hours.work_of(actor, line.person, about["week"]),
        "usual": hours.USUAL_MINUTES,
    }
    return render(request, "market/utilisation_person.html", HERE | about | context)
