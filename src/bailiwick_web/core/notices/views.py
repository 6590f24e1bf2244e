"""The page with the messages of the user."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.models import Notice
from bailiwick_web.core.notices import services
from bailiwick_web.core.roles import Right

PAGE = 50


@access(Right.LOOK)
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What the user was told, newest first, and how they want to be told."""
    user = actor_of(request).user
    assert user is not None
    page = Paginator(Notice.objects.filter(user=user), PAGE).get_page(request.GET.get("page"))
    context = {"here": "notices", "page": page, "wants_mail": services.wants_mail(user), "has_mail": settings.EMAIL_IS_SET_UP}
    return render(request, "core/notices.html", context)


@access(Right.LOOK)
@require_POST
def read_notice(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mark a message as read and go where it leads."""
    found = services.mark_read(actor_of(request), public_id)
    assert found is not None
    return redirect(found.address)


@access(Right.LOOK)
@require_POST
def change_notices(request: HttpRequest) -> HttpResponse:
    """Mark everything as read, or say whether mails are wanted."""
    actor = actor_of(request)
    if request.POST.get("act") == "mail":
        services.wish_for_mail(actor, wants_mail=request.POST.get("wants_mail") == "on")
        messages.success(request, _("Saved."))
    else:
        services.mark_read(actor)
    return redirect("notices")
