"""Forms about orders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick_web.crm.forms.common import day, money, offer, pick, text
from bailiwick_web.crm.forms.work import people_of
from bailiwick_web.crm.models import Account, Order, Product

MOST_LINES = 5


class OrderForm(forms.Form):
    """What an order says at its top."""

    number = text(_("Number"), 80)
    ordered_on = day(_("Ordered on"), required=True)
    state = forms.ChoiceField(label=_("State"), choices=Order.State.choices)
    currency = text(_("Currency"), 3)
    due_on = day(_("To be delivered on"))
    contact = pick(_("Contact"))

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "contact", people_of(account))


class NewOrderForm(OrderForm):
    """A new order: an amount, if there are no lines."""

    amount = money(_("Amount, if there are no lines"))


class OrderLineForm(forms.Form):
    """A line of an order; what comes back has a negative quantity."""

    product = pick(_("Product"))
    text = text(_("Or a text"))
    quantity = forms.DecimalField(label=_("Quantity"), required=False, max_digits=14, decimal_places=3)
    price = forms.DecimalField(label=_("Price"), required=False, min_value=0, max_digits=18, decimal_places=4)
    discount = forms.DecimalField(label=_("Discount in %"), required=False, min_value=0, max_value=100, max_digits=6, decimal_places=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "product", Product.objects.filter(is_active=True, deleted_at=None).order_by("name"))


def new_lines(*args: Any) -> list[OrderLineForm]:
    """The first lines of a new order; those that are left empty are none."""
    return [OrderLineForm(*args, prefix=f"line{i}") for i in range(MOST_LINES)]
