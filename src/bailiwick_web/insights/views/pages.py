"""Overview, the page of each question, and asking."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Missing, NotAllowed, Refused
from bailiwick_web.core.roles import Right
from bailiwick_web.insights import figure_queries, queries, services
from bailiwick_web.insights.finding import FOR_ALL, study_of
from bailiwick_web.insights.forms import asked
from bailiwick_web.insights.kinds import KINDS, PAGES

HERE = {"here": "insights"}


@access(Right.LOOK)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What is known of the market; those who do not plan go to their key figures."""
    actor = actor_of(request)
    if not actor.may(Right.PLAN):
        return redirect("insight_figures")
    return render(request, "insights/overview.html", HERE | queries.overview(actor) | {"tab": "overview"})


@access(Right.LOOK)
@require_GET
def page(request: HttpRequest, page: str) -> HttpResponse:
    """A question with its newest answer; those who do not plan ask about the customers within their scope."""
    if page not in PAGES or page == "figures":
        raise Missing(_("There is no such page."))
    if not queries.kinds_of(actor_of(request), page):
        actor_of(request).need(Right.PLAN)
    return render(request, "insights/page.html", _context(request, page, request.GET.get("ask", "")))


def _context(request: HttpRequest, page: str, kind: str) -> dict[str, Any]:
    chosen = {key: str(request.GET[key]) for key in request.GET}
    return HERE | queries.page_of(actor_of(request), page, kind=kind, chosen=chosen) | {"tab": page}


@access(Right.LOOK)
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Key figures: planners ask about all, everybody about what is within their scope, and sees that part of the whole."""
    actor = actor_of(request)
    kind = request.GET.get("ask", FOR_ALL)
    context = _context(request, "figures", kind)
    if kind == FOR_ALL:
        study = context.get("study")
        if study is not None:
            context["board"] = figure_queries.dashboard(actor, study, request.GET.get("group", ""))
        return render(request, "insights/figures.html", context)
    return render(request, "insights/page.html", context)


@access(Right.LOOK)
@require_GET
def figure(request: HttpRequest, public_id: UUID, key: str) -> HttpResponse:
    """What stands behind a key figure."""
    actor = actor_of(request)
    study = study_of(actor, public_id)
    context = figure_queries.figure(actor, study, key, request.GET.get("group", ""))
    return render(request, "insights/figure.html", HERE | context | {"study": study, "tab": "figures"})


@access(Right.LOOK)
@require_POST
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Ask; the page then shows how far the answer is."""
    kind = KINDS.get(key)
    if kind is None:
        raise Missing(_("There is no such question."))
    actor = actor_of(request)
    if kind not in queries.kinds_of(actor, kind.page):
        actor.need(Right.PLAN)
    try:
        form = asked(kind, request.POST)
        study = services.ask(actor, key, options=form.options, tables=form.tables, scenario=form.scenario)
    except NotAllowed:
        raise
    except Refused as problem:
        chosen = {name: str(request.POST[name]) for name in request.POST}
        context = HERE | queries.page_of(actor, kind.page, kind=key, chosen=chosen) | {"tab": kind.page, "problem": problem}
        return render(request, "insights/page.html", context, status=problem.status)
    if study.answered_at is not None:
        messages.success(request, _("This was asked before, and nothing has changed since: here is the answer."))
        return redirect("insight_study", study.public_id)
    messages.success(request, _("Asked. The answer comes here; you can leave this page meanwhile."))
    address = redirect("insight_figures") if kind.page == "figures" else redirect("insight_page", kind.page)
    address["Location"] += f"?ask={key}"
    return address
