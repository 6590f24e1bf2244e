"""Names beside dots: none over another, on no picture."""

from __future__ import annotations

import numpy as np

from bailiwick.insight.kpis.registry import KEY_FIGURES
from bailiwick.pictures.dot_names import name_sides
from bailiwick.pictures.insight_charts import quadrant_chart


def test_names_of_dots_at_one_place_go_to_different_sides() -> None:
    sides = name_sides(["North", "South", "East", "West", "Fifth"], [0.0, 0.5, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 0.5, 1.0])
    assert len({side for side in sides[1:4] if side}) == len([side for side in sides[1:4] if side]) >= 2


def test_every_dot_stays_and_a_crowd_keeps_no_two_names_in_one_place() -> None:
    names = np.array([f"Territory {i}" for i in range(60)], object)
    x = np.linspace(0.50, 0.51, 60)
    spec = quadrant_chart("t", "", "x", "y", names, np.r_[0.0, x[1:-1], 1.0], np.r_[0.0, x[1:-1], 1.0], (0.5, 0.5))
    dots = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "circle")
    written = [row for layer in spec["layer"] if layer["mark"]["type"] == "text" for row in layer["data"]["values"]]
    assert len(dots["data"]["values"]) == 60
    assert 2 <= len(written) < 10


def test_a_dot_without_a_place_has_no_name() -> None:
    assert name_sides(["here", "nowhere"], [0.1, None], [0.2, 0.3]) == ["right", ""]


def test_customers_won_and_kept_have_one_unit() -> None:
    units = {figure.key: figure.unit for figure in KEY_FIGURES}
    assert units["acquisition_rate"] == units["retention_rate"] == units["churn_rate"] == "fraction"
