"""Rules that act, and what each of their runs did."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import Record, User


class Rule(Record):
    """When something happens to a record that fits a condition, do something; with the rights and the scope of its owner."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="rules")
    name = models.CharField(max_length=120)
    trigger = models.CharField(max_length=80, help_text="kind of event, or account.quiet")
    quiet_days = models.PositiveSmallIntegerField(
        null=True, help_text="of account.quiet: so long nobody was in touch and nothing is planned"
    )
    condition = models.TextField(blank=True, help_text="empty: always")
    actions = models.JSONField(default=list, help_text="what is done, in order: kind and what it needs")
    is_active = models.BooleanField(default=False)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """One time that a rule looked at one record because of one cause. The row is locked while it acts, and done with the acts."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        UNFIT = "unfit", _("did not fit")
        STOPPED = "stopped", _("stopped: rules set off each other")
        FAILED = "failed", _("failed")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    record_id = models.UUIDField()
    root = models.UUIDField(help_text="the first cause, which nobody's rule made")
    depth = models.PositiveSmallIntegerField(default=0, help_text="how many rules lie between the first cause and this run")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    did = models.JSONField(default=list, help_text="what each action made: word and identifier")
    error = models.CharField(max_length=500, blank=True)
    n_attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=["rule", "root", "record_id"], name="run_once_per_cause"),)
        indexes = (
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="run_waiting"),
            models.Index(fields=["rule", "-id"], name="run_of_rule"),
        )
