"""Forms of what is known of the market."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick_web.crm.forms.common import area, day
from bailiwick_web.crm.forms.common import text as line
from bailiwick_web.market.models import SwotEntry


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class ProfileForm(forms.Form):
    """What the company is."""

    core_value = area(_("Why customers come to us"), help_text=_("The core value, in a sentence or two."))
    strengths = area(_("What we are good at"), rows=5, help_text=_("One in a line; each becomes a strength in the grid of the company."))
    markets = area(_("Whom we sell to"), rows=4, help_text=_("One in a line."))

    def clean_strengths(self) -> list[str]:
        """The lines."""
        return _lines(self.cleaned_data["strengths"])

    def clean_markets(self) -> list[str]:
        """The lines."""
        return _lines(self.cleaned_data["markets"])


class EntryForm(forms.Form):
    """A line of the grid."""

    quadrant = forms.ChoiceField(label=_("Where"), choices=SwotEntry.Quadrant.choices)
    text = forms.CharField(label=_("Line"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class EvidenceForm(forms.Form):
    """What somebody says of the market."""

    claim = forms.CharField(label=_("What is said"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    source = line(_("Who says so"), required=True)
    url = line(_("Address"), 500)
    dated_on = day(_("When it was said"), required=True)
    industry = line(_("Industry (empty: all)"), 200)
    region = line(_("Region (empty: all)"), 120)
    effect = forms.FloatField(
        label=_("Effect on potential, %"), required=False, min_value=-95, max_value=1000, widget=forms.NumberInput(attrs={"step": "0.1"})
    )
    reason = area(_("Why this much"), rows=2)

    def clean_effect(self) -> float | None:
        """As a fraction."""
        value = self.cleaned_data["effect"]
        return None if value is None else value / 100


class OfferForm(forms.Form):
    """An introductory deal."""

    name = line(_("Name"), 200, required=True)
    what = line(_("What new customers get"), 500, required=True)
    segment = line(_("Segment (empty: all)"), 120)
    most_uses = forms.IntegerField(label=_("How many may take it"), required=False, min_value=1, max_value=1_000_000)
    starts_on = day(_("First day"), required=True)
    ends_on = day(_("Last day"), required=True)

    def clean(self) -> dict[str, Any]:
        """What was filled in."""
        return dict(super().clean() or {})
