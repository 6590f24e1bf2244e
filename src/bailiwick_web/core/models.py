"""Who: users, the sales organisation, and the records of what was done."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.roles import Role
from bailiwick_web.core.tokens import AccessToken, IdempotencyKey

__all__ = [
    "AccessToken",
    "AuditEntry",
    "IdempotencyKey",
    "Job",
    "Node",
    "OutboxEvent",
    "Person",
    "PersonProfile",
    "Position",
    "Record",
    "Staffing",
    "User",
    "UserManager",
]


class Record(models.Model):
    """What every mutable record has: a public identifier, a version that every write checks, who and when."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class UserManager(BaseUserManager["User"]):
    """Users sign in by e-mail address."""

    def create_user(self, email: str, name: str, *, role: str, password: str | None = None) -> User:
        """Make a user; without a password nobody can sign in by one."""
        from allauth.account.models import EmailAddress  # needs the models of this app

        user = self.model(email=self.normalize_email(email).lower(), name=name, role=role)
        user.set_password(password)
        user.save(using=self._db)
        # An administrator or the owner of the invited mailbox vouches for the address: nobody signs up here.
        EmailAddress.objects.using(self._db).create(user=user, email=user.email, verified=True, primary=True)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do follows from the role, what they see from their staffings."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    more_roles = models.JSONField(default=list, help_text="further roles: what they allow is added, never taken away")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def roles(self) -> frozenset[str]:
        """All roles of the user."""
        return frozenset({self.role, *self.more_roles})


class Invitation(models.Model):
    """A link that works once: to come in for the first time, or to choose a new password."""

    class Kind(models.TextChoices):
        """What it is for."""

        WELCOME = "welcome"
        PASSWORD = "password"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret in the link; the secret is kept nowhere")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)


class Node(Record):
    """The sales organisation: nation → region → district → …, a tree."""

    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=400, db_index=True, help_text="keys from the root, such as /1/7/; set by services")
    kind = models.CharField(max_length=40, default="region")
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Position(Record):
    """A job, which may be vacant: the one who has it gets a territory."""

    code = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="positions")
    capacity = models.FloatField(default=1.0, help_text="in one unit for all: hours a year, or full-time equivalents")
    home_lon = models.FloatField(null=True)
    home_lat = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.name


class Person(Record):
    """A rep, manager or planner; linked to a user if they sign in."""

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    user = models.OneToOneField(User, null=True, on_delete=models.PROTECT, related_name="person")

    def __str__(self) -> str:
        return self.name


class PersonProfile(models.Model):
    """What planning wants to know of somebody beside the name; who has none yet has nothing in it."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="profile")
    skills = models.JSONField(default=list, help_text="such as a product line or a certificate")
    languages = models.JSONField(default=list)
    home_lon = models.FloatField(null=True)
    home_lat = models.FloatField(null=True)

    def __str__(self) -> str:
        return str(self.person)


class Staffing(Record):
    """Who fills a position, or leads a node, from when to when; the period is half-open."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="staffings")
    position = models.ForeignKey(Position, null=True, on_delete=models.PROTECT, related_name="staffings")
    node = models.ForeignKey(Node, null=True, on_delete=models.PROTECT, related_name="leaders")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(position__isnull=False) ^ Q(node__isnull=False),
                name="staffing_of_position_or_node",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=models.F("valid_from")), name="staffing_period"
            ),
        )


class AuditEntry(models.Model):
    """One thing that somebody did. Entries are added, never changed or taken away."""

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=60)
    record_type = models.CharField(max_length=60)
    record_id = models.CharField(max_length=40, db_index=True)
    record_name = models.CharField(max_length=300, blank=True)
    field = models.CharField(max_length=80, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry; a second time is an error."""
        if not self._state.adding:
            raise TypeError("an audit entry cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Always an error."""
        raise TypeError("an audit entry cannot be deleted")


class Job(models.Model):
    """Work in the background. This row, not the queue, says what became of it."""

    class State(models.TextChoices):
        """From queued to one of three ends."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    input_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED, db_index=True)
    progress = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    is_cancel_wanted = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}


class OutboxEvent(models.Model):
    """An event, written in the transaction of the change that it tells of; delivered later, at least once."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True, help_text="of the request, job or rule that made the change")
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["id"], condition=Q(delivered_at__isnull=True), name="outbox_waiting"),
            models.Index(fields=["kind", "created_at"], name="outbox_by_kind"),
        )
