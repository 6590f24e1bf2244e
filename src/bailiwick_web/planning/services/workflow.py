"""From draft to the plan that counts: propose, decide, publish, roll back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor, scope_of
from bailiwick_web.core.models import User
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed
from bailiwick_web.core.roles import Right, Role
from bailiwick_web.core.services import audit, tell, touch
from bailiwick_web.core.templatetags.words import number, state_name
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Approval, Publication, Scenario
from bailiwick_web.planning.services.finding import draft, locked

State = Scenario.State


@transaction.atomic
def propose(actor: Actor, public_id: UUID, *, version: int | None) -> Scenario:
    """Put a draft before those concerned; planners may, once every unit has a territory. Recorded, told."""
    scenario = draft(actor, public_id, version)
    missing = scenario_arrays(scenario).n_unassigned
    if missing:
        raise Conflict(
            _("%(missing)s units have no territory. Assign them before you propose the plan.") % {"missing": number(missing)},
            code="unassigned",
        )
    return _change_state(actor, scenario, State.PROPOSED)


@transaction.atomic
def withdraw(actor: Actor, public_id: UUID, *, version: int | None) -> Scenario:
    """Make a proposed or approved scenario a draft again; planners may. Recorded, told."""
    actor.need(Right.PLAN)
    scenario = locked(public_id, version)
    if scenario.state not in {State.PROPOSED, State.APPROVED}:
        raise Conflict(
            _("“%(scenario)s” is %(state)s; only what is proposed or approved can be withdrawn.")
            % {"scenario": scenario, "state": state_name(scenario.state)},
            code="state",
        )
    return _change_state(actor, scenario, State.DRAFT)


@transaction.atomic
def decide(actor: Actor, public_id: UUID, *, version: int | None, is_approved: bool, comment: str = "") -> Scenario:
    """Approve or decline a proposal; managers concerned and administrators may. Recorded, told.

    It is approved when every manager concerned has approved, or an administrator has; one refusal makes it a draft again.
    """
    actor.need(Right.APPROVE)
    scenario = locked(public_id, version)
    if scenario.state != State.PROPOSED:
        raise Conflict(
            _("“%(scenario)s” is %(state)s; only a proposal can be decided on.")
            % {"scenario": scenario, "state": state_name(scenario.state)},
            code="state",
        )
    concerned = managers_concerned(scenario, actor.now)
    if actor.user is None or (Role.ADMINISTRATOR not in actor.user.roles and actor.user not in concerned):
        raise NotAllowed(_("None of the territories of this plan is yours to decide on."))
    if not is_approved and not comment.strip():
        raise Invalid(_("Say why you decline, so that the planner can mend it."), code="no_reason")
    Approval.objects.create(
        scenario=scenario, round=scenario.version, by=actor.user, is_approved=is_approved, comment=comment.strip(), at=actor.now
    )
    audit(actor, "scenario.approved" if is_approved else "scenario.declined", scenario, reason=comment)
    if not is_approved:
        return _change_state(actor, scenario, State.DRAFT)
    said = {a.by_id for a in approvals_of_round(scenario) if a.is_approved}
    if Role.ADMINISTRATOR in actor.user.roles or {m.pk for m in concerned} <= said:
        return _change_state(actor, scenario, State.APPROVED)
    return scenario


@transaction.atomic
def publish(actor: Actor, public_id: UUID, *, version: int | None, valid_from: datetime | None = None, reason: str = "") -> Publication:
    """Make an approved scenario the one that counts from an instant on; planners may. Recorded, told.

    One short transaction ends the present publication and begins the next: readers see one or the other.
    """
    actor.need(Right.PUBLISH)
    scenario = locked(public_id, version)
    if scenario.state != State.APPROVED:
        raise Conflict(
            _("“%(scenario)s” is %(state)s; only an approved scenario can be published.")
            % {"scenario": scenario, "state": state_name(scenario.state)},
            code="state",
        )
    return _publish(actor, scenario, valid_from or actor.now, reason)


@transaction.atomic
def roll_back(actor: Actor, publication_id: UUID, *, reason: str) -> Publication:
    """Publish what counted before, from now on; planners may. Recorded, told; the history stays as it was.

    What was published for a later moment is called off: then the same counts on that counts now.
    """
    publication = _asked_for(actor, publication_id, reason)
    to_come = Publication.objects.filter(plan=publication.plan, valid_from__gt=actor.now).first()
    if to_come is not None:
        _call_off(actor, to_come, reason)
        publication.refresh_from_db()
        if publication.valid_until is None:
            return publication
    return _publish(actor, locked(publication.scenario.public_id, publication.scenario.version), actor.now, reason)


@transaction.atomic
def call_off(actor: Actor, publication_id: UUID, *, reason: str) -> Scenario:
    """Take back what was published for a moment to come; planners may. Recorded, told. It is approved as before, and not lost."""
    publication = _asked_for(actor, publication_id, reason)
    if publication.valid_from <= actor.now:
        raise Conflict(
            _("“%(scenario)s” counts or counted already; roll back to what counted before.") % {"scenario": publication.scenario},
            code="begun",
        )
    return _call_off(actor, publication, reason)


def _asked_for(actor: Actor, publication_id: UUID, reason: str) -> Publication:
    actor.need(Right.PUBLISH)
    publication = Publication.objects.select_for_update(of=("self",)).filter(public_id=publication_id).first()
    if publication is None:
        raise Missing(_("There is no such publication."))
    if not reason.strip():
        raise Invalid(_("Say why, for the history."), code="no_reason")
    return publication


def _call_off(actor: Actor, publication: Publication, reason: str) -> Scenario:
    scenario, moment = locked(publication.scenario.public_id, publication.scenario.version), publication.valid_from
    publication.delete()
    before = Publication.objects.filter(plan=publication.plan, valid_until=moment).select_related("scenario").first()
    if before is not None:
        before.valid_until = None
        before.save(update_fields=["valid_until"])
    _change_state(actor, scenario, State.APPROVED)
    audit(actor, "plan.called_off", scenario, before=moment.isoformat(), reason=reason.strip())
    tell(actor, "plan.called_off", plan=str(scenario.plan.public_id), scenario=str(scenario.public_id), valid_from=moment.isoformat())
    return scenario


@transaction.atomic
def archive_ended(actor: Actor) -> int:
    """Scenarios that were published and whose time is over become archived; the clock does. Recorded, told. Returns how many."""
    counting = Publication.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=actor.now))
    over = Scenario.objects.select_for_update(of=("self",)).filter(state=State.PUBLISHED).exclude(pk__in=counting.values("scenario_id"))
    ended = list(over)
    for scenario in ended:
        _change_state(actor, scenario, State.ARCHIVED)
    return len(ended)


def managers_concerned(scenario: Scenario, now: datetime) -> list[User]:
    """Managers whose scope holds a position of the scenario."""
    positions = set(scenario.territories.exclude(position=None).values_list("position_id", flat=True))
    managers = [user for user in User.objects.filter(is_active=True).order_by("pk") if Role.MANAGER in user.roles]
    return [m for m in managers if positions & set(scope_of(m, now.date()).positions().values_list("pk", flat=True))]


def approvals_of_round(scenario: Scenario) -> list[Approval]:
    """What was said since the scenario was last proposed."""
    return list(scenario.approvals.filter(round=scenario.version).select_related("by"))


def _publish(actor: Actor, scenario: Scenario, valid_from: datetime, reason: str) -> Publication:
    valid_from = _whole_milliseconds(valid_from)  # as JSON tells it, so that what it tells counts
    if valid_from < _whole_milliseconds(actor.now):
        raise Invalid(_("A plan cannot count from a moment that has passed: the history would change."), code="valid_from")
    _refuse_second_owner(scenario)
    present = Publication.objects.select_for_update(of=("self",)).filter(plan=scenario.plan, valid_until__isnull=True).first()
    if present is not None:
        if present.scenario_id == scenario.pk:
            raise Conflict(_("“%(scenario)s” is the plan that counts already.") % {"scenario": scenario}, code="state")
        if present.valid_from >= valid_from:
            raise Conflict(
                _("“%(scenario)s” is to count from %(moment)s on; choose a later moment.")
                % {"scenario": present.scenario, "moment": date_format(present.valid_from, "SHORT_DATETIME_FORMAT")},
                code="valid_from",
            )
        present.valid_until = valid_from
        present.save(update_fields=["valid_until"])
        if present.scenario.state == State.PUBLISHED and valid_from <= actor.now:  # later, the clock does it
            _change_state(actor, present.scenario, State.ARCHIVED)
    publication = Publication.objects.create(
        plan=scenario.plan,
        scenario=scenario,
        valid_from=valid_from,
        published_at=actor.now,
        published_by=actor.user,
        reason=reason.strip(),
    )
    _change_state(actor, scenario, State.PUBLISHED)
    tell(actor, "plan.published", plan=str(scenario.plan.public_id), scenario=str(scenario.public_id), valid_from=valid_from.isoformat())
    return publication


def _whole_milliseconds(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _refuse_second_owner(scenario: Scenario) -> None:
    """One layer of a unit set has one plan that counts; an overlay is a layer of its own."""
    plan = scenario.plan
    other = Publication.objects.filter(plan__unit_set=plan.unit_set, plan__layer=plan.layer, valid_until__isnull=True).exclude(plan=plan)
    if (found := other.select_related("plan").first()) is not None:
        raise Conflict(
            _(
                "“%(plan)s” counts for these units already, so everything would have two owners. "
                "Publish a scenario of that plan, or make this one as an overlay for another role."
            )
            % {"plan": found.plan},
            code="layer_taken",
        )


def _change_state(actor: Actor, scenario: Scenario, state: State) -> Scenario:
    before = scenario.state
    scenario.state = state
    touch(actor, scenario, "state")
    audit(actor, f"scenario.{state}", scenario, field="state", before=say(before), after=say(state))
    tell(actor, "scenario.state_changed", scenario=str(scenario.public_id), before=before, after=state)
    return scenario
