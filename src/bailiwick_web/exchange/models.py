"""Imports: every file, every row that it changed, and what stood there before; and mappings to use again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Job, Record
from bailiwick_web.territories.models import UnitSet


class ImportBatch(Record):
    """One table on its way in: taken in, checked, then imported, and perhaps taken back."""

    class Kind(models.TextChoices):
        """What the rows are."""

        UNITS = "units", _("Customers or areas")
        REPS = "reps", _("Reps")
        ALIGNMENT = "alignment", _("Territories as they are today")
        ACCOUNTS = "accounts", _("Accounts")
        CONTACTS = "contacts", _("Contacts")
        DEALS = "deals", _("Opportunities")
        LEADS = "leads", _("Leads")
        ADDRESSES = "addresses", _("Addresses of accounts")
        PRODUCTS = "products", _("Products")
        CATEGORIES = "categories", _("Product lines")
        ORDERS = "orders", _("Orders")
        ORDER_LINES = "order_lines", _("Lines of orders")
        ACTIVITIES = "activities", _("Activities")
        CASES = "cases", _("Cases")
        RESPONSES = "responses", _("Answers to surveys")
        WEB_VISITS = "web_visits", _("Visits to the website")
        MENTIONS = "mentions", _("Mentions")
        CAMPAIGNS = "campaigns", _("Campaigns")
        SURVEYS = "surveys", _("Surveys")
        QUESTIONS = "questions", _("Questions about needs")
        NEEDS = "needs", _("Answers about needs")

    class State(models.TextChoices):
        """What became of it so far; what is going on at present stands in the job."""

        UPLOADED = "uploaded", _("uploaded")
        CHECKED = "checked", _("checked")
        REFUSED = "refused", _("refused")
        WRITING = "writing", _("partly imported")
        IMPORTED = "imported", _("imported")
        REVERTING = "reverting", _("partly taken back")
        REVERTED = "reverted", _("taken back")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CHECKED)
    filename = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    options = models.JSONField(default=dict, help_text="what the user said: mapping, encoding, separator, header row, sheet")
    facts = models.JSONField(default=dict, help_text="what was found in the file")
    counts = models.JSONField(default=dict, help_text="created, updated, unchanged, failed: they add up to the rows read")
    course = models.JSONField(default=dict, help_text="while it is written or taken back: slices done and all, records written, instants")
    unit_set = models.ForeignKey(UnitSet, null=True, on_delete=models.SET_NULL, related_name="imports")
    made_unit_set = models.BooleanField(default=False)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    main = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="followers", help_text="imported together with it")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.filename

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self.state in {self.State.UPLOADED, self.State.CHECKED, self.State.REFUSED}

    @property
    def is_partial(self) -> bool:
        """Whether some of its slices are written, or taken back, and others not yet."""
        return self.state in {self.State.WRITING, self.State.REVERTING}

    @property
    def is_busy(self) -> bool:
        """Whether a job works on it."""
        return self.job is not None and not self.job.is_over

    @property
    def n_read(self) -> int:
        """Rows of the file: what the counts add up to."""
        return int(self.facts.get("n_read", 0))


class ImportRow(models.Model):
    """A record that an import made or changed, with what stood there before; a row that did not fit any more; what was not taken back."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    record = models.CharField(max_length=12, default="unit", help_text="unit, position, node, measure, scenario")
    key = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10)
    before = models.JSONField(null=True, help_text="the fields that were changed; of a row that failed, why")
    row = models.PositiveIntegerField(null=True, help_text="of the file, where one row made the record")

    class Meta:
        indexes = (
            models.Index(fields=["batch", "record", "key"], name="row_by_key"),
            models.Index(fields=["batch", "row"], name="row_by_number", condition=models.Q(row__isnull=False)),
        )


class MappingTemplate(Record):
    """What the columns of files with a certain header are; used again for the next such file."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=ImportBatch.Kind.choices)
    header = models.CharField(max_length=64, help_text="digest of the names of the columns, whatever their order")
    columns = models.JSONField(default=dict, help_text="field → column")
    reading = models.JSONField(default=dict, help_text="how the file is read: encoding, separator, decimal sign")
    n_used = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["kind", "header"], name="one_template_per_header"),)

    def __str__(self) -> str:
        return self.name
