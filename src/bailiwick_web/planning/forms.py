"""Forms of planning."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Position
from bailiwick_web.planning.convert import COUNT
from bailiwick_web.planning.services.runs import ANEW, FEW_CHANGES, FRONT
from bailiwick_web.territories.models import UnitSet


class NewPlanForm(forms.Form):
    """What shall be planned: which units, how many territories, balanced by what."""

    name = forms.CharField(max_length=200, initial=_("Sales territories"), label=_("Name"))
    unit_set = forms.ModelChoiceField(UnitSet.objects.all(), empty_label=None, to_field_name="public_id", label=_("Customers or areas"))
    layer = forms.CharField(
        max_length=40,
        required=False,
        label=_("Name of the overlay"),
        help_text=_(
            "Such as “service”. Empty: the plan of the sales force. "
            "An overlay counts beside it, for another role over the same customers or areas."
        ),
    )
    n_territories = forms.IntegerField(min_value=1, max_value=2000, initial=10, required=False, label=_("Number of territories"))
    is_contiguous = forms.BooleanField(required=False, initial=True, label=_("Every territory in one piece"))
    run_now = forms.BooleanField(required=False, initial=True, label=_("Let the engine draw the territories at once"))

    def __init__(self, *args: Any, unit_set: UnitSet | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_reps = Position.objects.exists()
        ways = [("reps", gettext("One territory for each rep"))] if has_reps else []
        ways.append(("number", gettext("A number of territories")))
        self.fields["by"] = forms.ChoiceField(choices=ways, initial=ways[0][0], widget=forms.RadioSelect)
        self.measures: list[tuple[str, str]] = []
        found = list(unit_set.measures.all()) if unit_set else []
        keys = [m.key for m in found]
        self.currencies = {m.key: m.currency_shown for m in found if m.is_money}
        for i, key in enumerate(dict.fromkeys([*keys, COUNT])):  # a set without figures has the number alone
            chosen = f"balance_{i}"
            self.fields[chosen] = forms.BooleanField(required=False, initial=i == 0, label=key)
            self.fields[f"tolerance_{i}"] = forms.FloatField(
                min_value=0.1,
                max_value=100,
                initial=5,
                required=False,
                label=gettext("Tolerance of %(measure)s in percent") % {"measure": key},
            )
            self.measures.append((key, chosen))

    def rows(self) -> list[tuple[Any, Any, str]]:
        """Measure and tolerance, as bound fields, and the currency where it is money."""
        return [(self[name], self[name.replace("balance", "tolerance")], self.currencies.get(key, "")) for key, name in self.measures]

    def balance(self) -> dict[str, float | None]:
        """Measure → tolerance as a fraction."""
        data = self.cleaned_data
        return {key: (data.get(name.replace("balance", "tolerance")) or 5) / 100 for key, name in self.measures if data.get(name)}

    def clean(self) -> dict[str, Any]:
        """At least one measure; a number where no reps are asked for."""
        data: dict[str, Any] = super().clean() or {}
        if not any(data.get(name) for _, name in self.measures):
            raise forms.ValidationError(gettext("Choose at least one measure to balance."))
        if data.get("by") == "number" and not data.get("n_territories"):
            self.add_error("n_territories", gettext("How many?"))
        return data


class RunForm(forms.Form):
    """What the engine shall do."""

    mode = forms.ChoiceField(
        choices=[
            (FEW_CHANGES, _("Mend what is here with few changes")),
            (ANEW, _("Draw the territories anew")),
            (FRONT, _("Several plans to choose from: balance, travel, disruption")),
        ],
        label=_("How"),
    )
    time_limit_seconds = forms.IntegerField(min_value=1, max_value=3600, initial=60, label=_("Seconds at most"))
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, initial=0, label=_("Seed"))


class PublishForm(forms.Form):
    """From when on a plan counts."""

    valid_from = forms.DateTimeField(
        required=False, label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), help_text=_("empty: now")
    )
    reason = forms.CharField(max_length=300, required=False, label=_("Reason"))
