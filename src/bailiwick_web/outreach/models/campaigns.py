"""Campaigns: what they cost, so that leads and deals that name them can be set against it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.crm.models import SellingRecord
from bailiwick_web.crm.models.base import MONEY, RATE


class Campaign(SellingRecord):
    """Something that was done to win leads; they name it in their field ``campaign``."""

    class Kind(models.TextChoices):
        """What it is."""

        CONTENT = "content", _("Content")
        SOCIAL = "social", _("Social selling")
        ADS = "ads", _("Paid advertisements")
        EVENT = "event", _("Event or fair")
        MAIL = "mail", _("Mail")
        CALLS = "calls", _("Calls")
        REFERRAL = "referral", _("Recommendations")
        OTHER = "other", _("Other")

    name = models.CharField(max_length=200, help_text="as leads name it; capital letters do not matter")
    name_key = models.CharField(max_length=800, editable=False, help_text="the name as it is compared")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.OTHER)
    starts_on = models.DateField()
    cost = models.DecimalField(**MONEY)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(help_text="of the day on which it starts", **RATE)
    house_cost = models.DecimalField(help_text="in house currency; a new rate does not change it", **MONEY)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("-starts_on", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["name_key"], condition=models.Q(deleted_at__isnull=True), name="campaign_name_once"),
        )

    def __str__(self) -> str:
        return self.name
