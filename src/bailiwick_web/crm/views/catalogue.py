"""What everybody shares, on pages: products, competitors, pipelines, reasons, criteria, clocks, own fields, rates."""

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
from bailiwick_web.crm.forms.catalogue import PriceForm
from bailiwick_web.crm.forms.common import cleaned
from bailiwick_web.crm.models import Product
from bailiwick_web.crm.services import catalogue as services
from bailiwick_web.crm.services import needs, writing
from bailiwick_web.crm.views.common import done, invalid_step, kindly, version_of
from bailiwick_web.crm.views.sheets import SHEETS, form_of, name_of, rows_of, sheet_of
from bailiwick_web.crm.views.sheets.sheet import Sheet
from bailiwick_web.crm.visibility import find

BINNED = (services.PRODUCT, services.PRODUCT_LINE, services.COMPETITOR, services.PRESENCE, needs.TEMPLATE, needs.QUESTION)
SPECS: dict[Any, writing.Spec[Any]] = {spec.model: spec for spec in BINNED}
"""What can be put into the bin."""


@access(Right.LOOK)
@require_GET
def catalogue(request: HttpRequest, kind: str = "products") -> HttpResponse:
    """One list of what everybody shares, with a form to add to it."""
    actor, sheet = actor_of(request), sheet_of(kind)
    asked = request.GET.get("q", "").strip()[:100]
    rows, has_more = rows_of(actor, sheet, asked)
    context = {
        "rows": rows,
        "has_more": has_more,
        "asked": asked,
        "form": form_of(actor, sheet, auto_id="new_%s") if actor.may(sheet.right) else None,
        **_beside(actor.may(sheet.right), sheet),
    }
    return render(request, "crm/catalogue.html", context)


def _beside(may_write: bool, sheet: Sheet) -> dict[str, Any]:
    return {"here": "customers", "sheet": sheet, "sheets": SHEETS.values(), "may_write": may_write}


@access(Right.SELL)
@require_POST
@kindly
def add_to_catalogue(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Add a row; the service says who may."""
    actor, sheet = actor_of(request), sheet_of(kind)
    actor.need(sheet.right)
    sheet.add(actor, **sheet.to(cleaned(form_of(actor, sheet, request.POST))))
    return done(request, reverse("catalogue_list", args=[kind]))


@access(Right.LOOK)
@require_GET
def catalogue_entry(request: HttpRequest, kind: str, public_id: UUID) -> HttpResponse:
    """One row, to be read or changed."""
    actor, sheet = actor_of(request), _changing(kind)
    record: Any = find(actor, sheet.model, public_id)
    form = form_of(actor, sheet, initial=sheet.initial(record))
    may_write = actor.may(sheet.right)
    for name in form.fields:
        form.fields[name].disabled = not may_write or name in sheet.fixed
    is_product = isinstance(record, Product)
    context = {
        "record": record,
        "name": name_of(sheet, record),
        "form": form,
        "prices": list(record.prices.all()) if is_product else None,
        "price_form": PriceForm(auto_id="price_%s") if is_product and may_write else None,
        **_beside(may_write, sheet),
    }
    return render(request, "crm/catalogue_entry.html", context)


def _changing(kind: str) -> Sheet:
    sheet = sheet_of(kind)
    if sheet.change is None:
        raise Missing(_("There is no such list."))
    return sheet


@access(Right.SELL)
@require_POST
@kindly
def change_catalogue(request: HttpRequest, kind: str, public_id: UUID) -> HttpResponseBase:
    """Change a row, set its prices, put it away; the service says who may."""
    actor, act, sheet = actor_of(request), request.POST.get("act", ""), _changing(kind)
    record: Any = find(actor, sheet.model, public_id)
    actor.need(sheet.right)
    version, to = version_of(request), reverse("catalogue_entry", args=[kind, public_id])
    if act == "change":
        assert sheet.change is not None
        form = form_of(actor, sheet, request.POST, initial=sheet.initial(record))
        for name in sheet.fixed:
            form.fields[name].disabled = True
        values = {name: value for name, value in cleaned(form).items() if name not in sheet.fixed}
        sheet.change(actor, public_id, version, **sheet.to(values))
    elif act in {"add-price", "drop-price"} and isinstance(record, Product):
        services.set_prices(actor, public_id, version=version, prices=_prices(request, record, is_new=act == "add-price"))
    elif act == "archive" and sheet.can_go:
        writing.archive(actor, SPECS[sheet.model], public_id, version=version)
        return done(request, reverse("catalogue_list", args=[kind]), _("Put into the bin for 90 days."))
    else:
        raise invalid_step()
    return done(request, to)


def _prices(request: HttpRequest, product: Product, *, is_new: bool) -> list[dict[str, Any]]:
    """The prices of a product with one more, or one less."""
    names = ("book", "currency", "amount", "least_quantity", "valid_from", "valid_until")
    kept = [price for price in product.prices.all() if is_new or str(price.pk) != request.POST.get("price")]
    found: list[dict[str, Any]] = [{name: getattr(price, name) for name in names} for price in kept]
    return [*found, cleaned(PriceForm(request.POST))] if is_new else found
