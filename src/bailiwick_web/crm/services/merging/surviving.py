"""Where a record is that was merged into another, and which records are one by now."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Account, Contact, Merge
from bailiwick_web.crm.visibility import visible

M = TypeVar("M", Account, Contact)


def survivor(actor: Actor, model: type[M], public_id: UUID) -> M | None:
    """The record that another one was merged into, over all links of the chain, if this user sees it; it may be long gone itself."""
    seen, current = {public_id}, public_id
    while True:
        following = (
            Merge.objects.filter(record_type=model._meta.model_name, gone_id=current, undone_at=None)
            .values_list("kept_id", flat=True)
            .first()
        )
        if following is None or following in seen:
            break
        seen.add(following)
        current = following
    return None if current == public_id else visible(actor, model, ids=[current]).first()


def cluster(record: Any) -> list[Any]:
    """A record and all that were merged into it, over all links, as far as they are still there."""
    found, level = [record], [record.pk]
    while level:
        below = list(type(record)._default_manager.filter(merged_into__in=level).exclude(pk__in=[r.pk for r in found]))
        found += below
        level = [r.pk for r in below]
    return found
