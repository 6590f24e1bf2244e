"""Moves, undo, redo, locks and branches in any order, beside a dictionary that does the same."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.planning import services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.journal import Changes
from bailiwick_web.planning.models import Move, Scenario

pytestmark = pytest.mark.django_db
CODES = ["P1", "P2", "P3", "P4", ""]
N = 36

units = st.lists(st.integers(0, N - 1), min_size=1, max_size=8, unique=True)
steps = st.one_of(
    st.tuples(st.just("move"), units, st.sampled_from(CODES)),
    st.tuples(st.just("lock"), units, st.booleans()),
    st.tuples(st.sampled_from(["undo", "redo"]), st.none(), st.none()),
)


class Model:
    """What must be true, in a few lines: owners, locks, and two stacks."""

    def __init__(self, owners: list[str]) -> None:
        self.owners = list(owners)
        self.locked: set[int] = set()
        self.done: list[dict[int, tuple[str, str]]] = []
        self.undone: list[dict[int, tuple[str, str]]] = []

    def apply(self, kind: str, chosen: Any, value: Any) -> bool:
        """Do a step; False if there is nothing to do."""
        if kind == "lock":
            self.locked = self.locked | set(chosen) if value else self.locked - set(chosen)
            return True
        if kind == "move":
            change = {i: (self.owners[i], value) for i in chosen if self.owners[i] != value and i not in self.locked}
            if not change:
                return all(i not in self.locked or self.owners[i] == value for i in chosen)
            self.done.append(change)
            self.undone.clear()
            self._set({i: to for i, (_, to) in change.items()})
            return True
        source, target = (self.done, self.undone) if kind == "undo" else (self.undone, self.done)
        if not source:
            return False
        change = source.pop()
        target.append(change)
        self._set({i: a if kind == "undo" else b for i, (a, b) in change.items()})
        return True

    def _set(self, owners: dict[int, str]) -> None:
        for i, owner in owners.items():
            self.owners[i] = owner


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=st.lists(steps, min_size=1, max_size=14))
def test_any_order_of_steps_keeps_the_invariants(planner: Actor, scenario: Scenario, program: list[Any]) -> None:
    copy = services.branch(planner, scenario)
    arrays = scenario_arrays(copy)
    start = arrays.territory_idx.copy()
    model = Model([arrays.codes[t] for t in start])
    total = float(arrays.measures["sales"].sum())
    for kind, chosen, value in program:
        is_done = _do(planner, copy, kind, chosen, value)
        assert is_done == model.apply(kind, chosen, value)
        arrays = scenario_arrays(copy)
        assert [arrays.codes[t] if t >= 0 else "" for t in arrays.territory_idx] == model.owners
        unassigned = float(arrays.measures["sales"][arrays.territory_idx < 0].sum())
        assert float(arrays.totals[:, 0].sum()) + unassigned == total
    replayed = start.copy()
    for move in Move.objects.filter(scenario=copy):
        changes = Changes.read(move.changes, arrays.codes)
        assert np.array_equal(replayed[changes.unit_idx], changes.from_idx)
        replayed[changes.unit_idx] = changes.to_idx
    assert np.array_equal(replayed, arrays.territory_idx)


def _do(planner: Actor, scenario: Scenario, kind: str, chosen: Any, value: Any) -> bool:
    scenario.refresh_from_db()
    try:
        if kind == "move":
            services.move_units(planner, scenario.public_id, chosen, value, version=scenario.version)
        elif kind == "lock":
            services.lock_units(planner, scenario.public_id, chosen, is_locked=value, version=scenario.version)
        else:
            step = services.undo if kind == "undo" else services.redo
            step(planner, scenario.public_id, version=scenario.version)
    except Conflict:
        return False
    finally:
        scenario.refresh_from_db()
    return True
