"""Products and their lines, many at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import MANY, audit_all
from bailiwick_web.crm.models import Price, Product, ProductLine
from bailiwick_web.crm.services.catalogue import PRODUCT, PRODUCT_LINE, priced, prices_of
from bailiwick_web.crm.services.many.changing import Change, change_all, locked_all, touch_all
from bailiwick_web.crm.services.many.writing import New, by_record, create_all, identify_all, parts


@transaction.atomic
def create_products(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[Product]:
    """Add products; planners may. Recorded, told."""
    made = create_all(actor, PRODUCT, [new.values for new in news], origin=origin)
    identify_all(Product, [(product, new.ids) for product, new in zip(made, news, strict=True)])
    return made


@transaction.atomic
def change_products(actor: Actor, changes: Sequence[Change]) -> list[Product]:
    """Change what is given of products; planners may. Recorded field by field, told."""
    found = locked_all(actor, PRODUCT, changes)
    change_all(actor, PRODUCT, found, [change.values for change in changes])
    identify_all(Product, [(product, change.ids) for product, change in zip(found, changes, strict=True)])
    return found


@transaction.atomic
def set_prices(actor: Actor, changes: Sequence[Change]) -> list[Product]:
    """Let the prices of products be those in the ``prices`` of each change; planners may. Recorded."""
    found = locked_all(actor, PRODUCT, changes)
    there = by_record(Price.objects.all(), "product", found)
    rows = [prices_of(product, change.values["prices"]) for product, change in zip(found, changes, strict=True)]
    for part in parts([product.pk for product in found]):
        Price.objects.filter(product__in=part).delete()
    Price.objects.bulk_create((price for prices in rows for price in prices), batch_size=MANY)
    audit_all(priced(actor, product, there[product.pk], prices) for product, prices in zip(found, rows, strict=True))
    touch_all(actor, found)
    return found


@transaction.atomic
def create_lines(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[ProductLine]:
    """Add product lines; planners may. Recorded, told."""
    made = create_all(actor, PRODUCT_LINE, [new.values for new in news], origin=origin)
    identify_all(ProductLine, [(line, new.ids) for line, new in zip(made, news, strict=True)])
    return made
