"""The front of a run: a picture and a table of plans, one of which is chosen."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.front_picture import picture, run_with_plans


@access(Right.PLAN)
@require_GET
def front(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The plans that a run found, to choose from."""
    run = run_with_plans(public_id)
    scenario = queries.scenario(actor_of(request), run.scenario.public_id)
    plans = list(run.plans.select_related("result"))
    context = {"here": "plans", "run": run, "scenario": scenario, "plans": plans, "picture": picture(run, plans) if plans else None}
    return render(request, "planning/front.html", context)


@access(Right.PLAN)
@require_POST
def choose_plan(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a scenario of a plan and open it."""
    number = request.POST.get("plan", "")
    if not number.isdigit():
        raise Missing(_("There is no such plan to choose."))
    scenario = services.choose_plan(actor_of(request), public_id, int(number))
    messages.success(request, _("“%(name)s” is a draft that you can change.") % {"name": scenario})
    return redirect("scenario", scenario.public_id)
