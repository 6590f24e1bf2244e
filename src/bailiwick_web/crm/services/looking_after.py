"""Who has an account, and who does the work of it today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person
from bailiwick_web.crm.models import Account, AccountTerritory
from bailiwick_web.crm.services.routing import BASE, duty_of
from bailiwick_web.crm.visibility import present


def holding(account: Account, actor: Actor, layer: str = BASE) -> AccountTerritory | None:
    """Who has an account now."""
    rows = AccountTerritory.objects.filter(present(actor.now), account=account, layer=layer)
    return rows.select_related("position", "territory").first()


def looked_after_by(account: Account, actor: Actor) -> Person | None:
    """Who does the work of an account today: whoever is on duty in the position that has it, else its owner."""
    row = holding(account, actor)
    duty = duty_of(row.position_id, actor.now.date()).person if row is not None else None
    return duty or account.owner


def with_rep(actor: Actor, account: Account | None, given: Mapping[str, Any], *, person: bool = True) -> dict[str, Any]:
    """What is given of a piece of work, with the position that has its account, and who does the work of it, if it does not say."""
    values = dict(given)
    if account is not None and values.get("position") is None:
        row = holding(account, actor)
        values["position"] = row.position if row is not None else None
    if person and values.get("person") is None:
        position = values.get("position")
        duty = duty_of(position.pk, actor.now.date()).person if position is not None else None
        values["person"] = duty or (account.owner if account is not None else None)
    return values
