"""Cases: the queue with its clocks, a new one, and the page of one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.forms.common import cleaned, given
from bailiwick_web.crm.forms.work import CaseForm, LogForm, SolutionForm
from bailiwick_web.crm.models import Case
from bailiwick_web.crm.queries import pages_account, pages_desk
from bailiwick_web.crm.queries.pages_pipeline import activities_of
from bailiwick_web.crm.services import cases as services
from bailiwick_web.crm.views.common import done, invalid_step, kindly, may_sell, me, picked, to_pick_from, version_of
from bailiwick_web.crm.views.customers import LOGGED
from bailiwick_web.crm.visibility import find

HERE = "day"


@access(Right.LOOK)
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """Cases within the scope, the one whose clock ends first on top."""
    actor = actor_of(request)
    asked, part, counts = pages_desk.cases(actor, me(actor), request.GET)
    context = {"here": HERE, "tab": "cases", "asked": asked, "part": part, "counts": counts, "now": actor.now}
    return render(request, "crm/cases.html", context | {"priorities": Case.Priority.choices})


@access(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """A question or complaint of an account; without one, the account is chosen first."""
    actor = actor_of(request)
    account = picked(actor, request)
    if account is None:
        context = {"here": HERE, "to": reverse("new_case"), "title": _("New case"), **to_pick_from(actor, request)}
        return render(request, "crm/pick_account.html", context)
    if request.method == "GET":
        return render(request, "crm/new_case.html", {"here": HERE, "account": account, "form": CaseForm(account=account)})
    made = services.open_case(actor, account=account, **given(cleaned(CaseForm(request.POST, account=account))))
    return done(request, reverse("case", args=[made.public_id]), _("The clock of “%(case)s” runs.") % {"case": made})


@access(Right.LOOK)
@require_GET
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One case: its clock, what was done, what solved it."""
    actor = actor_of(request)
    found = find(actor, Case, public_id)
    initial = {name: getattr(found, name) for name in ("subject", "about", "priority", "text")}
    people = pages_account.contacts(found.account) if may_sell(actor) else []
    initial["contact"] = found.contact.public_id if found.contact else None
    context = {
        "here": HERE,
        "case": found,
        "now": actor.now,
        "is_running": found.state in {Case.State.NEW, Case.State.OPEN},
        "steps": _steps(found),
        "can_be_solved": Case.State.SOLVED in services.STEPS[Case.State(found.state)],
        "form": CaseForm(account=found.account, initial=initial),
        "solution_form": SolutionForm(auto_id="solution_%s", initial={"solution": found.solution}),
        "activities": activities_of("case", found),
        "logs": [(k, LogForm(account=found.account, people=people, auto_id=f"{k}_%s")) for k in LOGGED] if may_sell(actor) else [],
    }
    return render(request, "crm/case.html", context)


def _steps(found: Case) -> list[tuple[Case.State, str]]:
    """Where a case may go, as what one does."""
    words = {Case.State.OPEN: _("Start work"), Case.State.WAITING: _("Wait for the customer"), Case.State.CLOSED: _("Close")}
    return [(state, word) for state, word in words.items() if state in services.STEPS[Case.State(found.state)]]


@access(Right.SELL)
@require_POST
@kindly
def change_case(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Let a case go on, change it, put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    found, version = find(actor, Case, public_id), version_of(request)
    if act == "change":
        services.change_case(actor, public_id, version=version, **cleaned(CaseForm(request.POST, account=found.account)))
    elif act == "step":
        services.move_case(
            actor, public_id, version=version, state=request.POST.get("state", ""), solution=request.POST.get("solution", "")
        )
    elif act == "archive":
        services.archive_case(actor, public_id, version=version)
        return done(request, reverse("cases"), _("Put into the bin for 90 days."))
    else:
        raise invalid_step()
    return done(request, redirect("case", public_id).url)
