"""Products, orders and rates of exchange."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Position
from bailiwick_web.crm.models.base import MONEY, RATE, SellingRecord
from bailiwick_web.crm.models.customers import Account, Location
from bailiwick_web.crm.models.people import Contact
from bailiwick_web.planning.models import TerritoryDefinition


class ExchangeRate(models.Model):
    """What one of a currency was worth in the currency of the house, from a day on."""

    currency = models.CharField(max_length=3)
    on = models.DateField()
    rate = models.DecimalField(**RATE)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["currency", "on"], name="rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_positive"),
        )


class ProductLine(SellingRecord):
    """A line of products or services."""

    code = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")

    class Meta:
        indexes = (models.Index(fields=["code"], name="product_line_by_code"),)

    def __str__(self) -> str:
        return self.name


class Product(SellingRecord):
    """What is sold."""

    code = models.CharField(max_length=80, blank=True, db_index=True)
    name = models.CharField(max_length=300)
    line = models.ForeignKey(ProductLine, null=True, on_delete=models.SET_NULL, related_name="products")
    unit = models.CharField(max_length=40, blank=True, help_text="piece, kg, hour …")
    description = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    needs = models.JSONField(default=list, help_text="of customers that it answers, as tags")
    fields = models.JSONField(default=dict)
    search_text = models.TextField(blank=True, editable=False)

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """What a product costs in a price book from a day on, from a quantity on."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices")
    book = models.CharField(max_length=80, default="standard")
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    least_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)

    class Meta:
        ordering = ("book", "currency", "least_quantity", "pk")


class Order(SellingRecord):
    """What an account bought. Its amount is what its lines add up to, if it has any; returns are negative."""

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("Open")
        DELIVERED = "delivered", _("Delivered")
        INVOICED = "invoiced", _("Invoiced")
        CANCELLED = "cancelled", _("Cancelled")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="orders")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="orders")
    opportunity = models.ForeignKey("crm.Opportunity", null=True, on_delete=models.SET_NULL, related_name="orders")
    location = models.ForeignKey(Location, null=True, on_delete=models.SET_NULL, related_name="orders")
    number = models.CharField(max_length=80, blank=True, db_index=True)
    ordered_on = models.DateField(help_text="a date in every time zone")
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(help_text="house currency for one of the currency, on the day of the order", **RATE)
    amount = models.DecimalField(**MONEY)
    house_amount = models.DecimalField(help_text="in the currency of the house; a new rate does not change it", **MONEY)
    territory = models.ForeignKey(TerritoryDefinition, null=True, on_delete=models.SET_NULL, related_name="+", help_text="credited as-was")
    position = models.ForeignKey(Position, null=True, on_delete=models.SET_NULL, related_name="orders")
    fields = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=["account", "-ordered_on"], name="order_of_account"),
            models.Index(fields=["ordered_on"], name="order_by_day"),
        )

    def __str__(self) -> str:
        return self.number or str(self.public_id)


class OrderLine(models.Model):
    """A line of an order; the quantity of a return is negative, and so is its amount."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="order_lines")
    text = models.CharField(max_length=300, blank=True)
    place = models.PositiveIntegerField(default=0)
    quantity = models.DecimalField(max_digits=14, decimal_places=3, default=1)
    price = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    discount = models.DecimalField(max_digits=7, decimal_places=6, default=0, help_text="as a fraction")
    amount = models.DecimalField(**MONEY)
    cost = models.DecimalField(null=True, help_text="of the line, in the currency of the order", **MONEY)

    class Meta:
        ordering = ("place", "pk")
