"""The library of materials, one of them, and those that fit an account or a deal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.forms.common import cleaned
from bailiwick_web.crm.models import Account, Contact, Opportunity, Stage
from bailiwick_web.crm.queries.pages_account import contacts
from bailiwick_web.crm.queries.pages_accounts import choices
from bailiwick_web.crm.services import attachments
from bailiwick_web.crm.views.common import done, invalid_step, kindly, said, version_of
from bailiwick_web.crm.visibility import find
from bailiwick_web.outreach.forms import MaterialForm
from bailiwick_web.outreach.models import Material
from bailiwick_web.outreach.queries import materials as queries
from bailiwick_web.outreach.services import materials as services

HERE = {"here": "pipeline", "tab": "materials"}


def _stages() -> list[str]:
    names = Stage.objects.filter(pipeline__is_active=True, kind=Stage.Kind.OPEN).order_by("pipeline__place", "place")
    return list(dict.fromkeys(names.values_list("name", flat=True)))


def _form(actor: Actor, *args: Any, **kwargs: Any) -> MaterialForm:
    return MaterialForm(*args, segments=list(choices(actor).segments), stages=_stages(), **kwargs)


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
def materials(request: HttpRequest) -> HttpResponse:
    """Materials with their tags and use; planners add one."""
    actor = actor_of(request)
    if request.method == "POST":
        actor.need(Right.ORGANISE)
        data = cleaned(_form(actor, request.POST))
        name, chunks = _file(request)
        made = services.create_material(actor, name, chunks, **data)
        return done(request, reverse("material", args=[made.public_id]), _("“%(material)s” is in the library.") % {"material": made})
    asked, found = queries.library(actor, request.GET)
    context = {"asked": asked, "materials": found, "form": _form(actor), "segments": choices(actor).segments, "stages": _stages()}
    return render(request, "outreach/materials.html", HERE | context)


def _file(request: HttpRequest) -> tuple[str, Any]:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid(_("Choose a file first."), code="missing", field="file")
    return file.name or "", file.chunks()


@access(Right.LOOK)
@require_GET
def material(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One material: its versions, its tags, with whom it was shared and what came of it."""
    actor = actor_of(request)
    found = find(actor, Material, public_id)
    initial = {name: getattr(found, name) for name in ("name", "description", "segments", "stages")}
    context = {
        "material": found,
        "versions": list(found.versions.select_related("created_by")),
        "products": list(found.products.all()),
        "usage": queries.usage(actor, [found]).get(found.pk, queries.Usage()),
        "part": queries.shares(actor, found, request.GET.get("after", "")),
        "form": _form(actor, initial={**initial, "products": found.products.all()}),
    }
    return render(request, "outreach/material.html", HERE | context)


@access(Right.ORGANISE)
@require_POST
@kindly
def change_material(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change a material, keep a new version of it, put it out of use and back, put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    find(actor, Material, public_id)
    version = version_of(request)
    if act == "change":
        services.change_material(actor, public_id, version=version, **cleaned(_form(actor, request.POST)))
    elif act == "version":
        name, chunks = _file(request)
        services.add_version(actor, public_id, name, chunks, version=version, note=request.POST.get("note", ""))
    elif act in {"rest", "use"}:
        services.change_material(actor, public_id, version=version, is_active=act == "use")
    elif act == "archive":
        services.archive_material(actor, public_id, version=version)
        return done(request, reverse("materials"), _("Put into the bin for 90 days."))
    else:
        raise invalid_step()
    return done(request, reverse("material", args=[public_id]))


@access(Right.LOOK)
@require_GET
def material_file(request: HttpRequest, public_id: UUID, number: int) -> FileResponse:
    """A version of a material, always as a download, so that nothing in it runs on our pages."""
    version = services.file_of(find(actor_of(request), Material, public_id), number)
    content = attachments.path_of(version).open("rb")
    response = FileResponse(content, as_attachment=True, filename=version.filename, content_type="application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


@access(Right.LOOK)
@require_GET
def materials_for_customer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Materials that fit an account, as a card of its page."""
    account = find(actor_of(request), Account, public_id)
    return _card(request, account, None, reverse("materials_for_customer", args=[public_id]))


@access(Right.LOOK)
@require_GET
def materials_for_deal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Materials that fit a deal, as a card of its page."""
    deal = find(actor_of(request), Opportunity, public_id)
    return _card(request, deal.account, deal, reverse("materials_for_deal", args=[public_id]))


def _card(request: HttpRequest, account: Account, deal: Opportunity | None, address: str) -> HttpResponse:
    actor = actor_of(request)
    fits = queries.fitting(actor, account, deal)
    context = {
        "account": account,
        "deal": deal,
        "fits": fits[: queries.SHOWN],
        "n_more": max(0, len(fits) - queries.SHOWN),
        "card_at": address,
        "people": contacts(account) if fits else [],
        "ways": [(kind.value, kind.label) for kind in services.WAYS],
    }
    return render(request, "outreach/_materials.html", context)


@access(Right.SELL)
@require_POST
def share_material(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep that a material was shown or sent to an account."""
    actor, form = actor_of(request), request.POST
    account = find(actor, Account, public_id)
    try:
        material = find(actor, Material, UUID(form.get("material", "")))
        contact = find(actor, Contact, UUID(form["contact"])) if form.get("contact") else None
        deal = find(actor, Opportunity, UUID(form["deal"])) if form.get("deal") else None
    except ValueError:
        raise invalid_step() from None
    services.share(actor, material, account, contact=contact, opportunity=deal, by=form.get("by", "email"))
    return said(request, reverse("customer", args=[public_id]), _("“%(material)s” is kept as shared.") % {"material": material})
