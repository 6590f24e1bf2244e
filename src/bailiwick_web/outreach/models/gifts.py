"""Gifts to contacts within a limit for each person and year, and how early one is reminded of anniversaries."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bailiwick_web.core.models import Record, User
from bailiwick_web.crm.models import Account, Contact, SellingRecord
from bailiwick_web.crm.models.base import MONEY, RATE


class ThanksRules(Record):
    """What holds for thanks; one row, or none."""

    gift_limit = models.DecimalField(null=True, help_text="for a person and a calendar year, in house currency; null: none", **MONEY)
    remind_days = models.PositiveSmallIntegerField(null=True, help_text="before an anniversary a task is made; null: none is made")

    def __str__(self) -> str:
        return "thanks"


class Gift(SellingRecord):
    """A gift to a contact; one over the limit waits for a manager."""

    class State(models.TextChoices):
        """How far it is."""

        GIVEN = "given", pgettext_lazy("gift", "given")
        WAITING = "waiting", _("waits for approval")
        REFUSED = "refused", _("refused")

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="gifts")
    what = models.CharField(max_length=200)
    given_on = models.DateField(help_text="a date in every time zone; its year counts")
    amount = models.DecimalField(**MONEY)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(help_text="of the day", **RATE)
    house_amount = models.DecimalField(help_text="what counts against the limit", **MONEY)
    state = models.CharField(max_length=8, choices=State.choices, default=State.GIVEN)
    why = models.CharField(max_length=300, blank=True, help_text="why it should be given although it is over the limit")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, blank=True, help_text="what the manager said")

    class Meta:
        indexes = (models.Index(fields=["contact", "given_on"], name="gift_of_contact"),)

    def __str__(self) -> str:
        return self.what

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"gift {self.public_id}"
