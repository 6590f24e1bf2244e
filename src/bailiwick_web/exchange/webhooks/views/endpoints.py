"""Webhooks that go out: endpoints, what was sent to them, and what came back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.refusals import Invalid, Missing, Refused
from bailiwick_web.core.roles import Right
from bailiwick_web.exchange.webhooks import services
from bailiwick_web.exchange.webhooks.forms import EndpointForm
from bailiwick_web.exchange.webhooks.models import Attempt, Delivery, Endpoint

PAGE = 50
State = Delivery.State


@access(Right.CONNECT)
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """One's endpoints, and a new one; its secret is shown this once."""
    actor, form = actor_of(request), EndpointForm(request.POST or None)
    context: dict[str, Any] = {"here": "webhooks", "tab": "out", "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context["fresh"], context["secret"] = services.create_endpoint(actor, **form.cleaned_data)
        except Refused as error:
            form.add_error("url" if error.code == "blocked_address" else None, error.message)
        else:
            context["form"] = EndpointForm()
    counts = {state: Count("deliveries", filter=Q(deliveries__state=state)) for state in (State.WAITING, State.DEAD)}
    rows = services.own_endpoints(actor).annotate(n_waiting=counts[State.WAITING], n_dead=counts[State.DEAD])
    context |= {"endpoints": rows, "sees_all": actor.may(Right.PEOPLE)}
    return render(request, "webhooks/endpoints.html", context, status=422 if form.errors else 200)


@access(Right.CONNECT)
@require_GET
def endpoint(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One endpoint and what was sent to it, newest first."""
    return _page(request, services.find_endpoint(actor_of(request), public_id))


def _page(request: HttpRequest, found: Endpoint, **more: Any) -> HttpResponse:
    state = request.GET.get("state", "")
    last = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-pk")
    rows = found.deliveries.annotate(status=Subquery(last.values("status")[:1]), error=Subquery(last.values("error")[:1]))
    if state in State.values:
        rows = rows.filter(state=state)
    initial = {"name": found.name, "url": found.url, "kinds": found.kinds}
    context = {
        "here": "webhooks",
        "tab": "out",
        "endpoint": found,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": State.choices,
        "n_dead": found.deliveries.filter(state=State.DEAD).count(),
        "form": EndpointForm(initial=initial),
        "now": actor_of(request).now,
        **more,
    }
    return render(request, "webhooks/endpoint.html", context)


Act = Callable[[HttpRequest, Actor, UUID, int | None], HttpResponse]


def _test(request: HttpRequest, actor: Actor, public_id: UUID, version: int | None) -> HttpResponse:
    made = services.send_test(actor, public_id)
    messages.success(request, _("A test event is on its way; what came back stands here in a few seconds."))
    return redirect("delivery", made.public_id)


def _rotate(request: HttpRequest, actor: Actor, public_id: UUID, version: int | None) -> HttpResponse:
    found, secret = services.rotate_secret(actor, public_id, version=version)
    return _page(request, found, secret=secret)


def _switch(request: HttpRequest, actor: Actor, public_id: UUID, version: int | None) -> HttpResponse:
    is_on = request.POST.get("act") == "on"
    services.change_endpoint(actor, public_id, version=version, is_on=is_on)
    messages.success(request, _("Events go there from now on.") if is_on else _("Nothing goes there any more."))
    return redirect("webhook", public_id)


def _remove(request: HttpRequest, actor: Actor, public_id: UUID, version: int | None) -> HttpResponse:
    services.remove_endpoint(actor, public_id, version=version)
    messages.success(request, _("Removed, with everything that was sent to it."))
    return redirect("webhooks")


def _replay_dead(request: HttpRequest, actor: Actor, public_id: UUID, version: int | None) -> HttpResponse:
    n = services.replay_dead(actor, public_id)
    messages.success(request, ngettext("%(n)s event is sent again.", "%(n)s events are sent again.", n) % {"n": n})
    return redirect("webhook", public_id)


def _change(request: HttpRequest, actor: Actor, public_id: UUID, version: int | None) -> HttpResponse:
    form = EndpointForm(request.POST)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise Invalid(str(errors[0]), code="field", field=field)
    services.change_endpoint(actor, public_id, version=version, **form.cleaned_data)
    messages.success(request, _("Kept."))
    return redirect("webhook", public_id)


ACTS: dict[str, Act] = {
    "test": _test,
    "rotate": _rotate,
    "on": _switch,
    "off": _switch,
    "remove": _remove,
    "replay": _replay_dead,
    "change": _change,
}


@access(Right.CONNECT)
@require_POST
def act(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Do one of the few things that can be done with an endpoint."""
    actor, version = actor_of(request), request.POST.get("version", "")
    services.find_endpoint(actor, public_id)
    chosen = ACTS.get(request.POST.get("act", ""))
    if chosen is None:
        raise Invalid(_("There is no such button."), code="act")
    return chosen(request, actor, public_id, int(version) if version.isascii() and version.isdigit() else None)


@access(Right.CONNECT)
@require_GET
def delivery(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One event on its way: what is sent, and every attempt with its answer."""
    actor = actor_of(request)
    rows = Delivery.objects.select_related("endpoint").filter(endpoint__in=services.own_endpoints(actor).values("pk"))
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Missing(_("There is no such delivery, or it is not yours."))
    shown = json.dumps(json.loads(found.body), indent=2, ensure_ascii=False)
    context = {"here": "webhooks", "tab": "out", "delivery": found, "attempts": found.attempts.all(), "body": shown, "now": actor.now}
    return render(request, "webhooks/delivery.html", context)


@access(Right.CONNECT)
@require_POST
def replay(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send something again."""
    services.replay(actor_of(request), public_id)
    messages.success(request, _("It is sent again, with the same identifier."))
    return redirect("delivery", public_id)
