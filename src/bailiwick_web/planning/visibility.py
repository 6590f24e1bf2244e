"""Which scenarios, and which territories of them, somebody may see."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.planning.models import Scenario, TerritoryDefinition
from bailiwick_web.territories.models import AlignmentPlan

RESTORABLE = timedelta(days=90)
"""So long a deleted scenario can be brought back."""


def visible_scenarios(actor: Actor) -> QuerySet[Scenario]:
    """Planners see all; reviewers what was proposed; reps what is proposed for them; others what was published. No bin."""
    scenarios = Scenario.objects.filter(deleted_at__isnull=True).select_related("plan__unit_set", "changed_by", "parent")
    if actor.may(Right.PLAN):
        return scenarios
    if not actor.may(Right.LOOK):
        return scenarios.none()
    published = Q(publications__isnull=False)
    if actor.may(Right.REVIEW):
        published |= Q(state__in=[Scenario.State.PROPOSED, Scenario.State.APPROVED])
    elif actor.may(Right.CHALLENGE):
        mine = actor.scope().positions()
        published |= Q(state__in=[Scenario.State.PROPOSED, Scenario.State.APPROVED], territories__position__in=mine)
    return scenarios.filter(published).distinct()


def scenario(actor: Actor, public_id: UUID) -> Scenario:
    """A scenario that the user may see.

    Raises
    ------
    Missing
        If there is none, or not for this user: the answer is the same.
    """
    found = visible_scenarios(actor).filter(public_id=public_id).first()
    if found is None:
        raise _missing(actor, public_id)
    if found.parent is not None and not visible_scenarios(actor).filter(pk=found.parent.pk).exists():
        found.parent = None  # in memory only: not even the name of a draft is told
    return found


def _missing(actor: Actor, public_id: UUID) -> Missing:
    """Planners are told what lies in their bin; everybody else the same whether it was deleted, is not theirs, or never was."""
    gone = None
    if actor.may(Right.PLAN):
        gone = Scenario.objects.filter(public_id=public_id, deleted_at__gt=actor.now - RESTORABLE).select_related("plan").first()
    if gone is None or gone.deleted_at is None:
        return Missing(_("There is no such scenario, or you may not see it."))
    until = gone.deleted_at + RESTORABLE
    said = _("“%(scenario)s” of “%(plan)s” was deleted on %(day)s. It lies in the bin and can be restored until %(until)s.") % {
        "scenario": gone.name,
        "plan": gone.plan,
        "day": date_format(timezone.localtime(gone.deleted_at), "SHORT_DATE_FORMAT"),
        "until": date_format(timezone.localtime(until), "SHORT_DATE_FORMAT"),
    }
    error = Missing(said, code="in_bin", restorable_until=until.isoformat())
    error.restore_path = reverse("scenario_restore", args=[public_id])
    return error


def visible_plans(actor: Actor) -> QuerySet[AlignmentPlan]:
    """Planners see all; others those of which they may see a scenario: not even the name of another is told."""
    plans = AlignmentPlan.objects.select_related("unit_set")
    return plans if actor.may(Right.PLAN) else plans.filter(pk__in=visible_scenarios(actor).order_by().values("plan_id"))


def visible_territories(actor: Actor, scenario: Scenario) -> list[int]:
    """Places (0…K−1) of the territories of a scenario that are within the user's scope."""
    scope = actor.scope()
    territories = list(TerritoryDefinition.objects.filter(scenario=scenario).order_by("place", "pk").values_list("position_id", flat=True))
    if scope.kind == "all":
        return list(range(len(territories)))
    inside = set(scope.positions().values_list("pk", flat=True))
    return [j for j, position in enumerate(territories) if position in inside]


def present_scenario(plan_id: int, now: datetime) -> Scenario | None:
    """The scenario of a plan that counts at a moment."""
    inside = Q(publications__valid_until__isnull=True) | Q(publications__valid_until__gt=now)
    return Scenario.objects.filter(inside, plan_id=plan_id, publications__valid_from__lte=now).select_related("plan__unit_set").first()
