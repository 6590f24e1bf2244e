"""Accounts given by name, who is away, how many leads a position takes."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, Position
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import Absence, Account, AccountNaming, PositionLimit
from bailiwick_web.crm.services import belonging, writing
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.visibility import visible


@transaction.atomic
def name_account(actor: Actor, account: Account, position: Position, *, reason: str, layer: str = BASE) -> AccountNaming:
    """Give an account to a position by name, from now on, whatever rules and geography say; planners may. Recorded, told."""
    actor.need(Right.PLAN)
    why = c.needed(2_000)("reason", reason)
    there = AccountNaming.objects.select_for_update().filter(account=account, layer=layer, valid_until=None).first()
    if there is not None and there.position_id == position.pk:
        raise Conflict(_("It is given to this position by name already."), code="state")
    if there is not None:
        _end(actor, there)
    made = AccountNaming.objects.create(account=account, layer=layer, position=position, reason=why, valid_from=actor.now, **stamped(actor))
    audit(actor, "account.named", account, field=layer, before=there.position if there else "", after=position, reason=why)
    tell(actor, "account.named", account=str(account.public_id), position=position.code, layer=layer)
    belonging.settle(actor, [account.pk])
    return made


@transaction.atomic
def end_naming(actor: Actor, public_id: UUID, *, version: int | None) -> None:
    """Let rules and geography say again whose an account is, from now on; planners may. Recorded, told."""
    actor.need(Right.PLAN)
    seen = visible(actor, AccountNaming).filter(public_id=public_id).values_list("pk", flat=True).first()
    found = AccountNaming.objects.select_for_update(of=("self",)).filter(pk=seen or 0).select_related("account", "position").first()
    if found is None:
        raise Missing(_("There is no such record, or you may not see it."))
    check_version(found, version)
    if found.valid_until is not None:
        raise Conflict(_("That is over already."), code="state")
    _end(actor, found)
    audit(actor, "account.unnamed", found.account, field=found.layer, before=found.position)
    tell(actor, "account.unnamed", account=str(found.account.public_id), layer=found.layer)
    belonging.settle(actor, [found.account_id])


def _end(actor: Actor, naming: AccountNaming) -> None:
    if naming.valid_from >= actor.now:
        naming.delete()
        return
    naming.valid_until = actor.now
    touch(actor, naming, "valid_until")


ABSENCE = writing.Spec(
    Absence,
    {"person": c.reference, "valid_from": c.day, "valid_until": c.day, "deputy": c.reference, "reason": c.text(120)},
    needs=("person", "valid_from", "valid_until"),
    personal=frozenset({"reason"}),
)


@transaction.atomic
def add_absence(actor: Actor, *, person: Person, valid_from: date, valid_until: date, **given: Any) -> Absence:
    """Say when somebody within the scope is away (the end not included), and who stands in. Sellers may. Recorded."""
    start, end = c.day("valid_from", valid_from), c.day("valid_until", valid_until)
    if start is not None and end is not None and end <= start:
        raise Invalid(_("The period must end after it begins; the day of the end is not part of it."), code="period", field="valid_until")
    if given.get("deputy") == person:
        raise Invalid(_("Nobody stands in for themselves."), code="field", field="deputy")
    return writing.create(actor, ABSENCE, {"person": person, "valid_from": start, "valid_until": end, **given})


@transaction.atomic
def remove_absence(actor: Actor, public_id: UUID, *, version: int | None) -> None:
    """Somebody is not away after all. Sellers may. Recorded."""
    found = writing.locked(actor, ABSENCE, public_id, version)
    audit(actor, "absence.removed", found)
    found.delete()


@transaction.atomic
def limit_leads(actor: Actor, position: Position, *, most_open_leads: int | None) -> PositionLimit | None:
    """Say how many open leads a position takes, or that there is no limit; planners may. Recorded."""
    actor.need(Right.ORGANISE)
    most = c.whole(0, 100_000)("most_open_leads", most_open_leads)
    there = PositionLimit.objects.select_for_update().filter(position=position).first()
    before = there.most_open_leads if there else ""
    audit(actor, "position.limited", position, field="most_open_leads", before=before, after="" if most is None else most)
    if most is None:
        if there is not None:
            there.delete()
        return None
    if there is None:
        return PositionLimit.objects.create(position=position, most_open_leads=most, **stamped(actor))
    there.most_open_leads = most
    touch(actor, there, "most_open_leads")
    return there
