"""Personal access tokens, and the answers kept for requests that may be repeated."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.identifiers import uuid7


class AccessToken(models.Model):
    """A key with which a program of a user signs requests; only its hash is kept."""

    class Purpose(models.TextChoices):
        """What it is good for, and nothing else."""

        INTERFACE = "", _("the whole JSON interface")
        INCOMING = "incoming", _("incoming leads and events only")
        SCIM = "scim", _("users from your identity provider (SCIM) only")
        CALENDAR = "calendar", _("a calendar feed only")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey("core.User", on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    start = models.CharField(max_length=12, help_text="first characters, so that its owner knows it again")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256; the key has 240 random bits")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, blank=True, default="")
    may_write = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything at an instant."""
        return self.revoked_at is None and now < self.expires_at


class IdempotencyKey(models.Model):
    """The answer to a POST that changed something, kept for a day in case it is sent again."""

    user = models.ForeignKey("core.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once"),)
