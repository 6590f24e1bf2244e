"""Contacts: people at accounts, how to reach them, what they agreed to, what we keep in mind about them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import Record, User
from bailiwick_web.crm.models.base import MONEY, SellingRecord
from bailiwick_web.crm.models.customers import Account


class Channel(models.TextChoices):
    """How somebody can be reached."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    MOBILE = "mobile", _("Mobile phone")
    FAX = "fax", _("Fax")
    POST = "post", _("Letter")
    WEB = "web", _("Web")
    SOCIAL = "social", _("Social network")


class Contact(SellingRecord):
    """A person; an erased one is a tombstone without personal data."""

    class Role(models.TextChoices):
        """What they are to us."""

        CUSTOMER = "customer", _("Customer")
        PROSPECT = "prospect", _("Prospect")
        VENDOR = "vendor", _("Vendor")
        PARTNER = "partner", _("Partner")
        EMPLOYEE = "employee", _("Employee")

    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="contacts")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.CUSTOMER)
    salutation = models.CharField(max_length=40, blank=True)
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, help_text="as it is shown")
    job_title = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=20, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    is_main = models.BooleanField(default=False)
    preferences = models.JSONField(default=dict, help_text="channel → {wanted, when, note}")
    description = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    last_activity_at = models.DateTimeField(null=True)
    search_text = models.TextField(blank=True, editable=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["name"], name="contact_by_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"contact {self.public_id}"


class ContactPoint(models.Model):
    """One way to reach a contact."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="points")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    value = models.CharField(max_length=300)
    normal = models.CharField(max_length=300, help_text="for matching: e-mail in small letters, digits of a number")
    label = models.CharField(max_length=60, blank=True)
    is_preferred = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-is_preferred", "pk")
        constraints = (models.UniqueConstraint(fields=["contact", "channel", "normal"], name="contact_point_once"),)
        indexes = (models.Index(fields=["channel", "normal"], name="contact_point_by_value"),)

    def __str__(self) -> str:
        return self.value


class Consent(models.Model):
    """What somebody agreed to, or took back: who said it when, how, and in which words. The latest counts; nothing is changed."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40, help_text="such as marketing, survey, service")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    is_given = models.BooleanField()
    wording = models.TextField(blank=True, help_text="what they read or heard when they said so")
    how = models.CharField(max_length=200, help_text="form, phone call, trade fair, reply …")
    at = models.DateTimeField(help_text="when they said so")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["contact", "purpose", "channel", "-at"], name="consent_latest"),)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add it; a second time is an error."""
        if not self._state.adding:
            raise TypeError("a consent cannot be changed; record a new one")
        super().save(*args, **kwargs)


class Suppression(models.Model):
    """An address that must not be written to, kept as a digest only, so that it outlives the erasure of its owner."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    digest = models.CharField(max_length=64, help_text="keyed SHA-256 of the normal form")
    reason = models.CharField(max_length=40, help_text="erased, withdrawn, bounced, complained")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["channel", "digest"], name="suppression_once"),)


class PersonalNote(Record):
    """What one keeps in mind about a contact: interests, dates, gifts; a private one is for its author alone."""

    class Kind(models.TextChoices):
        """What it is."""

        NOTE = "note", _("Note")
        INTEREST = "interest", _("Interest")
        DATE = "date", _("Date to remember")
        GIFT = "gift", _("Gift")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="personal_notes")
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.NOTE)
    text = models.TextField()
    on = models.DateField(null=True, help_text="birthday, anniversary, day of the gift; a date in every time zone")
    amount = models.DecimalField(null=True, **MONEY)
    currency = models.CharField(max_length=3, blank=True)
    is_private = models.BooleanField(default=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return str(self.Kind(self.kind).label)


class PersonalValue(models.Model):
    """What the history says of a person, kept apart from the history so that it can be erased: there stands its identifier only."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    subject = models.UUIDField(db_index=True, help_text="identifier of the contact or lead that it tells of")
    value = models.TextField()
