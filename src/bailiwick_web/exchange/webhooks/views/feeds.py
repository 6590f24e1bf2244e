"""The calendar of a rep at a secret address: make one, take it back, and what it gives."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bailiwick_web.core.access import Actor, access, actor_of, public
from bailiwick_web.core.models import AccessToken
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.rest import limits
from bailiwick_web.core.roles import Right
from bailiwick_web.core.token_services import CALENDAR_DAYS, create_token, find_token
from bailiwick_web.exchange.webhooks.calendar import calendar, entries

PURPOSE = AccessToken.Purpose.CALENDAR


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """One's calendar addresses; a new one is shown this once."""
    actor = actor_of(request)
    context: dict[str, Any] = {"here": "day"}
    if request.method == "POST":
        name = request.POST.get("name", "").strip() or _("Calendar")
        token, key = create_token(actor, name=name, may_write=False, days=CALENDAR_DAYS, purpose=PURPOSE)
        context |= {"fresh": token, "address": request.build_absolute_uri(reverse("calendar_ics", args=[key]))}
    context["tokens"] = AccessToken.objects.filter(user=actor.user, purpose=PURPOSE, revoked_at=None, expires_at__gt=actor.now)
    return render(request, "webhooks/calendar.html", context)


@public
@require_safe
def calendar_ics(request: HttpRequest, key: str) -> HttpResponse:
    """The calendar of whoever made the address; a stranger's key and a revoked one get the same answer."""
    now = actor_of(request).now
    token = find_token(key, now)
    if token is None or token.purpose != PURPOSE:
        raise Missing(_("There is no such calendar."))
    limits.count(request, token.pk)
    text = calendar(entries(Actor(token.user, now, actor_of(request).request_id)), name=f"Bailiwick · {token.user}")
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8", headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    response.headers["Content-Disposition"] = 'inline; filename="bailiwick.ics"'
    response.headers["Referrer-Policy"] = "no-referrer"
    answer = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(answer, HttpResponse)
    return answer
