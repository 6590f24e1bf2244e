"""What customers are asked about their needs, as lists: templates and their questions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import models as m
from bailiwick_web.crm.forms import needs as f
from bailiwick_web.crm.services import needs
from bailiwick_web.crm.views.sheets.sheet import Sheet, Values, in_use


def _points_to(question: Any) -> str:
    found = [question.need, *(one["need"] for one in question.options)]
    return ", ".join(dict.fromkeys(need for need in found if need))


def _question_of(question: Any) -> Values:
    names = ("text", "kind", "need", "least", "place", "is_active")
    values = {name: getattr(question, name) for name in names}
    return {**values, "template": question.template.public_id, "options": f.written(question.options)}


def _change_template(actor: Actor, public_id: Any, version: int | None, **values: Any) -> Any:
    return needs.change_template(actor, public_id, version=version, **values)


def _change_question(actor: Actor, public_id: Any, version: int | None, **values: Any) -> Any:
    return needs.change_question(actor, public_id, version=version, **values)


SHEETS = (
    Sheet(
        "needs-templates",
        gettext_lazy("Needs assessments"),
        gettext_lazy("Questions that customers are asked together, to find out what they need."),
        m.NeedsTemplate,
        f.NeedsTemplateForm,
        (("", in_use),),
        needs.create_template,
        _change_template,
    ),
    Sheet(
        "need-questions",
        gettext_lazy("Questions about needs"),
        gettext_lazy("What is asked, how it is answered, and which need an answer points to: products that answer the need fit then."),
        m.NeedQuestion,
        f.NeedQuestionForm,
        (
            (gettext_lazy("Template"), lambda r: r.template),
            (gettext_lazy("How it is answered"), lambda r: r.get_kind_display()),
            (gettext_lazy("Points to"), _points_to),
            ("", in_use),
        ),
        needs.create_question,
        _change_question,
        order=("template__name", "template", "place", "pk"),
        related=("template",),
        words=("text", "template__name"),
        of=_question_of,
    ),
)
