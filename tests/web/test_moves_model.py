"""Everything that changes a draft, in any order, beside a dictionary that does the same; and the journal replayed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.planning import services
from bailiwick_web.planning.conflicts import conflicts
from bailiwick_web.planning.convert import ScenarioArrays, scenario_arrays
from bailiwick_web.planning.journal import Edit
from bailiwick_web.planning.models import Move, Scenario, UnitAssignment
from bailiwick_web.planning.services import edits
from bailiwick_web.planning.services.moves import can_step
from bailiwick_web.territories.convert import unit_arrays

pytestmark = pytest.mark.django_db
N = 36
some_units = st.lists(st.integers(0, N - 1), min_size=1, max_size=8, unique=True)
which = st.integers(0, 99)


class State:
    """What must be true, in a few lines."""

    def __init__(self, arrays: ScenarioArrays) -> None:
        codes = [*arrays.codes, ""]
        self.owners = [codes[t] for t in arrays.territory_idx.tolist()]
        self.causes = arrays.causes.tolist()
        self.locked = set(np.flatnonzero(arrays.is_locked).tolist())
        self.territories = {t.code: edits.columns(t) for t in arrays.territories}
        self.order = list(arrays.codes)
        self.forbidden = {(i, arrays.codes[j]) for i, j in arrays.forbidden.tolist()}
        self.named: dict[int, str] = {}
        self.rules: dict[str, tuple[int, int, str]] = {}
        """Identifier → precedence, least sales, territory."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and vars(self) == vars(other)

    def stuck(self, unit: int) -> bool:
        owner = self.owners[unit]
        return unit in self.locked or unit in self.named or bool(owner and self.territories[owner]["is_locked"])

    def can_go(self, unit: int, to: str) -> bool:
        return self.owners[unit] != to and not self.stuck(unit) and (unit, to) not in self.forbidden

    def give(self, units: list[int], to: str, cause: str = "manual") -> None:
        for unit in units:
            self.owners[unit], self.causes[unit] = to, cause if to else ""

    def members(self, code: str) -> list[int]:
        return [i for i, owner in enumerate(self.owners) if owner == code]

    def is_ruled(self, code: str) -> bool:
        return any(territory == code for _, _, territory in self.rules.values())

    def remove(self, code: str) -> None:
        del self.territories[code]
        self.order.remove(code)
        self.forbidden = {(i, c) for i, c in self.forbidden if c != code}


class Planning(RuleBasedStateMachine):
    """A planner who does things in any order; set ``planner`` and ``source`` before it runs."""

    planner: Actor
    source: Scenario

    def __init__(self) -> None:
        super().__init__()
        self.scenario = services.branch(self.planner, self.source)
        self.start = State(scenario_arrays(self.scenario))
        self.past: list[State] = []
        self.future: list[State] = []
        self.now = deepcopy(self.start)

    def call(self, service: str, *args: Any, **kwargs: Any) -> Any:
        """Call a service at the present version; None if it was refused, and then nothing changed."""
        self.scenario.refresh_from_db()
        try:
            return getattr(services, service)(self.planner, self.scenario.public_id, *args, version=self.scenario.version, **kwargs)
        except Conflict:
            return None
        finally:
            self.scenario.refresh_from_db()

    def did(self, after: State) -> None:
        """A step that the journal keeps."""
        if after != self.now:
            self.past.append(self.now)
            self.future.clear()
            self.now = after

    def found(self) -> State:
        return whole_state(self.scenario)

    def code(self, number: int) -> str:
        return self.now.order[number % len(self.now.order)]

    @rule(units=some_units, to=which, is_none=st.booleans())
    def move(self, units: list[int], to: int, is_none: bool) -> None:
        goal = "" if is_none else self.code(to)
        after = deepcopy(self.now)
        if not (goal and after.territories[goal]["is_locked"]):
            after.give([u for u in units if after.can_go(u, goal)], goal)
        self.call("move_units", units, goal)
        self.did(after)

    @rule(units=some_units, is_locked=st.booleans())
    def lock(self, units: list[int], is_locked: bool) -> None:
        after = deepcopy(self.now)
        after.locked = after.locked | set(units) if is_locked else after.locked - set(units)
        self.call("lock_units", units, is_locked=is_locked)
        self.did(after)

    @rule(territory=which, is_locked=st.booleans())
    def lock_territory(self, territory: int, is_locked: bool) -> None:
        after = deepcopy(self.now)
        after.territories[self.code(territory)]["is_locked"] = is_locked
        self.call("lock_territory", self.code(territory), is_locked=is_locked)
        self.did(after)

    @rule(units=some_units, territory=which, is_forbidden=st.booleans())
    def forbid(self, units: list[int], territory: int, is_forbidden: bool) -> None:
        code, after = self.code(territory), deepcopy(self.now)
        pairs = {(unit, code) for unit in units}
        after.forbidden = after.forbidden | pairs if is_forbidden else after.forbidden - pairs
        self.call("forbid_units", units, code, is_forbidden=is_forbidden)
        self.did(after)

    @rule(units=st.one_of(st.just([]), some_units))
    def create(self, units: list[int]) -> None:
        after = deepcopy(self.now)
        name = f"New {len(self.past)}.{len(self.now.order)}"
        done = self.call("create_territory", name=name, unit_idx=units)
        going = [u for u in units if after.can_go(u, "a new one")]
        if units and not going:
            assert done is None
            return
        if done is None:  # the name is taken
            assert name in {t["name"] for t in after.territories.values()}
            return
        (code,) = done.codes
        made = self.scenario.territories.get(code=code)
        assert (made.name, made.capacity) == (name, float(np.median([t["capacity"] for t in after.territories.values()])))
        after.territories[code] = edits.columns(made)
        after.order.append(code)
        after.give(going, code)
        self.did(after)

    @rule(units=some_units, territory=which)
    def name(self, units: list[int], territory: int) -> None:
        code, after = self.code(territory), deepcopy(self.now)
        is_barred = any((u, code) in after.forbidden for u in units)
        is_locked = after.territories[code]["is_locked"] or any(u in after.locked and after.owners[u] != code for u in units)
        done = self.call("name_units", units, code)
        assert (done is None) == (is_barred or is_locked)
        if done is not None:
            fresh = [u for u in units if after.named.get(u) != code]
            after.give(fresh, code, "named")
            after.named |= dict.fromkeys(fresh, code)
            self.did(after)

    @rule(units=some_units)
    def take_names_back(self, units: list[int]) -> None:
        after = deepcopy(self.now)
        for unit in set(units) & set(after.named):
            del after.named[unit]
            after.causes[unit] = "manual"
        self.call("name_units", units, "")
        self.did(after)

    @rule(territory=which, least=st.integers(1, 4), precedence=st.integers(0, 3))
    def make_rule(self, territory: int, least: int, precedence: int) -> None:
        code, after = self.code(territory), deepcopy(self.now)
        condition = f"sales >= {least} and code contains '1'"
        self.scenario.refresh_from_db()
        version = self.scenario.version
        _, key = services.save_rule(
            self.planner, self.scenario.public_id, version=version, name="R", condition=condition, territory=code, precedence=precedence
        )
        after.rules[str(key)] = (precedence, least, code)
        self.did(after)

    @precondition(lambda self: bool(self.now.rules))
    @rule(which_rule=which)
    def delete_rule(self, which_rule: int) -> None:
        after = deepcopy(self.now)
        key = sorted(after.rules)[which_rule % len(after.rules)]
        del after.rules[key]
        after.causes = ["manual" if cause == f"rule:{key}" else cause for cause in after.causes]
        self.scenario.refresh_from_db()
        services.delete_rule(self.planner, self.scenario.public_id, UUID(key), version=self.scenario.version)
        self.scenario.refresh_from_db()
        self.did(after)

    @rule()
    def apply_rules(self) -> None:
        after = deepcopy(self.now)
        order = sorted(after.rules, key=lambda key: (after.rules[key][0], key))
        for unit in range(N):
            taking = [key for key in order if 1 + unit % 3 >= after.rules[key][1] and "1" in f"u{unit:02d}"]
            if not taking or unit in after.named:
                continue
            to = after.rules[taking[0]][2]
            is_closed = after.stuck(unit) or after.territories[to]["is_locked"]
            if (unit, to) in after.forbidden or (is_closed and after.owners[unit] != to):
                continue
            after.give([unit], to, f"rule:{taking[0]}")
        self.call("apply_rules")
        self.did(after)

    @rule(territory=which, capacity=st.sampled_from([0.5, 1.0, 2.0]))
    def change(self, territory: int, capacity: float) -> None:
        after = deepcopy(self.now)
        after.territories[self.code(territory)]["capacity"] = capacity
        self.call("change_territory", self.code(territory), capacity=capacity)
        self.did(after)

    @rule(territory=which)
    def delete(self, territory: int) -> None:
        code, after = self.code(territory), deepcopy(self.now)
        is_refused = len(after.order) == 1 or after.territories[code]["is_locked"] or any(map(after.stuck, after.members(code)))
        is_refused = is_refused or after.is_ruled(code)
        assert (self.call("delete_territory", code) is None) == is_refused
        if not is_refused:
            after.give(after.members(code), "")
            after.remove(code)
            self.did(after)

    @precondition(lambda self: len(self.now.order) > 1)
    @rule(territory=which, other=which)
    def merge(self, territory: int, other: int) -> None:
        code, after = self.code(territory), deepcopy(self.now)
        into = next(c for c in after.order[other % len(after.order) :] + after.order if c != code)
        members = after.members(code)
        is_locked = after.territories[code]["is_locked"] or after.territories[into]["is_locked"]
        is_barred = any((u, into) in after.forbidden for u in members)
        is_refused = is_locked or is_barred or after.is_ruled(code) or any(map(after.stuck, members))
        assert (self.call("merge_territory", code, into=into) is None) == is_refused
        if not is_refused:
            after.give(members, into)
            after.remove(code)
            self.did(after)

    @rule(territory=which, parts=st.integers(2, 3))
    def split(self, territory: int, parts: int) -> None:
        code, after = self.code(territory), deepcopy(self.now)
        members = after.members(code)
        done = self.call("split_territory", code, parts=parts)
        if done is None:
            free = [u for u in members if u not in after.locked and u not in after.named]
            assert after.territories[code]["is_locked"] or len(free) < parts
            return
        found = self.found()
        assert done.codes[0] == code
        assert len(done.codes) == parts
        assert [found.owners[i] for i in range(N) if i not in members] == [after.owners[i] for i in range(N) if i not in members]
        assert {found.owners[i] for i in members} == set(done.codes)
        assert all(found.owners[u] == code for u in members if u in after.locked or u in after.named)
        self.did(found)

    @rule()
    def undo(self) -> None:
        assert (self.call("undo") is None) == (not self.past)
        if self.past:
            self.future.append(self.now)
            self.now = self.past.pop()

    @rule()
    def redo(self) -> None:
        assert (self.call("redo") is None) == (not self.future)
        if self.future:
            self.past.append(self.now)
            self.now = self.future.pop()

    @rule()
    def go_on_in_a_branch(self) -> None:
        """A branch is the same at first; what happens in it leaves the source alone."""
        left, source = self.now, self.scenario
        self.scenario = services.branch(self.planner, source)
        self.start, self.past, self.future = deepcopy(self.now), [], []
        assert self.found() == left
        source.refresh_from_db()
        assert whole_state(source) == left

    @rule()
    def try_to_publish(self) -> None:
        """A branch of it is published where nothing is wrong, and can be changed by nobody afterwards."""
        copy = services.branch(self.planner, self.scenario)
        if "" in self.now.owners:
            with pytest.raises(Conflict):
                services.propose(self.planner, copy.public_id, version=copy.version)
            return
        boss = Actor(User.objects.get(role="administrator"), self.planner.now, "test")
        version = services.propose(self.planner, copy.public_id, version=copy.version).version
        version = services.decide(boss, copy.public_id, version=version, is_approved=True).version
        with pytest.raises(Conflict):
            services.move_units(self.planner, copy.public_id, [0], "", version=version)

    @invariant()
    def is_as_it_should_be(self) -> None:
        arrays = scenario_arrays(self.scenario)
        assert self.found() == self.now
        assert UnitAssignment.objects.filter(scenario=self.scenario).count() == N
        sales = arrays.measures["sales"]
        sums = [sum(float(sales[i]) for i in self.now.members(code)) for code in self.now.order]
        assert arrays.totals[:, 0].tolist() == sums
        assert sum(sums) + float(sales[arrays.territory_idx < 0].sum()) == float(sales.sum())
        assert can_step(self.scenario) == (bool(self.past), bool(self.future))

    @invariant()
    def the_validator_counts_the_same(self) -> None:
        arrays = scenario_arrays(self.scenario)
        found = conflicts(self.scenario, arrays, self.planner.now)
        gaps = {u for c in found if c.kind == "unassigned" for u in c.unit_idx.tolist()}
        assert gaps == {i for i, owner in enumerate(self.now.owners) if not owner}
        bad = {u for c in found if c.kind == "forbidden" for u in c.unit_idx.tolist()}
        assert bad == {u for u, code in self.now.forbidden if self.now.owners[u] == code}

    def teardown(self) -> None:
        """The journal, done again on a copy of the beginning, gives the end; done backwards, the beginning."""
        units = unit_arrays(self.scenario.plan.unit_set)
        entries = [Edit.read(move.changes) for move in Move.objects.filter(scenario=self.scenario).order_by("seq")]
        for edit in reversed(entries):
            edits.apply(self.scenario, units, edit.reversed())
        assert whole_state(renewed(self.scenario)) == self.start
        for edit in entries:
            edits.apply(self.scenario, units, edit)
        assert whole_state(renewed(self.scenario)) == self.now


def whole_state(scenario: Scenario) -> State:
    """Everything that a scenario holds."""
    state = State(scenario_arrays(scenario))
    state.named = dict(scenario.named.values_list("unit__idx", "territory__code"))
    for rule_ in scenario.rules.select_related("territory"):
        least = int(rule_.condition.split()[2])
        state.rules[str(rule_.public_id)] = (rule_.precedence, least, rule_.territory.code)
    return state


def renewed(scenario: Scenario) -> Scenario:
    """The scenario at a version that nobody has read yet: it was changed without one."""
    scenario.version += 1_000_000
    Scenario.objects.filter(pk=scenario.pk).update(version=scenario.version)
    return scenario


def test_any_order_of_steps_keeps_the_invariants(planner: Actor, scenario: Scenario) -> None:
    Planning.planner, Planning.source = planner, scenario
    health = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        Planning, settings=settings(max_examples=12, stateful_step_count=22, deadline=None, suppress_health_check=health)
    )
