"""Whether the server is well, jobs, the language, and what to say when something fails."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from bailiwick_web.core import services
from bailiwick_web.core.access import access, actor_of, public
from bailiwick_web.core.middleware import page_before
from bailiwick_web.core.models import Job, User
from bailiwick_web.core.notices.services import remember_language
from bailiwick_web.core.refusals import Missing, NotAllowed, Refused
from bailiwick_web.core.rest.problems import refused
from bailiwick_web.core.roles import Right


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language that somebody chose, in a cookie, and go back to where they were."""
    if request.user.is_authenticated:
        remember_language(request.user, request.POST.get("language", ""))
    return set_language(request)


@public
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the server answers and reaches its database."""
    User.objects.exists()
    return JsonResponse({"status": "ok"})


@access(Right.PLAN)
@require_POST
def cancel_job(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a job to end."""
    job = Job.objects.filter(public_id=public_id).first()
    if job is None:
        raise Missing(_("There is no such job."))
    services.request_cancel(actor_of(request), job)
    response = HttpResponse(status=204)
    response.headers["HX-Trigger"] = "jobs-changed"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address."""
    context = {"refusal": Missing(_("There is no such page.")), "back": page_before(request)}
    return render(request, "core/refused.html", context, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not for this user."""
    return render(request, "core/refused.html", {"refusal": NotAllowed(_("You may not do that."))}, status=403)


@public
def old_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose key is missing or old: the page was open since before signing in or out, or cookies are off."""
    said = _(
        "This form is no longer valid, so nothing was changed. Go back, load the page again and send it once more; cookies must be on."
    )
    context = {"refusal": NotAllowed(said), "title": _("Once more, please"), "back": page_before(request)}
    return render(request, "core/refused.html", context, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """A defect of ours; nothing about it is told to strangers. Programs get a problem document."""
    if request.path.startswith("/api/"):
        refusal = Refused(_("Something went wrong inside Bailiwick; nothing was changed."), code="internal")
        refusal.status = 500
        return refused(request, refusal)
    return render(request, "core/failed.html", status=500)
