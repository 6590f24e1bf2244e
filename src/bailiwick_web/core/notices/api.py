"""Messages over the JSON interface."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.models import Notice
from bailiwick_web.core.notices import services
from bailiwick_web.core.rest.requests import one_page
from bailiwick_web.core.retelling import retold
from bailiwick_web.core.roles import Right

router = Router(tags=["notices"])


class NoticeOut(Schema):
    """A message to the user of the token; ``text`` is in the language of the request."""

    id: UUID
    kind: str
    text: str
    address: str
    created_at: datetime
    read_at: datetime | None
    mail: str


class NoticesOut(Schema):
    """A page of messages; ``next`` is the cursor of the next page."""

    items: list[NoticeOut]
    next: int | None


class MailIn(Schema):
    """Whether messages come by mail, too."""

    wants_mail: bool


@router.get("/notices", response=NoticesOut)
def list_notices(request: HttpRequest, unread: bool = False, after: int | None = None, limit: int | None = None) -> Any:
    """What the user was told, newest first."""
    actor_of(request).need(Right.LOOK)
    own = Notice.objects.filter(user=actor_of(request).user)
    return one_page(own.filter(read_at=None) if unread else own, _notice, after=after, limit=limit)


@router.post("/notices/{uuid:notice_id}/read", response={204: None})
def post_read(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark a message as read."""
    actor_of(request).need(Right.LOOK)
    services.mark_read(actor_of(request), notice_id)
    return HttpResponse(status=204)


@router.post("/notices/mail", response={204: None})
def post_mail(request: HttpRequest, wish: MailIn) -> HttpResponse:
    """Say whether messages come by mail, too."""
    actor_of(request).need(Right.LOOK)
    services.wish_for_mail(actor_of(request), wants_mail=wish.wants_mail)
    return HttpResponse(status=204)


def _notice(notice: Notice) -> dict[str, Any]:
    plain = {name: getattr(notice, name) for name in ("kind", "address", "created_at", "read_at", "mail")}
    return plain | {"id": notice.public_id, "text": retold(notice.made_of.get("text"), notice.text)}
