"""What an account needs: the questions with its answers, and what fits, as a card of its page and of those of its deals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bailiwick_web.core.access import Actor, access, actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.forms.common import cleaned
from bailiwick_web.crm.forms.needs import AnswersForm, name_of
from bailiwick_web.crm.models import Account, Opportunity
from bailiwick_web.crm.queries import needs as queries
from bailiwick_web.crm.queries.pages_account import contacts
from bailiwick_web.crm.services import needs as services
from bailiwick_web.crm.views.common import done, invalid_step, kindly
from bailiwick_web.crm.visibility import find

HERE = "customers"


@access(Right.LOOK)
@require_GET
def needs(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The questions of every template with the answers of an account."""
    actor = actor_of(request)
    account = find(actor, Account, public_id)
    people = contacts(account)
    sheets = [
        {"assessment": one, "form": _form(actor, one, people, auto_id=f"{one.template.public_id}_%s")}
        for one in queries.assessments(actor, account)
    ]
    context = {"here": HERE, "account": account, "sheets": sheets, "fits": queries.fits(actor, account), "most": f":{queries.MOST}"}
    if not actor.may(Right.SELL):
        for sheet in sheets:
            for field in sheet["form"].fields.values():  # type: ignore[attr-defined]
                field.disabled = True
    return render(request, "crm/needs.html", context)


def _form(actor: Actor, one: queries.Assessment, people: Any, *args: Any, **kwargs: Any) -> AnswersForm:
    return AnswersForm(*args, asked=one.asked, people=people, today=local_day(actor.now), **kwargs)


@access(Right.SELL)
@require_POST
@kindly
def answer_needs(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Keep the answers to the questions of a template."""
    actor = actor_of(request)
    account = find(actor, Account, public_id)
    wanted = request.POST.get("template", "")
    one = next((one for one in queries.assessments(actor, account) if str(one.template.public_id) == wanted), None)
    if one is None:
        raise invalid_step()
    people = contacts(account)
    data = cleaned(_form(actor, one, people, request.POST))
    by = next((person for person in people if str(person.public_id) == data.get("contact")), None)
    given = [services.Given(asked.question, data[name_of(asked.question)], _version(request, asked)) for asked in one.asked]
    services.answer_all(actor, account, given, answered_on=data["answered_on"], contact=by)
    return done(request, reverse("customer_needs", args=[public_id]), _("The answers are kept."))


def _version(request: HttpRequest, asked: queries.Asked) -> int | None:
    text = request.POST.get(f"v-{asked.question.public_id}", "")
    return int(text) if text.isascii() and text.isdigit() else None


@access(Right.LOOK)
@require_GET
def needs_of_customer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What an account needs and what fits, as a card of its page."""
    account = find(actor_of(request), Account, public_id)
    return _card(request, account, None, reverse("needs_of_customer", args=[public_id]))


@access(Right.LOOK)
@require_GET
def needs_of_deal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the account of a deal needs and what fits, as a card of the page of the deal."""
    deal = find(actor_of(request), Opportunity, public_id)
    return _card(request, deal.account, deal, reverse("needs_of_deal", args=[public_id]))


def _card(request: HttpRequest, account: Account, deal: Opportunity | None, address: str) -> HttpResponse:
    actor = actor_of(request)
    asked = [one for assessment in queries.assessments(actor, account) for one in assessment.asked]
    fits = queries.fits(actor, account, deal)
    context = {
        "account": account,
        "deal": deal,
        "fits": fits,
        "most": f":{queries.SHOWN}",
        "n_more": max(0, len(fits.new) - queries.SHOWN),
        "n_asked": len(asked),
        "n_answered": sum(one.answer is not None for one in asked),
        "card_at": address,
    }
    return render(request, "crm/_needs.html", context)
