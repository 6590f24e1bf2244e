"""Saved reports, who gets them when, what was sent; and what is aimed for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import Node, Position, Record, User
from bailiwick_web.crm.models.base import MONEY


class Report(Record):
    """A question about records of customers, with a name. It holds no data: whoever opens it sees what is within their own scope."""

    class Share(models.TextChoices):
        """Who finds it in their list."""

        ME = "me", _("Only me")
        NODE = "node", _("A part of the organisation")
        EVERYBODY = "everybody", _("Everybody")

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reports")
    name = models.CharField(max_length=200)
    about = models.CharField(max_length=500, blank=True)
    definition = models.JSONField(help_text="what is asked, see the module asking")
    share = models.CharField(max_length=9, choices=Share.choices, default=Share.ME)
    node = models.ForeignKey(Node, null=True, on_delete=models.PROTECT, related_name="+", help_text="whose people find it")
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(condition=models.Q(share="node") ^ models.Q(node__isnull=True), name="report_shared_with_a_node"),
        )

    def __str__(self) -> str:
        return self.name


class Subscription(Record):
    """A report that somebody gets by e-mail, again and again at a local time."""

    class Every(models.TextChoices):
        """How often."""

        DAY = "day", _("every day")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")

    class Format(models.TextChoices):
        """What is attached."""

        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        PDF = "pdf", "PDF"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="subscriptions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="report_subscriptions", help_text="who gets it")
    every = models.CharField(max_length=5, choices=Every.choices, default=Every.WEEK)
    weekday = models.PositiveSmallIntegerField(default=0, help_text="0 Monday to 6 Sunday")
    month_day = models.PositiveSmallIntegerField(default=1, help_text="1 to 31; in shorter months the last day")
    local_time = models.TimeField()
    time_zone = models.CharField(max_length=60)
    language = models.CharField(max_length=10, default="en")
    format = models.CharField(max_length=4, choices=Format.choices, default=Format.XLSX)
    next_at = models.DateTimeField(db_index=True, help_text="when it is due")
    secret = models.CharField(max_length=64, unique=True, help_text="of the link that ends it without signing in")
    origin = models.CharField(max_length=200, help_text="address of this installation as whoever ordered it reached it, for links")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("next_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["report", "user"], condition=models.Q(ended_at__isnull=True), name="report_sent_to_one_once"),
        )

    def __str__(self) -> str:
        return f"{self.report} → {self.user}"


class Delivery(models.Model):
    """One sending of a report: it is made once for every time that it was due, however many look at the clock."""

    class State(models.TextChoices):
        """What became of it; of an unknown one nobody knows whether it arrived, so it is not sent again."""

        WAITING = "waiting", _("waits")
        SENDING = "sending", _("is being sent")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("not sent")
        UNKNOWN = "unknown", _("perhaps sent")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(help_text="not before")
    done_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=300, blank=True, help_text="why it was not sent")

    class Meta:
        ordering = ("-due_at", "-pk")
        constraints = (models.UniqueConstraint(fields=["subscription", "due_at"], name="report_delivery_once"),)
        indexes = (models.Index(fields=["state", "try_at"], name="delivery_to_do"),)

    def __str__(self) -> str:
        return f"{self.subscription} {self.due_at:%Y-%m-%d %H:%M}"


class Goal(Record):
    """What a position is to win in a quarter, in the currency of the house."""

    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="sales_goals")
    starts_on = models.DateField(help_text="first day of the quarter")
    amount = models.DecimalField(**MONEY)

    class Meta:
        ordering = ("-starts_on", "position__name", "pk")
        constraints = (
            models.UniqueConstraint(fields=["position", "starts_on"], name="sales_goal_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="sales_goal_positive"),
        )

    def __str__(self) -> str:
        return f"{self.position}: {self.starts_on:%Y-%m-%d}"
