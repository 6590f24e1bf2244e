"""Cadences: steps by channel with days between them, and who is in one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Person
from bailiwick_web.crm.models import Account, Activity, Contact, Lead, SellingRecord


class Cadence(SellingRecord):
    """An order of steps by which somebody is followed up until they answer."""

    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=40, default="marketing", help_text="of the consent that it goes by")
    description = models.TextField(blank=True)
    steps = models.JSONField(default=list, help_text="channel, days after the step before, subject, text")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Enrolment(SellingRecord):
    """A contact or lead that goes through a cadence, with the steps as they were when it began."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", _("Running")
        DONE = "done", _("Every step done")
        STOPPED = "stopped", _("Stopped")

    class Reason(models.TextChoices):
        """Why it stopped."""

        REPLY = "reply", _("they answered")
        CONVERTED = "converted", _("the lead was converted")
        DISQUALIFIED = "disqualified", _("the lead does not qualify")
        WITHDRAWN = "withdrawn", _("they took their consent back")
        GONE = "gone", _("the record is gone")
        NO_WAY = "no_way", _("no step is left that is allowed")
        BY_HAND = "by_hand", _("stopped by hand")

    cadence = models.ForeignKey(Cadence, on_delete=models.PROTECT, related_name="enrolments")
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="enrolments")
    lead = models.ForeignKey(Lead, null=True, on_delete=models.CASCADE, related_name="enrolments")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+", help_text="who does the steps")
    steps = models.JSONField(default=list, help_text="of the cadence, as they were when it began")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    place = models.PositiveSmallIntegerField(default=0, help_text="number of the step that is due, from 0")
    activity = models.ForeignKey(Activity, null=True, on_delete=models.SET_NULL, related_name="+", help_text="of the step that is due")
    due_on = models.DateField(null=True)
    log = models.JSONField(default=dict, help_text="number of a step → its kind and activity, or why it was left out")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(contact__isnull=False) ^ models.Q(lead__isnull=False), name="enrolled_one_of_two"),
        )
        indexes = (
            models.Index(fields=["state", "due_on"], name="enrolment_due"),
            models.Index(fields=["cadence", "state"], name="enrolment_of_cadence"),
        )

    def __str__(self) -> str:
        return f"{self.cadence}: {self.contact or self.lead}"

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"enrolment {self.public_id}"

    @property
    def who(self) -> Contact | Lead:
        """Whom it follows up."""
        found = self.contact or self.lead
        assert found is not None
        return found

    @property
    def shown_steps(self) -> list[dict[str, object]]:
        """Each step with what became of it."""
        steps = [{**step, "subject": step["subject"].replace("{name}", str(self.who))} for step in self.steps]
        return [{**step, **self.log.get(str(i), {}), "is_due": i == self.place} for i, step in enumerate(steps)]
