"""Find the record that a service shall change, locked, at the version that it is based on."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import check_version
from bailiwick_web.core.templatetags.words import state_name
from bailiwick_web.planning.models import Scenario


def locked(public_id: UUID, version: int | None) -> Scenario:
    """A scenario that nobody else changes until the transaction ends.

    Raises
    ------
    Missing, VersionNeeded, Stale
        If there is none, or the version is not the present one.
    """
    scenario = Scenario.objects.select_for_update(of=("self",)).filter(public_id=public_id, deleted_at__isnull=True).first()
    if scenario is None:
        raise Missing(_("There is no such scenario."))
    check_version(scenario, version)
    return scenario


def draft(actor: Actor, public_id: UUID, version: int | None) -> Scenario:
    """A scenario that may be changed; planners may.

    Raises
    ------
    Conflict
        If it is no draft any more.
    """
    actor.need(Right.PLAN)
    scenario = locked(public_id, version)
    if scenario.state != Scenario.State.DRAFT:
        raise Conflict(
            _("“%(scenario)s” is %(state)s and cannot be changed. Branch it and change the copy.")
            % {"scenario": scenario, "state": state_name(scenario.state)},
            code="not_a_draft",
        )
    return scenario
