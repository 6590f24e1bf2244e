"""Introductory deals."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.forms.common import cleaned, given
from bailiwick_web.crm.views.common import done, invalid_step, kindly, version_of
from bailiwick_web.crm.visibility import find, visible
from bailiwick_web.market.forms import OfferForm
from bailiwick_web.market.models import Offer, OfferUse
from bailiwick_web.market.queries import offers as queries
from bailiwick_web.market.services import offers as services
from bailiwick_web.market.views.common import HERE


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """Every offer with its conversion; those who lead or plan add one."""
    actor = actor_of(request)
    if request.method == "POST":
        made = services.create_offer(actor, **given(cleaned(OfferForm(request.POST))))
        return done(request, reverse("offer", args=[made.public_id]))
    context = HERE | {"tab": "watch", "sub": "offers", "form": OfferForm()} | queries.offers_page(actor)
    return render(request, "market/offers.html", context)


@access(Right.LOOK)
@require_GET
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One offer."""
    actor = actor_of(request)
    context = HERE | {"tab": "watch", "sub": "offers"} | queries.offer_page(actor, public_id)
    text = request.GET.get("q", "").strip()[:200]
    context |= {"q": text, "to_pick": queries.open_to(actor, context["offer"], text) if context["is_running"] else []}
    return render(request, "market/offer.html", context)


@access(Right.AIM)
@require_POST
@kindly
def change(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Put an offer into the bin."""
    actor = actor_of(request)
    find(actor, Offer, public_id)
    if request.POST.get("act") != "archive":
        raise invalid_step()
    services.archive_offer(actor, public_id, version=version_of(request))
    return done(request, reverse("offers"), _("Put into the bin for 90 days."))


@access(Right.SELL)
@require_POST
def make(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a customer the offer."""
    actor = actor_of(request)
    find(actor, Offer, public_id)
    try:
        account = UUID(request.POST.get("account", ""))
    except ValueError:
        raise Missing(_("There is no such record, or you may not see it.")) from None
    use = services.make_offer(actor, public_id, account)
    return done(request, reverse("offer", args=[public_id]), _("“%(name)s” has the offer.") % {"name": use.account})


@access(Right.SELL)
@require_POST
@kindly
def take(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """A customer takes it, with their first order since it was made where there is one."""
    actor = actor_of(request)
    use = visible(actor, OfferUse).filter(public_id=public_id).select_related("offer", "account").first()
    if use is None:
        raise Missing(_("There is no such record, or you may not see it."))
    first = queries.first_order(actor, use)
    services.take_offer(actor, public_id, version=version_of(request), order_id=first.public_id if first is not None else None)
    return done(request, reverse("offer", args=[use.offer.public_id]), _("“%(name)s” took the offer.") % {"name": use.account})
