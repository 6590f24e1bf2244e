"""What somebody says to a pair: not the same, or to be looked at again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Missing, Stale, VersionNeeded
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, tell
from bailiwick_web.crm.models import DuplicatePair
from bailiwick_web.crm.services.duplicates.reading import pairs

State = DuplicatePair.State


def dismiss(actor: Actor, pair_id: UUID, *, version: int | None) -> DuplicatePair:
    """Remember that two records are not the same: no search suggests them again. Sellers who see both may. Recorded, told."""
    return _judge(actor, pair_id, version, State.DISMISSED)


def reopen(actor: Actor, pair_id: UUID, *, version: int | None) -> DuplicatePair:
    """Let a pair be looked at again. Sellers who see both may. Recorded, told."""
    return _judge(actor, pair_id, version, State.OPEN)


@transaction.atomic
def _judge(actor: Actor, pair_id: UUID, version: int | None, state: str) -> DuplicatePair:
    actor.need(Right.SELL)
    seen = pairs(actor).filter(public_id=pair_id).values_list("pk", flat=True).first()
    found = DuplicatePair.objects.select_for_update().filter(pk=seen).first() if seen is not None else None
    if found is None:
        raise Missing(_("There is no such record, or you may not see it."))
    if version is None:
        raise VersionNeeded(_("Say which version this change is based on (If-Match), so that nobody's work is lost."))
    if version != found.version:
        raise Stale(_("Somebody judged this pair after you loaded it. Look at it again."), version=found.version, given=version)
    if found.state != state:
        found.state, found.version, found.judged_at, found.judged_by = state, found.version + 1, actor.now, actor.user
        found.save(update_fields=["state", "version", "judged_at", "judged_by"])
        audit(actor, f"duplicate.{'dismissed' if state == State.DISMISSED else 'reopened'}", found)
        tell(actor, f"duplicate.{'dismissed' if state == State.DISMISSED else 'reopened'}", id=str(found.public_id))
    return found
