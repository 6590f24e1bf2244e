"""Doubts about single assignments: raised by those concerned, answered by the planner."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, tell
from bailiwick_web.core.templatetags.words import state_name
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Challenge, Scenario, UnitAssignment
from bailiwick_web.planning.services.finding import locked
from bailiwick_web.planning.services.moves import forbid_units, lock_units, move_units
from bailiwick_web.planning.services.workflow import withdraw
from bailiwick_web.planning.visibility import present_scenario, visible_territories
from bailiwick_web.territories.models import Unit


@dataclass(frozen=True, slots=True)
class Answered:
    """A challenge that was answered, and what that did to the plan, in words."""

    challenge: Challenge
    done: str


@transaction.atomic
def challenge(actor: Actor, public_id: UUID, unit_idx: int, *, wanted: str, reason: str) -> Challenge:
    """Doubt where a unit of a proposal goes; reps and managers may, if it goes to them or is theirs now. Recorded, told."""
    actor.need(Right.CHALLENGE)
    scenario = Scenario.objects.filter(public_id=public_id, deleted_at__isnull=True).select_related("plan__unit_set").first()
    if scenario is None or actor.user is None:
        raise Missing(_("There is no such scenario."))
    if scenario.state != Scenario.State.PROPOSED:
        raise Conflict(
            _("“%(scenario)s” is %(state)s; only a proposal can be challenged.")
            % {"scenario": scenario, "state": state_name(scenario.state)},
            code="state",
        )
    if not reason.strip():
        raise Invalid(_("Say why, so that the planner can judge it."), code="no_reason")
    arrays = scenario_arrays(scenario)
    unit = Unit.objects.filter(unit_set=scenario.plan.unit_set, idx=unit_idx).first()
    target = scenario.territories.filter(code=wanted).first() if wanted else None
    if unit is None or (wanted and target is None):
        raise Invalid(_("There is no such unit or territory in this scenario."), code="unknown_unit")
    if int(arrays.territory_idx[unit_idx]) not in visible_territories(actor, scenario) and not _is_theirs_now(actor, scenario, unit_idx):
        raise NotAllowed(_("This unit neither goes to a territory of yours nor is it yours now."))
    if Challenge.objects.filter(scenario=scenario, unit=unit, by=actor.user, state=Challenge.State.OPEN).exists():
        raise Conflict(_("You have challenged this already; the planner has not answered yet."), code="state")
    made = Challenge.objects.create(scenario=scenario, unit=unit, wanted=target, reason=reason.strip(), by=actor.user, at=actor.now)
    audit(
        actor,
        "assignment.challenged",
        scenario,
        after=say("%(units)s → %(territory)s", units=str(unit), territory=str(target) if target else say("elsewhere")),
        reason=reason,
    )
    tell(actor, "assignment.challenged", scenario=str(scenario.public_id), challenge=str(made.public_id))
    return made


def _is_theirs_now(actor: Actor, scenario: Scenario, unit_idx: int) -> bool:
    """Whether the unit is in a territory that the user sees in what counts now."""
    present = present_scenario(scenario.plan_id, actor.now)
    return present is not None and int(scenario_arrays(present).territory_idx[unit_idx]) in visible_territories(actor, present)


@transaction.atomic
def answer(actor: Actor, challenge_id: UUID, *, is_accepted: bool, comment: str = "", version: int | None) -> Answered:
    """Accept a challenge or decline it with a reason; planners may. Recorded.

    Accepted: the proposal becomes a draft again. With a wanted territory the unit moves there and is locked for the next run;
    without one ("elsewhere") it is forbidden where it is, so that the next run finds another territory for it.
    ``done`` of the answer says which, in words.
    """
    actor.need(Right.PLAN)
    found = Challenge.objects.filter(public_id=challenge_id).select_related("scenario", "unit", "wanted").first()
    if found is None:
        raise Missing(_("There is no such challenge."))
    scenario = locked(found.scenario.public_id, version)
    if found.state != Challenge.State.OPEN:
        raise Conflict(_("This challenge was answered already."), code="state")
    if not is_accepted and not comment.strip():
        raise Invalid(_("Say why you decline, so that those who asked understand."), code="no_reason")
    done = _follow(actor, scenario, found) if is_accepted else _("%(unit)s: the challenge is declined.") % {"unit": found.unit}
    found.state = Challenge.State.ACCEPTED if is_accepted else Challenge.State.DECLINED
    found.answer, found.answered_by, found.answered_at = comment.strip(), actor.user, actor.now
    found.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    audit(actor, f"challenge.{found.state}", scenario, after=str(found.unit), reason=comment)
    return Answered(found, done)


def _follow(actor: Actor, scenario: Scenario, found: Challenge) -> str:
    """Do what a challenge asks for, and say what that was."""
    version = scenario.version
    if scenario.state == Scenario.State.PROPOSED:
        version = withdraw(actor, scenario.public_id, version=version).version
    elif scenario.state != Scenario.State.DRAFT:
        raise Conflict(
            _("“%(scenario)s” is %(state)s and cannot be changed any more.") % {"scenario": scenario, "state": state_name(scenario.state)},
            code="not_a_draft",
        )
    reason = f"{found.by}: {found.reason}"
    if found.wanted is not None:
        version = move_units(actor, scenario.public_id, [found.unit.idx], found.wanted.code, version=version, reason=reason).version
        lock_units(actor, scenario.public_id, [found.unit.idx], is_locked=True, version=version)
        return _("%(unit)s goes to %(territory)s and is locked there.") % {"unit": found.unit, "territory": found.wanted}
    return _send_away(actor, scenario, found, version, reason)


def _send_away(actor: Actor, scenario: Scenario, found: Challenge, version: int | None, reason: str) -> str:
    """Forbid a unit where it is; a lock that would hold it there is opened."""
    here = UnitAssignment.objects.select_related("territory").get(scenario=scenario, unit=found.unit)
    if here.territory is None:
        return _("%(unit)s has no territory by now; the next run of the engine finds one.") % {"unit": found.unit}
    if here.is_locked:
        version = lock_units(actor, scenario.public_id, [found.unit.idx], is_locked=False, version=version).version
    code = here.territory.code
    forbid_units(actor, scenario.public_id, [found.unit.idx], code, is_forbidden=True, version=version, reason=reason)
    said = {"unit": found.unit, "territory": here.territory}
    return _("%(unit)s must not be in %(territory)s any more; the next run of the engine finds another territory for it.") % said
