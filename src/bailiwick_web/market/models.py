"""What the company is good at, how it stands, what is known of the market, and offers to win new customers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bailiwick_web.core.models import Node, Position, Record
from bailiwick_web.crm.models import Account, Activity, Order, SellingRecord
from bailiwick_web.crm.models.base import MONEY
from bailiwick_web.insights.models import Study


class CompanyProfile(Record):
    """What we are: one for the house; how it was before stands in the history."""

    core_value = models.TextField(blank=True, help_text="why customers come to us and not to others")
    strengths = models.JSONField(default=list, help_text="one text each")
    markets = models.JSONField(default=list, help_text="whom we sell to, one text each")
    is_the_one = models.BooleanField(default=True, unique=True, editable=False)

    def __str__(self) -> str:
        return str(_("Company profile"))


class Swot(Record):
    """Strengths, weaknesses, opportunities and threats of the company, a team or a territory; a version that was kept never changes."""

    class Subject(models.TextChoices):
        """Whose."""

        COMPANY = "company", _("Company")
        TEAM = "team", _("Team")
        TERRITORY = "territory", _("Territory")

    subject = models.CharField(max_length=9, choices=Subject.choices)
    node = models.ForeignKey(Node, null=True, on_delete=models.CASCADE, related_name="+", help_text="of a team")
    position = models.ForeignKey(Position, null=True, on_delete=models.CASCADE, related_name="+", help_text="of a territory")
    number = models.PositiveIntegerField(help_text="of the version: 1, 2, …")
    kept_at = models.DateTimeField(null=True, help_text="from when on it stays as it is; null: the one that is worked on")
    note = models.CharField(max_length=500, blank=True)
    drafted_at = models.DateTimeField(null=True, help_text="when entries were last drafted from data")

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["number"], condition=models.Q(subject="company"), name="swot_of_company_once"),
            models.UniqueConstraint(fields=["node", "number"], condition=models.Q(subject="team"), name="swot_of_team_once"),
            models.UniqueConstraint(fields=["position", "number"], condition=models.Q(subject="territory"), name="swot_of_territory_once"),
            models.CheckConstraint(
                condition=models.Q(subject="company", node__isnull=True, position__isnull=True)
                | models.Q(subject="team", node__isnull=False, position__isnull=True)
                | models.Q(subject="territory", node__isnull=True, position__isnull=False),
                name="swot_of_one_subject",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @property
    def name(self) -> str:
        """Whose it is."""
        return str(self.position or self.node or self.get_subject_display())


class SwotEntry(Record):
    """One line of the grid; what was drafted cites its number."""

    class Quadrant(models.TextChoices):
        """Where it stands in the grid."""

        STRENGTH = "strength", pgettext_lazy("grid", "Strength")
        WEAKNESS = "weakness", pgettext_lazy("grid", "Weakness")
        OPPORTUNITY = "opportunity", pgettext_lazy("grid", "Opportunity")
        THREAT = "threat", pgettext_lazy("grid", "Threat")

    class Origin(models.TextChoices):
        """Where it comes from."""

        DATA = "data", _("from data")
        PROFILE = "profile", _("from the company profile")
        EVIDENCE = "evidence", _("from evidence")
        PERSON = "person", _("written by somebody")

    swot = models.ForeignKey(Swot, on_delete=models.CASCADE, related_name="entries")
    quadrant = models.CharField(max_length=11, choices=Quadrant.choices)
    text = models.CharField(max_length=1000)
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.PERSON)
    fact = models.JSONField(default=dict, help_text="figure, value, what it is compared with, interval, period, others, sentence, study")
    evidence = models.ForeignKey("market.Evidence", null=True, on_delete=models.SET_NULL, related_name="+")
    task = models.ForeignKey(Activity, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = "swot entries"
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text[:80]


class Evidence(SellingRecord):
    """What somebody outside says of the market, with what it does to potential, if anything."""

    claim = models.CharField(max_length=1000)
    source = models.CharField(max_length=300, help_text="who says so")
    url = models.CharField(max_length=500, blank=True)
    dated_on = models.DateField(help_text="when it was said")
    industry = models.CharField(max_length=200, blank=True, help_text="empty: all")
    region = models.CharField(max_length=120, blank=True, help_text="empty: all")
    effect = models.FloatField(null=True, help_text="on potential, as a fraction: 0.05 is 5 % more")
    reason = models.CharField(max_length=1000, blank=True, help_text="why this much")

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ("-dated_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(effect__isnull=True) | models.Q(effect__gt=-1, effect__lte=10), name="evidence_effect"
            ),
        )

    def __str__(self) -> str:
        return self.claim[:80]


class EffectUse(Record):
    """Evidence that is applied to an estimate of potential: the estimate stays as it was found, the effect stands beside it."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="effects")
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="uses")
    effect = models.FloatField(help_text="as the evidence said when it was applied")
    ended_at = models.DateTimeField(null=True, help_text="when it was taken back")

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["study", "evidence"], condition=models.Q(ended_at__isnull=True), name="effect_applied_once"),
        )

    def __str__(self) -> str:
        return f"{self.evidence} → {self.study}"


class Offer(SellingRecord):
    """An introductory deal: for whom, how often, until when."""

    name = models.CharField(max_length=200)
    what = models.CharField(max_length=500, help_text="what new customers get")
    segment = models.CharField(max_length=120, blank=True, help_text="empty: all")
    most_uses = models.PositiveIntegerField(null=True, help_text="how many customers may take it; empty: any number")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="last day on which it can be taken")

    class Meta:
        ordering = ("-starts_on", "-pk")
        constraints = (models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="offer_period"),)

    def __str__(self) -> str:
        return self.name


class OfferUse(Record):
    """One customer who was made an offer, and whether they took it."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="uses")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="offer_uses")
    offered_on = models.DateField()
    taken_on = models.DateField(null=True)
    order = models.ForeignKey(Order, null=True, on_delete=models.SET_NULL, related_name="+")
    amount = models.DecimalField(null=True, help_text="of the first order, in house currency", **MONEY)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=["offer", "account"], name="offered_once"),)

    def __str__(self) -> str:
        return f"{self.offer} → {self.account}"
