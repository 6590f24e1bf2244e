"""Lines of deals and orders: quantity times price less discount, rounded once per line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm import checking as c


class Line(Protocol):
    """Something with an amount."""

    amount: Decimal


def line_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a line keeps; a return has a negative quantity, and so a negative amount.

    An amount that is given must be what the line adds up to, within the cents that rounding elsewhere may have left; it stays as given.
    """
    quantity = c.decimal("quantity", given.get("quantity", 1), 3)
    price = c.decimal("price", given.get("price", 0), 4)
    discount = c.decimal("discount", given.get("discount") or 0, 6)
    if quantity is None or price is None or discount is None:
        raise Invalid(_("A line has a quantity and a price."), code="missing", field="quantity")
    if not 0 <= discount <= 1 or price < 0:
        raise Invalid(_("A price is not negative and a discount lies between 0 and 1; a return has a negative quantity."), code="field")
    amount, told = round(quantity * price * (1 - discount), 2), c.money("amount", given.get("amount"))
    if told is not None and abs(told - amount) > max(Decimal("0.05"), abs(amount) * Decimal("0.001")):
        said = {"told": told, "found": amount}
        raise Invalid(_("The amount of the line is said to be %(told)s, but it adds up to %(found)s.") % said, code="sum", field="amount")
    product, words = given.get("product"), c.text(300)("text", given.get("text"))
    if product is None and not words:
        raise Invalid(_("A line has a product or a text."), code="missing", field="product")
    return {
        "product": product,
        "text": words,
        "quantity": quantity,
        "price": price,
        "discount": discount,
        "amount": amount if told is None else told,
    }


def amounts_of(lines: Iterable[Line]) -> Decimal:
    """What lines add up to."""
    return sum((line.amount for line in lines), Decimal(0))
