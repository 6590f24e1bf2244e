"""Who owned a unit on a date, and why: derived from publications, so that it can be worked out again at any time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from bailiwick_web.core.models import Staffing
from bailiwick_web.planning.convert import NAMED
from bailiwick_web.planning.models import AssignmentRule, NamedAccount, Publication, Run, Scenario, TerritoryDefinition, UnitAssignment
from bailiwick_web.planning.named import areas_at
from bailiwick_web.territories.convert import unit_arrays
from bailiwick_web.territories.models import AlignmentPlan, Unit


@dataclass(frozen=True, slots=True)
class Period:
    """Whose a unit was, from when to when (half-open), by which scenario, and why."""

    unit: Unit
    plan: AlignmentPlan
    territory: TerritoryDefinition | None
    cause: str
    scenario: Scenario
    valid_from: datetime
    valid_until: datetime | None
    holder: str | None

    def document(self) -> dict[str, Any]:
        """As the interface shows it."""
        territory = self.territory
        return {
            "unit": self.unit.code,
            "layer": self.plan.layer,
            "plan": self.plan.public_id,
            "territory": territory.code if territory else None,
            "territory_name": territory.name if territory else None,
            "position": territory.position.code if territory and territory.position else None,
            "holder": self.holder,
            "cause": self.cause,
            "why": why(self.unit, self.scenario, self.cause),
            "scenario": self.scenario.public_id,
            "valid_from": self.valid_from,
            "valid_until": self.valid_until,
        }


def owner_on(unit: Unit, instant: datetime, plan: AlignmentPlan) -> Period | None:
    """Whose territory a unit was in at an instant, and who filled its position then; None if nothing counted."""
    inside = Q(valid_until__isnull=True) | Q(valid_until__gt=instant)
    publication = Publication.objects.filter(inside, plan=plan, valid_from__lte=instant).select_related("scenario").first()
    return None if publication is None else _period(unit, plan, publication, instant)


def history(unit: Unit, plan: AlignmentPlan) -> list[Period]:
    """Everybody who had a unit, in order; publications that left it where it was, for the same reason, are one period."""
    periods: list[Period] = []
    for publication in Publication.objects.filter(plan=plan).select_related("scenario").order_by("valid_from"):
        fresh = _period(unit, plan, publication, publication.valid_from)
        last = periods[-1] if periods else None
        if last is not None and last.valid_until == fresh.valid_from and _same(last, fresh):
            periods[-1] = replace(last, valid_until=fresh.valid_until)
        else:
            periods.append(fresh)
    return periods


def _same(a: Period, b: Period) -> bool:
    codes = [None if p.territory is None else p.territory.code for p in (a, b)]
    return codes[0] == codes[1] and a.cause == b.cause and a.holder == b.holder


def _period(unit: Unit, plan: AlignmentPlan, publication: Publication, instant: datetime) -> Period:
    territory, cause = _place(unit, plan, publication.scenario)
    holder = _holder(territory, instant) if territory else None
    return Period(unit, plan, territory, cause, publication.scenario, publication.valid_from, publication.valid_until, holder)


def _place(unit: Unit, plan: AlignmentPlan, scenario: Scenario) -> tuple[TerritoryDefinition | None, str]:
    """The territory of a unit, or of an account over the areas, and why."""
    if unit.unit_set_id != plan.unit_set_id:
        named = NamedAccount.objects.filter(scenario=scenario, unit=unit).select_related("territory__position").first()
        if named is not None:
            return named.territory, NAMED
        units = unit_arrays(plan.unit_set)
        home = int(areas_at(units, np.array([(unit.lon, unit.lat)]))[0])
        if home < 0:
            return None, ""
        rows = UnitAssignment.objects.filter(scenario=scenario, unit_id=int(units.keys[home]))
    else:
        rows = UnitAssignment.objects.filter(scenario=scenario, unit=unit)
    row = rows.select_related("territory__position").first()
    return (row.territory, row.cause) if row else (None, "")


def _holder(territory: TerritoryDefinition, instant: datetime) -> str | None:
    if territory.position_id is None:
        return None
    day = instant.date()
    held = Staffing.objects.filter(position=territory.position_id, valid_from__lte=day).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    )
    found = held.select_related("person").first()
    return found.person.name if found else None


def why(unit: Unit, scenario: Scenario, cause: str) -> str:
    """A cause in words, with the rule, the reason or the run behind it."""
    kind, _colon, key = cause.partition(":")
    if kind == "named":
        named = NamedAccount.objects.filter(scenario=scenario, unit=unit).first()
        return _("named account: %(reason)s") % {"reason": named.reason} if named and named.reason else _("named account")
    if kind == "rule":
        rule = AssignmentRule.objects.filter(scenario=scenario, public_id=key).first()
        return _("rule “%(name)s”: %(condition)s") % {"name": rule.name, "condition": rule.condition} if rule else _("a rule")
    if kind == "run":
        run = Run.objects.filter(public_id=key).select_related("job").first()
        if run is None:
            return _("the engine")
        return _("the engine, seed %(seed)s, on %(day)s") % {"seed": run.params["seed"], "day": f"{run.job.created_at:%d %b %Y}"}
    words = {"manual": _("moved by hand"), "split": _("a territory was split by the engine"), "file": _("came with the data")}
    return words.get(kind, cause or _("no reason was kept"))
