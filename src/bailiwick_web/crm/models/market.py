"""Competitors, and how strong they are where."""

from __future__ import annotations

from django.db import models

from bailiwick_web.crm.models.base import SellingRecord
from bailiwick_web.territories.models import Unit


class Competitor(SellingRecord):
    """Somebody who sells what we sell."""

    name = models.CharField(max_length=200)
    website = models.CharField(max_length=300, blank=True)
    strengths = models.TextField(blank=True)
    weaknesses = models.TextField(blank=True)
    tags = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class CompetitorPresence(SellingRecord):
    """How strong a competitor is in a unit or a territory, who says so, and since when."""

    competitor = models.ForeignKey(Competitor, on_delete=models.CASCADE, related_name="presences")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="+")
    layer = models.CharField(max_length=40, blank=True, help_text="of the territory")
    territory_code = models.CharField(max_length=80, blank=True, help_text="code of the territory, whichever scenario counts")
    strength = models.PositiveSmallIntegerField(help_text="0 none to 5 dominant")
    source = models.CharField(max_length=300, blank=True)
    on = models.DateField()

    class Meta:
        ordering = ("-on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False) ^ ~models.Q(territory_code=""), name="presence_of_unit_or_territory"
            ),
            models.CheckConstraint(condition=models.Q(strength__lte=5), name="presence_strength"),
        )

    def __str__(self) -> str:
        return f"{self.competitor}: {self.strength}"
