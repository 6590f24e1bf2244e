"""What customers need: questions to ask them, what an answer points to, and what they answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.crm.models.base import SellingRecord
from bailiwick_web.crm.models.customers import Account
from bailiwick_web.crm.models.people import Contact


class NeedsTemplate(SellingRecord):
    """Questions that are asked together."""

    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class NeedQuestion(SellingRecord):
    """One question, and which need an answer to it points to."""

    class Kind(models.TextChoices):
        """How it is answered."""

        YES_NO = "yes-no", _("Yes or no")
        CHOICE = "choice", _("One of several")
        SCALE = "scale", _("A number from 1 to 5")
        TEXT = "text", _("Words")

    template = models.ForeignKey(NeedsTemplate, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(max_length=500)
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.YES_NO)
    options = models.JSONField(default=list, help_text="of a choice, in order: answer, and the need that it points to or an empty text")
    need = models.CharField(max_length=80, blank=True, help_text="that a yes, or a number that is high enough, points to")
    least = models.PositiveSmallIntegerField(default=4, help_text="number from which on a scale points to the need")
    place = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("template", "place", "pk")

    def __str__(self) -> str:
        return self.text


class NeedAnswer(SellingRecord):
    """What an account answered to a question; one answer to each, which changes when they say something else."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="need_answers")
    question = models.ForeignKey(NeedQuestion, on_delete=models.PROTECT, related_name="answers")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="need_answers", help_text="who said so")
    answered_on = models.DateField(help_text="a date in every time zone")
    value = models.TextField(help_text="yes, no, the answer that was chosen, a number from 1 to 5, or words")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "question"], condition=models.Q(deleted_at__isnull=True), name="need_answered_once"),
        )

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"answer {self.public_id}"
