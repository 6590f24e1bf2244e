"""Surveys and their answers, visits to the website, mentions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Record
from bailiwick_web.crm.models import Account, Competitor, Contact, SellingRecord


class Survey(SellingRecord):
    """A question that customers are asked, with what is asked beside it."""

    class Kind(models.TextChoices):
        """What is asked for."""

        NPS = "nps", _("Would they recommend us (0 to 10)")
        CSAT = "csat", _("How satisfied are they (1 to 5)")
        FREE = "free", _("Words only")

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.NPS)
    question = models.CharField(max_length=500)
    more = models.JSONField(default=list, help_text="further questions, answered in words")
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name


class SurveyInvitation(Record):
    """The link by which one contact answers once, without signing in."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    secret = models.CharField(max_length=64, unique=True, help_text="of the link")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["survey", "contact"], name="invited_once"),)

    def __str__(self) -> str:
        return f"{self.survey} → {self.contact or self.account}"

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"invitation {self.public_id}"


class SurveyResponse(SellingRecord):
    """What somebody answered."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="responses")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="survey_responses")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="survey_responses")
    answered_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True, help_text="0 to 10, or 1 to 5, as the survey asks; null where it asks for words")
    text = models.TextField(blank=True)
    answers = models.JSONField(default=dict, help_text="further question → answer")

    class Meta:
        indexes = (
            models.Index(fields=["survey", "-answered_at"], name="response_of_survey"),
            models.Index(fields=["account", "-answered_at"], name="response_of_account"),
        )

    def __str__(self) -> str:
        return f"{self.survey}: {self.score}" if self.score is not None else str(self.survey)

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"response {self.public_id}"


class WebVisit(SellingRecord):
    """A page of our website that somebody of an account opened."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="web_visits")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="web_visits")
    visited_at = models.DateTimeField()
    page = models.CharField(max_length=500)
    seconds = models.PositiveIntegerField(null=True, help_text="how long it was looked at")
    source = models.CharField(max_length=200, blank=True, help_text="where they came from")
    campaign = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = (models.Index(fields=["account", "-visited_at"], name="visit_of_account"),)

    def __str__(self) -> str:
        return self.page

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"web visit {self.public_id}"


class Mention(SellingRecord):
    """Something that was said in public about a customer, a competitor or us."""

    class Sentiment(models.IntegerChoices):
        """How it was meant."""

        BAD = -1, _("bad")
        NEUTRAL = 0, _("neutral")
        GOOD = 1, _("good")

    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="mentions")
    competitor = models.ForeignKey(Competitor, null=True, on_delete=models.SET_NULL, related_name="mentions")
    mentioned_at = models.DateTimeField()
    channel = models.CharField(max_length=80, blank=True, help_text="such as news, forum, review")
    author = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=1_000, blank=True)
    text = models.TextField()
    sentiment = models.SmallIntegerField(choices=Sentiment.choices, null=True, help_text="null: nobody has judged it")
    is_handled = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=["account", "-mentioned_at"], name="mention_of_account"),
            models.Index(fields=["is_handled", "-mentioned_at"], name="mention_to_handle"),
        )

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def audit_name(self) -> str:
        """What the history calls it."""
        return f"mention {self.public_id}"
