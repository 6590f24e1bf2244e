"""The call list, what came of a call in one tap, and who recommended whom."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.models import Account, Contact, Lead
from bailiwick_web.crm.queries.pages_accounts import choices
from bailiwick_web.crm.views.common import done, me, picked, said
from bailiwick_web.crm.visibility import find
from bailiwick_web.outreach.queries.calling import call_list
from bailiwick_web.outreach.queries.referrals import tree
from bailiwick_web.outreach.services import calling as services

HERE = "pipeline"


@access(Right.LOOK)
@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """Whom to call, and who was left out and why."""
    actor = actor_of(request)
    context = {
        "here": HERE,
        "tab": "calls",
        "now": actor.now,
        "list": call_list(actor, request.GET, None if request.GET.get("who") else me(actor)),
        "choices": choices(actor),
        "states": Account.State.choices,
        "outcomes": [(key, outcome.label) for key, outcome in services.OUTCOMES.items()],
    }
    return render(request, "outreach/calls.html", context)


@access(Right.SELL)
@require_POST
def called_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What came of a call to a contact."""
    return _called(request, find(actor_of(request), Contact, public_id))


@access(Right.SELL)
@require_POST
def called_lead(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What came of a call to a lead."""
    return _called(request, find(actor_of(request), Lead, public_id))


def _called(request: HttpRequest, who: Contact | Lead) -> HttpResponse:
    outcome = request.POST.get("outcome", "")
    made = services.log_call(actor_of(request), who, outcome=outcome, note=request.POST.get("note", ""))
    undo = None
    if outcome in {"reached", "nobody", "no_interest"}:
        act = "again" if made.due_on is not None else "archive"
        undo = {"address": reverse("act_on_activity", args=[made.public_id]), "act": act, "version": made.version}
    told = {"who": who, "what": services.OUTCOMES[outcome].label}
    return said(request, reverse("calls"), _("%(who)s: %(what)s.") % told, undo=undo)


@access(Right.ORGANISE)
@require_POST
def block_numbers(request: HttpRequest) -> HttpResponse:
    """Numbers that must not be called, whoever has them."""
    n = services.block_numbers(actor_of(request), request.POST.get("numbers", "").splitlines())
    return done(
        request, reverse("calls"), ngettext("%(n)s number is not called any more.", "%(n)s numbers are not called any more.", n) % {"n": n}
    )


@access(Right.LOOK)
@require_GET
def referrals(request: HttpRequest) -> HttpResponse:
    """Who recommended whom, and what it brought: everybody, or from one customer on."""
    actor = actor_of(request)
    start = picked(actor, request)
    context = {"here": HERE, "tab": "referrals", "start": start, "branches": tree(actor, start)}
    return render(request, "outreach/referrals.html", context)
