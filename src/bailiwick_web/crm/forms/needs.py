"""Forms about needs: the templates, their questions, and the answers of an account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bailiwick_web.crm.forms.catalogue import whole, yes
from bailiwick_web.crm.forms.common import area, day, offer, pick
from bailiwick_web.crm.forms.common import text as line
from bailiwick_web.crm.models import Contact, NeedQuestion, NeedsTemplate
from bailiwick_web.crm.services.needs import LEAST, MOST, NO, YES

if TYPE_CHECKING:
    from bailiwick_web.crm.queries.needs import Asked

Kind = NeedQuestion.Kind
ARROW = re.compile(r"\s*(?:→|->|=>|=)\s*")


class NeedsTemplateForm(forms.Form):
    """Questions that are asked together."""

    name = line(_("Name"), 200, required=True)
    is_active = yes(_("In use"), initial=True)


class Options(forms.CharField):
    """Answers to choose from, one a line, each with the need that it points to."""

    def __init__(self, label: Any) -> None:
        help_text = _("one a line; after an arrow the need that it points to: by hand → automation")
        super().__init__(label=label, required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}), help_text=help_text)

    def clean(self, value: Any) -> list[dict[str, str]]:
        """Answers and needs."""
        lines = (ARROW.split(line.strip(), maxsplit=1) for line in super().clean(value).splitlines() if line.strip())
        return [{"answer": parts[0], "need": parts[1] if len(parts) > 1 else ""} for parts in lines]


def written(options: Sequence[dict[str, str]]) -> str:
    """Answers and needs as the form takes them."""
    return "\n".join(f"{one['answer']} → {one['need']}" if one["need"] else one["answer"] for one in options)


class NeedQuestionForm(forms.Form):
    """One question."""

    template = pick(_("Template"), NeedsTemplate.objects.none(), required=True)
    text = line(_("Question"), 500, required=True)
    kind = forms.ChoiceField(label=_("How it is answered"), choices=Kind.choices)
    need = line(_("Need that a yes or a high number points to"), 80)
    least = whole(_("A number is high from"), LEAST, MOST, initial=4, required=True)
    options = Options(_("Answers of a choice"))
    place = whole(_("Order in the list"), 0, 1_000, initial=0, required=True)
    is_active = yes(_("In use"), initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "template", NeedsTemplate.objects.filter(deleted_at=None))


class AnswersForm(forms.Form):
    """The questions of a template with the answers of an account."""

    def __init__(self, *args: Any, asked: Sequence[Asked], people: Sequence[Contact], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for one in asked:
            field = _field(one)
            field.initial = one.answer.value if one.answer is not None else ""
            if one.answer is not None:
                field.help_text = _told(one)
            self.fields[name_of(one.question)] = field
        self.fields["answered_on"] = day(_("Said on"))
        self.fields["answered_on"].initial = today
        if people:
            known = [(str(person.public_id), person.name) for person in people]
            self.fields["contact"] = forms.ChoiceField(label=_("By whom"), required=False, choices=[("", "–"), *known])


def name_of(question: NeedQuestion) -> str:
    """The field of a question."""
    return f"q-{question.public_id}"


def _field(one: Asked) -> forms.Field:
    question = one.question
    if question.kind == Kind.TEXT:
        return area(question.text)
    if question.kind == Kind.YES_NO:
        choices: list[tuple[str, Any]] = [(YES, _("Yes")), (NO, _("No"))]
    elif question.kind == Kind.SCALE:
        choices = [(str(n), str(n)) for n in range(LEAST, MOST + 1)]
    else:
        choices = [(option["answer"], option["answer"]) for option in question.options]
    if one.answer is not None and one.answer.value not in dict(choices):  # it could be chosen once
        choices.append((one.answer.value, one.answer.value))
    return forms.ChoiceField(label=question.text, required=False, choices=[("", "–"), *choices])


def _told(one: Asked) -> str:
    assert one.answer is not None
    parts = [date_format(one.answer.answered_on, "SHORT_DATE_FORMAT"), one.answer.contact, one.answer.changed_by]
    return " · ".join(str(part) for part in parts if part)
