from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from bailiwick.pictures.basemap import load
from bailiwick.pictures.static_map import png, svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{NAMESPACE}text")]


def test_territories_are_filled_and_named(views):
    view = views.grid_view()
    picture = svg(view)
    assert set(texts(picture)) == set(view.territory_names)
    for colour in view.territory_colours:
        assert f'fill="{colour}"' in picture


def test_the_picture_asks_for_nothing(views):
    picture = svg(views.grid_view(), load())
    assert not re.search(r"<(script|image|use|style|foreignObject)|href|url\(|@", picture)


def test_the_picture_keeps_the_shape_of_the_plan(views):
    wide = ElementTree.fromstring(
        svg(views.point_view(is_planar=True, coordinates=np.random.default_rng(1).random((60, 2)) * [100, 50]), width=800)
    )
    assert wide.get("width") == "800"
    assert 380 < int(wide.get("height") or 0) < 470


def test_a_north_eastern_point_is_drawn_up_and_right(views):
    corners = np.array([[0.0, 0.0], [10.0, 10.0]])
    view = views.point_view(2, 2, is_planar=True, coordinates=corners, centres=None, centre_labels=None)
    (first, second) = re.findall(r'd="M(\d+) (\d+)h0"', svg(view))
    assert int(second[0]) > int(first[0])
    assert int(second[1]) < int(first[1])


def test_hostile_names_are_only_names(views):
    evil = '"/><script>alert(1)</script>&\x00\x1f\ufffe'
    picture = svg(views.grid_view(territory_names=np.array([evil] * 9, dtype=object)), font='"><script>')
    assert "<script" not in picture
    assert texts(picture)[0] == '"/><script>alert(1)</scri…'


def test_the_same_view_gives_the_same_text(views):
    assert svg(views.grid_view()) == svg(views.grid_view())


def test_units_without_territory_are_grey(views):
    view = views.grid_view()
    territory_idx = view.territory_idx.copy()
    territory_idx[:4] = -1
    assert 'fill="#a5a29a"' in svg(views.changed(view, territory_idx=territory_idx))


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_png_of_the_right_size(views, scale):
    picture = png(views.grid_view(), width=300, scale=scale)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(picture[16:20], "big") == 300 * scale
