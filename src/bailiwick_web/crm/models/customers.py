"""Accounts and where they are."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Person
from bailiwick_web.crm.models.base import MONEY, SellingRecord


class Account(SellingRecord):
    """A company or household that we sell to, or might, or did; also a retailer, partner or vendor."""

    class State(models.TextChoices):
        """Where it stands with us."""

        PROSPECT = "prospect", _("Prospect")
        CUSTOMER = "customer", _("Customer")
        FORMER = "former", _("Former customer")
        PARTNER = "partner", _("Partner")
        VENDOR = "vendor", _("Vendor")
        RETAILER = "retailer", _("Retailer")

    name = models.CharField(max_length=300)
    code = models.CharField(max_length=80, blank=True, db_index=True, help_text="the customer number that people know")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROSPECT)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")
    family = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="relatives", help_text="top of the parents")
    owner = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="+", help_text="who looks after it whatever the territory says"
    )
    segment = models.CharField(max_length=120, blank=True)
    tier = models.CharField(max_length=10, blank=True, help_text="such as A, B, C")
    industry_code = models.CharField(max_length=20, blank=True)
    industry = models.CharField(max_length=200, blank=True)
    employees = models.PositiveIntegerField(null=True)
    annual_revenue = models.DecimalField(null=True, **MONEY)
    currency = models.CharField(max_length=3, blank=True, help_text="of the annual revenue")
    website = models.CharField(max_length=300, blank=True)
    domain = models.CharField(max_length=200, blank=True, db_index=True, help_text="of the website, for matching")
    phone = models.CharField(max_length=60, blank=True)
    email = models.CharField(max_length=254, blank=True)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    needs = models.JSONField(default=list, help_text="what the needs assessment found, as tags")
    fields = models.JSONField(default=dict, help_text="free fields, key → value")
    health = models.PositiveSmallIntegerField(null=True, help_text="0 to 100")
    health_reason = models.CharField(max_length=300, blank=True)
    last_activity_at = models.DateTimeField(null=True)
    search_text = models.TextField(blank=True, editable=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")

    class Meta:
        indexes = (
            models.Index(fields=["state", "id"], name="account_by_state"),
            models.Index(fields=["name"], name="account_by_name"),
            models.Index(fields=["parent", "name"], name="account_by_parent"),
            models.Index(fields=["segment"], name="account_segments", condition=models.Q(deleted_at__isnull=True) & ~models.Q(segment="")),
        )

    def __str__(self) -> str:
        return self.name


class Location(SellingRecord):
    """An address of an account; its main one says which territory it is in."""

    class Kind(models.TextChoices):
        """What happens there."""

        SITE = "site", _("Site")
        BILLING = "billing", _("Billing address")
        SHIPPING = "shipping", _("Shipping address")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="locations")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SITE)
    label = models.CharField(max_length=120, blank=True)
    is_main = models.BooleanField(default=False)
    street = models.CharField(max_length=300, blank=True)
    more = models.CharField(max_length=300, blank=True, help_text="second line: building, floor, care of")
    city = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=120, blank=True, help_text="state or province")
    postal_code = models.CharField(max_length=20, blank=True, help_text="text: leading zeros count")
    country = models.CharField(max_length=80, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    placed_by = models.CharField(
        max_length=20, blank=True, help_text="quality of the position: given, postcode, place; empty if there is none"
    )
    time_zone = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_main=True, deleted_at__isnull=True), name="one_main_location"
            ),
            models.CheckConstraint(
                condition=models.Q(lon__isnull=True, lat__isnull=True) | models.Q(lon__isnull=False, lat__isnull=False),
                name="location_whole_position",
            ),
        )
        indexes = (models.Index(fields=["postal_code"], name="location_by_postal_code"),)

    def __str__(self) -> str:
        parts = (self.street, " ".join(filter(None, (self.postal_code, self.city))), self.region, self.country)
        return ", ".join(filter(None, parts)) or self.label
