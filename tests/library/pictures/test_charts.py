from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from bailiwick.errors import InputError
from bailiwick.pictures.charts import MOST_BARS, _inside_words, balance_chart, distance_chart, plan_charts, scatter_chart


def rendered(spec) -> str:
    import vl_convert

    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def shown_texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def marks(spec, kind: str) -> list[dict]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == kind]


def test_every_chart_is_drawn_offline(views):
    charts = plan_charts(views.grid_view())
    assert set(charts) == {"balance_0", "balance_1", "scatter", "distance"}
    for spec in charts.values():
        json.dumps(spec, allow_nan=False)
        assert spec["title"]["text"] in shown_texts(rendered(spec))


def test_the_title_of_the_bars_states_the_finding(views):
    title = balance_chart(views.grid_view())["title"]
    assert title["text"].replace("\u202f", " ") == "8 of 9 territories are within ±5 % of their target in Harvest"
    assert title["subtitle"].replace("\u202f", " ") == "largest deviation: Elm, +40.0 %"
    assert balance_chart(views.grid_view(), 1)["title"]["text"].startswith("All 9 territories are within")


def test_bars_start_at_zero_and_come_worst_first(views):
    (bars,) = marks(balance_chart(views.grid_view()), "bar")
    rows = bars["data"]["values"]
    assert rows[0] == {"name": "Elm", "percent": 140.0, "state": "outside", "label": "+40.0\u202f%"}
    assert {row["percent"] for row in rows[1:]} == {95.0}
    assert bars["encoding"]["x"]["scale"]["zero"] is True


def test_target_and_tolerance_are_drawn(views):
    spec = balance_chart(views.grid_view())
    assert marks(spec, "rect")[0]["data"]["values"] == [{"low": 95.0, "high": 105.0}]
    assert marks(spec, "rule")[0]["data"]["values"] == [{"percent": 100}]


def test_many_territories_become_a_histogram_that_counts_each_once(views):
    k = MOST_BARS + 20
    territory_idx = np.arange(k, dtype=np.int32)
    values = np.linspace(50, 150, k)
    values[0] = 5000.0
    view = views.point_view(k, k, measures=(views.measure("Sales", values, territory_idx, k, tolerance=0.05),))
    spec = balance_chart(view)
    (bars,) = marks(spec, "bar")
    rows = bars["data"]["values"]
    assert sum(row["count"] for row in rows) == k
    assert sum(row["count"] for row in rows if row["state"] == "outside") == view.measures[0].is_outside.sum()
    assert all(row["to"] - row["from"] == pytest.approx(2.5) for row in rows)
    assert all(-5 <= row["from"] < row["to"] <= 5 for row in rows if row["state"] == "within")
    assert "outermost bars" in spec["title"]["subtitle"]
    rendered(spec)


def test_the_scatter_names_those_outside(views):
    spec = scatter_chart(views.grid_view())
    assert spec["title"]["text"] == "8 of 9 territories are within tolerance in both Harvest and Hours"
    assert "Elm" in shown_texts(rendered(spec))


def test_the_distance_chart_counts_the_far_ones(views):
    from bailiwick.pictures.view import TerritoryColumn

    column = TerritoryColumn("Mean distance", np.array([10.0] * 7 + [50.0, np.nan]), "km")
    spec = distance_chart(views.grid_view(territory_columns=(column,)))
    assert spec["title"]["text"] == "One territory has more than twice the median mean distance"
    assert spec["title"]["subtitle"] == "the dashed line is the median, 10 km"
    rendered(spec)


def test_what_is_not_there_is_refused(views):
    with pytest.raises(InputError, match="no measure number 2"):
        balance_chart(views.grid_view(), 2)
    with pytest.raises(InputError, match="needs a territory column"):
        distance_chart(views.point_view())


def test_equal_names_are_two_bars(views):
    view = views.point_view(4, 2, territory_names=np.array(["West", "West"], dtype=object))
    assert {"West (T1)", "West (T2)"} <= set(shown_texts(rendered(balance_chart(view))))


def test_a_measure_that_is_zero_everywhere_is_drawn(views):
    territory_idx = (np.arange(6) % 3).astype(np.int32)
    view = views.point_view(6, 3, measures=(views.measure("Sales", np.zeros(6), territory_idx, 3, tolerance=0.05),))
    for spec in plan_charts(view).values():
        json.dumps(spec, allow_nan=False)
        assert shown_texts(rendered(spec))


@pytest.mark.parametrize(("tolerance", "shown"), [(0.05, "+4"), (0.01, "+0.2"), (0.2, "+20")])
def test_ticks_are_numbers_as_people_write_them(views, tolerance, shown):
    grid = views.grid_view()
    measures = tuple(replace(m, tolerance=tolerance, deviations=np.linspace(-tolerance, tolerance, 9)) for m in grid.measures)
    texts = shown_texts(rendered(scatter_chart(views.grid_view(measures=measures))))
    assert shown in texts
    assert not [text for text in texts if "e+" in text]


def test_axes_count_whole_units_and_zero_has_no_sign(views):
    assert distance_chart(views.grid_view())["layer"][1]["encoding"]["x"]["axis"]["tickMinStep"] == 1
    axis = scatter_chart(views.grid_view())["layer"][-1]["encoding"]["x"]["axis"]
    assert axis["labelExpr"] == "datum.value > 0 ? '+' + datum.label : datum.label"
    assert "+" not in axis["format"]


@pytest.mark.parametrize(
    ("inside", "of", "words"),
    [(1, 1, "1 of 1 territory is"), (2, 2, "Both territories are"), (1, 2, "1 of 2 territories are"), (9, 9, "All 9 territories are")],
)
def test_few_territories_are_told_as_people_tell_them(inside, of, words):
    assert _inside_words(inside, of) == words
