"""The funnel, and the goals that the pipeline is measured by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.queries.pages_pipeline import pipelines, the_pipeline
from bailiwick_web.crm.services.money import house_currency
from bailiwick_web.crm.visibility import visible
from bailiwick_web.reports import services
from bailiwick_web.reports.funnel import outlook, page
from bailiwick_web.reports.periods import Period, begun, shifted, whole
from bailiwick_web.reports.registry import Ground
from bailiwick_web.reports.views.pages import HERE, ground_of

MOST_POSITIONS = 200


@access(Right.LOOK)
@require_GET
def funnel(request: HttpRequest) -> HttpResponse:
    """Stages, times, leaks, reasons, what is still to be won, where leads come from."""
    ground = ground_of(request)
    there = pipelines()
    pipeline = the_pipeline(there, request.GET.get("pipeline", ""))
    period = page.chosen_period(request.GET)
    context: dict[str, Any] = HERE | {"tab": "funnel", "pipelines": there, "pipeline": pipeline, "periods": page.PERIODS, "period": period}
    if pipeline is not None:
        first = page.since(period, ground.today)
        context |= {
            "funnel": page.stages(ground, pipeline, period),
            "outlook": outlook.outlook(ground, pipeline, outlook.quarter_of(ground)),
            "reasons": outlook.reasons(ground, pipeline, first),
            "sources": outlook.sources(ground, first),
            "currency": house_currency(),
            "few": page.FEW,
        }
    return render(request, "reports/funnel.html", context)


@access(Right.AIM)
@require_http_methods(["GET", "POST"])
def goals(request: HttpRequest) -> HttpResponse:
    """Goals of positions for a quarter."""
    ground = ground_of(request)
    quarter = _quarter(ground, request.GET.get("quarter") or request.POST.get("quarter") or "")
    assert quarter.start is not None
    if request.method == "POST":
        _set(request, quarter)
        messages.success(request, _("Saved."))
        return redirect(f"{request.path}?quarter={quarter.start:%Y-%m-%d}")
    places = list(visible(ground.actor, Position).select_related("node").order_by("node__name", "name", "pk")[:MOST_POSITIONS])
    known = outlook.goals_of(ground, quarter.start)
    context = {
        "tab": "goals",
        "lines": [(place, known.get(place.pk)) for place in places],
        "quarter": quarter,
        "before": shifted(quarter.start, "quarter", -1),
        "after": quarter.end,
        "currency": house_currency(),
        "total": sum(known.values()),
    }
    return render(request, "reports/goals.html", HERE | context)


def _quarter(ground: Ground, text: str) -> Period:
    try:
        day = parse_date(text) if text else ground.today
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2100:
        raise Invalid(_("A quarter is named by a day in it, such as 2026-10-01."), code="field", field="quarter")
    return whole("quarter", begun(day, "quarter"))


def _set(request: HttpRequest, quarter: Period) -> None:
    """Every field of the form: of positions that were filled in, changed or emptied."""
    actor = actor_of(request)
    assert quarter.start is not None
    for name, text in request.POST.items():
        if not name.startswith("goal."):
            continue
        try:
            key = UUID(name.removeprefix("goal."))
        except ValueError:
            raise Invalid(_("This form names no position."), code="field", field=name) from None
        services.set_goal(actor, key, starts_on=quarter.start, amount=str(text).strip() or None)
