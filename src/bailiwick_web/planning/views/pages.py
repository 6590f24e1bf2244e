"""Pages that show: home, plans, a scenario."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.models import Job, Position
from bailiwick_web.core.refusals import Refused
from bailiwick_web.core.roles import Right, Role
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.forms import NewPlanForm, PublishForm, RunForm
from bailiwick_web.planning.mine import visible_challenges
from bailiwick_web.planning.models import Publication, Run, Scenario
from bailiwick_web.planning.services.moves import can_step
from bailiwick_web.planning.services.runs import ANEW
from bailiwick_web.planning.services.scenarios import BASE, numbered
from bailiwick_web.planning.services.workflow import managers_concerned
from bailiwick_web.planning.visibility import RESTORABLE
from bailiwick_web.planning.wording import workspace_words
from bailiwick_web.territories.models import AlignmentPlan, UnitSet

RUNNING = (Job.State.QUEUED, Job.State.RUNNING)


@access(Right.LOOK)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What to do next."""
    actor = actor_of(request)
    if not actor.may(Right.REVIEW):
        return redirect("mine")
    visible = queries.visible_scenarios(actor)
    present = list(queries.present_publications(actor.now))
    context: dict[str, Any] = {"here": "home", "present": present, "mine": _own_territories(request, present)}
    if actor.may(Right.PLAN):
        context |= {
            "unit_sets": UnitSet.objects.order_by("-pk"),
            "n_reps": Position.objects.count(),
            "drafts": visible.filter(state=Scenario.State.DRAFT)[:6],
            "approved": visible.filter(state=Scenario.State.APPROVED),
            "running": Run.objects.filter(job__state__in=RUNNING).select_related("job", "scenario"),
            "fresh": Run.objects.filter(
                is_dismissed=False, result__deleted_at__isnull=True, result__state=Scenario.State.DRAFT
            ).select_related("scenario", "result")[:3],
        }
    if actor.may(Right.REVIEW):
        context["proposed"] = visible.filter(state=Scenario.State.PROPOSED)
    return render(request, "planning/home.html", context)


def _own_territories(request: HttpRequest, present: list[Publication]) -> list[dict[str, Any]]:
    """For those who see a part only: their territories in the plans that count now."""
    actor = actor_of(request)
    if actor.may(Right.PLAN):
        return []
    found = []
    for publication in present:
        visible = queries.visible_territories(actor, publication.scenario)
        if visible:
            rows = queries.territory_rows(scenario_arrays(publication.scenario), visible)
            found.append({"publication": publication, "rows": rows})
    return found


@access(Right.LOOK)
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """Plans with their scenarios, and what counted when."""
    actor = actor_of(request)
    scenarios: dict[int, list[Scenario]] = {}
    for found in queries.visible_scenarios(actor):
        scenarios.setdefault(found.plan_id, []).append(found)
    publications: dict[int, list[Publication]] = {}
    begins: dict[int, datetime] = {}
    for publication in Publication.objects.select_related("scenario", "published_by"):
        publications.setdefault(publication.plan_id, []).append(publication)
        if publication.valid_from > actor.now:
            begins[publication.scenario_id] = publication.valid_from
    groups = [
        {"plan": plan, "scenarios": (own := scenarios.get(plan.pk, [])), "publications": publications.get(plan.pk, []), **_sides(own)}
        for plan in AlignmentPlan.objects.select_related("unit_set").order_by("-pk")
        if plan.pk in scenarios or actor.may(Right.PLAN)
    ]
    bin_ = []
    if actor.may(Right.PLAN):
        bin_ = list(Scenario.objects.filter(deleted_at__gt=actor.now - RESTORABLE).select_related("plan"))
    context = {"here": "plans", "groups": groups, "bin": bin_, "begins": begins, "now": actor.now, "has_units": UnitSet.objects.exists()}
    return render(request, "planning/plans.html", context)


def _sides(scenarios: list[Scenario]) -> dict[str, Scenario | None]:
    """Which two are offered for comparison: what counts, or the oldest, against the latest of the others."""
    before = next((s for s in scenarios if s.state == Scenario.State.PUBLISHED), scenarios[-1] if scenarios else None)
    return {"before": before, "after": next((s for s in scenarios if s != before), before)}


@access(Right.PLAN)
@require_http_methods(["GET", "POST"])
def new_plan(request: HttpRequest) -> HttpResponse:
    """Ask a new question, and let the engine answer it."""
    wanted = request.POST.get("unit_set") or request.GET.get("unit_set")
    unit_set = UnitSet.objects.filter(public_id=wanted).first() if wanted else UnitSet.objects.order_by("-pk").first()
    if unit_set is None:
        messages.info(request, _("Import your customers or areas first."))
        return redirect("new_import")
    form = NewPlanForm(request.POST or None, unit_set=unit_set, initial={"unit_set": unit_set.public_id})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("scenario", _make(request, form, unit_set).public_id)
        except Refused as error:
            form.add_error(None, error.message)
    return render(
        request, "planning/new_plan.html", {"here": "plans", "form": form, "unit_set": unit_set}, status=422 if form.errors else 200
    )


def _make(request: HttpRequest, form: NewPlanForm, unit_set: UnitSet) -> Scenario:
    actor, data = actor_of(request), form.cleaned_data
    asked = {name: data[name] for name in ("name", "is_contiguous")} | {"layer": data["layer"] or BASE}
    plan = services.create_plan(actor, unit_set, balance=form.balance(), **asked)
    if data["by"] == "reps":
        territories = [services.NewTerritory.of_position(p) for p in Position.objects.order_by("code")]
    else:
        territories = numbered(data["n_territories"])
    empty = services.create_scenario(actor, plan, name="First draft", territories=territories)
    if data["run_now"]:
        services.start_run(actor, empty, name=_("Balanced"))
    return empty


@access(Right.LOOK)
@require_GET
def scenario(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A scenario: map, balance, table; for htmx the table alone."""
    context = scenario_context(request, public_id)
    context |= units_context(request, context)
    if request.htmx and request.htmx.target == "unit-rows":  # type: ignore[attr-defined]
        return render(request, "planning/_units.html", context)
    context |= panel_context(request, context) | {"workspace_words": workspace_words()}
    return render(request, "planning/scenario.html", context)


@access(Right.LOOK)
@require_GET
def panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Balance, counts and what can be done now."""
    context = scenario_context(request, public_id)
    return render(request, "planning/_panel.html", context | panel_context(request, context))


@access(Right.PLAN)
@require_GET
def runs(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Runs of the engine on a scenario: progress, and what came of it."""
    found = queries.scenario(actor_of(request), public_id)
    latest = list(found.runs.filter(is_dismissed=False).select_related("job", "result")[:4])
    is_running = any(run.job.state in RUNNING for run in latest)
    return render(
        request, "planning/_runs.html", {"scenario": found, "runs": latest, "is_running": is_running, "n_older": max(len(latest) - 1, 0)}
    )


def scenario_context(request: HttpRequest, public_id: UUID) -> dict[str, Any]:
    """The scenario, as far as the user may see it."""
    actor = actor_of(request)
    found = queries.scenario(actor, public_id)
    arrays = scenario_arrays(found)
    visible = queries.visible_territories(actor, found)
    sees_all = len(visible) == arrays.k
    return {
        "here": "plans",
        "scenario": found,
        "arrays": arrays,
        "visible": None if sees_all else visible,
        "sees_all": sees_all,
        "can_edit": actor.may(Right.PLAN) and found.state == Scenario.State.DRAFT,
        "can_challenge": actor.may(Right.CHALLENGE) and found.state == Scenario.State.PROPOSED,
        "measures": list(arrays.measures),
    }


def panel_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the panel beside the map shows."""
    found, arrays = context["scenario"], context["arrays"]
    actor = actor_of(request)
    undo, redo = can_step(found) if context["can_edit"] else (False, False)
    concerned = managers_concerned(found, actor.now) if found.state == Scenario.State.PROPOSED else []
    is_admin = actor.user is not None and Role.ADMINISTRATOR in actor.user.roles
    return {
        "rows": queries.territory_rows(arrays, context["visible"]),
        "health": queries.health(arrays) if context["sees_all"] else None,
        "can_undo": undo,
        "can_redo": redo,
        "concerned": concerned,
        "approvals": found.approvals.select_related("by")[:10] if actor.may(Right.REVIEW) else (),
        "challenges": visible_challenges(actor, found, arrays)[:20],
        "can_decide": found.state == Scenario.State.PROPOSED and actor.may(Right.APPROVE) and (is_admin or actor.user in concerned),
        "run_form": RunForm(initial={"mode": ANEW} if (arrays.territory_idx < 0).all() else None),
        "publish_form": PublishForm(),
        "coming": found.publications.filter(valid_from__gt=actor.now).first() if found.state == Scenario.State.PUBLISHED else None,
        "time_zone": settings.TIME_ZONE,
        "siblings": queries.visible_scenarios(actor).filter(plan=found.plan).exclude(pk=found.pk)[:30],
    }


def units_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The rows of the table that the address asks for."""
    wanted = unit_filter(request.GET)
    chosen = queries.filtered_units(context["arrays"], wanted, context["visible"])
    page = Paginator(range(len(chosen)), queries.PAGE).get_page(wanted.page)
    rows = queries.unit_page(context["arrays"], chosen, page.number)
    return {"filter": wanted, "units": rows, "page": page, "n_found": len(chosen)}


def unit_filter(parameters: Any) -> queries.UnitFilter:
    """From the address, with nothing that is not known."""
    sort = parameters.get("sort", "name")
    page = parameters.get("page", "1")
    return queries.UnitFilter(
        text=parameters.get("q", "").strip()[:100],
        territory=parameters.get("t", ""),
        sort=sort.removeprefix("-"),
        is_descending=sort.startswith("-"),
        page=int(page) if page.isdigit() else 1,
        only=parameters.get("only", ""),
    )
