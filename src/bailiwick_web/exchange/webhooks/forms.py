"""Forms of connections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick_web.exchange.webhooks.kinds import KINDS, WORDS


class EndpointForm(forms.Form):
    """Where events go, and which."""

    name = forms.CharField(max_length=120, label=_("What hears there"), help_text=_("Such as “ERP” or “Slack of the team”."))
    url = forms.CharField(
        max_length=2_000, label=_("Address"), widget=forms.URLInput, help_text=_("https://…; it must be reachable from this server.")
    )
    kinds = forms.MultipleChoiceField(
        required=False,
        label=_("Events"),
        widget=forms.SelectMultiple(attrs={"size": 9}),
        help_text=_("None chosen means all. A word such as “lead” means all events of leads."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kinds"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        kinds.choices = [(word, word) for word in sorted({*KINDS, *WORDS})]
