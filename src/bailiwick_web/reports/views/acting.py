"""What is done with reports: saved, changed, shared, copied, put away, ordered by e-mail."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bailiwick_web.core.access import Actor, access, actor_of, public
from bailiwick_web.core.organisation.views import version_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import zone_of
from bailiwick_web.reports import services
from bailiwick_web.reports.asking import Definition, from_json
from bailiwick_web.reports.models import Report
from bailiwick_web.reports.services.subscriptions import by_secret
from bailiwick_web.reports.visibility import nodes_to_share_with


def _definition(request: HttpRequest) -> Definition:
    try:
        data = json.loads(request.POST.get("definition", ""))
    except ValueError:
        raise Invalid(_("Build the report first, then save it."), code="report", field="definition") from None
    return from_json(data if isinstance(data, dict) else {})


def _shared(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    """With whom: a kind, and of a part of the organisation which."""
    share = request.POST.get("share") or Report.Share.ME
    if share != Report.Share.NODE:
        return {"share": share, "node": None}
    text = request.POST.get("node", "")
    try:
        node = nodes_to_share_with(actor).filter(public_id=UUID(text)).first()
    except ValueError:
        node = None
    return {"share": share, "node": node}


@access(Right.LOOK)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save what the builder holds as a new report."""
    actor = actor_of(request)
    name, about = request.POST.get("name", ""), request.POST.get("about", "")
    made = services.save(actor, name=name, about=about, definition=_definition(request), **_shared(actor, request))
    messages.success(request, _("Saved. You find it under Reports."))
    return redirect("report", made.public_id)


@access(Right.LOOK)
@require_POST
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Save what the builder holds over a report, or change its name and with whom it is shared."""
    actor = actor_of(request)
    given: dict[str, Any] = {name: request.POST[name] for name in ("name", "about") if name in request.POST}
    if "share" in request.POST:
        given |= _shared(actor, request)
    if "definition" in request.POST:
        given["definition"] = _definition(request)
    services.change(actor, public_id, version=version_of(request), **given)
    messages.success(request, _("Saved."))
    return redirect("report", public_id)


@access(Right.LOOK)
@require_POST
def copy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A copy for oneself."""
    made = services.copy(actor_of(request), public_id)
    messages.success(request, _("This is your copy; it is yours to change."))
    return redirect("report", made.public_id)


@access(Right.LOOK)
@require_POST
def archive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a report away."""
    services.archive(actor_of(request), public_id, version=version_of(request))
    messages.success(request, _("Put away. It stands at the end of the list, to be taken back."))
    return redirect("reports")


@access(Right.LOOK)
@require_POST
def restore(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a report back."""
    services.restore(actor_of(request), public_id, version=version_of(request))
    messages.success(request, _("It is back."))
    return redirect("report", public_id)


@access(Right.LOOK)
@require_POST
def subscribe(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Order a report by e-mail."""
    names = ("every", "weekday", "month_day", "local_time", "format")
    given: dict[str, Any] = {name: request.POST[name] for name in names if request.POST.get(name)}
    given |= {"time_zone": zone_of(request).key, "language": get_language()}
    origin = request.build_absolute_uri("/").rstrip("/")
    made = services.subscribe(actor_of(request), public_id, origin=origin, to=request.POST.get("to", ""), **given)
    messages.success(
        request, _("Subscribed: it comes %(every)s at %(time)s.") % {"every": made.get_every_display(), "time": f"{made.local_time:%H:%M}"}
    )
    return redirect("report", public_id)


@access(Right.LOOK)
@require_POST
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Order it no more."""
    found = services.end(actor_of(request), public_id)
    messages.success(request, _("It is sent no more."))
    return redirect("report", found.report.public_id)


@csrf_exempt  # mail programs send it without cookies, by RFC 8058; the secret in the address is the proof
@public
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, secret: str) -> HttpResponse:
    """The link in a message: it shows what it would end, and ends it only when the button is pressed."""
    if request.method == "GET":
        return render(request, "reports/stop.html", {"order": by_secret(secret), "secret": secret})
    found = services.end_by_secret(actor_of(request).now, secret)
    return render(request, "reports/stop.html", {"order": found, "is_over": True})
