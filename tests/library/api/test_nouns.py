from __future__ import annotations

import numpy as np
import pytest
import shapely

import bailiwick as bw
from bailiwick.api.nouns import unit_noun
from bailiwick.api.view import plan_view
from bailiwick.geography.dissolve import territory_shapes


@pytest.mark.parametrize(
    ("title", "plural"),
    [
        ("customers", "customers"),
        ("us_counties", "counties"),
        ("people", "people"),
        ("bus stops", "units"),
        ("blns", "units"),
        ("sales", "units"),
        ("", "units"),
    ],
)
def test_only_well_known_plurals_name_the_units(title: str, plural: str) -> None:
    assert unit_noun(title)[1] == plural


def test_pictures_speak_of_measures_in_words() -> None:
    units = {"id": list("abcd"), "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "workload_hours": [3, 2, 2, 9]}
    plan = bw.design(units, territories=2, balance={"workload_hours": 0.05}, is_planar=True)
    view = plan_view(plan, territory_shapes(plan.problem.units, plan.evaluation.territory_idx, 2))
    texts = [view.objective_unit, view.bound_holds_for, *(n.message for n in view.notices), *(f.label for f in view.facts)]
    texts += [value for name, value in view.settings if name == "Balance"]
    assert not any("workload_hours" in text for text in texts)
    assert view.objective_unit == "workload hours · km"
    assert any("workload hours" in notice.message for notice in view.notices)


def test_one_territory_is_one_territory() -> None:
    plan = bw.design({"id": ["a"], "x": [0], "y": [0], "people": [3]}, territories=1, is_planar=True)
    view = plan_view(plan, territory_shapes(plan.problem.units, plan.evaluation.territory_idx, 1))
    assert view.title == "Sales territories: 1 territory"
    assert plan.summary().startswith("1 unit in 1 territory.")


def test_what_is_joined_across_water_is_said() -> None:
    at = np.array([[0.0, 0.0], [1.0, 0.0], [50.0, 0.0], [51.0, 0.0]])
    units = {"id": list("abcd"), "x": at[:, 0], "y": at[:, 1], "people": [1, 1, 1, 1]}
    plan = bw.design(units, territories=1, is_planar=True)
    islands = territory_shapes(plan.problem.units, np.array([0, 0, 0, 0]), 1)
    islands[0] = shapely.multipolygons([shapely.box(0, 0, 1, 1), shapely.box(50, 0, 51, 1)])
    fact = next(fact for fact in plan_view(plan, islands).facts if fact.label == "In one piece")
    assert (fact.value, fact.detail) == ("1 of 1", "territories; 1 of them across water or a gap")


def test_areas_that_touch_in_the_drawing_differ_even_if_no_units_are_neighbours() -> None:
    n = 26
    units = {"id": [f"u{i:02d}" for i in range(n)], "x": np.arange(n) * 10.0, "y": np.zeros(n), "people": np.ones(n)}
    plan = bw.design(units, territories=n, is_planar=True)
    place = np.random.default_rng(0).permutation(n)
    shapes = np.array([shapely.MultiPolygon([shapely.box(i % 13, i // 13, i % 13 + 1, i // 13 + 1)]) for i in place], dtype=object)
    colours = plan_view(plan, shapes).territory_colours
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert all(colours[i] != colours[j] for i, j in zip(a, b, strict=True) if i != j)
