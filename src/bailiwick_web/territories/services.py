"""The one write path of unit sets, apart from imports."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit
from bailiwick_web.territories.models import MeasureDefinition


@transaction.atomic
def mark_money(actor: Actor, unit_set_id: UUID, key: str, *, currency: str) -> MeasureDefinition:
    """Say that a measure is money in a currency (three letters; XXX: unknown), or (empty) that it is none; planners may. Recorded.

    Nothing is computed anew: it only says how sums and what changes hands are called.
    """
    actor.need(Right.PLAN)
    code = currency.strip().upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise Invalid(_("A currency has three letters, such as EUR or USD; found “%(found)s”.") % {"found": code[:20]}, code="currency")
    found = MeasureDefinition.objects.select_for_update(of=("self",)).filter(unit_set__public_id=unit_set_id, key=key).first()
    if found is None:
        raise Missing(_("There is no such measure."))
    before, found.currency = found.currency, code
    found.save(update_fields=["currency"])
    audit(actor, "measure.money", found.unit_set, field=key[:80], before=before, after=code)
    return found
