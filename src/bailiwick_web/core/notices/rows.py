"""Messages to users, and how each wants to be told."""

from __future__ import annotations

from django.db import models

from bailiwick_web.core.identifiers import uuid7


class Notice(models.Model):
    """One message to one user. Its sentence is said in the language of whoever reads it."""

    class Mail(models.TextChoices):
        """What became of the mail; one that was begun and not ended may have left, so it is not sent again."""

        UNWANTED = "unwanted"
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey("core.User", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=80, help_text="what it tells of; nobody is told of the same twice")
    text = models.TextField()
    made_of = models.JSONField(default=dict)
    address = models.CharField(max_length=300, help_text="path of the page to look at")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=10, choices=Mail.choices, default=Mail.UNWANTED)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_due_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=["user", "kind", "about"], name="notice_once"),)
        indexes = (
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["mail_due_at"], condition=models.Q(mail="waiting"), name="notice_mail_due"),
        )

    def __str__(self) -> str:
        return self.text


class NoticeWish(models.Model):
    """How a user wants to be told; who has no row wants mail, in the language of the installation."""

    user = models.OneToOneField("core.User", on_delete=models.CASCADE, related_name="notice_wish")
    wants_mail = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True, help_text="the one chosen last in the application")

    def __str__(self) -> str:
        return str(self.user)
