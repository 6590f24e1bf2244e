"""Thanks: anniversaries to come, gifts within their limit, and those that wait for a manager."""

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
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.forms.common import cleaned, given
from bailiwick_web.crm.models import Account, Contact
from bailiwick_web.crm.views.common import done, invalid_step, kindly, said, version_of
from bailiwick_web.crm.visibility import find
from bailiwick_web.outreach.forms import GiftForm, ThanksForm
from bailiwick_web.outreach.models import Gift
from bailiwick_web.outreach.queries import thanks as queries
from bailiwick_web.outreach.services import gifts as services
from bailiwick_web.outreach.services import milestones


@access(Right.LOOK)
@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """What comes, what waits and what was given."""
    context = queries.page(actor_of(request), request.GET.get("after", ""))
    there = context["rules"]
    initial = {} if there is None else {"gift_limit": there.gift_limit, "remind_days": there.remind_days}
    return render(request, "outreach/thanks.html", {"here": "day", "tab": "thanks", "form": ThanksForm(initial=initial), **context})


@access(Right.ORGANISE)
@require_POST
@kindly
def change_thanks(request: HttpRequest) -> HttpResponseBase:
    """Say the limit of gifts, and how early one is reminded."""
    services.set_rules(
        actor_of(request), version=version_of(request) if request.POST.get("version") else None, **cleaned(ThanksForm(request.POST))
    )
    return done(request, reverse("thanks"))


@access(Right.SELL)
@require_POST
def plan_thanks(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A task for a milestone of a customer."""
    actor = actor_of(request)
    account = find(actor, Account, public_id)
    wanted = request.POST.get("milestone", "")
    there = [m for m in milestones.upcoming(actor, queries.AHEAD) if m.account.pk == account.pk and m.origin == wanted]
    if not there:
        raise Missing(_("There is no such milestone now."))
    made = milestones.plan_thanks(actor, there[0])
    return said(request, reverse("thanks"), _("A task for %(person)s.") % {"person": made.person or "–"})


@access(Right.LOOK)
@require_GET
def gifts_of_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The gifts of a contact, as a card of their page."""
    actor = actor_of(request)
    contact = find(actor, Contact, public_id)
    return render(request, "outreach/_gifts.html", {"form": GiftForm(auto_id="gift_%s"), **queries.of_contact(actor, contact)})


@access(Right.SELL)
@require_POST
def log_gift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep a gift; over the limit only if a manager is asked."""
    actor = actor_of(request)
    contact = find(actor, Contact, public_id)
    data: dict[str, Any] = given(cleaned(GiftForm(request.POST)))
    made = services.log_gift(actor, contact, asks=bool(data.pop("asks", False)), **data)
    message = _("The gift is kept.") if made.state == Gift.State.GIVEN else _("It is over the limit: your manager is asked.")
    return said(request, reverse("contact", args=[public_id]), message)


@access(Right.SELL)
@require_POST
@kindly
def act_on_gift(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Decide on a gift over the limit, or put one away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    gift = find(actor, Gift, public_id)
    if act in {"approve", "refuse"}:
        told: dict[str, Any] = {"is_approved": act == "approve", "decision": request.POST.get("decision", "")}
        services.decide_gift(actor, public_id, version=version_of(request), **told)
        return said(request, reverse("thanks"))
    if act == "archive":
        services.archive_gift(actor, public_id, version=version_of(request))
        return said(request, reverse("contact", args=[gift.contact.public_id]), _("Put into the bin for 90 days."))
    raise invalid_step()
