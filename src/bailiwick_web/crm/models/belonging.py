"""Whose an account is, since when and why; and what went along when it changed hands."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import Position, Record, User
from bailiwick_web.crm.models.customers import Account
from bailiwick_web.planning.models import Publication, TerritoryDefinition
from bailiwick_web.territories.models import Unit


class AccountTerritory(models.Model):
    """An account in a territory of a layer, from when to when (half-open): derived, and derived again identically at any time.

    A row without a territory is an entry of the gap list: its cause says what is missing.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="territories")
    layer = models.CharField(max_length=40)
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="+")
    territory = models.ForeignKey(TerritoryDefinition, null=True, on_delete=models.CASCADE, related_name="accounts")
    position = models.ForeignKey(Position, null=True, on_delete=models.PROTECT, related_name="+", help_text="of the territory")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.SET_NULL, related_name="+", help_text="the unit that it counts to")
    cause = models.CharField(max_length=60, help_text="named:id, rule:id, the cause of the unit, or gap:reason")
    relation = models.CharField(max_length=12, blank=True, help_text="to the unit: same, inside, postcode, nearest")
    distance_km = models.FloatField(null=True, help_text="to the nearest unit")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "account territories"
        constraints = (
            models.UniqueConstraint(fields=["account", "layer"], condition=Q(valid_until__isnull=True), name="one_open_territory"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=models.F("valid_from")), name="belonging_period"
            ),
        )
        indexes = (
            models.Index(fields=["account", "layer", "valid_from"], name="belonging_of_account"),
            models.Index(fields=["position", "valid_until", "account"], name="belonging_of_position"),
        )


class AccountNaming(Record):
    """An account that is given to a position by name, whatever rules and geography say, from when to when."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="namings")
    layer = models.CharField(max_length=40, default="base")
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "layer"], condition=Q(valid_until__isnull=True), name="one_open_naming"),
            models.CheckConstraint(condition=Q(valid_until__isnull=True) | Q(valid_until__gt=models.F("valid_from")), name="naming_period"),
        )

    def __str__(self) -> str:
        return f"{self.account} → {self.position}"


class Handover(models.Model):
    """An account that went from one position to another, and the open work that went along or stayed."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="handovers")
    layer = models.CharField(max_length=40)
    before = models.ForeignKey(Position, null=True, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Position, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="when the new position began to count")
    done_at = models.DateTimeField(null=True, help_text="when the work moved")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict, help_text="record type → identifiers that moved")
    kept = models.JSONField(default=dict, help_text="record type → identifiers that stayed, by the rules")

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["done_at", "at"], name="handover_waiting"),)
