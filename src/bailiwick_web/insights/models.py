"""Tables that were brought in to learn from, and what was found in them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Job, Record
from bailiwick_web.crm.models import Account
from bailiwick_web.planning.models import Scenario


class DataTable(Record):
    """A table of orders, deals, accounts or figures, as it was read; its rows are kept in a file under its public identifier."""

    class Kind(models.TextChoices):
        """What a row is."""

        ORDERS = "orders", _("Orders or order lines")
        DEALS = "deals", _("Deals or opportunities")
        ACCOUNTS = "accounts", _("Accounts or leads")
        MEASURES = "measures", _("Figures per territory")
        PANEL = "panel", _("Results by unit and period")
        VISITS = "visits", _("Visits to the website")
        CONTRACTS = "contracts", _("Contracts or subscriptions")

    kind = models.CharField(max_length=12, choices=Kind.choices, blank=True)
    name = models.CharField(max_length=200)
    filename = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="of the file as it came")
    n_rows = models.PositiveIntegerField(default=0)
    columns = models.JSONField(default=list, help_text="name, type and samples of each column")
    roles = models.JSONField(default=dict, help_text="what a column is: role → column")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+", help_text="reads a large file")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_busy(self) -> bool:
        """Whether it is still being read."""
        return not self.n_rows and self.job is not None and not self.job.is_over

    @property
    def column_names(self) -> list[str]:
        """Names of its columns in their order."""
        return [str(column["name"]) for column in self.columns]


class Study(Record):
    """A question about the market, with the answer once its job is done."""

    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=200)
    options = models.JSONField(default=dict)
    inputs = models.JSONField(default=dict, help_text="input → identifier, name, digest and rows of the table as it was")
    scenario = models.ForeignKey(Scenario, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    scope_key = models.CharField(max_length=80, blank=True, help_text="whose records it was made from; empty: tables that were brought in")
    facts = models.JSONField(default=dict, help_text="settings, tests and models; empty until it is done")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=["kind", "answered_at"], name="study_by_kind"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_busy(self) -> bool:
        """Whether a job works on it."""
        return self.answered_at is None and self.job is not None and not self.job.is_over


class Segmentation(Record):
    """Segments in force for our customers: every account gets its segment by them, a new one at once; at most one is in force."""

    study = models.ForeignKey(Study, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=200)
    scheme = models.JSONField(help_text="how an account comes to its segment, as the library gave it")
    takes_all = models.BooleanField(default=False, help_text="also what was entered or imported is replaced, once, at the beginning")
    n_accounts = models.PositiveIntegerField(default=0, help_text="that have their segment by it")
    written_at = models.DateTimeField(null=True)
    is_in_force = models.BooleanField(default=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["is_in_force"], condition=models.Q(is_in_force=True), name="one_segmentation_in_force"),
        )

    def __str__(self) -> str:
        return self.name


class StudyPart(models.Model):
    """A table or a picture of an answer, packed."""

    class Kind(models.TextChoices):
        """How the content is to be read."""

        TABLE = "table"
        CHART = "chart"
        PICTURE = "picture"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField(default=0)
    n_rows = models.PositiveIntegerField(default=0)
    content = models.BinaryField()

    class Meta:
        ordering = ("place",)
        constraints = (models.UniqueConstraint(fields=["study", "kind", "name"], name="part_once_per_study"),)


class AccountScore(models.Model):
    """The health of an account as it was computed last; what people say of it stands in :class:`HealthSaid`, never here."""

    class Level(models.TextChoices):
        """How near an account is to leaving."""

        HIGH = "high", _("In danger")
        MEDIUM = "medium", _("To be watched")
        LOW = "low", _("Well")
        GONE = "gone", _("Gone")

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="score")
    health = models.PositiveSmallIntegerField(help_text="0 to 100, computed")
    risk = models.FloatField(help_text="that nothing is bought within the horizon, 0 to 1; by the rule: points taken off")
    risk_low = models.FloatField(null=True)
    risk_high = models.FloatField(null=True)
    level = models.CharField(max_length=6, choices=Level.choices)
    is_learned = models.BooleanField(help_text="whether the past taught it; else by the rule")
    reasons = models.JSONField(default=list, help_text="sign and value, the weightiest first")
    next_on = models.DateField(null=True, help_text="expected day of the next order")
    next_from = models.DateField(null=True)
    next_to = models.DateField(null=True)
    is_overdue = models.BooleanField(default=False)
    usual_amount = models.FloatField(null=True)
    written = models.PositiveSmallIntegerField(
        null=True, help_text="what was written to the account; another value there is somebody else's"
    )
    study = models.ForeignKey(Study, null=True, on_delete=models.SET_NULL, related_name="+")
    found_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["-risk", "id"], name="score_by_risk"),)


class AccountSegment(models.Model):
    """The segment of an account as it was found last; where the account says another one, somebody wrote that, and it holds."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="found_segment")
    segment = models.CharField(max_length=120)
    found_at = models.DateTimeField()


class HealthSaid(Record):
    """What somebody says of the health of an account against the computed one: it holds until it is taken back."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="health_said")
    health = models.PositiveSmallIntegerField()
    why = models.TextField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=["account"], condition=models.Q(ended_at__isnull=True), name="one_health_said"),)

    def __str__(self) -> str:
        return f"{self.account}: {self.health}"
