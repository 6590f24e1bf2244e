"""One customer, once: pairs of records that may be the same, and what was merged."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import User


class Merge(models.Model):
    """Two records that became one: what moved from which to which, so that it can be undone."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    record_type = models.CharField(max_length=40)
    kept_id = models.UUIDField(db_index=True)
    gone_id = models.UUIDField(db_index=True)
    changes = models.JSONField(
        default=dict, help_text="fields before and after, and the keys of every relation that moved; empty once over"
    )
    evidence = models.JSONField(default=list, help_text="which fields agreed and what each weighed; no values")
    probability = models.FloatField(null=True, help_text="if they were suggested")
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    left = models.JSONField(default=list, help_text="what stayed as it was when it was undone, as somebody had changed it since")

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=["gone_id"], condition=models.Q(undone_at__isnull=True), name="merged_into_one"),)

    def __str__(self) -> str:
        return f"{self.record_type} {self.gone_id} → {self.kept_id}"


class DuplicatePair(models.Model):
    """Two records that may be one; the lesser key first. Its evidence says which fields agree, never what stands in them."""

    class State(models.TextChoices):
        """What somebody said to it."""

        OPEN = "open", _("Open")
        DISMISSED = "dismissed", _("Not the same")

    class Found(models.TextChoices):
        """How it was found."""

        SEARCH = "search", _("Search")
        ENTRY = "entry", _("When it was entered")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    record_type = models.CharField(max_length=40)
    one_key = models.BigIntegerField(help_text="primary key of a record")
    other_key = models.BigIntegerField(db_index=True, help_text="primary key of the other one, which is greater")
    probability = models.FloatField(help_text="that they are one, 0 to 1")
    evidence = models.JSONField(default=list, help_text="[field, how it agrees, log2 of the odds that it adds]")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    found = models.CharField(max_length=6, choices=Found.choices, default=Found.SEARCH)
    found_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["record_type", "one_key", "other_key"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=models.Q(one_key__lt=models.F("other_key")), name="duplicate_pair_in_order"),
        )
        indexes = (models.Index(fields=["record_type", "state", "-probability", "id"], name="duplicate_pair_list"),)

    def __str__(self) -> str:
        return f"{self.record_type} {self.one_key} ~ {self.other_key}"


class DuplicateMark(models.Model):
    """Up to which instant new records of a type were compared with those that there were."""

    record_type = models.CharField(max_length=40, unique=True)
    until = models.DateTimeField()
