"""Key figures per role: which come first, and whose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right, Role
from bailiwick_web.planning.models import Publication, TerritoryDefinition

ALL = "(all)"
_REP = ("revenue", "attainment", "revenue_growth", "retention_rate", "average_order", "conversion_rate", "calls_per_day")
_MANAGER = (
    "revenue_growth",
    "attainment",
    "pipeline_coverage",
    "retention_rate",
    "acquisition_rate",
    "conversion_rate",
    "rep_productivity",
)
_PLANNER = (
    "revenue",
    "revenue_growth",
    "market_penetration",
    "retention_rate",
    "acquisition_rate",
    "net_revenue_retention",
    "rep_productivity",
)
BY_ROLE: Mapping[str, tuple[str, ...]] = {
    Role.ADMINISTRATOR: _PLANNER,
    Role.PLANNER: _PLANNER,
    Role.MANAGER: _MANAGER,
    Role.REP: _REP,
    Role.VIEWER: _PLANNER,
}
"""Role → key figures that come first; all others follow."""


def visible_groups(actor: Actor, names: Iterable[str]) -> list[str]:
    """Groups that the user may see: planners all; others those that are a position or territory within their scope, by code or name."""
    names = list(names)
    if actor.may(Right.PLAN):
        return names
    positions = actor.scope().positions()
    known = {text.casefold() for pair in positions.values_list("code", "name") for text in pair if text}
    present = Publication.objects.filter(valid_until__isnull=True).values("scenario_id")
    territories = TerritoryDefinition.objects.filter(scenario_id__in=present, position__in=positions)
    known |= {text.casefold() for pair in territories.values_list("code", "name") for text in pair if text}
    return [name for name in names if name.casefold() in known and name != ALL]


def ordered(actor: Actor, figures: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The figures of a group, those of the role first."""
    role = actor.user.role if actor.user is not None else Role.PLANNER
    first = BY_ROLE.get(role, _PLANNER)
    return sorted(figures, key=lambda figure: first.index(figure["key"]) if figure["key"] in first else len(first))
