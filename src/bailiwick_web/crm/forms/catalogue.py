"""Forms about what everybody shares: what is sold, who else sells it, how deals, leads and cases go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick_web.crm.forms.common import area, day, offer, pick, text, words
from bailiwick_web.crm.models import Case, Competitor, Criterion, FieldDefinition, Pipeline, ProductLine, Stage
from bailiwick_web.crm.services.fields import RECORD_TYPES


def whole(label: Any, least: int = 0, most: int = 100_000, *, required: bool = False, **more: Any) -> forms.IntegerField:
    """A whole number."""
    return forms.IntegerField(label=label, required=required, min_value=least, max_value=most, **more)


def yes(label: Any, *, initial: bool = False) -> forms.BooleanField:
    """A mark."""
    return forms.BooleanField(label=label, required=False, initial=initial)


class ProductForm(forms.Form):
    """What is sold."""

    name = text(_("Name"), required=True)
    code = text(_("Number"), 80)
    line = pick(_("Product line"), ProductLine.objects.none())
    unit = text(_("Unit of quantity"), 40, placeholder=str(_("piece, kg, hour …")))
    description = area(_("Description"))
    needs = words(_("Needs that it answers"))
    is_active = yes(_("Is sold"), initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "line", ProductLine.objects.filter(deleted_at=None).order_by("name"))


class LineForm(forms.Form):
    """A line of products."""

    name = text(_("Name"), 200, required=True)
    code = text(_("Number"), 80)
    parent = pick(_("Belongs to"), ProductLine.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "parent", ProductLine.objects.filter(deleted_at=None).order_by("name"))


class PriceForm(forms.Form):
    """What a product costs."""

    amount = forms.DecimalField(label=_("Price"), min_value=0, max_digits=18, decimal_places=4)
    currency = text(_("Currency"), 3, required=True)
    least_quantity = forms.DecimalField(label=_("From a quantity of"), required=False, min_value=0, max_digits=14, decimal_places=3)
    book = text(_("Price book"), 80, placeholder="standard")
    valid_from = day(_("From the day"))
    valid_until = day(_("Until before"))


class CompetitorForm(forms.Form):
    """Somebody who sells what we sell."""

    name = text(_("Name"), 200, required=True)
    website = text(_("Website"))
    strengths = area(_("Where they are strong"))
    weaknesses = area(_("Where they are weak"))
    tags = words(_("Tags"))


STRENGTHS = [(0, _("0 – not there")), (1, "1"), (2, "2"), (3, _("3 – like us")), (4, "4"), (5, _("5 – has the market"))]


class PresenceForm(forms.Form):
    """How strong a competitor is in a territory."""

    competitor = pick(_("Competitor"), Competitor.objects.none(), required=True)
    territory_code = forms.ChoiceField(label=_("Territory"))
    strength = forms.TypedChoiceField(label=_("How strong"), choices=STRENGTHS, coerce=int)
    source = text(_("Who says so"))
    on = day(_("On which day"), required=True)

    def __init__(self, *args: Any, territories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "competitor", Competitor.objects.filter(deleted_at=None).order_by("name"))
        field = self.fields["territory_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = territories


class PipelineForm(forms.Form):
    """An order of stages."""

    name = text(_("Name"), 120, required=True)
    place = whole(_("Order in the list"), 0, 1_000, initial=0, required=True)
    is_active = yes(_("In use"), initial=True)


STAGE_KINDS = [(Stage.Kind.OPEN.value, _("it goes on")), (Stage.Kind.WON.value, _("won")), (Stage.Kind.LOST.value, _("lost"))]


class StageForm(forms.Form):
    """One step of a pipeline."""

    pipeline = pick(_("Pipeline"), Pipeline.objects.none(), required=True)
    name = text(_("Name"), 120, required=True)
    kind = forms.ChoiceField(label=_("What it means"), choices=STAGE_KINDS)
    place = whole(_("Order in the list"), 0, 1_000, initial=0, required=True)
    percent = whole(_("Chance in %"), 0, 100, initial=0, required=True)
    most_days = whole(_("Stuck after days"))
    keeps_rep = yes(_("Stays with its rep when the customer changes hands"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "pipeline", Pipeline.objects.all())


class ReasonForm(forms.Form):
    """Why deals end."""

    kind = forms.ChoiceField(label=_("Of deals that are"), choices=[(k.value, k.label) for k in (Stage.Kind.WON, Stage.Kind.LOST)])
    label = text(_("Reason"), 120, required=True)
    place = whole(_("Order in the list"), 0, 1_000, initial=0, required=True)
    is_active = yes(_("In use"), initial=True)


class CriterionForm(forms.Form):
    """What makes a lead qualified."""

    part = forms.ChoiceField(label=_("What is graded"), choices=Criterion.Part.choices)
    least_grade = forms.TypedChoiceField(
        label=_("At least"), coerce=int, choices=[(0, _("anything")), (1, _("a hint")), (2, _("likely")), (3, _("certain"))], initial=1
    )
    most_days_old = whole(_("Evidence counts for days"), 1, 10_000)
    is_active = yes(_("In use"), initial=True)


class LevelForm(forms.Form):
    """How fast a case is answered and solved."""

    priority = forms.ChoiceField(label=_("Priority"), choices=Case.Priority.choices)
    respond_hours = forms.DecimalField(label=_("First answer within hours"), min_value=0, max_value=100_000, decimal_places=2)
    solve_hours = forms.DecimalField(label=_("Solved within hours"), min_value=0, max_value=100_000, decimal_places=2)


FIELD_KINDS = [
    (FieldDefinition.Kind.TEXT.value, _("Text")),
    (FieldDefinition.Kind.NUMBER.value, _("Number")),
    (FieldDefinition.Kind.DATE.value, _("Day")),
    (FieldDefinition.Kind.YES_NO.value, _("Yes or no")),
    (FieldDefinition.Kind.CHOICE.value, _("One of several")),
]
RECORDS = {
    "account": _("Customers"),
    "contact": _("Contacts"),
    "lead": _("Leads"),
    "opportunity": _("Deals"),
    "product": _("Products"),
    "order": _("Orders"),
    "activity": _("Activities"),
    "case": _("Cases"),
}


class FieldForm(forms.Form):
    """A free field of a type of records."""

    record_type = forms.ChoiceField(label=_("Of which records"), choices=[(key, RECORDS[key]) for key in RECORD_TYPES])
    label = text(_("What people call it"), 120, required=True)
    key = text(_("Key"), 60, required=True, placeholder="loading_dock")
    kind = forms.ChoiceField(label=_("What it holds"), choices=FIELD_KINDS)
    choices = words(_("What may be chosen"))
    place = whole(_("Order in the list"), 0, 1_000, initial=0, required=True)
    is_active = yes(_("In use"), initial=True)


class RateForm(forms.Form):
    """What a currency is worth."""

    currency = text(_("Currency"), 3, required=True)
    rate = forms.DecimalField(label=_("One of it in the currency of the house"), min_value=0, max_digits=18, decimal_places=8)
    on = day(_("From the day"), required=True)
