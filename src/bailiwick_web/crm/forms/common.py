"""What the forms of customers share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.organisation.forms import cleaned

__all__ = ["area", "cleaned", "day", "given", "moment", "money", "pick", "text", "words"]


def text(label: Any, most: int = 300, *, required: bool = False, **attrs: str) -> forms.CharField:
    """A line of text."""
    return forms.CharField(label=label, max_length=most, required=required, widget=forms.TextInput(attrs=attrs))


def area(label: Any, *, rows: int = 3, **more: Any) -> forms.CharField:
    """A longer text."""
    return forms.CharField(label=label, required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": rows}), **more)


def day(label: Any, *, required: bool = False) -> forms.DateField:
    """A day, the same in every time zone."""
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def moment(label: Any, *, required: bool = False) -> forms.DateTimeField:
    """A day and a time, in the time zone of the page."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


def money(label: Any) -> forms.DecimalField:
    """An amount."""
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"})
    return forms.DecimalField(label=label, required=False, max_digits=17, decimal_places=2, widget=widget)


class Words(forms.CharField):
    """Words with commas between them."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, max_length=2_000, help_text=_("with commas between them"))

    def clean(self, value: Any) -> list[str]:
        """The words."""
        return [word.strip() for word in super().clean(value).split(",") if word.strip()]


def words(label: Any) -> Words:
    """Words with commas between them."""
    return Words(label)


def pick(label: Any, rows: QuerySet[Any] | None = None, *, required: bool = False, empty: Any = "–") -> forms.ModelChoiceField[Model]:
    """One of some records, by its public identifier."""
    return forms.ModelChoiceField(
        label=label, queryset=rows, required=required, to_field_name="public_id", empty_label=None if required else empty
    )


def offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Let a field of a form offer these records."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


def given(data: dict[str, Any]) -> dict[str, Any]:
    """What was filled in: what is empty is left to the service."""
    return {name: value for name, value in data.items() if value not in (None, "", [])}
