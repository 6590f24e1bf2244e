"""The library of evidence, and its effect on estimates of potential."""

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
from bailiwick_web.crm.visibility import find
from bailiwick_web.insights.finding import study_of
from bailiwick_web.market.forms import EvidenceForm
from bailiwick_web.market.models import Evidence
from bailiwick_web.market.queries import evidence as queries
from bailiwick_web.market.services import evidence as services
from bailiwick_web.market.views.common import HERE, csv_file


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
def library(request: HttpRequest) -> HttpResponse:
    """What is said of the market, the newest first; those who lead or plan add to it."""
    actor = actor_of(request)
    if request.method == "POST":
        services.create_evidence(actor, **given(cleaned(EvidenceForm(request.POST))))
        return done(request, reverse("evidence"))
    context = HERE | {"tab": "watch", "sub": "evidence", "form": EvidenceForm()} | queries.evidence_page(actor, request.GET)
    return render(request, "market/evidence.html", context)


@access(Right.AIM)
@require_POST
@kindly
def change(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Put evidence into the bin."""
    actor, step = actor_of(request), request.POST.get("act", "")
    find(actor, Evidence, public_id)
    if step != "archive":
        raise invalid_step()
    services.archive_evidence(actor, public_id, version=version_of(request))
    return done(request, reverse("evidence"), _("Put into the bin for 90 days."))


@access(Right.PLAN)
@require_http_methods(["GET", "POST"])
def effects(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """An estimate of potential with evidence applied; apply it, take it back."""
    actor = actor_of(request)
    study_of(actor, public_id)
    if request.method == "POST":
        key = _key(request.POST.get("of", ""))
        if request.POST.get("act") == "apply":
            services.apply_effect(actor, public_id, key)
        elif request.POST.get("act") == "back":
            services.take_effect_back(actor, key)
        else:
            raise invalid_step()
        return done(request, reverse("effects", args=[public_id]))
    context = HERE | {"tab": "watch", "sub": "evidence"} | queries.effects_page(actor, public_id)
    return render(request, "market/effects.html", context)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Missing(_("There is no such record, or you may not see it.")) from None


@access(Right.PLAN)
@require_GET
def file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Potential of every account before and after, as a file."""
    actor = actor_of(request)
    found = queries.effects_page(actor, public_id)
    heads = (_("Account"), _("Industry"), _("Region"), _("Potential as estimated"), _("Potential with evidence"), _("Effect"))
    names = ("account", "industry", "region", "before", "after", "change")
    return csv_file("potential", actor.now.date(), [heads, *([line[name] for name in names] for line in found["all"])])
