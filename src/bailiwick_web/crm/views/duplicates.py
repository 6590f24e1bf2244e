"""Records that stand twice: the list, the search over everything, and the hint while somebody enters a new one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.models import Job
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.queries import duplicates as queries
from bailiwick_web.crm.services import duplicates as services
from bailiwick_web.crm.views.common import done, invalid_step, kindly, said, version_of

HERE = "customers"
KINDS = ("account", "contact")
ASKED = {
    "name": ("name", "company"),
    "full_name": ("full_name",),
    "given": ("first_name",),
    "family": ("last_name",),
    "company": ("company", "account_name"),
    "email": ("email",),
    "phone": ("phone",),
    "website": ("website",),
    "street": ("street",),
    "postcode": ("postal_code",),
    "place": ("city",),
}
"""Role → fields of forms that may hold it."""


def kind_of(request: HttpRequest) -> str:
    """Which records are asked for; accounts, unless it says contacts."""
    found = request.GET.get("kind") or request.POST.get("kind") or ""
    return found if found in KINDS else "account"


@access(Right.LOOK)
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one, the likeliest first; or what was merged."""
    actor, kind = actor_of(request), kind_of(request)
    context: dict[str, Any] = {"here": HERE, "kind": kind, "now": actor.now, "job": services.running(actor, kind)}
    if request.GET.get("state") == "merged":
        context |= {"state": "merged", "merges": queries.merged_page(actor, kind), "kept_days": 90}
        return render(request, "crm/duplicates_merged.html", context)
    asked, part, pairs, counts = queries.page(actor, kind, request.GET)
    context |= {"asked": asked, "state": asked["state"], "part": part, "pairs": pairs, "counts": counts, "last": last_search(actor, kind)}
    return render(request, "crm/duplicates.html", context)


def last_search(actor: Any, kind: str) -> Job | None:
    """The last search of somebody that ended."""
    jobs = Job.objects.filter(kind=services.SEARCH, created_by=actor.user, finished_at__isnull=False).order_by("-pk")[:10]
    return next((job for job in jobs if job.params.get("kind") == kind), None)


@access(Right.SELL)
@require_POST
def search_duplicates(request: HttpRequest) -> HttpResponse:
    """Look through everything that one sees, in the background."""
    kind = kind_of(request)
    services.ask(actor_of(request), kind)
    return redirect(f"{reverse('duplicates')}?kind={kind}")


@access(Right.LOOK)
@require_GET
def duplicates_progress(request: HttpRequest) -> HttpResponse:
    """How far the search is; once it is over, the page is loaded anew."""
    actor, kind = actor_of(request), kind_of(request)
    job = services.running(actor, kind)
    response = render(request, "crm/_duplicates_progress.html", {"job": job, "kind": kind})
    if job is None:
        response.headers["HX-Refresh"] = "true"
    return response


@access(Right.SELL)
@require_POST
@kindly
def judge_duplicate(request: HttpRequest, public_id: UUID) -> Any:
    """Say that two records are not the same, or let them be looked at again."""
    actor, act = actor_of(request), request.POST.get("act", "")
    if not services.pairs(actor).filter(public_id=public_id).exists():
        raise Missing(_("There is no such record, or you may not see it."))
    if act not in {"dismiss", "reopen"}:
        raise invalid_step()
    judge = services.dismiss if act == "dismiss" else services.reopen
    pair = judge(actor, public_id, version=version_of(request))
    back = f"{reverse('duplicates')}?kind={pair.record_type}"
    if act == "reopen":
        return said(request, back, _("It is suggested again."), event="duplicates-changed")
    if request.POST.get("from") == "comparison":
        return done(request, back, _("Remembered: they are not the same."))
    undo = {"address": request.path, "act": "reopen", "version": pair.version}
    return said(request, back, _("Remembered: they are not the same."), event="duplicates-changed", undo=undo)


@access(Right.SELL)
@require_POST
def alike(request: HttpRequest) -> HttpResponse:
    """What is here already, while a new record is typed."""
    actor = actor_of(request)
    given = {role: next(filter(None, (request.POST.get(name, "").strip()[:300] for name in names)), "") for role, names in ASKED.items()}
    kinds = KINDS if request.POST.get("kind") == "lead" else (kind_of(request),)
    if request.POST.get("kind") == "lead":
        given["full_name"] = request.POST.get("name", "").strip()[:300]
        given["name"] = given["company"] or given["full_name"]
    found = [(kind, a) for kind in kinds for a in services.alike(actor, kind, given)]
    return render(request, "crm/_alike.html", {"found": found})
