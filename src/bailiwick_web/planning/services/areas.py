"""Mend the areas of units, found wrong by the validator of a scenario."""

from __future__ import annotations

from uuid import UUID

import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.services import audit, touch
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services.finding import draft
from bailiwick_web.planning.services.moves import Moved
from bailiwick_web.territories.convert import store_digest, unit_arrays
from bailiwick_web.territories.faults import faults_of
from bailiwick_web.territories.models import Unit, UnitSet


@transaction.atomic
def close_gap(actor: Actor, public_id: UUID, unit_idx: int, *, version: int | None) -> Moved:
    """Add the gaps beside a unit to its area, in every plan of these units; planners may, from a draft. Recorded.

    It is no step of the journal, as the area belongs to the unit and not to the scenario; an import of the areas brings the old
    ones back.
    """
    scenario = draft(actor, public_id, version)
    unit_set = UnitSet.objects.select_for_update(of=("self",)).get(pk=scenario.plan.unit_set_id)
    holes = [gap.hole for gap in faults_of(unit_arrays(unit_set)).gaps if gap.beside[0] == unit_idx]
    if not holes:
        raise Conflict(_("There is no gap beside this area any more."), code="no_gap")
    unit = Unit.objects.get(unit_set=unit_set, idx=unit_idx)
    whole = shapely.union_all([shapely.from_wkb(bytes(unit.area or b"")), *holes])
    unit.area = shapely.to_wkb(whole)
    unit.save(update_fields=["area"])
    store_digest(unit_set)
    touch(actor, unit_set, "digest", "n_units")
    audit(actor, "unit.gap_closed", unit_set, after=unit)
    for other in Scenario.objects.filter(plan__unit_set=unit_set, state=Scenario.State.DRAFT).exclude(pk=scenario.pk):
        touch(actor, other)
    touch(actor, scenario)
    return Moved(scenario.version, 0, summary=_("The gap belongs to %(unit)s now.") % {"unit": unit})
