"""Forms about nodes, positions and who fills them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Node, Person


def _date(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class NodeForm(forms.Form):
    """A node of the tree."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.CharField(label=_("Kind"), max_length=40, initial="region", help_text=_("such as nation, region, district"))


class MoveForm(forms.Form):
    """Where a node shall hang; not below itself."""

    parent = forms.ModelChoiceField(label=_("Below"), queryset=Node.objects.none(), to_field_name="public_id")

    def __init__(self, *args: Any, node: Node, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Node.objects.exclude(path__startswith=node.path).order_by("path")


class PositionForm(forms.Form):
    """A job."""

    code = forms.CharField(label=_("Id"), max_length=80)
    name = forms.CharField(label=_("Name"), max_length=200)
    capacity = forms.FloatField(label=_("Capacity"), initial=1.0, help_text=_("Hours a year, or full-time equivalents: the same for all."))


class PositionChangeForm(forms.Form):
    """What can be changed of a job; its id stays."""

    name = forms.CharField(label=_("Name"), max_length=200)
    capacity = forms.FloatField(label=_("Capacity"))
    node = forms.ModelChoiceField(label=_("Belongs to"), queryset=Node.objects.order_by("path"), to_field_name="public_id")


class StaffingForm(forms.Form):
    """Who, from when to when; a new person can be named."""

    person = forms.ModelChoiceField(
        label=_("Person"),
        queryset=Person.objects.order_by("name"),
        to_field_name="public_id",
        required=False,
        empty_label=_("a new person"),
    )
    new_person = forms.CharField(label=_("Name of the new person"), max_length=200, required=False)
    valid_from = _date(_("From"), required=True)
    valid_until = _date(_("Until, not included"))

    def clean(self) -> dict[str, Any]:
        """Somebody must be named."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("person") and not data.get("new_person", "").strip():
            self.add_error("person", _("Choose a person, or name a new one."))
        return data


class EndForm(forms.Form):
    """When a staffing ends."""

    on = _date(_("Until, not included"), required=True)
