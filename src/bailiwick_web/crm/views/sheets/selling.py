"""How deals and leads are judged, as lists: pipelines, stages, reasons, criteria."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.crm import models as m
from bailiwick_web.crm.forms import catalogue as f
from bailiwick_web.crm.services import catalogue
from bailiwick_web.crm.views.sheets.sheet import Sheet, Values, adds, changes, in_use


def _stage(values: Values) -> Values:
    return {**{k: v for k, v in values.items() if k != "percent"}, "probability": Decimal(values["percent"]) / 100}


def _stage_of(stage: Any) -> Values:
    names = ("name", "kind", "place", "most_days", "keeps_rep")
    values = {name: getattr(stage, name) for name in names}
    return {**values, "pipeline": stage.pipeline.public_id, "percent": round(100 * stage.probability)}


SHEETS = (
    Sheet(
        "pipelines",
        gettext_lazy("Pipelines"),
        gettext_lazy("The ways that deals go. Until you make one there is “Sales” with six stages."),
        m.Pipeline,
        f.PipelineForm,
        ((gettext_lazy("Order in the list"), lambda r: r.place), ("", lambda r: _("the usual one") if r.is_default else in_use(r))),
        adds(catalogue.PIPELINE),
        changes(catalogue.PIPELINE),
        order=("place", "pk"),
    ),
    Sheet(
        "stages",
        gettext_lazy("Stages"),
        gettext_lazy("The steps of a pipeline, the chance of a deal in each, and how long one may stay there."),
        m.Stage,
        f.StageForm,
        (
            (gettext_lazy("Pipeline"), lambda r: r.pipeline),
            (gettext_lazy("What it means"), lambda r: dict(f.STAGE_KINDS)[r.kind]),
            (gettext_lazy("Chance in %"), lambda r: f"{round(100 * r.probability)} %"),
            (gettext_lazy("Stuck after days"), lambda r: r.most_days or ""),
        ),
        adds(catalogue.STAGE),
        changes(catalogue.STAGE),
        order=("pipeline__place", "pipeline", "place", "pk"),
        related=("pipeline",),
        words=("name", "pipeline__name"),
        to=_stage,
        of=_stage_of,
    ),
    Sheet(
        "reasons",
        gettext_lazy("Reasons"),
        gettext_lazy("Why deals are won or lost: what is chosen when one ends, and what reports count."),
        m.OutcomeReason,
        f.ReasonForm,
        ((gettext_lazy("Of deals that are"), lambda r: r.get_kind_display()), ("", in_use)),
        adds(catalogue.REASON),
        changes(catalogue.REASON),
        order=("kind", "place", "pk"),
        words=("label",),
    ),
    Sheet(
        "criteria",
        gettext_lazy("Criteria of leads"),
        gettext_lazy("What makes a lead qualified. Without any, every part of BANT needs at least a hint."),
        m.Criterion,
        f.CriterionForm,
        (
            (gettext_lazy("At least"), lambda r: r.least_grade),
            (gettext_lazy("Evidence counts for days"), lambda r: r.most_days_old or ""),
            ("", in_use),
        ),
        adds(catalogue.CRITERION),
        changes(catalogue.CRITERION),
        order=("pk",),
        words=("part",),
    ),
)
