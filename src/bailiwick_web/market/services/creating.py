"""Rows of which there is one only, made by whoever is first."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model

M = TypeVar("M", bound=Model)


def create_unless_there(model: type[M], **values: Any) -> M | None:
    """A new row; None if somebody else made the one that may be there between the look for it and now."""
    try:
        with transaction.atomic():
            return model._default_manager.create(**values)
    except IntegrityError:
        return None
