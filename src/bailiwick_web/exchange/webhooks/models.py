"""Where events go, what was sent, and what came back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import Record, User


class Endpoint(Record):
    """An address of another system that hears of events; of those only that its owner may see."""

    class Off(models.TextChoices):
        """Why it hears nothing."""

        NO = "", _("on")
        OWNER = "owner", _("switched off")
        GONE = "gone", _("it said that it is gone (410)")
        FAILING = "failing", _("it failed for five days")

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="endpoints")
    name = models.CharField(max_length=120)
    url = models.CharField(max_length=2_000)
    kinds = models.JSONField(default=list, help_text="kinds of events, a word such as “lead” for all of them; empty: every kind")
    secret = models.TextField(help_text="sealed")
    old_secret = models.TextField(blank=True, help_text="sealed; signs, too, until everybody knows the new one")
    old_secret_until = models.DateTimeField(null=True)
    off = models.CharField(max_length=8, choices=Off.choices, blank=True, default="")
    failing_since = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True, help_text="it asked us to wait")
    leased_until = models.DateTimeField(null=True, help_text="somebody is sending to it")
    leased_by = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        """Whether events go there."""
        return not self.off


class Delivery(models.Model):
    """One event on its way to one endpoint; sent again it has the same identifier."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting")
        DONE = "done", _("delivered")
        DEAD = "dead", _("given up")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.UUIDField(help_text="of the event: receivers know by it what they had already")
    kind = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    n_attempts = models.PositiveSmallIntegerField(default=0, help_text="since it was sent, or sent again by hand")
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=["endpoint", "message_id"], name="delivery_once"),)
        indexes = (models.Index(fields=["endpoint", "state", "due_at"], name="delivery_due"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


class Attempt(models.Model):
    """One time that a delivery was tried, and the answer."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    seconds = models.FloatField()
    status = models.PositiveSmallIntegerField(null=True, help_text="of the answer; null if there was none")
    error = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True, help_text="how the answer begins")

    class Meta:
        ordering = ("-pk",)


class Source(Record):
    """Something that sends leads and events to us – a form of a website, a fair, an advertising network – and how its fields are called."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=80)
    mapping = models.JSONField(default=dict, help_text="our field → where it stands in what comes in, such as contact.email")
    fixed = models.JSONField(default=dict, help_text="our field → the same value for all")
    last_at = models.DateTimeField(null=True)
    n_received = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name
