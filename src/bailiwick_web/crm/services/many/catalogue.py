"""Products and their lines, many at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Product, ProductLine
from bailiwick_web.crm.services.catalogue import PRODUCT, PRODUCT_LINE
from bailiwick_web.crm.services.many.writing import New, create_all, identify_all


@transaction.atomic
def create_products(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[Product]:
    """Add products; planners may. Recorded, told."""
    made = create_all(actor, PRODUCT, [new.values for new in news], origin=origin)
    identify_all(Product, [(product, new.ids) for product, new in zip(made, news, strict=True)])
    return made


@transaction.atomic
def create_lines(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[ProductLine]:
    """Add product lines; planners may. Recorded, told."""
    made = create_all(actor, PRODUCT_LINE, [new.values for new in news], origin=origin)
    identify_all(ProductLine, [(line, new.ids) for line, new in zip(made, news, strict=True)])
    return made
