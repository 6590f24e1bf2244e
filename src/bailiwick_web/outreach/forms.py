"""Forms of reaching out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bailiwick_web.crm.forms.common import area, day, money
from bailiwick_web.crm.forms.common import text as line
from bailiwick_web.crm.models import Product
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.outreach.models import Campaign
from bailiwick_web.outreach.services.cadences import MOST_DAYS, MOST_STEPS
from bailiwick_web.outreach.services.choosing import CHANNELS, PREFERRED

LABELS = {PREFERRED: _("what they prefer"), **{kind.value: kind.label for kind in Kind}}
STEP = ("channel", "days", "subject", "text")
"""What makes a step."""
SPARE = 2
"""Empty rows for further steps."""


class CadenceForm(forms.Form):
    """A cadence with its steps, a row for each; what has no subject is no step."""

    name = line(_("Name"), 200, required=True)
    purpose = line(_("Purpose of the consent"), 40, required=True)
    description = area(_("When to use it"), rows=2)

    def __init__(self, *args: Any, n_steps: int = 3, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.n_steps = min(n_steps + SPARE, MOST_STEPS)
        choices = [(channel, LABELS[channel]) for channel in CHANNELS]
        for i in range(self.n_steps):
            self.fields[f"channel-{i}"] = forms.ChoiceField(label=pgettext_lazy("step", "By"), choices=choices, required=False)
            self.fields[f"days-{i}"] = forms.IntegerField(label=_("Days later"), min_value=0, max_value=MOST_DAYS, required=False)
            self.fields[f"subject-{i}"] = line(_("What is to be done"), 200)
            self.fields[f"text-{i}"] = area(_("What to say"), rows=2)

    @property
    def own(self) -> list[BoundField]:
        """The fields of the cadence itself."""
        return [self[name] for name in self.base_fields]

    @property
    def rows(self) -> Iterator[tuple[BoundField, ...]]:
        """The fields of each step."""
        for i in range(self.n_steps):
            yield tuple(self[f"{key}-{i}"] for key in STEP)

    @property
    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = self.cleaned_data
        steps = [
            {**{key: data[f"{key}-{i}"] for key in STEP}, "channel": data[f"channel-{i}"] or PREFERRED, "days": data[f"days-{i}"] or 0}
            for i in range(self.n_steps)
            if data[f"subject-{i}"]
        ]
        return {**{name: data[name] for name in self.base_fields}, "steps": steps}


def initial_of(name: str, purpose: str, description: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """A cadence as the form shows it."""
    found: dict[str, Any] = {"name": name, "purpose": purpose, "description": description}
    for i, step in enumerate(steps):
        found |= {f"{key}-{i}": step.get(key, "") for key in STEP}
    return found


class MaterialForm(forms.Form):
    """A material and whom it is for; what nothing is chosen of is for all."""

    name = line(_("Name"), 200, required=True)
    description = area(_("What it is good for"), rows=2)
    segments = forms.MultipleChoiceField(label=_("For the segments"), required=False)
    stages = forms.MultipleChoiceField(label=_("For the stages of deals"), required=False)
    products = forms.ModelMultipleChoiceField(
        label=_("For the products"), queryset=Product.objects.none(), required=False, to_field_name="public_id"
    )

    def __init__(self, *args: Any, segments: Sequence[str], stages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initial = kwargs.get("initial") or {}
        for name, offered in (("segments", segments), ("stages", stages)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [(word, word) for word in dict.fromkeys([*offered, *initial.get(name, ())])]
        products = self.fields["products"]
        assert isinstance(products, forms.ModelMultipleChoiceField)
        products.queryset = Product.objects.filter(is_active=True, deleted_at=None).order_by("name")


class GiftForm(forms.Form):
    """A gift."""

    what = line(_("What"), 200, required=True)
    amount = money(_("What it cost"))
    currency = line(_("Currency"), 3)
    given_on = day(_("When, if not today"))
    asks = forms.BooleanField(label=_("Ask my manager if it is over the limit"), required=False)
    why = line(_("Why, for the manager"), 300)


class ThanksForm(forms.Form):
    """What holds for thanks."""

    gift_limit = money(_("Gifts for a person and year, at most"))
    remind_days = forms.IntegerField(label=_("A task so many days before an anniversary"), required=False, min_value=0, max_value=60)


class CampaignForm(forms.Form):
    """A campaign."""

    name = line(_("Name, as its leads have it"), 200, required=True, list="campaign-names")
    kind = forms.ChoiceField(label=_("Kind"), choices=Campaign.Kind.choices)
    starts_on = day(_("From the day"), required=True)
    cost = money(_("What it cost"))
    currency = line(_("Currency"), 3)
    note = area(_("Notes"), rows=2)
