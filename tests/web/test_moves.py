"""Moves, undo, redo, locks; nobody's work is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection

from bailiwick_web.core.access import Actor
from bailiwick_web.core.identifiers import uuid7
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.refusals import Conflict, Invalid, Missing, NotAllowed, Stale, VersionNeeded
from bailiwick_web.planning import services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Move, Scenario, UnitAssignment

pytestmark = pytest.mark.django_db


def owners(scenario: Scenario) -> list[str]:
    scenario.refresh_from_db()
    arrays = scenario_arrays(scenario)
    return [arrays.codes[t] if t >= 0 else "" for t in arrays.territory_idx]


def test_a_move_changes_units_sums_journal_and_audit(planner: Actor, scenario: Scenario) -> None:
    before = scenario_arrays(scenario).totals.copy()
    moved = services.move_units(planner, scenario.public_id, [0, 6], "P4", version=1, reason="closer")
    assert (moved.n_moved, moved.version, moved.summary) == (2, 2, "2 units → Rep P4")
    assert [owners(scenario)[i] for i in (0, 6, 12)] == ["P4", "P4", "P1"]
    after = scenario_arrays(scenario).totals
    assert after.sum() == before.sum()
    assert (after - before).ravel().tolist() == [-2.0, 0.0, 0.0, 2.0]
    entry = Move.objects.get(scenario=scenario)
    assert (entry.seq, entry.kind, entry.reason) == (1, "move", "closer")
    audited = AuditEntry.objects.filter(action="units.moved").get()
    assert (audited.actor, audited.reason, audited.after) == (planner.user, "closer", "2 units → Rep P4")
    assert UnitAssignment.objects.get(scenario=scenario, unit__code="u00").cause == "manual"


def test_undo_and_redo_restore_units_and_causes_and_are_moves_themselves(planner: Actor, scenario: Scenario) -> None:
    start = owners(scenario)
    services.move_units(planner, scenario.public_id, [0], "P4", version=1)
    services.move_units(planner, scenario.public_id, [1], "", version=2)
    changed = owners(scenario)
    services.undo(planner, scenario.public_id, version=3)
    services.undo(planner, scenario.public_id, version=4)
    assert owners(scenario) == start
    assert set(UnitAssignment.objects.filter(scenario=scenario).values_list("cause", flat=True)) == {"file"}
    services.redo(planner, scenario.public_id, version=5)
    services.redo(planner, scenario.public_id, version=6)
    assert owners(scenario) == changed
    assert list(Move.objects.filter(scenario=scenario).values_list("kind", flat=True)) == ["move", "move", "undo", "undo", "redo", "redo"]
    with pytest.raises(Conflict):
        services.redo(planner, scenario.public_id, version=7)


def test_a_hundred_steps_can_be_undone(planner: Actor, scenario: Scenario) -> None:
    start, sums = owners(scenario), scenario_arrays(scenario).totals.copy()
    for i in range(140):
        to = ("P1", "P2", "P3", "P4")[(i + i // 36) % 4]
        services.move_units(planner, scenario.public_id, [i % 36], to, version=scenario.version)
        scenario.refresh_from_db()
    steps = Move.objects.filter(scenario=scenario, kind="move").count()
    assert steps >= 100
    end, last = owners(scenario), scenario_arrays(scenario).totals.copy()
    for step, owned, kept in ((services.undo, start, sums), (services.redo, end, last)):
        for _ in range(steps):
            step(planner, scenario.public_id, version=scenario.version)
            scenario.refresh_from_db()
        assert owners(scenario) == owned
        assert (scenario_arrays(scenario).totals == kept).all(), "to the last bit"


def test_who_comes_second_is_told_who_was_first(act: Callable[[str], Actor], scenario: Scenario) -> None:
    services.move_units(act("administrator"), scenario.public_id, [0], "P4", version=1)
    with pytest.raises(Stale, match="A administrator") as error:
        services.move_units(act("planner"), scenario.public_id, [0], "P2", version=1)
    assert error.value.details["version"] == 2
    with pytest.raises(VersionNeeded):
        services.move_units(act("planner"), scenario.public_id, [0], "P2", version=None)
    assert owners(scenario)[0] == "P4"


def test_the_same_request_twice_moves_once(planner: Actor, scenario: Scenario) -> None:
    move_id = uuid7()
    services.move_units(planner, scenario.public_id, [0], "P4", version=1, move_id=move_id)
    again = services.move_units(planner, scenario.public_id, [0], "P4", version=1, move_id=move_id)
    assert again.n_moved == 0
    assert Move.objects.count() == 1


def test_locked_units_and_territories_stay(planner: Actor, scenario: Scenario) -> None:
    services.lock_units(planner, scenario.public_id, [0], is_locked=True, version=1)
    moved = services.move_units(planner, scenario.public_id, [0, 1], "P4", version=2)
    assert (moved.n_moved, moved.n_locked) == (1, 1)
    with pytest.raises(Conflict, match="locked"):
        services.move_units(planner, scenario.public_id, [0], "P4", version=3)
    services.lock_territory(planner, scenario.public_id, "P3", is_locked=True, version=3)
    with pytest.raises(Conflict, match="Rep P3 is locked"):
        services.move_units(planner, scenario.public_id, [6], "P3", version=4)
    with pytest.raises(Conflict, match="locked"):
        services.move_units(planner, scenario.public_id, [3], "P4", version=4)


@pytest.mark.parametrize(("units", "to"), [([], "P1"), ([36], "P1"), ([-1], "P1"), ([0], "nobody")])
def test_what_does_not_exist_is_refused_and_nothing_changes(planner: Actor, scenario: Scenario, units: list[int], to: str) -> None:
    with pytest.raises(Invalid):
        services.move_units(planner, scenario.public_id, units, to, version=1)
    scenario.refresh_from_db()
    assert scenario.version == 1


@pytest.mark.parametrize("role", ["manager", "rep", "viewer"])
def test_only_planners_move(act: Callable[[str], Actor], scenario: Scenario, role: str) -> None:
    with pytest.raises(NotAllowed):
        services.move_units(act(role), scenario.public_id, [0], "P4", version=1)


def test_a_branch_is_the_same_and_stays_apart(planner: Actor, scenario: Scenario) -> None:
    services.lock_units(planner, scenario.public_id, [3], is_locked=True, version=1)
    scenario.refresh_from_db()
    copy = services.branch(planner, scenario)
    one, two = scenario_arrays(scenario), scenario_arrays(copy)
    assert np.array_equal(one.territory_idx, two.territory_idx)
    assert np.array_equal(one.is_locked, two.is_locked)
    assert one.codes == two.codes
    services.move_units(planner, copy.public_id, [0], "P4", version=1)
    assert owners(scenario)[0] == "P1"


def test_deleted_scenarios_come_back(planner: Actor, scenario: Scenario) -> None:
    before = owners(scenario)
    services.delete_scenario(planner, scenario.public_id, version=1)
    in_time = replace(planner, now=planner.now + timedelta(days=89))
    restored = services.restore_scenario(in_time, scenario.public_id)
    assert restored.deleted_at is None
    assert owners(scenario) == before
    restored.refresh_from_db()
    services.delete_scenario(planner, scenario.public_id, version=restored.version)
    with pytest.raises(Missing):
        services.restore_scenario(replace(planner, now=planner.now + timedelta(days=91)), scenario.public_id)


def test_audit_entries_cannot_be_changed(planner: Actor, scenario: Scenario) -> None:
    entry = AuditEntry.objects.latest("pk")
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_write_at_once_nobody_is_lost_silently(act: Callable[[str], Actor], scenario: Scenario) -> None:
    """Three planners move units as fast as they can; who is second is told, and the journal holds exactly the moves that were accepted."""
    actors = [act(role) for role in ("planner", "administrator", "planner")]
    accepted: list[int] = []
    refused: list[int] = []

    def work(who: int) -> None:
        try:
            for i in range(12):
                version = Scenario.objects.values_list("version", flat=True).get(pk=scenario.pk)
                to = ("P1", "P2", "P3", "P4")[(i + who) % 4]
                try:
                    moved = services.move_units(actors[who], scenario.public_id, [(7 * i + who) % 36], to, version=version)
                except Stale:
                    refused.append(who)
                else:
                    accepted.extend([who] * bool(moved.n_moved))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(who,)) for who in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal = list(Move.objects.filter(scenario=scenario).order_by("seq"))
    assert [move.seq for move in journal] == list(range(1, len(accepted) + 1))
    scenario.refresh_from_db()
    assert scenario.version == 1 + len(accepted)
    replayed = [["P1", "P1", "P2", "P3", "P3", "P4"][i % 6] for i in range(36)]
    for move in journal:
        codes = [*move.changes["codes"], ""]  # −1 is none
        for unit, before, after in zip(move.changes["unit"], move.changes["from"], move.changes["to"], strict=True):
            assert replayed[unit] == codes[before]
            replayed[unit] = codes[after]
    assert replayed == owners(scenario)
