from __future__ import annotations

import numpy as np
import pytest

from bailiwick.errors import InputError


def test_counts_and_order_follow_from_the_columns(views):
    view = views.grid_view()
    assert view.unit_counts.tolist() == [4] * 9
    assert view.worst_first[0] == 4
    assert view.strain[4] == pytest.approx((560 / (3600 / 9) - 1) / 0.05)


def test_strain_weighs_a_deviation_by_its_tolerance(views):
    territory_idx = np.array([0, 1, 2], dtype=np.int32)
    narrow = views.measure("narrow", np.array([106.0, 97.0, 97.0]), territory_idx, 3, tolerance=0.01)
    wide = views.measure("wide", np.array([100.0, 130.0, 70.0]), territory_idx, 3, tolerance=0.5)
    view = views.point_view(3, 3, measures=(narrow, wide))
    assert view.worst_first[0] == 0


def test_without_any_tolerance_the_bare_deviation_counts(views):
    territory_idx = np.array([0, 1, 2], dtype=np.int32)
    view = views.point_view(3, 3, measures=(views.measure("shown", np.array([1.0, 2.0, 9.0]), territory_idx, 3),))
    assert view.worst_first[0] == 2
    assert not view.measures[0].is_outside.any()


def test_repeated_names_are_told_apart_by_id(views):
    view = views.point_view(3, 3, territory_names=np.array(["North", "South", "North"], dtype=object))
    assert view.distinct_names.tolist() == ["North (T1)", "South", "North (T3)"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit_labels": np.array(["one"], dtype=object)}, "unit_labels"),
        ({"territory_colours": np.array(["red"] * 4, dtype=object)}, "territory_colours"),
        ({"territory_idx": np.full(60, 4, dtype=np.int32)}, "territory_idx"),
        ({"measures": ()}, "measures"),
        ({"unit_categories": {"Tier": np.array(["A"], dtype=object)}}, "Tier"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(views, changes, field):
    with pytest.raises(InputError) as caught:
        views.point_view(**changes)
    assert caught.value.field == field
