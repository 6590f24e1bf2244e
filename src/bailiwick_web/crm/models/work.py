"""What is done with accounts: activities, cases, the timeline that shows everything, and who is away or full."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Person, Position, Record, User
from bailiwick_web.crm.models.base import SellingRecord
from bailiwick_web.crm.models.customers import Account
from bailiwick_web.crm.models.deals import Opportunity
from bailiwick_web.crm.models.leads import Lead
from bailiwick_web.crm.models.people import Contact


class Kind(models.TextChoices):
    """What is done."""

    CALL = "call", _("Call")
    VISIT = "visit", _("Visit")
    EMAIL = "email", _("E-mail")
    MEETING = "meeting", _("Meeting")
    NOTE = "note", _("Note")
    TASK = "task", _("Task")


class ServiceLevel(Record):
    """How fast a case of a priority is answered and solved; the clock stands still while we wait for the customer."""

    priority = models.CharField(max_length=8, unique=True)
    respond_minutes = models.PositiveIntegerField()
    solve_minutes = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.priority


class Case(SellingRecord):
    """A question or complaint with a clock."""

    class State(models.TextChoices):
        """How far it is."""

        NEW = "new", _("New")
        OPEN = "open", _("In progress")
        WAITING = "waiting", _("Waiting for the customer")
        SOLVED = "solved", _("Solved")
        CLOSED = "closed", _("Closed")

    class Priority(models.TextChoices):
        """How much it hurts."""

        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    class About(models.TextChoices):
        """What it is."""

        QUESTION = "question", _("Question")
        COMPLAINT = "complaint", _("Complaint")
        REQUEST = "request", _("Request")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="cases")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="cases")
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    about = models.CharField(max_length=10, choices=About.choices, default=About.QUESTION)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    position = models.ForeignKey(Position, null=True, on_delete=models.SET_NULL, related_name="cases")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="cases")
    opened_at = models.DateTimeField()
    respond_by = models.DateTimeField()
    solve_by = models.DateTimeField(help_text="moves on by the time that we waited for the customer")
    first_response_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    waited_seconds = models.PositiveIntegerField(default=0)
    solved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    solution = models.TextField(blank=True)
    escalation = models.PositiveSmallIntegerField(default=0, help_text="0 none, 1 to the manager, 2 one further up, …")
    escalated_at = models.DateTimeField(null=True)
    escalated_to = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    tags = models.JSONField(default=list)
    fields = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["state", "solve_by"], name="case_by_clock"),)

    def __str__(self) -> str:
        return self.subject

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"case {self.public_id}"


class ActivitySeries(SellingRecord):
    """Activities that come again: local time in a zone, so that a change of the clock shifts none."""

    class Every(models.TextChoices):
        """What is counted."""

        DAY = "day", _("days")
        WEEK = "week", _("weeks")
        MONTH = "month", _("months")

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="series")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="series")
    position = models.ForeignKey(Position, null=True, on_delete=models.SET_NULL, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.CALL)
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    every = models.CharField(max_length=5, choices=Every.choices, default=Every.WEEK)
    interval = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, help_text="no longer part of it")
    local_time = models.TimeField(null=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    duration_minutes = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return self.subject

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"series {self.public_id}"


class Activity(SellingRecord):
    """A call, visit, e-mail, meeting, note or task, planned or done."""

    Kind = Kind

    class State(models.TextChoices):
        """Whether it happened."""

        PLANNED = "planned", _("Planned")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Reply(models.TextChoices):
        """Whether they answered."""

        NONE = "none", _("Nobody answered")
        ANSWERED = "answered", _("They answered")
        INBOUND = "inbound", _("They got in touch")

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="activities")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="activities")
    opportunity = models.ForeignKey(Opportunity, null=True, on_delete=models.SET_NULL, related_name="activities")
    lead = models.ForeignKey(Lead, null=True, on_delete=models.SET_NULL, related_name="activities")
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="activities")
    series = models.ForeignKey(ActivitySeries, null=True, on_delete=models.SET_NULL, related_name="activities")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    starts_at = models.DateTimeField(null=True, help_text="an instant; null if only a day is known")
    due_on = models.DateField(null=True, help_text="a day in every time zone")
    done_at = models.DateTimeField(null=True)
    duration_minutes = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=300, blank=True)
    reply = models.CharField(max_length=8, choices=Reply.choices, blank=True, help_text="empty: nobody said")
    place = models.CharField(max_length=300, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    priority = models.PositiveSmallIntegerField(default=2, help_text="1 high, 2 normal, 3 low")
    position = models.ForeignKey(Position, null=True, on_delete=models.SET_NULL, related_name="activities")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="activities", help_text="who does it")
    fields = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "activities"
        indexes = (
            models.Index(fields=["person", "state", "starts_at"], name="activity_calendar"),
            models.Index(fields=["account", "id"], name="activity_of_account"),
            models.Index(fields=["state", "due_on"], name="activity_due"),
            models.Index(fields=["person", "state", "done_at"], name="activity_done"),
        )

    def __str__(self) -> str:
        return self.subject

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"{self.kind} {self.public_id}"


class TimelineEvent(models.Model):
    """One thing that happened with an account: the page of an account is one indexed query over these."""

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="timeline")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="timeline")
    happened_at = models.DateTimeField()
    kind = models.CharField(max_length=40, help_text="activity.visit, order, stage, case.opened, territory, converted …")
    title = models.CharField(max_length=300)
    data = models.JSONField(default=dict, help_text="what the line shows beside its title")
    record_type = models.CharField(max_length=40)
    record_id = models.UUIDField(db_index=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-happened_at", "-pk")
        indexes = (
            models.Index(fields=["account", "-happened_at", "-id"], name="timeline_of_account"),
            models.Index(fields=["contact", "-happened_at", "-id"], name="timeline_of_contact"),
        )


class Attachment(SellingRecord):
    """A file of an account; its content lies in the data folder under its identifier."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="attachments")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="attachments")
    filename = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    n_bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.filename

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"file {self.public_id}"


class Absence(Record):
    """When somebody is away (the end not included), and who stands in."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    valid_from = models.DateField()
    valid_until = models.DateField()
    deputy = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("valid_from", "pk")
        constraints = (models.CheckConstraint(condition=models.Q(valid_until__gt=models.F("valid_from")), name="absence_period"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.valid_from:%Y-%m-%d} – {self.valid_until:%Y-%m-%d}"


class PositionLimit(Record):
    """How many open leads a position takes; further ones go to the manager."""

    position = models.OneToOneField(Position, on_delete=models.CASCADE, related_name="limit")
    most_open_leads = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.position}: {self.most_open_leads}"
