"""Rows of the lists that everybody shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Q

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible

MOST = 200


def found(
    actor: Actor, model: type[Model], asked: str, *, words: Sequence[str], order: Sequence[str], related: Sequence[str] = ()
) -> tuple[list[Any], bool]:
    """Records in whose words all that is asked for occurs, in order; and whether there are more than are given."""
    rows: Any = visible(actor, model).order_by(*order)
    rows = rows.select_related(*related) if related else rows
    rows = rows.prefetch_related("prices") if model is m.Product else rows
    for word in asked.split():
        fits = Q()
        for name in words:
            fits |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(fits)
    listed = list(rows[: MOST + 1])
    return listed[:MOST], len(listed) > MOST
