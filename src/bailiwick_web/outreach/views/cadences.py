"""Cadences: the list with whose steps are due, one of them, and the card on the page of whoever is followed up."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.forms.common import cleaned
from bailiwick_web.crm.models import Account, Contact, Lead
from bailiwick_web.crm.queries.pages_accounts import choices
from bailiwick_web.crm.views.common import done, invalid_step, kindly, me, said, version_of
from bailiwick_web.crm.visibility import find
from bailiwick_web.outreach.forms import CadenceForm, initial_of
from bailiwick_web.outreach.models import Cadence, Enrolment
from bailiwick_web.outreach.queries import cadences as queries
from bailiwick_web.outreach.services import cadences as services
from bailiwick_web.outreach.services.reaching import PURPOSE

HERE = {"here": "pipeline", "tab": "cadences"}


def _first_steps() -> list[dict[str, Any]]:
    """What a new cadence begins with."""
    return [
        {"channel": "preferred", "days": 0, "subject": _("Introduce yourself to {name}")},
        {"channel": "call", "days": 3, "subject": _("Ask {name} what they need")},
        {"channel": "email", "days": 5, "subject": _("Send {name} an example")},
    ]


@access(Right.LOOK)
@require_http_methods(["GET", "POST"])
def cadences(request: HttpRequest) -> HttpResponse:
    """Every cadence with what came of it, and whose steps are due; planners add one."""
    actor = actor_of(request)
    if request.method == "POST":
        made = services.create_cadence(actor, **_given(CadenceForm(request.POST, n_steps=services.MOST_STEPS)))
        return done(
            request, reverse("cadence", args=[made.public_id]), _("“%(cadence)s” is here. Now choose whom to put in.") % {"cadence": made}
        )
    form = CadenceForm(initial=initial_of("", PURPOSE, "", _first_steps()))
    context = {"cadences": queries.cadences(actor), "due": queries.due_by_person(actor), "form": form, "today": local_day(actor.now)}
    return render(request, "outreach/cadences.html", HERE | context)


def _given(form: CadenceForm) -> dict[str, Any]:
    cleaned(form)
    return form.given


@access(Right.LOOK)
@require_GET
def cadence(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One cadence: its steps, who is in it, and what came of it."""
    actor = actor_of(request)
    found = find(actor, Cadence, public_id)
    state = "over" if request.GET.get("state") == "over" else "running"
    initial = initial_of(found.name, found.purpose, found.description, found.steps)
    context = {
        "cadence": found,
        "result": queries.results(actor).get(found.pk, queries.Result()),
        "state": state,
        "part": queries.enrolled(actor, found, state, request.GET.get("after", "")),
        "form": CadenceForm(initial=initial, n_steps=len(found.steps)),
        "choices": choices(actor),
        "states": Account.State.choices,
        "today": local_day(actor.now),
    }
    return render(request, "outreach/cadence.html", HERE | context)


@access(Right.ORGANISE)
@require_POST
@kindly
def change_cadence(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change a cadence, put it out of use and back, put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    find(actor, Cadence, public_id)
    version = version_of(request)
    if act == "change":
        form = CadenceForm(request.POST, n_steps=services.MOST_STEPS)
        services.change_cadence(actor, public_id, version=version, **_given(form))
    elif act in {"rest", "use"}:
        services.change_cadence(actor, public_id, version=version, is_active=act == "use")
    elif act == "archive":
        services.archive_cadence(actor, public_id, version=version)
        return done(request, reverse("cadences"), _("Put into the bin for 90 days."))
    else:
        raise invalid_step()
    return done(request, reverse("cadence", args=[public_id]))


@access(Right.SELL)
@require_POST
def enrol(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put leads, or the main contacts of some accounts, into a cadence; who is left out is counted by the reason."""
    actor = actor_of(request)
    found = find(actor, Cadence, public_id)
    person = me(actor)
    people = queries.to_enrol(actor, request.POST, person)
    told = services.enrol(actor, found, people, person=person if request.POST.get("doer") == "me" else None)
    parts = [ngettext("%(n)s was put in", "%(n)s were put in", len(told.made)) % {"n": len(told.made)}]
    reasons = Counter(reason for _who, reason in told.left_out)
    parts += [f"{n}: {why}" for why, n in queries.left_out_in_words(reasons)]
    return done(request, reverse("cadence", args=[public_id]), "; ".join(parts) + ".")


@access(Right.SELL)
@require_POST
@kindly
def act_on_enrolment(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Stop it."""
    actor = actor_of(request)
    found = find(actor, Enrolment, public_id)
    if request.POST.get("act") != "stop":
        raise invalid_step()
    services.stop_enrolment(actor, public_id, version=version_of(request))
    return said(
        request, reverse("cadence", args=[found.cadence.public_id]), _("“%(who)s” is not followed up any more.") % {"who": found.who}
    )


@access(Right.LOOK)
@require_GET
def followed_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How a contact is followed up, as a card of their page."""
    return _card(request, find(actor_of(request), Contact, public_id))


@access(Right.LOOK)
@require_GET
def followed_lead(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How a lead is followed up, as a card of its page."""
    return _card(request, find(actor_of(request), Lead, public_id))


def _card(request: HttpRequest, who: Contact | Lead) -> HttpResponse:
    actor = actor_of(request)
    word = "contact" if isinstance(who, Contact) else "lead"
    context = {"f": queries.followed(actor, who), "today": local_day(actor.now)}
    context |= {"enrol_at": reverse(f"enrol_{word}", args=[who.public_id]), "card_at": reverse(f"followed_{word}", args=[who.public_id])}
    return render(request, "outreach/_followed.html", context)


@access(Right.SELL)
@require_POST
def enrol_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a contact into a cadence."""
    return _enrol(request, contact=find(actor_of(request), Contact, public_id))


@access(Right.SELL)
@require_POST
def enrol_lead(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a lead into a cadence."""
    return _enrol(request, lead=find(actor_of(request), Lead, public_id))


def _enrol(request: HttpRequest, **who: Any) -> HttpResponse:
    actor = actor_of(request)
    try:
        found = find(actor, Cadence, UUID(request.POST.get("cadence", "")))
    except ValueError:
        raise Invalid(_("Choose a cadence."), code="missing", field="cadence") from None
    made = services.create_enrolment(actor, cadence=found, **who)
    word = next(iter(who))
    return done(
        request, reverse(word, args=[made.who.public_id]), _("“%(who)s” follows “%(cadence)s” now.") % {"who": made.who, "cadence": found}
    )
