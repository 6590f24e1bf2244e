"""The pipeline as board and list, and the page of a deal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.forms.common import cleaned, given
from bailiwick_web.crm.forms.work import DealForm, LineForm, LogForm, PlanForm, StageForm
from bailiwick_web.crm.models import Opportunity, Stage
from bailiwick_web.crm.queries import pages_account, pages_pipeline
from bailiwick_web.crm.services import deals as services
from bailiwick_web.crm.services.money import house_currency
from bailiwick_web.crm.views.common import done, invalid_step, kindly, may_sell, me, picked, said, to_pick_from, version_of
from bailiwick_web.crm.views.customers import LOGGED
from bailiwick_web.crm.visibility import find

HERE = "pipeline"


@access(Right.LOOK)
@require_GET
def pipeline(request: HttpRequest) -> HttpResponse:
    """Deals by stage, on a board or as a list, with what they are worth."""
    actor = actor_of(request)
    asked = pages_pipeline.Asked.of(request.GET)
    there = pages_pipeline.pipelines()
    one = pages_pipeline.the_pipeline(there, asked.given["pipeline"])
    context: dict[str, Any] = {"here": HERE, "tab": "deals", "pipelines": there, "pipeline": one, "asked": asked, "now": actor.now}
    context["view"] = "list" if request.GET.get("view") == "list" else "board"
    if one is not None:
        found = pages_pipeline.deals(actor, one, asked, me(actor))
        columns = pages_pipeline.board(actor, one, found)
        context |= {"columns": columns, "totals": pages_pipeline.totals(columns), "stages": [c.stage for c in columns]}
        context["n_shown"] = sum(c.n for c in columns)
        if context["view"] == "list":
            context["part"], context["cards"] = pages_pipeline.listed(actor, found, asked)
        context |= _why()
    return render(request, "crm/pipeline.html", context)


def _why() -> dict[str, Any]:
    form = StageForm()
    return {"outcome_reasons": form.fields["reasons"].queryset, "competitors": form.fields["lost_to"].queryset}  # type: ignore[attr-defined]


@access(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_deal(request: HttpRequest) -> HttpResponse:
    """A deal with an account; without one, the account is chosen first."""
    actor = actor_of(request)
    account = picked(actor, request)
    if account is None:
        context = {"here": HERE, "to": reverse("new_deal"), "title": _("New deal"), **to_pick_from(actor, request)}
        return render(request, "crm/pick_account.html", context)
    if request.method == "GET":
        return render(request, "crm/new_deal.html", {"here": HERE, "account": account, "form": DealForm(account=account)})
    data = given(cleaned(DealForm(request.POST, account=account)))
    made = services.create_opportunity(actor, account=account, **data)
    return done(request, reverse("deal", args=[made.public_id]), _("“%(deal)s” is in the pipeline.") % {"deal": made})


@access(Right.LOOK)
@require_GET
def deal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One deal: where it stands, how it got there, its products, its rivals, what comes next."""
    actor = actor_of(request)
    found = find(actor, Opportunity, public_id)
    names = DealForm.base_fields
    initial = {name: getattr(found, name) for name in names if name != "contact"}
    initial["contact"] = found.contact.public_id if found.contact else None
    context = {
        "here": HERE,
        "deal": found,
        "card": pages_pipeline.card(actor, found),
        "weighted": services.weighted(found),
        "is_foreign": found.house_amount is not None and found.currency != house_currency(),
        "held": pages_account.held(actor, found.account),
        "now": actor.now,
        "today": local_day(actor.now),
        "form": DealForm(account=found.account, initial=initial),
        "line_form": LineForm(auto_id="line_%s"),
        **pages_pipeline.of_deal(found),
    }
    if may_sell(actor):
        about: dict[str, Any] = {"account": found.account, "people": pages_account.contacts(found.account)}
        context["logs"] = [(kind, LogForm(**about, auto_id=f"{kind}_%s")) for kind in LOGGED]
        context["plan_form"] = PlanForm(**about, auto_id="plan_%s", initial={"due_on": local_day(actor.now)})
    return render(request, "crm/deal.html", context)


@access(Right.SELL)
@require_POST
@kindly
def move_deal(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Let a deal go to another stage; where it ends there, with the reason."""
    actor = actor_of(request)
    before = find(actor, Opportunity, public_id).stage
    data = cleaned(StageForm(request.POST))
    stage: Stage = data["stage"]
    fresh = services.move_to_stage(
        actor,
        public_id,
        version=version_of(request),
        stage=stage,
        reasons=list(data["reasons"]),
        lost_to=data["lost_to"],
        note=data["note"],
    )
    told = {"deal": fresh.name, "stage": stage.name}
    message = _("Won: “%(deal)s”. Well done!") if stage.kind == Stage.Kind.WON else _("“%(deal)s” is in “%(stage)s” now.")
    undo: dict[str, Any] = {}
    if before.kind == Stage.Kind.OPEN:
        undo = {"address": request.path, "act": "", "stage": str(before.public_id), "version": fresh.version}
    return said(request, reverse("deal", args=[public_id]), message % told, undo=undo)


@access(Right.SELL)
@require_POST
@kindly
def change_deal(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change a deal, its products; or put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    found, version = find(actor, Opportunity, public_id), version_of(request)
    if act == "change":
        services.change_opportunity(actor, public_id, version=version, **cleaned(DealForm(request.POST, account=found.account)))
    elif act == "add-line":
        line = cleaned(LineForm(request.POST))
        line["discount"] = (line["discount"] or Decimal(0)) / 100
        services.change_opportunity(actor, public_id, version=version, lines=[*_lines(found), line])
    elif act == "drop-line":
        kept = [line for i, line in enumerate(_lines(found)) if str(i) != request.POST.get("line")]
        services.change_opportunity(actor, public_id, version=version, lines=kept)
    elif act == "archive":
        services.archive_opportunity(actor, public_id, version=version)
        return done(request, reverse("pipeline"), _("Put into the bin for 90 days."))
    else:
        raise invalid_step()
    return done(request, redirect("deal", public_id).url)


def _lines(found: Opportunity) -> list[dict[str, Any]]:
    names = ("product", "text", "quantity", "price", "discount", "amount")
    return [{name: getattr(line, name) for name in names} for line in found.lines.select_related("product")]
