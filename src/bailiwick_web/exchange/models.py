"""Imports: every file, every row that it changed, and what stood there before."""

from __future__ import annotations

from django.db import models

from bailiwick_web.core.models import Record
from bailiwick_web.territories.models import UnitSet


class ImportBatch(Record):
    """One file on its way in: uploaded, checked, then imported, and perhaps taken back."""

    class Kind(models.TextChoices):
        """What the rows are."""

        UNITS = "units", "Customers or areas"
        REPS = "reps", "Reps"
        ALIGNMENT = "alignment", "Territories as they are today"

    class State(models.TextChoices):
        """How far it is."""

        CHECKED = "checked"
        REFUSED = "refused"
        IMPORTED = "imported"
        REVERTED = "reverted"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CHECKED)
    filename = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    options = models.JSONField(default=dict, help_text="what the user said: mapping, encoding, separator, header row, sheet")
    facts = models.JSONField(default=dict, help_text="what was found in the file")
    counts = models.JSONField(default=dict, help_text="created, updated, unchanged, failed: they add up to the rows read")
    unit_set = models.ForeignKey(UnitSet, null=True, on_delete=models.SET_NULL, related_name="imports")
    made_unit_set = models.BooleanField(default=False)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.filename


class ImportRow(models.Model):
    """A record that an import made or changed, with what stood there before."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    key = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10)
    before = models.JSONField(null=True)
