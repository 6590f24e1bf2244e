"""What is sold, as lists: products and their lines."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.crm import models as m
from bailiwick_web.crm.forms import catalogue as f
from bailiwick_web.crm.services import catalogue
from bailiwick_web.crm.views.sheets.sheet import Sheet, adds, changes


def _price(product: Any) -> str:
    found = [p for p in product.prices.all() if not p.least_quantity]
    return " · ".join(f"{p.amount.normalize():f} {p.currency}" for p in found[:2])


SHEETS = (
    Sheet(
        "products",
        gettext_lazy("Products"),
        gettext_lazy("What you sell: products and services stand in deals, offers and orders, with their prices."),
        m.Product,
        f.ProductForm,
        (
            (gettext_lazy("Number"), lambda r: r.code),
            (gettext_lazy("Product line"), lambda r: r.line or ""),
            (gettext_lazy("Price"), _price),
            (gettext_lazy("Answers the needs"), lambda r: ", ".join(r.needs)),
            ("", lambda r: "" if r.is_active else _("not sold any more")),
        ),
        adds(catalogue.PRODUCT),
        changes(catalogue.PRODUCT),
        related=("line",),
        words=("name", "code"),
    ),
    Sheet(
        "product-lines",
        gettext_lazy("Product lines"),
        gettext_lazy("Products that belong together; sales and potential are told by line."),
        m.ProductLine,
        f.LineForm,
        ((gettext_lazy("Number"), lambda r: r.code), (gettext_lazy("Belongs to"), lambda r: r.parent or "")),
        adds(catalogue.PRODUCT_LINE),
        changes(catalogue.PRODUCT_LINE),
        related=("parent",),
        words=("name", "code"),
    ),
)
