"""The library in Python: frames, mappings, ready tables, plans and their parts."""

from __future__ import annotations

import dataclasses
import inspect
import re
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

import bailiwick as bw
from bailiwick.api.options import ProblemKeywords, ProblemOptions
from bailiwick.api.searching import SearchKeywords, SearchOptions
from bailiwick.domain import Adjacency, Progress, UnitTable
from bailiwick.errors import InputError

TOWNS = {
    "id": [f"u{i}" for i in range(16)],
    "x": [float(i % 4) for i in range(16)],
    "y": [float(i // 4) for i in range(16)],
    "population": [10.0 + i % 3 for i in range(16)],
    "chain": ["A" if i in (0, 15) else "" for i in range(16)],
}


def quadrants(**options: object) -> bw.Plan:
    settings: dict[str, object] = {"territories": 4, "balance": {"population": 0.1}, "is_planar": True, **options}
    return bw.design(TOWNS, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["mapping", "pandas", "arrow", "units"])
def test_every_kind_of_table_gives_the_same_plan(kind: str) -> None:
    table = {
        "mapping": TOWNS,
        "pandas": pd.DataFrame(TOWNS),
        "arrow": pa.table(TOWNS),
        "units": UnitTable(TOWNS["id"], np.column_stack([TOWNS["x"], TOWNS["y"]]), {"population": TOWNS["population"]}, is_planar=True),
    }[kind]
    plan = bw.design(table, territories=4, balance={"population": 0.1}, is_planar=True)
    assert plan.evaluation.territory_idx.tolist() == quadrants().evaluation.territory_idx.tolist()
    assert plan.document()["input_digest"] == quadrants().document()["input_digest"]


def test_polygons_of_a_geopandas_frame_give_neighbours() -> None:
    boxes = [shapely.box(-100 + i % 4, 40 + i // 4, -99 + i % 4, 41 + i // 4) for i in range(16)]
    frame = geopandas.GeoDataFrame({"id": TOWNS["id"], "population": TOWNS["population"]}, geometry=boxes, crs="EPSG:4326")
    plan = bw.design(frame, territories=4, balance={"population": 0.1})
    assert plan.problem.adjacency is not None
    assert len(plan.problem.adjacency.pairs) == 24
    assert plan.problem.adjacency.border_km is not None
    assert plan.keeps_every_rule


def test_a_plan_is_frozen_to_the_last_number() -> None:
    plan = quadrants()
    with pytest.raises(FrozenInstanceError):
        plan.result = None  # type: ignore[misc, assignment]
    with pytest.raises(ValueError, match="read-only"):
        plan.evaluation.territory_idx[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        plan.evaluation.totals[0, 0] = 1.0


def test_tables_of_a_plan() -> None:
    plan = quadrants()
    assert list(plan.alignment.columns) == ["unit_id", "territory_id", "population"]
    assert plan.alignment.groupby("territory_id")["population"].sum().tolist() == plan.territories["population"].tolist()
    assert plan.territories["n_units"].sum() == 16
    assert (plan.territories["population deviation"].abs() <= 0.1).all()


def test_summary_is_plain_sentences() -> None:
    text = quadrants().summary()
    assert text.startswith("16 units in 4 territories.\n")
    assert "Every territory is in one piece." in text


def test_adjacency_in_all_its_forms(tmp_path: Path) -> None:
    pairs = [(f"u{i}", f"u{i + 1}") for i in range(15)]
    (tmp_path / "pairs.csv").write_text("unit_a,unit_b\n" + "\n".join(",".join(p) for p in pairs) + "\n")
    graph = Adjacency.from_pairs(16, np.array([[i, i + 1] for i in range(15)]), rule="a row")
    plans = [quadrants(adjacency=given) for given in (pairs, tmp_path / "pairs.csv", graph)]
    assert [len(p.problem.adjacency.pairs) for p in plans if p.problem.adjacency is not None] == [15, 15, 15]
    assert len({tuple(p.evaluation.territory_idx.tolist()) for p in plans}) == 1
    assert quadrants(adjacency="none").problem.adjacency is None


def test_adjacency_that_cannot_be_used() -> None:
    with pytest.raises(bw.InputError):
        quadrants(adjacency=[("u1", "u2", "u3")])
    with pytest.raises(bw.InputError):
        quadrants(adjacency=[("nobody", "nowhere")])
    with pytest.raises(bw.InputError, match="of 3 units, but there are 16"):
        quadrants(adjacency=Adjacency.from_pairs(3, np.array([[0, 1]])))


def test_groups_stay_together_and_forbidden_pairs_apart() -> None:
    plan = quadrants(group="chain", adjacency="none", balance={"population": 0.3})
    owner = dict(zip(plan.problem.units.ids, plan.evaluation.territory_idx.tolist(), strict=True))
    assert owner["u0"] == owner["u15"]
    free = quadrants()
    corner = str(free.problem.territory_ids[free.evaluation.territory_idx[0]])
    barred = quadrants(forbidden=[("u0", corner)])
    assert barred.problem.territory_ids[barred.evaluation.territory_idx[0]] != corner


def test_forbidden_pairs_come_from_a_file_too(tmp_path: Path) -> None:
    free = quadrants()
    corner = str(free.problem.territory_ids[free.evaluation.territory_idx[0]])
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(f"unit_id,territory_id\nu0,{corner}\nu0,{corner}\n", encoding="utf-8")
    assert quadrants(forbidden=pairs).problem.forbidden.tolist() == quadrants(forbidden=[("u0", corner)] * 2).problem.forbidden.tolist()
    pairs.write_text("unit_id,territory_id\nu0,\n", encoding="utf-8")
    with pytest.raises(bw.InputError, match=r"row 2 of pairs\.csv has no territory_id"):
        quadrants(forbidden=pairs)
    with pytest.raises(bw.InputError, match="territory 'T9', which does not exist"):
        quadrants(forbidden=[("u0", "T9")])


def test_an_option_that_does_not_exist_is_no_option() -> None:
    with pytest.raises(TypeError, match="no option 'teritories'; did you mean 'territories'"):
        bw.design(TOWNS, teritories=4)  # type: ignore[call-arg]


def test_every_option_stands_in_the_signature_and_for_type_checkers() -> None:
    fields = [f.name for f in dataclasses.fields(ProblemOptions)]
    assert list(ProblemKeywords.__annotations__) == fields
    of_search = [f.name for f in dataclasses.fields(SearchOptions)]
    assert list(SearchKeywords.__annotations__) == of_search
    for function in (bw.design, bw.realign, bw.front, bw.evaluate):
        assert set(fields) <= set(inspect.signature(function).parameters), function
        assert (set(of_search) <= set(inspect.signature(function).parameters)) == (function is not bw.evaluate), function
    described = inspect.getdoc(bw.design) or ""
    assert all(re.search(rf"^(\w+, )*{name}(, \w+)*$", described, re.MULTILINE) for name in [*fields, *of_search])


def test_progress_and_stop() -> None:
    seen: list[Progress] = []

    def stop(progress: Progress) -> bool:
        return len(seen) >= 2

    plan = quadrants(on_progress=seen.append, stop=stop)
    assert len(seen) >= 2
    assert plan.result.stop_reason == "interrupted"
    assert (plan.evaluation.territory_idx >= 0).all()


def test_time_limit_goes_by_the_given_clock() -> None:
    ticks = iter(range(100_000))
    plan = quadrants(time_limit=5, clock=lambda: float(next(ticks)))
    assert plan.result.stop_reason == "time_limit"


def test_evaluate_and_compare_plans_in_memory() -> None:
    plan = quadrants()
    judged = bw.evaluate(TOWNS, plan.alignment, balance={"population": 0.1}, is_planar=True)
    assert judged.keeps_every_rule
    assert judged.evaluation.mean_distance_km == plan.evaluation.mean_distance_km
    same = bw.compare(plan, judged)
    assert same.moved_unit_ids == []
    other = bw.compare(plan, quadrants(territories=3))
    assert 0 < other.disruption["population"] < 1
    assert len(other.moves()) == len(other.moved_unit_ids) == other.document()["n_moved"]


def test_evaluate_with_reps_uses_homes_and_capacity() -> None:
    reps = {"rep_id": ["east", "west"], "x": [3.0, 0.0], "y": [1.0, 1.0], "capacity": [3.0, 1.0]}
    alignment = {f"u{i}": "west" if i % 4 == 0 else "east" for i in range(16)}
    judged = bw.evaluate(TOWNS, alignment, reps=reps, balance={"population": 0.1}, is_planar=True)
    assert judged.problem.territory_ids.tolist() == ["east", "west"]
    assert judged.problem.target_shares.tolist() == [0.75, 0.25]
    assert judged.keeps_every_rule
    strange = bw.evaluate(TOWNS, dict.fromkeys(TOWNS["id"], "north"), reps=reps, balance={"population": 0.1}, is_planar=True)
    assert "reps_not_used" in [n.code for n in strange.notices]
    assert strange.problem.n_territories == 1


def test_evaluate_counts_empty_territories_if_their_number_is_stated() -> None:
    alignment = {f"u{i}": "west" if i % 4 < 2 else "east" for i in range(16)}
    judged = bw.evaluate(TOWNS, alignment, territories=3, balance={"population": 0.1}, is_planar=True)
    assert judged.evaluation.number("empty_territories") == 1
    with pytest.raises(bw.InputError, match="2 territories, but the number asked for is 1;"):
        bw.evaluate(TOWNS, alignment, territories=1, balance={"population": 0.1}, is_planar=True)


def test_the_estimator_speaks_the_grammar_of_scikit_learn() -> None:
    points = np.column_stack([TOWNS["x"], TOWNS["y"]])
    model = bw.TerritoryDesigner(4, balance=0.1, is_planar=True)
    labels = model.fit_predict(points, sample_weight=TOWNS["population"])
    assert sorted(np.bincount(labels)) == [4, 4, 4, 4]
    assert model.centres_.shape == (4, 2)
    twin = bw.TerritoryDesigner(**model.get_params())
    assert twin.fit(points, sample_weight=TOWNS["population"]).labels_.tolist() == labels.tolist()
    two = model.set_params(n_territories=2, balance={"weight": 0.1, "shops": 0.2}).fit(
        points, measures={"weight": TOWNS["population"], "shops": np.ones(16)}
    )
    assert set(two.labels_) == {0, 1}


def test_the_estimator_refuses_what_it_cannot_use() -> None:
    with pytest.raises(bw.InputError, match=r"shape \(n, 2\)"):
        bw.TerritoryDesigner(2).fit(np.zeros((4, 3)))
    with pytest.raises(bw.InputError, match="needs a clock"):
        bw.TerritoryDesigner(2, time_limit=1.0).fit(np.zeros((4, 2)))
    with pytest.raises(bw.InputError, match="no parameter 'k'"):
        bw.TerritoryDesigner().set_params(k=3)


def test_colour_blind_safe_map_says_that_data_are_generated(tmp_path: Path) -> None:
    generated = {**TOWNS, "generated": ["generated, not real"] * 16}
    plan = bw.design(generated, territories=2, balance={"population": 0.1}, is_planar=True)
    plan.to_files(tmp_path / "plan", report=False)
    assert "These data are generated, not real." in (tmp_path / "plan" / "map.html").read_text(encoding="utf-8")
    assert not (tmp_path / "plan" / "report.pdf").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"objective": "beauty"}, "there is no objective 'beauty'; expected 'distance', 'inertia', 'diameter'"),
        ({"territories": 2.5}, "the number of territories must be a whole number, found 2.5"),
        ({"seed": "a"}, "the seed must be a whole number, zero or more; found 'a'"),
        ({"seed": -1}, "the seed must be a whole number, zero or more; found -1"),
        ({"balance": {"population": "5%"}}, "must be a fraction such as 0.05, found '5%'"),
    ],
)
def test_wrong_words_are_told_as_input(more: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        bw.design(TOWNS, is_planar=True, **{"territories": 2, "balance": {"population": 0.1}, **more})


def test_a_plan_shows_itself_in_one_line() -> None:
    assert repr(quadrants()) == "<Plan: 16 units in 4 territories, every rule kept>"


def test_a_move_between_territories_of_one_name_is_told_apart() -> None:
    other = bw.compare({"a": "T1", "b": "T1", "c": "T2", "d": "T2", "e": "T2"}, {"a": "T2", "b": "T2", "c": "T1", "d": "T1", "e": "T2"})
    assert other.moves() == [("e", "T2", "T2")]
    assert other.continued == {"T1": "T2", "T2": "T1"}


def test_ids_that_look_like_formulas_come_back_as_they_were(tmp_path: Path) -> None:
    units = {"id": ["-a", "=b", "@c", "+d"], "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "people": [3, 2, 2, 3]}
    plan = bw.design(units, territories=2, balance={"people": 0.05}, is_planar=True)
    plan.to_files(tmp_path / "plan", map=False, report=False)
    judged = bw.evaluate(units, tmp_path / "plan", balance={"people": 0.05}, is_planar=True)
    assert judged.keeps_every_rule
    assert judged.alignment["territory_id"].tolist() == plan.alignment["territory_id"].tolist()
