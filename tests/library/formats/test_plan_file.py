"""A plan comes back from its file to the last bit; a file that is none, or is broken, is told as such."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_instances import Wish, make
from tiny_instances import INSTANCES, line5

from bailiwick.domain import Adjacency, Baseline, Bound, Conflict, Measure, Notice, Pace, Prices, Problem, Result, TravelTable, UnitTable
from bailiwick.errors import InputError
from bailiwick.formats.plan_file import read_result, write_result


def some_result(problem: Problem, **more: Any) -> Result:
    k = problem.n_territories
    centres = np.array(problem.centre_coordinates)
    centres[~problem.is_fixed] = 0.25
    label = np.arange(problem.n_units) % k
    prices = Prices((problem.measures[0].name, "other"), np.linspace(-1, 1, 2 * k).reshape(k, 2) / 3)
    settings = {"bound": Bound(1 / 3, "all plans", "dual", prices), "stop_reason": "converged", "seed": 7, **more}
    return Result(problem, label, centres, 12.5, **settings)


def same(a: Any, b: Any) -> bool:
    """Equal to the last bit, whatever it is made of."""
    if dataclasses.is_dataclass(a) and not isinstance(a, type):
        skipped = {"attributes", "shapes", "placed_by", "timings_seconds"}
        return type(a) is type(b) and all(
            same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a) if f.name not in skipped
        )
    if isinstance(a, np.ndarray):
        is_number = a.dtype != object
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=is_number)
    if hasattr(a, "items"):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def round_trip(result: Result, folder: Path, **facts: Any) -> tuple[Result, dict[str, Any]]:
    write_result(folder / "plan.parquet", result, facts=facts)
    return read_result(folder / "plan.parquet")


@pytest.mark.parametrize("name", INSTANCES)
def test_every_tiny_instance_comes_back(name: str, tmp_path: Path) -> None:
    result = some_result(INSTANCES[name]())
    assert same(result, round_trip(result, tmp_path)[0])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_random_instances_come_back(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    result = some_result(make(Wish.drawn(seed)))
    assert same(result, round_trip(result, tmp_path_factory.mktemp("plan"))[0])


def test_everything_that_a_problem_can_hold_comes_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    n, k = 2_000, 5
    pairs = np.column_stack([np.arange(n - 1), np.arange(1, n)])
    problem = Problem(
        units=UnitTable(
            ids=np.array([f"ü{i}\n'=" for i in range(n)], dtype=object),
            coordinates=np.column_stack([rng.uniform(-180, 180, n), rng.uniform(-90, 90, n)]),
            measures={"a struct": rng.random(n), "unit_id": rng.random(n), "neighbours": rng.random(n)},
            names=np.array([f"n{i % 7}" for i in range(n)], dtype=object),
        ),
        measures=(Measure("unit_id", 0.1, 2.0), Measure("a struct", None)),
        territory_ids=np.array([f"T{j}" for j in range(k)], dtype=object),
        territory_names=np.array([f"Ann {j}" for j in range(k)], dtype=object),
        centre_coordinates=np.where(np.arange(k)[:, None] < 2, np.full((k, 2), 1 / 3), np.nan),
        target_shares=np.array([0.1, 0.2, 0.3, 0.15, 0.25]),
        objective="inertia",
        adjacency=Adjacency.from_pairs(n, pairs[2:], border_km=rng.random(n - 3), rule="edges", links=pairs[:2]),
        locked=rng.integers(-1, k, n),
        forbidden=np.array([(3, 1), (3, 2), (9, 4)]),
        groups=rng.integers(-1, 50, n),
        max_distance_km=123.456,
        travel=TravelTable(
            rng.random((n, n), np.float32), np.where(np.arange(k) < 2, rng.random((n, k), np.float32), np.nan), "minutes of x"
        ),
        pace=Pace(1.25, 42.0),
        max_minutes=61.5,
        baseline=Baseline(rng.integers(-1, k, n), rng.random(n), 12.5, 0.125, "revenue"),
    )
    clash = Conflict("heavy_unit", "why", ("tolerance",), "what", True, "a struct", 0.05, 1 / 3, 0.5, ("a",), ("T1", "T2"))
    result = some_result(problem, notices=(Notice("code", "words", 3, ("a", "b")),), conflicts=(clash,))
    again, facts = round_trip(result, tmp_path, engine_version="1.2.3", rows={"read": 5})
    assert same(result, again)
    assert facts == {"engine_version": "1.2.3", "rows": {"read": 5}}
    # whoever adds a field to the problem must add it to the file, and to this problem
    unset = [f.name for f in dataclasses.fields(Problem) if getattr(problem, f.name) is None]
    assert unset == []


def test_no_bound_and_empty_territories_come_back(tmp_path: Path) -> None:
    result = Result(line5(), np.zeros(5), np.array([[0.0, 0.0], [np.nan, np.nan]]), 1.0, None, "interrupted", 0)
    assert same(result, round_trip(result, tmp_path)[0])


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_result(tmp_path / name, dataclasses.replace(some_result(line5()), timings_seconds={"solve": float(len(name))}), facts={})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.parquet"
    write_result(path, some_result(line5()), facts={})
    table = pq.read_table(path)
    document = json.loads(table.schema.metadata[b"bailiwick"])
    pq.write_table(table.replace_schema_metadata({b"bailiwick": json.dumps({**document, "format_version": 2}).encode()}), path)
    with pytest.raises(InputError, match="written by a newer version") as raised:
        read_result(path)
    assert raised.value.code == "plan_version"


def test_what_is_no_plan_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plan.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InputError, match="not the file of a plan"):
        read_result(path)
    path.write_bytes(b"PAR1 nonsense")
    with pytest.raises(InputError, match="not the file of a plan"):
        read_result(path)


def test_a_damaged_file_is_never_taken_for_another_plan(tmp_path: Path) -> None:
    path, result = tmp_path / "plan.parquet", some_result(INSTANCES["grid4x4"]())
    write_result(path, result, facts={})
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        broken = bytearray(whole[: int(rng.integers(1, len(whole) + 1))] if rng.random() < 0.3 else whole)
        for at in rng.integers(0, len(broken), 3):
            broken[at] ^= int(rng.integers(1, 256))
        path.write_bytes(bytes(broken))
        try:
            again, _ = read_result(path)
        except InputError as error:
            assert error.code == "not_a_plan" or "newer" in str(error)
        else:
            assert len(again.territory_idx) == 16
