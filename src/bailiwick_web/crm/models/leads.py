"""Leads: somebody who might become a customer, how good a chance that is, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Person, Position, Record
from bailiwick_web.crm.models.base import MONEY, SellingRecord
from bailiwick_web.crm.models.customers import Account
from bailiwick_web.crm.models.deals import Opportunity
from bailiwick_web.crm.models.people import Contact
from bailiwick_web.planning.models import TerritoryDefinition


class Lead(SellingRecord):
    """A lead keeps its identifier when it is converted into an account, a contact and a deal."""

    class Status(models.TextChoices):
        """How far it is."""

        NEW = "new", _("New")
        WORKING = "working", _("In progress")
        NURTURING = "nurturing", _("Later")
        QUALIFIED = "qualified", _("Qualified")
        DISQUALIFIED = "disqualified", _("Not qualified")
        CONVERTED = "converted", _("Converted")

    name = models.CharField(max_length=300, blank=True, help_text="of the person")
    company = models.CharField(max_length=300, blank=True)
    job_title = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True, db_index=True)
    phone = models.CharField(max_length=60, blank=True)
    website = models.CharField(max_length=300, blank=True)
    industry_code = models.CharField(max_length=20, blank=True)
    industry = models.CharField(max_length=200, blank=True)
    employees = models.PositiveIntegerField(null=True)
    street = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=80, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    placed_by = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.NEW)
    source = models.CharField(max_length=120, blank=True, help_text="fair, website, list, referral …")
    campaign = models.CharField(max_length=200, blank=True)
    referrer = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="referred_leads")
    referrer_account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="referred_leads")
    estimated_amount = models.DecimalField(null=True, **MONEY)
    currency = models.CharField(max_length=3, blank=True)
    bant = models.JSONField(default=dict, help_text="budget, authority, need, timing → {grade 0–3, evidence, on}")
    hot = models.JSONField(default=dict, help_text="wants, uses, event → {answer, note}; due")
    is_hot = models.BooleanField(default=False)
    hot_due_on = models.DateField(null=True)
    is_qualified = models.BooleanField(null=True, help_text="null: not judged yet")
    fails = models.JSONField(default=list, help_text="keys of the criteria that fail")
    description = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    territory = models.ForeignKey(TerritoryDefinition, null=True, on_delete=models.SET_NULL, related_name="+")
    position = models.ForeignKey(Position, null=True, on_delete=models.SET_NULL, related_name="leads")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="leads", help_text="whom it was given to")
    routing = models.JSONField(default=dict, help_text="why: cause, unit, quality, detours")
    routed_at = models.DateTimeField(null=True)
    respond_by = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    converted_at = models.DateTimeField(null=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="leads")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="leads")
    opportunity = models.ForeignKey(Opportunity, null=True, on_delete=models.SET_NULL, related_name="leads")
    search_text = models.TextField(blank=True, editable=False)

    class Meta:
        indexes = (models.Index(fields=["position", "status", "id"], name="lead_of_position"),)

    def __str__(self) -> str:
        return self.company or self.name

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"lead {self.public_id}"


class Criterion(Record):
    """What makes a lead qualified: a grade that a part of BANT must have at least."""

    class Part(models.TextChoices):
        """What is graded."""

        BUDGET = "budget", _("Budget")
        AUTHORITY = "authority", _("Authority")
        NEED = "need", _("Need")
        TIMING = "timing", _("Timing")

    part = models.CharField(max_length=10, choices=Part.choices, unique=True)
    least_grade = models.PositiveSmallIntegerField(default=1)
    most_days_old = models.PositiveIntegerField(null=True, help_text="evidence older than that does not count")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.Part(self.part).label)
