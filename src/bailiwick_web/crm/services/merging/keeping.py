"""Values of fields as a merge keeps them, so that they come back exactly."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import JSONField, Model


def stored(record: Model, name: str) -> Any:
    """The value of a field in JSON, exact to the last digit; another record by its key."""
    field: Any = record._meta.get_field(name)
    value = getattr(record, field.attname)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def read(model: type[Model], name: str, value: Any) -> Any:
    """The value that :func:`stored` kept; another record, if it is still there."""
    field: Any = model._meta.get_field(name)
    if field.is_relation:
        return field.related_model._default_manager.filter(pk=value).first() if value is not None else None
    return value if isinstance(field, JSONField) else field.to_python(value)
