"""What the pages of customers share: how they answer when something is saved, and when somebody else was faster."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.core.organisation.views import version_of
from bailiwick_web.core.refusals import Invalid, Missing, Stale
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.models import Account, Contact
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.services.merging import survivor
from bailiwick_web.crm.visibility import find, visible

__all__ = ["done", "found_or_survivor", "invalid_step", "kindly", "may_sell", "me", "picked", "said", "to_pick_from", "version_of"]
View = Callable[..., HttpResponseBase]
Merging = TypeVar("Merging", Account, Contact)


def kindly(view: View) -> View:
    """When somebody else was faster, let the form stay as it is and offer to look, or to save it over theirs."""

    @functools.wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Stale as stale:
            if not request.htmx:  # type: ignore[attr-defined]
                raise
            response = HttpResponse(status=stale.status)
            response.headers["HX-Reswap"] = "none"
            told = {"message": stale.message, "version": stale.details["version"]}
            response.headers["HX-Trigger"] = json.dumps({"stale": told})
            return response

    return answering


def done(request: HttpRequest, to: Any, message: Any = None) -> HttpResponse:
    """It is saved: go on to a page, with a message."""
    messages.success(request, str(message or _("Saved.")))
    address = redirect(to)
    if not request.htmx:  # type: ignore[attr-defined]
        return address
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = address.url
    return response


def said(
    request: HttpRequest, to: Any, message: Any = None, *, event: str = "customer-changed", undo: dict[str, Any] | None = None
) -> HttpResponse:
    """It is saved: the page stays, and shows it anew; ``undo`` says by which address and version it is taken back."""
    if not request.htmx:  # type: ignore[attr-defined]
        return done(request, to, message)
    text = str(message or _("Saved."))
    told: dict[str, Any] = {"undoable": {"message": text, **undo}} if undo else {"said": {"message": text}}
    response = HttpResponse(status=204)
    response.headers["HX-Trigger"] = json.dumps({event: {}, "saved": {}, **told})
    return response


def me(actor: Actor) -> Person | None:
    """The person of the organisation that somebody is."""
    return Person.objects.filter(user=actor.user).first() if actor.user is not None else None


def found_or_survivor(actor: Actor, model: type[Merging], public_id: UUID) -> Merging:
    """A record that somebody sees, or the one that it was merged into: its address leads on."""
    try:
        return find(actor, model, public_id)
    except Missing:
        following = survivor(actor, model, public_id)
        if following is None:
            raise
        return following


def may_sell(actor: Actor) -> bool:
    """Whether somebody writes records of customers."""
    return actor.may(Right.SELL)


def picked(actor: Actor, request: HttpRequest) -> Account | None:
    """The account that an address names, if it names one."""
    text = request.GET.get("account") or request.POST.get("account") or ""
    if not text:
        return None
    try:
        return find(actor, Account, UUID(text))
    except ValueError:
        raise Missing(_("There is no such record, or you may not see it.")) from None


def to_pick_from(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    """Accounts to choose one of: those that are searched for, else those that one was last in touch with."""
    text = request.GET.get("q", "").strip()[:200]
    accounts = rows(actor, Account, q=text) if text else visible(actor, Account).filter(last_activity_at__isnull=False)
    order = "name" if text else "-last_activity_at"
    return {"text": text, "accounts": list(accounts.order_by(order, "pk")[:20])}


def invalid_step() -> Invalid:
    """What was sent names a step that there is not."""
    return Invalid(_("There is no such step."), code="step")
