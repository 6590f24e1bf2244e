"""What the records of customers share: a bin, where they came from, identifiers of other systems, free fields."""

from __future__ import annotations

from typing import Any

from django.db import models

from bailiwick_web.core.models import Record

MONEY: Any = {"max_digits": 18, "decimal_places": 2}
RATE: Any = {"max_digits": 18, "decimal_places": 8}


class SellingRecord(Record):
    """A record that can be put into the bin, from which it can be taken back for 90 days."""

    deleted_at = models.DateTimeField(null=True, db_index=True)
    origin = models.CharField(max_length=80, blank=True, help_text="import:…, lead:…, generated; empty if somebody typed it in")

    class Meta:
        abstract = True


class ExternalId(models.Model):
    """The identifier of a record in another system; one system gives an identifier to one record of a type."""

    source = models.CharField(max_length=80, help_text="such as salesforce, hubspot, erp, or the name of a file")
    record_type = models.CharField(max_length=40, help_text="name of the model: account, contact, order …")
    external_id = models.CharField(max_length=200)
    record_key = models.BigIntegerField(help_text="primary key of the record")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "record_type", "external_id"], name="external_id_once"),)
        indexes = (
            models.Index(fields=["record_type", "record_key"], name="external_id_of_record"),
            models.Index(fields=["record_type", "external_id"], name="external_id_any_source"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


class FieldDefinition(Record):
    """A free field of a record type: what it is called and what it may hold."""

    class Kind(models.TextChoices):
        """What it may hold."""

        TEXT = "text"
        NUMBER = "number"
        DATE = "date"
        YES_NO = "yes-no"
        CHOICE = "choice"

    record_type = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.TEXT)
    choices = models.JSONField(default=list, help_text="what may be chosen, in order")
    place = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("record_type", "place", "pk")
        constraints = (models.UniqueConstraint(fields=["record_type", "key"], name="field_key_once"),)

    def __str__(self) -> str:
        return self.label
