"""Who had a unit, when, and why."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.refusals import Missing, NotAllowed
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import owning, queries
from bailiwick_web.territories.models import Unit


@access(Right.REVIEW)
@require_GET
def owner(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everybody who had a unit by a plan, period by period, the latest first; found by its id."""
    actor, code = actor_of(request), request.GET.get("unit", "").strip()
    plan = queries.visible_plans(actor).filter(public_id=public_id).first()
    if plan is None:
        raise Missing(_("There is no such plan, or you may not see it."))
    unit = Unit.objects.filter(unit_set=plan.unit_set, code=code).first()
    if code and unit is None:
        raise Missing(_("“%(plan)s” has no unit “%(code)s”; look for it by its id.") % {"plan": plan, "code": code})
    periods = owning.history(unit, plan) if unit else []
    for scenario in {p.scenario for p in periods}:
        found = queries.scenario(actor, scenario.public_id)
        if len(queries.visible_territories(actor, found)) < found.territories.count():
            raise NotAllowed(_("Parts of this plan are outside your scope."))
    rows = [(period, period.document()) for period in reversed(periods)]
    return render(request, "planning/owner.html", {"here": "plans", "plan": plan, "unit": unit, "code": code, "rows": rows})
