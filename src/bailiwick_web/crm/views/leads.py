"""Leads: the list, one lead with its grades, and what it becomes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.models import Person
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.forms.common import cleaned, given, offer
from bailiwick_web.crm.forms.work import BantForm, ConvertForm, GiveForm, HotForm, LeadForm
from bailiwick_web.crm.models import Criterion, Lead
from bailiwick_web.crm.queries import pages_desk
from bailiwick_web.crm.queries.pages_pipeline import activities_of
from bailiwick_web.crm.queries.whose import why_lead
from bailiwick_web.crm.services import leads as services
from bailiwick_web.crm.views.common import done, invalid_step, kindly, me, picked, version_of
from bailiwick_web.crm.views.customers import made_address
from bailiwick_web.crm.visibility import find, visible

HERE = "pipeline"
STEPS = {
    Lead.Status.NEW: ("working", "nurturing", "disqualified"),
    Lead.Status.WORKING: ("qualified", "nurturing", "disqualified"),
    Lead.Status.NURTURING: ("working", "disqualified"),
    Lead.Status.QUALIFIED: ("nurturing", "disqualified"),
    Lead.Status.DISQUALIFIED: ("working",),
}


@access(Right.LOOK)
@require_GET
def leads(request: HttpRequest) -> HttpResponse:
    """Leads within the scope, the one that waits longest for an answer on top."""
    actor = actor_of(request)
    asked, part, counts = pages_desk.leads(actor, me(actor), request.GET)
    tabs = [("", _("Open"), sum(counts.get(s, 0) for s in pages_desk.OPEN))]
    tabs += [(value, str(label), counts.get(value, 0)) for value, label in Lead.Status.choices]
    context = {"here": HERE, "tab": "leads", "asked": asked, "part": part, "tabs": tabs, "now": actor.now}
    return render(request, "crm/leads.html", context)


@access(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_lead(request: HttpRequest) -> HttpResponse:
    """A new lead; it gets its territory and whoever is on duty there at once."""
    if request.method == "GET":
        account = picked(actor_of(request), request)
        initial = {"recommended_by": account.name, "source": _("Recommendation")} if account else None
        return render(request, "crm/new_lead.html", {"here": HERE, "form": LeadForm(initial=initial), "account": account})
    made = services.create_lead(actor_of(request), **given(_lead_data(request)))
    message = _("“%(lead)s” went to %(person)s.") if made.person else _("“%(lead)s” is here; nobody is on duty for it yet.")
    return done(request, reverse("lead", args=[made.public_id]), message % {"lead": made, "person": made.person})


@access(Right.LOOK)
@require_GET
def lead(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One lead: whose it is and why, how good a chance it is, what it becomes."""
    actor = actor_of(request)
    found = find(actor, Lead, public_id)
    convert = ConvertForm(auto_id="convert_%s", initial={"deal_name": found.company or found.name})
    alike = pages_desk.likely_accounts(actor, found)
    offer(convert, "account", alike)
    give = GiveForm(auto_id="give_%s")
    offer(give, "person", visible(actor, Person).order_by("name"))
    names = LeadForm.base_fields
    initial = {name: getattr(found, name, "") for name in names} | {"tags": ", ".join(found.tags)}
    initial["recommended_by"] = pages_desk.recommender(actor, found)
    context = {
        "here": HERE,
        "lead": found,
        "now": actor.now,
        "form": LeadForm(initial=initial),
        "bant_form": BantForm(lead=found, auto_id="bant_%s"),
        "hot_form": HotForm(lead=found, auto_id="hot_%s"),
        "convert_form": convert,
        "give_form": give,
        "alike": list(alike) if found.status != Lead.Status.CONVERTED else [],
        "fails": [Criterion.Part(part).label for part in found.fails],
        "steps": [(value, Lead.Status(value).label) for value in STEPS.get(Lead.Status(found.status), ())],
        "why": _why(found),
        "activities": activities_of("lead", found),
    }
    return render(request, "crm/lead.html", context)


def _lead_data(request: HttpRequest) -> dict[str, Any]:
    """What the form says, as the service takes it: who recommended the lead is a customer that one sees."""
    data, account = cleaned(LeadForm(request.POST)), picked(actor_of(request), request)
    name = data.pop("recommended_by")
    if account is not None and account.name == name:
        return {**data, "referrer_account": account}
    return {**data, "referrer_account": pages_desk.account_called(actor_of(request), name) if name else None}


def _why(found: Lead) -> list[str]:
    """How a lead came to whom it is with, in words."""
    words = {
        "vacant": _("the position is vacant"),
        "absent": _("its holder is away"),
        "full": _("its holder has as many leads as they take"),
        "unled": _("nobody leads there either"),
        "manual": _("given by hand"),
    }
    told = [why] if (why := why_lead(found)) else []
    told += [str(words.get(detour, detour)) for detour in found.routing.get("detours", [])]
    return told + ([str(found.routing["note"])] if found.routing.get("note") else [])


@access(Right.SELL)
@require_POST
@kindly
def change_lead(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change a lead, grade it, let it go on, give it to somebody, put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    found, version = find(actor, Lead, public_id), version_of(request)
    change: dict[str, Any] | None = None
    if act == "change":
        change = _lead_data(request)
    elif act == "grade":
        form = BantForm(request.POST, lead=found)
        cleaned(form)
        change = {"bant": form.bant(local_day(actor.now))}
    elif act == "hot":
        hot = HotForm(request.POST, lead=found)
        cleaned(hot)
        change = {"hot": hot.hot()}
    elif act == "status":
        change = {"status": request.POST.get("status", "")}
    elif act == "give":
        _give(request, public_id)
    elif act == "archive":
        services.archive_lead(actor, public_id, version=version)
        return done(request, reverse("leads"), _("Put into the bin for 90 days."))
    else:
        raise invalid_step()
    if change is not None:
        services.change_lead(actor, public_id, version=version, **change)
    return done(request, redirect("lead", public_id).url)


def _give(request: HttpRequest, public_id: UUID) -> None:
    actor, form = actor_of(request), GiveForm(request.POST)
    offer(form, "person", visible(actor, Person))
    services.give_lead(actor, public_id, version=version_of(request), **cleaned(form))


@access(Right.SELL)
@require_POST
@kindly
def convert_lead(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Make an account, a contact and a deal of a lead."""
    actor = actor_of(request)
    form = ConvertForm(request.POST)
    offer(form, "account", pages_desk.likely_accounts(actor, find(actor, Lead, public_id)))
    made = services.convert_lead(actor, public_id, version=version_of(request), **cleaned(form))
    message = _("“%(lead)s” is a customer record now.") % {"lead": made.account}
    to = reverse("deal", args=[made.opportunity.public_id]) if made.opportunity else made_address(made.account)
    return done(request, to, message)
