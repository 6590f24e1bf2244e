"""Accounts in danger, and the health on the page of an account."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.models import Order
from bailiwick_web.crm.queries.tables import count
from bailiwick_web.insights import health_queries, services
from bailiwick_web.insights.services.health import task_for
from bailiwick_web.insights.views.pages import HERE


@access(Right.LOOK)
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts within the scope, those in danger first."""
    actor = actor_of(request)
    context = HERE | {"tab": "health"} | health_queries.accounts(actor, request.GET)
    if context["newest"] is None:
        context["n_orders"] = count(actor, Order)
    return render(request, "insights/health.html", context)


@access(Right.PLAN)
@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Compute the health of all accounts now."""
    services.ask_health(actor_of(request))
    messages.success(request, _("It is being computed. The list fills when it is done; you can leave this page meanwhile."))
    return redirect("insight_health")


@access(Right.LOOK)
@require_GET
def card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The health of one account."""
    return render(request, "insights/_health.html", health_queries.card(actor_of(request), public_id))


@access(Right.SELL)
@require_POST
def say(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say the health against the computed one, or take that back; the card is shown anew."""
    actor = actor_of(request)
    problem = None
    try:
        if request.POST.get("act") == "back":
            services.take_health_back(actor, public_id)
        else:
            text = request.POST.get("health", "").strip()
            services.say_health(
                actor, public_id, health=int(text) if text.isascii() and text.isdigit() else -1, why=request.POST.get("why", "")
            )
    except Invalid as invalid:
        problem = invalid
    context = health_queries.card(actor, public_id) | {"problem": problem}
    return render(request, "insights/_health.html", context, status=problem.status if problem else 200)


@access(Right.SELL)
@require_POST
def task(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a task for whoever looks after the account."""
    made = task_for(actor_of(request), public_id)
    who = made.person.name if made.person is not None else _("nobody yet")
    messages.success(request, _("There is a task now, due %(day)s: %(who)s.") % {"day": made.due_on, "who": who})
    return redirect("insight_health")
