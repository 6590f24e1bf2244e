"""Scenarios: who gets what, how it came to be, who agreed, and since when it counts."""

from __future__ import annotations

from typing import Any

from django.db import models

from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import Job, Position, Record, User
from bailiwick_web.territories.models import AlignmentPlan, Unit


class Scenario(Record):
    """A complete answer to the question of a plan."""

    class State(models.TextChoices):
        """Only drafts can be changed; what was published never is."""

        DRAFT = "draft"
        PROPOSED = "proposed"
        APPROVED = "approved"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    plan = models.ForeignKey(AlignmentPlan, on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")
    notes = models.TextField(blank=True)
    settings = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    input_digest = models.CharField(max_length=64, blank=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-changed_at",)

    def __str__(self) -> str:
        return self.name


class TerritoryDefinition(models.Model):
    """A territory of one scenario; who works it stands in its position."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="territories")
    code = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    colour = models.CharField(max_length=7, default="#8097e3")
    position = models.ForeignKey(Position, null=True, on_delete=models.PROTECT, related_name="+")
    capacity = models.FloatField(default=1.0)
    home_lon = models.FloatField(null=True)
    home_lat = models.FloatField(null=True)
    is_locked = models.BooleanField(default=False)
    place = models.PositiveIntegerField(default=0, help_text="order within the scenario")

    class Meta:
        ordering = ("place", "pk")
        constraints = (models.UniqueConstraint(fields=["scenario", "code"], name="territory_code_once"),)

    def __str__(self) -> str:
        return self.name


class UnitAssignment(models.Model):
    """One unit in one scenario: its territory, or none, and why."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    territory = models.ForeignKey(TerritoryDefinition, null=True, on_delete=models.CASCADE, related_name="assignments")
    cause = models.CharField(max_length=60, blank=True)
    is_locked = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["scenario", "unit"], name="unit_once_per_scenario"),)


class Forbid(models.Model):
    """A territory that a unit must not be in."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="forbids")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    territory = models.ForeignKey(TerritoryDefinition, on_delete=models.CASCADE, related_name="forbids")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "territory"], name="forbid_once"),)


class NamedAccount(models.Model):
    """A unit that is given to a territory by name, against rules and geography, with the reason."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="named")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    territory = models.ForeignKey(TerritoryDefinition, on_delete=models.CASCADE, related_name="named")
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["scenario", "unit"], name="named_once_per_scenario"),)


class AssignmentRule(models.Model):
    """Units that meet a condition belong to a territory, unless they are named or an earlier rule takes them."""

    public_id = models.UUIDField(default=uuid7, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="rules")
    precedence = models.PositiveIntegerField(help_text="the lowest number comes first")
    name = models.CharField(max_length=200)
    condition = models.TextField(help_text="such as industry = 'Healthcare' and employees >= 250")
    territory = models.ForeignKey(TerritoryDefinition, on_delete=models.CASCADE, related_name="rules")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("precedence", "public_id")
        constraints = (models.UniqueConstraint(fields=["scenario", "public_id"], name="rule_once_per_scenario"),)

    def __str__(self) -> str:
        return self.name


class Move(models.Model):
    """One entry of the journal: a move of units, or a change of territories, locks or forbidden pairs.

    Undo is an entry that names the one it undoes; nothing is ever taken out.
    """

    class Kind(models.TextChoices):
        """What it does to the stack of things that can be undone."""

        MOVE = "move"
        UNDO = "undo"
        REDO = "redo"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="moves")
    seq = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=0, help_text="of the scenario after it")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    act = models.CharField(max_length=40, default="units.moved", help_text="what was done, as in the audit")
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undoes = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+", help_text="the move undone or done again")
    summary = models.CharField(max_length=300)
    made_of = models.JSONField(default=dict, help_text="the summary as pattern and values, for readers of other languages")
    reason = models.TextField(blank=True)
    changes = models.JSONField(help_text="everything that changed, before and after; see the module journal")

    class Meta:
        ordering = ("scenario", "seq")
        constraints = (models.UniqueConstraint(fields=["scenario", "seq"], name="move_seq_once"),)


class Run(models.Model):
    """One run of the engine: what was asked, and the scenario that came of it."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="runs")
    result = models.ForeignKey(Scenario, null=True, on_delete=models.SET_NULL, related_name="made_by")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="run")
    params = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    is_dismissed = models.BooleanField(default=False)

    class Meta:
        ordering = ("-pk",)

    @property
    def percent(self) -> str:
        """How far the job is, as a width."""
        return f"{100 * min(max(self.job.progress.get('fraction', 0), 0.02), 1):.1f}"


class FrontPlan(models.Model):
    """One of the plans that a run offers to choose from, and the scenario that was made of it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="plans")
    number = models.PositiveSmallIntegerField()
    figures = models.JSONField(help_text="balance, travel, disruption as fractions and km")
    territory_idx = models.BinaryField(help_text="territory of each unit by its place, compressed little-endian int16")
    result = models.ForeignKey(Scenario, null=True, on_delete=models.SET_NULL, related_name="chosen_of")

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["run", "number"], name="front_plan_once"),)


class Presence(models.Model):
    """Who has a scenario open, told again every few seconds."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["scenario", "user"], name="presence_once"),)


class Approval(models.Model):
    """What one of those concerned said to a proposed scenario."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="approvals")
    round = models.PositiveIntegerField(help_text="version of the scenario that was proposed")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_approved = models.BooleanField()
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)


class Challenge(models.Model):
    """A doubt about one assignment of a proposal, with a reason; the planner answers."""

    class State(models.TextChoices):
        """Until it is answered it is open."""

        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="challenges")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    wanted = models.ForeignKey(TerritoryDefinition, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("state", "-pk")


class Publication(models.Model):
    """From when to when a scenario was the one that counts; half-open, one at any instant per plan."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    plan = models.ForeignKey(AlignmentPlan, on_delete=models.CASCADE, related_name="publications")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="publications")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-valid_from", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["plan"], condition=models.Q(valid_until__isnull=True), name="one_open_publication"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")), name="publication_period"
            ),
        )

    def covers(self, instant: Any) -> bool:
        """Whether it counts at an instant."""
        return bool(self.valid_from <= instant and (self.valid_until is None or instant < self.valid_until))
