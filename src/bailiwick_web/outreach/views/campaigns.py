"""Campaigns: what they cost, and what a lead and a win cost."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.forms.common import cleaned
from bailiwick_web.crm.models import Lead
from bailiwick_web.crm.views.common import done, invalid_step, kindly, version_of
from bailiwick_web.crm.visibility import find, visible
from bailiwick_web.outreach.forms import CampaignForm
from bailiwick_web.outreach.models import Campaign
from bailiwick_web.outreach.queries.campaigns import FEW_LEADS, FEW_WON, costs
from bailiwick_web.outreach.services import campaigns as services

HERE = {"here": "pipeline", "tab": "campaigns"}


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
def campaigns(request: HttpRequest) -> HttpResponse:
    """What leads and wins cost by campaign, kind and territory; planners add a campaign."""
    actor = actor_of(request)
    if request.method == "POST":
        made = services.create_campaign(actor, **cleaned(CampaignForm(request.POST)))
        return done(request, reverse("campaigns"), _("“%(campaign)s” is here.") % {"campaign": made})
    named = visible(actor, Lead).exclude(campaign="").order_by("campaign").values_list("campaign", flat=True).distinct()[:200]
    context = {"costs": costs(actor), "form": CampaignForm(), "named": list(named), "few": {"leads": FEW_LEADS, "won": FEW_WON}}
    return render(request, "outreach/campaigns.html", HERE | context)


@access(Right.ORGANISE)
@require_http_methods(["GET"])
def campaign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One campaign, to be changed."""
    found = find(actor_of(request), Campaign, public_id)
    form = CampaignForm(initial={name: getattr(found, name) for name in CampaignForm.base_fields})
    return render(request, "outreach/campaign.html", HERE | {"campaign": found, "form": form})


@access(Right.ORGANISE)
@require_POST
@kindly
def change_campaign(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change a campaign, or put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    find(actor, Campaign, public_id)
    if act == "change":
        services.change_campaign(actor, public_id, version=version_of(request), **cleaned(CampaignForm(request.POST)))
    elif act == "archive":
        services.archive_campaign(actor, public_id, version=version_of(request))
    else:
        raise invalid_step()
    return done(request, reverse("campaigns"))
