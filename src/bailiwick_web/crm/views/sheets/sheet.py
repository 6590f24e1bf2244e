"""A list of what everybody shares: what it shows, what can be written in it, and by which service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _

from bailiwick_web.core.roles import Right
from bailiwick_web.crm.services import catalogue

Text = Any
Values = dict[str, Any]


def same(values: Values) -> Values:
    """What the form says is what the service takes."""
    return values


def adds(spec: Any) -> Callable[..., Any]:
    """How records of a type are added to the catalogue."""
    return lambda actor, **values: catalogue.add(actor, spec, **values)


def changes(spec: Any) -> Callable[..., Any]:
    """How records of a type are changed in the catalogue."""
    return lambda actor, public_id, version, **values: catalogue.change(actor, spec, public_id, version=version, **values)


def in_use(record: Any) -> str:
    """Said of what is not in use any more."""
    return "" if record.is_active else _("not in use")


@dataclass(frozen=True)
class Sheet:
    """A list of the catalogue.

    Attributes
    ----------
    columns
        Heading, and what stands there of a record.
    words
        Fields that the search looks in.
    fixed
        Fields of the form that are said once and stay.
    to, of
        Values of the form as the service takes them, and a record as the form shows it, where they differ.
    """

    key: str
    label: Text
    about: Text
    model: type[Model]
    form: type[forms.Form]
    columns: tuple[tuple[Text, Callable[[Any], Any]], ...]
    add: Callable[..., Any]
    change: Callable[..., Any] | None
    right: Right = Right.ORGANISE
    order: tuple[str, ...] = ("name",)
    related: tuple[str, ...] = ()
    words: tuple[str, ...] = ("name",)
    fixed: tuple[str, ...] = ()
    to: Callable[[Values], Values] = same
    of: Callable[[Any], Values] | None = None

    @property
    def can_change(self) -> bool:
        """Whether its records can be changed."""
        return self.change is not None

    @property
    def can_go(self) -> bool:
        """Whether its records can be put into the bin."""
        return any(field.name == "deleted_at" for field in self.model._meta.fields)

    def initial(self, record: Any) -> Values:
        """A record as the form shows it."""
        if self.of is not None:
            return self.of(record)
        values = {name: getattr(record, name) for name in self.form.base_fields}
        return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.public_id  # type: ignore[attr-defined]
    return ", ".join(value) if isinstance(value, list) else value
