"""Forms of what was heard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick_web.crm.forms.common import area
from bailiwick_web.crm.forms.common import text as line
from bailiwick_web.listening.models import Mention, Survey, SurveyInvitation
from bailiwick_web.listening.services.surveys import RANGES


class SurveyForm(forms.Form):
    """A survey."""

    name = line(_("Name"), 200, required=True)
    kind = forms.ChoiceField(label=_("What is asked for"), choices=Survey.Kind.choices)
    question = line(_("Question"), 500, required=True)
    more = area(_("Further questions, answered in words"), help_text=_("one in a line"))

    def clean_more(self) -> list[str]:
        """The lines."""
        return [line.strip() for line in self.cleaned_data["more"].splitlines() if line.strip()]


class AnswerForm(forms.Form):
    """What somebody is asked by their link."""

    text = area(_("Why?"))

    def __init__(self, *args: Any, invitation: SurveyInvitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        survey = invitation.survey
        span = RANGES.get(Survey.Kind(survey.kind))
        if span is not None:
            choices = [(str(n), str(n)) for n in range(span[0], span[1] + 1)]
            self.fields = {"score": forms.ChoiceField(label=survey.question, choices=choices, widget=forms.RadioSelect), **self.fields}
        else:
            self.fields["text"].label = survey.question
        self.questions = {f"more-{i}": question for i, question in enumerate(survey.more)}
        for name, question in self.questions.items():
            self.fields[name] = area(question, rows=2)

    @property
    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = self.cleaned_data
        answers = {question: data.get(name, "") for name, question in self.questions.items()}
        return {"score": data.get("score"), "text": data["text"], "answers": answers}


class MentionForm(forms.Form):
    """A mention that somebody read."""

    text = forms.CharField(label=_("What was said"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))
    channel = line(_("Where"), 80)
    author = line(_("By whom"), 200)
    url = line(_("Address"), 1_000)
    sentiment = forms.TypedChoiceField(
        label=_("How it was meant"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("find out by its words")), *Mention.Sentiment.choices],
    )
