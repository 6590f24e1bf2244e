"""Opportunities and the pipelines that they go through."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Person, Position, Record, User
from bailiwick_web.crm.models.base import MONEY, RATE, SellingRecord
from bailiwick_web.crm.models.customers import Account
from bailiwick_web.crm.models.market import Competitor
from bailiwick_web.crm.models.people import Contact
from bailiwick_web.crm.models.trading import Product
from bailiwick_web.planning.models import TerritoryDefinition


class Pipeline(Record):
    """An order of stages."""

    name = models.CharField(max_length=120)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("place", "pk")
        constraints = (models.UniqueConstraint(fields=["is_default"], condition=models.Q(is_default=True), name="one_default_pipeline"),)

    def __str__(self) -> str:
        return self.name


class Stage(Record):
    """One step of a pipeline."""

    class Kind(models.TextChoices):
        """Whether a deal goes on."""

        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.OPEN)
    place = models.PositiveSmallIntegerField(default=0)
    probability = models.FloatField(default=0.0, help_text="0 to 1")
    most_days = models.PositiveIntegerField(null=True, help_text="a deal that stays longer is stuck")
    keeps_rep = models.BooleanField(default=False, help_text="a deal in it stays with its rep when the account changes hands")

    class Meta:
        ordering = ("pipeline", "place", "pk")
        constraints = (models.CheckConstraint(condition=models.Q(probability__gte=0, probability__lte=1), name="stage_probability"),)

    def __str__(self) -> str:
        return self.name


class OutcomeReason(Record):
    """Why deals are won or lost."""

    kind = models.CharField(max_length=4, choices=[(Stage.Kind.WON, _("Won")), (Stage.Kind.LOST, _("Lost"))])
    label = models.CharField(max_length=120)
    place = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("kind", "place", "pk")
        constraints = (models.UniqueConstraint(fields=["kind", "label"], name="outcome_reason_once"),)

    def __str__(self) -> str:
        return self.label


class Opportunity(SellingRecord):
    """A deal that may be made."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="opportunities")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="opportunities")
    name = models.CharField(max_length=300)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="opportunities")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="opportunities")
    stage_since = models.DateTimeField()
    amount = models.DecimalField(null=True, **MONEY)
    currency = models.CharField(max_length=3, blank=True)
    rate = models.DecimalField(null=True, help_text="house currency for one of the currency, on the day of the rate", **RATE)
    rate_day = models.DateField(null=True, help_text="the day whose rate it is; a new rate of a later day changes nothing")
    house_amount = models.DecimalField(null=True, help_text="in the currency of the house; a new rate does not change it", **MONEY)
    probability = models.FloatField(null=True, help_text="null: as the stage says")
    close_on = models.DateField(null=True, help_text="expected; once closed, the day it was")
    closed_at = models.DateTimeField(null=True)
    position = models.ForeignKey(Position, null=True, on_delete=models.SET_NULL, related_name="opportunities")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="opportunities")
    territory = models.ForeignKey(TerritoryDefinition, null=True, on_delete=models.SET_NULL, related_name="+", help_text="credited as-was")
    keeps_rep = models.BooleanField(default=False, help_text="stays with its rep when the account changes hands")
    source = models.CharField(max_length=120, blank=True)
    next_step = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    reasons = models.ManyToManyField(OutcomeReason, related_name="opportunities")
    lost_to = models.ForeignKey(Competitor, null=True, on_delete=models.SET_NULL, related_name="won_from_us")
    outcome_note = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    search_text = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name_plural = "opportunities"
        indexes = (
            models.Index(fields=["pipeline", "stage", "id"], name="opportunity_by_stage"),
            models.Index(fields=["close_on"], name="opportunity_by_close"),
        )

    def __str__(self) -> str:
        return self.name


class OpportunityLine(models.Model):
    """A product in a deal."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=300, blank=True)
    place = models.PositiveSmallIntegerField(default=0)
    quantity = models.DecimalField(max_digits=14, decimal_places=3, default=1)
    price = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    discount = models.DecimalField(max_digits=7, decimal_places=6, default=0, help_text="as a fraction")
    amount = models.DecimalField(**MONEY)

    class Meta:
        ordering = ("place", "pk")


class StageChange(models.Model):
    """A step of a deal from one stage to another; the first one has no stage before."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="stage_changes")
    before = models.ForeignKey(Stage, null=True, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(null=True, help_text="in the currency of the house, at that moment", **MONEY)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "pk")


class OpportunityCompetitor(models.Model):
    """Somebody else who wants the deal."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="competitors")
    competitor = models.ForeignKey(Competitor, on_delete=models.CASCADE, related_name="opportunities")
    strength = models.PositiveSmallIntegerField(null=True, help_text="1 weak to 5 strong")
    note = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["opportunity", "competitor"], name="opportunity_competitor_once"),)
