"""Orders: what was bought and what came back, typed in where no other system brings them."""

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
from bailiwick_web.crm.forms.orders import NewOrderForm, OrderForm, OrderLineForm, new_lines
from bailiwick_web.crm.models import Order
from bailiwick_web.crm.services import trading as services
from bailiwick_web.crm.services.money import house_currency
from bailiwick_web.crm.views.common import done, invalid_step, kindly, picked, to_pick_from, version_of
from bailiwick_web.crm.views.customers import made_address
from bailiwick_web.crm.visibility import find

HERE = "customers"


@access(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_order(request: HttpRequest) -> HttpResponse:
    """An order of an account; without one, the account is chosen first."""
    actor = actor_of(request)
    account = picked(actor, request)
    if account is None:
        context = {"here": HERE, "to": reverse("new_order"), "title": _("New order"), **to_pick_from(actor, request)}
        return render(request, "crm/pick_account.html", context)
    if request.method == "GET":
        form = NewOrderForm(account=account, initial={"ordered_on": local_day(actor.now), "currency": house_currency()})
        return render(request, "crm/new_order.html", {"here": HERE, "account": account, "form": form, "line_forms": new_lines()})
    data = given(cleaned(NewOrderForm(request.POST, account=account)))
    lines = [line for form in new_lines(request.POST) if (line := _line(form)) is not None]
    made = services.create_order(actor, account=account, lines=lines, **data)
    return done(request, reverse("order", args=[made.public_id]))


def _line(form: OrderLineForm) -> dict[str, Any] | None:
    """A line as the service takes it; None if nothing is in it."""
    line = given(cleaned(form))
    if "discount" in line:
        line["discount"] = Decimal(line["discount"]) / 100
    return line or None


@access(Right.LOOK)
@require_GET
def order(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One order: its lines, what they add up to, whom it is credited to."""
    actor = actor_of(request)
    found = find(actor, Order, public_id)
    initial = {name: getattr(found, name) for name in OrderForm.base_fields if name != "contact"}
    initial["contact"] = found.contact.public_id if found.contact else None
    context = {
        "here": HERE,
        "order": found,
        "lines": list(found.lines.select_related("product")),
        "is_foreign": found.currency != house_currency(),
        "form": OrderForm(account=found.account, initial=initial),
        "line_form": OrderLineForm(auto_id="line_%s"),
    }
    return render(request, "crm/order.html", context)


@access(Right.SELL)
@require_POST
@kindly
def change_order(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change an order, its lines; or put it away."""
    actor, act = actor_of(request), request.POST.get("act", "")
    found, version = find(actor, Order, public_id), version_of(request)
    if act == "change":
        services.change_order(actor, public_id, version=version, **cleaned(OrderForm(request.POST, account=found.account)))
    elif act == "add-line":
        line = _line(OrderLineForm(request.POST)) or {}
        services.change_order(actor, public_id, version=version, lines=[*_lines(found), line])
    elif act == "drop-line":
        at = request.POST.get("line", "")
        services.change_order(actor, public_id, version=version, lines=[x for i, x in enumerate(_lines(found)) if str(i) != at])
    elif act == "archive":
        services.archive_order(actor, public_id, version=version)
        return done(request, made_address(found.account), _("Put into the bin for 90 days."))
    else:
        raise invalid_step()
    return done(request, redirect("order", public_id).url)


def _lines(found: Order) -> list[dict[str, Any]]:
    names = ("product", "text", "quantity", "price", "discount", "amount", "cost", "place")
    return [{name: getattr(line, name) for name in names} for line in found.lines.select_related("product")]
