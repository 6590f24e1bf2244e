"""From units and wishes to a problem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bailiwick.api.digest import input_digest
from bailiwick.api.problem import Rules, build_problem
from bailiwick.domain import Adjacency, RepTable, UnitTable
from bailiwick.errors import InputError


def units() -> UnitTable:
    return UnitTable(
        ids=["a", "b", "c", "d"],
        coordinates=[[0, 0], [1, 0], [8, 0], [9, 0]],
        measures={"people": [3, 2, 2, 3], "Workload Hours": [1500, 1000, 1000, 1500]},
        attributes={"rep": ["R1", "", " R2 ", ""], "chain": ["x", "x", "", "y"]},
        is_planar=True,
    )


def roster(*capacity: float) -> RepTable:
    return RepTable(
        ids=np.array(["R1", "R2"], dtype=object),
        names=np.array(["Ada Diaz", "Bo Ito"], dtype=object),
        coordinates=np.array([[0.0, 0.0], [np.nan, np.nan]]),
        capacity=np.array(capacity),
        is_planar=True,
    )


def test_free_territories() -> None:
    problem, notices = build_problem(units(), Rules(territories=2, balance={"people": 0.05}), reps=None, adjacency=None)
    assert problem.territory_ids.tolist() == ["T1", "T2"]
    assert not problem.is_fixed.any()
    assert problem.target_shares.tolist() == [0.5, 0.5]
    assert notices == ()


def test_reps_bring_homes_names_and_shares() -> None:
    problem, notices = build_problem(units(), Rules(balance="people"), reps=roster(30, 10), adjacency=None)
    assert problem.territory_ids.tolist() == ["R1", "R2"]
    assert problem.is_fixed.tolist() == [True, False]
    assert problem.target_shares.tolist() == [0.75, 0.25]
    assert problem.territory_names is not None
    assert problem.territory_names.tolist() == ["Ada Diaz", "Bo Ito"]
    assert notices == ()


def test_more_territories_than_reps_are_vacant_and_free() -> None:
    problem, notices = build_problem(units(), Rules(territories=3, balance="people"), reps=roster(1, 3), adjacency=None)
    assert problem.territory_ids.tolist() == ["R1", "R2", "V1"]
    assert problem.target_shares.tolist() == pytest.approx([1 / 6, 3 / 6, 2 / 6])
    assert problem.is_fixed.tolist() == [True, False, False]
    assert "vacant_territories" in [n.code for n in notices]


def test_fewer_territories_than_reps_is_an_error_with_a_way_out() -> None:
    with pytest.raises(InputError, match="take 1 reps out of the file") as caught:
        build_problem(units(), Rules(territories=1, balance="people"), reps=roster(), adjacency=None)
    assert caught.value.code == "fewer_territories_than_reps"


def test_the_number_follows_from_hours_of_work() -> None:
    problem, notices = build_problem(units(), Rules(balance="people"), reps=None, adjacency=None)
    assert problem.n_territories == 3
    assert "5,000 'Workload Hours'" in notices[0].message
    assert "2,000 hours" in notices[0].message


def test_without_number_reps_or_hours_it_asks() -> None:
    bare = replace(units(), measures={"people": [1, 1, 1, 1]})
    with pytest.raises(InputError, match="how many territories") as caught:
        build_problem(bare, Rules(balance="people"), reps=None, adjacency=None)
    assert caught.value.code == "territories"


@pytest.mark.parametrize("k", [0, -3])
def test_silly_numbers(k: int) -> None:
    with pytest.raises(InputError, match="1 or more"):
        build_problem(units(), Rules(territories=k, balance="people"), reps=None, adjacency=None)


def test_locks_groups_and_forbidden_pairs() -> None:
    rules = Rules(balance="people", lock="rep", group="chain", forbidden=(("d", "R1"),))
    problem, _ = build_problem(units(), rules, reps=roster(), adjacency=None)
    assert problem.locked is not None
    assert problem.locked.tolist() == [0, -1, 1, -1]
    assert problem.groups is not None
    assert problem.groups[0] == problem.groups[1] >= 0
    assert problem.groups[2] == -1
    assert problem.groups[3] not in (-1, problem.groups[0])
    assert problem.forbidden is not None
    assert problem.forbidden.tolist() == [[3, 0]]


def test_locks_to_unknown_territories_are_refused() -> None:
    other = RepTable(ids=np.array(["R2", "R3"], dtype=object), coordinates=np.full((2, 2), np.nan), is_planar=True)
    with pytest.raises(InputError, match="locks unit 'a' to territory 'R1', which does not exist; there are: R2, R3"):
        build_problem(units(), Rules(balance="people", lock="rep"), reps=other, adjacency=None)


@pytest.mark.parametrize(("k", "ids"), [(None, ["R1", "R2"]), (2, ["R1", "R2"]), (4, ["R1", "R2", "T1", "T2"])])
def test_without_reps_territories_are_named_after_the_owners_in_the_lock_column(k: int | None, ids: list[str]) -> None:
    problem, notices = build_problem(units(), Rules(territories=k, balance="people", lock="rep"), reps=None, adjacency=None)
    assert problem.territory_ids.tolist() == ids
    assert problem.locked is not None
    assert problem.locked.tolist() == [0, -1, 1, -1]
    assert not problem.is_fixed.any()
    told = next(notice for notice in notices if notice.code == "territories_from_lock")
    assert told.message.startswith("2 territories are named after the lock column")


def test_owners_sort_as_people_count_and_keep_clear_of_the_numbers_of_the_others() -> None:
    owned = replace(units(), attributes={"rep": ["T10", "T2", "", ""]})
    problem, _ = build_problem(owned, Rules(territories=4, balance="people", lock="rep"), reps=None, adjacency=None)
    assert problem.territory_ids.tolist() == ["T2", "T10", "T1", "T3"]


def test_locks_to_numbered_territories_leave_the_numbers_alone() -> None:
    numbered = replace(units(), attributes={"rep": ["T2", "", "", ""]})
    problem, notices = build_problem(numbered, Rules(territories=3, balance="people", lock="rep"), reps=None, adjacency=None)
    assert problem.territory_ids.tolist() == ["T1", "T2", "T3"]
    assert not [notice for notice in notices if notice.code == "territories_from_lock"]


def test_more_owners_than_territories_are_refused() -> None:
    with pytest.raises(InputError, match="names 2 territories, such as 'R1' and 'R2', but 1 territory was asked for; ask for 2 or more"):
        build_problem(units(), Rules(territories=1, balance="people", lock="rep"), reps=None, adjacency=None)


def test_unknown_columns_are_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'chain'"):
        build_problem(units(), Rules(territories=2, balance="people", group="chian"), reps=None, adjacency=None)


def test_unknown_ids_in_forbidden_pairs() -> None:
    with pytest.raises(InputError, match="unit 'z', which does not exist"):
        build_problem(units(), Rules(territories=2, balance="people", forbidden=(("z", "T1"),)), reps=None, adjacency=None)


def test_units_are_counted_without_a_column() -> None:
    problem, _ = build_problem(units(), Rules(territories=2, balance="units:10"), reps=None, adjacency=None)
    assert problem.weights.tolist() == [1, 1, 1, 1]


def test_the_digest_changes_with_everything_that_decides() -> None:
    graph = Adjacency.from_pairs(4, np.array([[0, 1], [1, 2], [2, 3]]))

    def digest(seed: int = 0, adjacency: Adjacency | None = graph, table: UnitTable | None = None, **rules: object) -> str:
        settings = {"territories": 2, "balance": {"people": 0.05}, **rules}
        problem, _ = build_problem(table or units(), Rules(**settings), reps=None, adjacency=adjacency)  # type: ignore[arg-type]
        return input_digest(problem, seed=seed)

    moved = replace(units(), coordinates=[[0, 0], [1, 0], [8, 0], [9.5, 0]])
    variants = [
        digest(),
        digest(seed=1),
        digest(adjacency=None),
        digest(table=moved),
        digest(table=replace(units(), ids=["a", "b", "d", "c"])),
        digest(balance={"people": 0.06}),
        digest(objective="inertia"),
        digest(group="chain"),
        digest(territories=3),
        digest(max_distance_km=4.0),
    ]
    assert len(set(variants)) == len(variants)
    assert digest() == digest()


def test_a_billion_territories_are_refused_before_they_get_names() -> None:
    with pytest.raises(InputError, match="1,000,000,000 territories were asked for but there are only 4 units") as caught:
        build_problem(units(), Rules(territories=10**9, balance="people"), reps=None, adjacency=None)
    assert caught.value.code == "too_many_territories"


def test_a_measure_whose_sums_would_overflow_is_refused() -> None:
    with pytest.raises(InputError, match=r"measure 'people' has 1e\+308 for unit 'b'; expected numbers up to 1e\+100"):
        UnitTable(ids=["a", "b"], coordinates=[[0, 0], [1, 0]], measures={"people": [1, 1e308]}, is_planar=True)
