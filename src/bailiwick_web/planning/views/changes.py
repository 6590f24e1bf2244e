"""What pages send: each calls one service and tells htmx what changed."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import queries, services
from bailiwick_web.planning.forms import PublishForm, RunForm


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else None


def _said(message: str, *, version: int | None = None) -> HttpResponse:
    """Nothing to show but a message; listeners fetch what changed, and the next change is based on the version."""
    response = HttpResponse(status=204)
    changed = {} if version is None else {"version": version}
    response.headers["HX-Trigger"] = json.dumps({"scenario-changed": changed, "said": {"message": message}})
    return response


@access(Right.PLAN)
@require_POST
def run(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Start the engine."""
    form = RunForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("The engine needs a way to work, 1 to 3,600 seconds and a seed of 0 or more."), code="run")
    actor = actor_of(request)
    services.start_run(actor, queries.scenario(actor, public_id), **form.cleaned_data)
    response = HttpResponse(status=204)
    response.headers["HX-Trigger"] = json.dumps({"jobs-changed": {}, "said": {"message": _("The engine is looking for a better plan.")}})
    return response


@access(Right.PLAN)
@require_POST
def replay(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Run the engine again as it ran for a scenario."""
    actor = actor_of(request)
    run = services.replay_run(actor, queries.scenario(actor, public_id))
    messages.success(request, _("The engine runs again with the input, parameters and seed that were kept."))
    return redirect("scenario", run.scenario.public_id)


@access(Right.PLAN)
@require_POST
def branch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Copy a scenario as a draft and open it."""
    actor = actor_of(request)
    copy = services.branch(actor, queries.scenario(actor, public_id), name=request.POST.get("name", ""))
    messages.success(request, _("“%(name)s” is a copy that you can change.") % {"name": copy})
    return redirect("scenario", copy.public_id)


@access(Right.PLAN)
@require_POST
def rename(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change name and notes."""
    name, notes = request.POST.get("name", ""), request.POST.get("notes", "")
    services.rename(actor_of(request), public_id, version=_version(request), name=name, notes=notes)
    return redirect("scenario", public_id)


@access(Right.PLAN)
@require_POST
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a scenario into the bin."""
    services.delete_scenario(actor_of(request), public_id, version=_version(request))
    messages.success(request, _("The scenario is in the bin; it can be restored for 90 days."))
    return redirect("plans")


@access(Right.PLAN)
@require_POST
def restore(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a scenario out of the bin."""
    scenario = services.restore_scenario(actor_of(request), public_id)
    messages.success(request, _("“%(name)s” is back.") % {"name": scenario})
    return redirect("scenario", public_id)


@access(Right.LOOK)
@require_POST
def flow(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Propose, withdraw, approve, decline, publish; the services say who may."""
    actor, version, act = actor_of(request), _version(request), request.POST.get("act", "")
    queries.scenario(actor, public_id)
    comment = request.POST.get("comment", "")
    if act == "propose":
        services.propose(actor, public_id, version=version)
        messages.success(request, _("Proposed. Those concerned can decide now."))
    elif act == "withdraw":
        services.withdraw(actor, public_id, version=version)
        messages.success(request, _("Withdrawn; it is a draft again."))
    elif act in {"approve", "decline"}:
        services.decide(actor, public_id, version=version, is_approved=act == "approve", comment=comment)
        messages.success(request, _("Approved.") if act == "approve" else _("Declined; the planner will see why."))
    elif act == "publish":
        form = PublishForm(request.POST)
        if not form.is_valid():
            raise Invalid(_("From when on? Give a day and a time, or leave the field empty to begin now."), code="valid_from")
        made = services.publish(actor, public_id, version=version, **form.cleaned_data)
        later = _("Published: it counts from %(time)s on. Until then it can be called off under “Plans”.")
        said = later % {"time": date_format(localtime(made.valid_from), "SHORT_DATETIME_FORMAT")}
        messages.success(request, said if made.valid_from > actor.now else _("Published: it counts from now on."))
    else:
        raise Invalid(_("There is no such step."), code="step")
    is_visible = queries.visible_scenarios(actor).filter(public_id=public_id).exists()
    return redirect("scenario", public_id) if is_visible else redirect("plans")


@access(Right.CHALLENGE)
@require_POST
def challenge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Doubt one assignment of a proposal."""
    unit = request.POST.get("unit", "")
    if not unit.isdigit():
        raise Invalid(_("Which one? Choose it in the table."), code="unknown_unit")
    actor, wanted, reason = actor_of(request), request.POST.get("wanted", ""), request.POST.get("reason", "")
    queries.scenario(actor, public_id)
    made = services.challenge(actor, public_id, int(unit), wanted=wanted, reason=reason)
    return _said(_("The planner will see what you say about %(unit)s.") % {"unit": made.unit})


@access(Right.PLAN)
@require_POST
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Accept or decline a challenge."""
    is_accepted = request.POST.get("answer") == "accept"
    comment = request.POST.get("comment", "")
    found = services.answer(actor_of(request), public_id, is_accepted=is_accepted, comment=comment, version=_version(request))
    messages.success(request, found.done)
    return redirect("scenario", found.challenge.scenario.public_id)


@access(Right.PUBLISH)
@require_POST
def roll_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Publish what counted before."""
    publication = services.roll_back(actor_of(request), public_id, reason=request.POST.get("reason", ""))
    messages.success(request, _("“%(name)s” counts again.") % {"name": publication.scenario})
    return redirect("plans")


@access(Right.PUBLISH)
@require_POST
def call_off(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take back what was published for a moment to come."""
    scenario = services.call_off(actor_of(request), public_id, reason=request.POST.get("reason", ""))
    messages.success(request, _("“%(name)s” is called off, and approved as before.") % {"name": scenario})
    return redirect("plans")


@access(Right.PLAN)
@require_POST
def dismiss(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take the card of a run off the screen."""
    services.dismiss_run(actor_of(request), public_id)
    response = HttpResponse(status=204)
    response.headers["HX-Trigger"] = "jobs-changed"
    return response
