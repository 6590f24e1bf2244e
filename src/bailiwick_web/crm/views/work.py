"""What is done with customers: kept, planned, done, undone; my day, my tasks, the calendar."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.forms.common import cleaned, given
from bailiwick_web.crm.forms.work import LogForm, PlanForm
from bailiwick_web.crm.models import Account, Activity, Case, Lead, Opportunity
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.crm.queries import pages_day
from bailiwick_web.crm.services import series as series_services
from bailiwick_web.crm.services import work as services
from bailiwick_web.crm.views.common import invalid_step, kindly, me, said, version_of
from bailiwick_web.crm.views.customers import made_address
from bailiwick_web.crm.visibility import find

ABOUT: dict[str, Any] = {"opportunity": Opportunity, "lead": Lead, "case": Case}


@access(Right.SELL)
@require_POST
def log_activity(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep a visit, call, note … that was just made; nothing has to be filled in but for a note."""
    actor = actor_of(request)
    account = find(actor, Account, public_id)
    kind = request.POST.get("kind", "")
    if kind not in Kind.values:
        raise invalid_step()
    data = given(cleaned(LogForm(request.POST, account=account)))
    if kind == Kind.NOTE and not (data.get("text") or data.get("subject")):
        raise Invalid(_("Write something into the note."), code="missing", field="text")
    subject = data.pop("subject", "") or _first_line(data.get("text", "")) or str(Kind(kind).label)
    made = services.create_activity(
        actor, account=account, kind=kind, state=Activity.State.DONE, subject=subject, **_about(request), **data
    )
    undo = {"address": reverse("act_on_activity", args=[made.public_id]), "act": "archive", "version": made.version}
    return said(request, made_address(account), _("“%(what)s” is kept.") % {"what": subject}, undo=undo)


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return f"{line[:77]}…" if len(line) > 78 else line


def _about(request: HttpRequest) -> dict[str, Any]:
    """The deal, lead or case that an activity is about, if it is about one."""
    actor = actor_of(request)
    try:
        return {name: find(actor, model, UUID(key)) for name, model in ABOUT.items() if (key := request.POST.get(name))}
    except ValueError:
        raise invalid_step() from None


@access(Right.SELL)
@require_POST
def plan_activity(request: HttpRequest) -> HttpResponse:
    """Plan something, with a customer or without."""
    actor = actor_of(request)
    key = request.POST.get("account", "")
    try:
        account = find(actor, Account, UUID(key)) if key else None
    except ValueError:
        raise invalid_step() from None
    form = PlanForm(request.POST, account=account)
    data = cleaned(form)
    to = made_address(account) if account is not None else reverse("tasks")
    if form.series is not None:
        series_services.create_series(actor, account=account, person=me(actor), **form.series)
        return said(request, to, _("“%(what)s” is planned, and comes again.") % {"what": data["subject"]})
    services.create_activity(actor, account=account, **_about(request), **form.once)
    return said(request, to, _("“%(what)s” is planned.") % {"what": data["subject"]})


@access(Right.SELL)
@require_POST
@kindly
def act_on_activity(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Say that something was done, that it was not after all, that it can wait, or that it is not needed."""
    actor, act = actor_of(request), request.POST.get("act", "")
    found, version = find(actor, Activity, public_id, with_bin=act == "restore"), version_of(request)
    to, what = reverse("tasks"), {"what": found.subject}
    if act in {"done", "answered"}:
        reply = Activity.Reply.ANSWERED if act == "answered" else ""
        fresh = services.complete_activity(actor, public_id, version=version, outcome=request.POST.get("outcome", ""), reply=reply)
        undo = {"address": request.path, "act": "again", "version": fresh.version}
        return said(request, to, _("“%(what)s” is done.") % what, undo=undo)
    if act == "again":
        services.change_activity(actor, public_id, version=version, state=Activity.State.PLANNED)
        return said(request, to, _("“%(what)s” is open again.") % what)
    if act == "tomorrow":
        moved = pages_day.moved_on(found, actor.now)
        services.change_activity(actor, public_id, version=version, **moved)
        return said(request, to, _("“%(what)s” can wait until tomorrow.") % what)
    if act == "end" and found.series is not None:
        series_services.archive_series(actor, found.series.public_id, version=found.series.version)
        return said(request, to, _("“%(what)s” comes no more.") % what)
    if act == "archive":
        fresh = services.archive_activity(actor, public_id, version=version)
        undo = {"address": request.path, "act": "restore", "version": fresh.version}
        return said(request, to, _("“%(what)s” is gone.") % what, undo=undo)
    if act == "restore":
        services.restore_activity(actor, public_id, version=version)
        return said(request, to, _("“%(what)s” is back.") % what)
    raise invalid_step()


@access(Right.LOOK)
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """My day: what is overdue, what is today, what comes, and who has been left alone for long."""
    actor = actor_of(request)
    context = {"here": "day", "tab": "day", "now": actor.now, "today": local_day(actor.now), **pages_day.my_day(actor, me(actor))}
    context["plan_form"] = PlanForm(account=None, auto_id="plan_%s", initial={"due_on": local_day(actor.now)})
    return render(request, "crm/day.html", context)


@access(Right.LOOK)
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """What is planned: mine, or that of everybody within the scope."""
    actor = actor_of(request)
    whose = "all" if request.GET.get("whose") == "all" else "me"
    state = "done" if request.GET.get("state") == "done" else "planned"
    found = pages_day.inbox(actor, me(actor), whose, state, request.GET.get("q", "").strip()[:200], request.GET.get("after", "")[:500])
    context = {
        "here": "day",
        "tab": "tasks",
        "part": found,
        "whose": whose,
        "state": state,
        "now": actor.now,
        "today": local_day(actor.now),
    }
    context["plan_form"] = PlanForm(account=None, auto_id="plan_%s", initial={"due_on": local_day(actor.now)})
    return render(request, "crm/tasks.html", context | {"text": request.GET.get("q", "").strip()[:200]})


@access(Right.LOOK)
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """Days with what is planned and done: a week or a month."""
    actor = actor_of(request)
    whose = "all" if request.GET.get("whose") == "all" else "me"
    span = "month" if request.GET.get("span") == "month" else "week"
    month = pages_day.days_of(actor, me(actor), whose, span, request.GET.get("on", ""))
    context = {"here": "day", "tab": "calendar", "whose": whose, "span": span, "today": local_day(actor.now), **month}
    return render(request, "crm/calendar.html", context)
