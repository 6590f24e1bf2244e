"""Forms about nodes, positions and who fills them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.models import Node, Person
from bailiwick_web.core.refusals import Invalid


def cleaned(form: forms.Form) -> dict[str, Any]:
    """What a form holds.

    Raises
    ------
    Invalid
        If it cannot be used, with every reason.
    """
    if not form.is_valid():
        said = [f"{form.fields[name].label if name in form.fields else ''}: {e}" for name, errors in form.errors.items() for e in errors]
        raise Invalid(" ".join(said), code="form")
    return dict(form.cleaned_data)


def shown(value: float | None) -> str:
    """A number as a field holds it."""
    return "" if value is None else f"{value:.9g}"


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


class HomeForm(forms.Form):
    """Where somebody starts in the morning; both or neither."""

    home_lat = forms.FloatField(label=_("Home: latitude"), required=False, min_value=-90, max_value=90)
    home_lon = forms.FloatField(label=_("Home: longitude"), required=False, min_value=-180, max_value=180)


class PositionForm(HomeForm):
    """A job."""

    code = forms.CharField(label=_("Id"), max_length=80)
    name = forms.CharField(label=_("Name"), max_length=200)
    capacity = forms.FloatField(label=_("Capacity"), initial=1.0, help_text=_("Hours a year, or full-time equivalents: the same for all."))
    field_order = ("code", "name", "capacity", "home_lat", "home_lon")


class WordsField(forms.CharField):
    """Words with commas between them."""

    def to_python(self, value: Any) -> Any:
        """As a list."""
        return [word for part in str(super().to_python(value) or "").split(",") if (word := part.strip())]


class PersonForm(HomeForm):
    """Somebody who can fill positions: what they can and where they live."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"), required=False)
    skills = WordsField(label=_("Skills"), required=False, help_text=_("Separated by commas, such as a product line or a certificate."))
    languages = WordsField(label=_("Languages"), required=False, help_text=_("Separated by commas."))
    field_order = ("name", "email", "skills", "languages", "home_lat", "home_lon")


class DayForm(forms.Form):
    """The day that is looked at."""

    on = _date(_("As of"))


class PositionChangeForm(HomeForm):
    """What can be changed of a job; its id stays."""

    name = forms.CharField(label=_("Name"), max_length=200)
    capacity = forms.FloatField(label=_("Capacity"))
    node = forms.ModelChoiceField(label=_("Belongs to"), queryset=Node.objects.order_by("path"), to_field_name="public_id")
    field_order = ("name", "capacity", "node", "home_lat", "home_lon")


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
