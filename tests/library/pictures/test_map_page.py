from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import zlib
from html.parser import HTMLParser

import numpy as np
import pytest
import shapely

from bailiwick.pictures.map_page import map_html, write_map

FETCHING = {"src", "href", "srcset", "action", "formaction", "poster", "data", "background", "cite", "ping", "manifest"}


class Page(HTMLParser):
    """The elements of a page and the text inside style and script."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"style": [], "script": [], "title": [], "bdi": []}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in self.texts:
            self.texts[self._open[-1]].append(data)

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def policy(self) -> dict[str, list[str]]:
        (content,) = [a["content"] for a in self.attributes("meta") if a.get("http-equiv") == "Content-Security-Policy"]
        assert content is not None
        return {words[0]: words[1:] for words in (part.split() for part in content.split(";"))}


def packet_of(text: str) -> tuple[dict, bytes]:
    (packed,) = re.findall(r'<script type="text/plain" id="packet">([^<]*)</script>', text)
    data = zlib.decompress(base64.b64decode(packed), -15)
    length = int.from_bytes(data[4:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def section(text: str, name: str):
    index, body = packet_of(text)
    entry = index[name]
    return json.loads(body[entry["at"] : entry["at"] + entry["bytes"]])


def test_only_the_style_and_script_of_the_page_are_allowed(views):
    page = Page(map_html(views.grid_view()))
    (style,) = page.texts["style"]
    script = page.texts["script"][-1]

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert page.policy["default-src"] == ["'none'"]
    assert page.policy["style-src"] == [digest(style)]
    assert page.policy["script-src"] == [digest(script)]
    assert not any(word in sources for sources in page.policy.values() for word in ("'unsafe-inline'", "'unsafe-eval'", "*", "blob:"))


def test_nothing_in_the_page_can_be_fetched(views):
    text = map_html(views.grid_view())
    page = Page(text)
    for tag, attributes in page.elements:
        for name in FETCHING & attributes.keys():
            assert (attributes[name] or "").startswith(("data:", "#")), (tag, name)
    assert not page.attributes("iframe")
    assert not re.search(r"https?://|//[a-z0-9-]+\.[a-z]", text.replace(packed_text(text), ""))
    assert not re.search(r"url\(|@import", page.texts["style"][0])
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|eval|innerHTML|outerHTML)\b", text)


def packed_text(text: str) -> str:
    return re.findall(r'id="packet">([^<]*)<', text)[0]


def test_hostile_texts_stay_texts(views):
    evil = "</script><script>alert(1)</script><!-- \"'&{{packet}} \x00 \ud800"
    nine = np.array([evil] * 9, dtype=object)
    text = map_html(views.grid_view(title=evil, subtitle=evil, disclaimer=evil, territory_names=nine))
    page = Page(text)
    assert len(page.attributes("script")) == 2
    assert text.count("<script") == 2
    assert section(text, "plan")["territories"]["names"] == [evil.replace("\ud800", "?")] * 9
    shown = evil.replace("\ud800", "?").replace("\0", "\ufffd")
    assert "".join(page.texts["title"]) == shown
    assert html.escape(shown) in text


def test_naughty_strings_stay_texts(views, shared_data):
    naughty = json.loads((shared_data / "bad_input" / "blns" / "blns.json").read_text(encoding="utf-8"))
    view = views.point_view(len(naughty), 2, unit_labels=np.array(naughty, dtype=object), title="".join(naughty))
    text = map_html(view)
    assert len(Page(text).attributes("script")) == 2
    assert section(text, "labels") == [label or f"U{i + 1}" for i, label in enumerate(naughty)]


def test_the_same_view_gives_the_same_bytes(views, tmp_path):
    for name in ("a.html", "b.html"):
        write_map(tmp_path / name, views.grid_view())
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_every_ring_of_a_shape_is_in_the_page(views):
    frame = shapely.difference(shapely.box(0, 0, 3, 3), shapely.box(1, 1, 2, 2))
    island = shapely.box(1.2, 1.2, 1.8, 1.8)
    shapes = np.array([shapely.multipolygons([frame, shapely.box(5, 5, 6, 6)]), island, None], dtype=object)
    places = np.array([[1.0, 1.0], [1.5, 1.5], [5.0, 1.0]])
    view = views.point_view(3, 1, unit_shapes=shapes, is_planar=True, coordinates=places, centres=None, centre_labels=None)
    index, _ = packet_of(map_html(view))
    assert index["unit_lengths"]["count"] == 4
    assert index["unit_xy"]["count"] == 2 * 16


def test_a_page_with_too_many_points_says_which_part_it_draws(views, monkeypatch):
    monkeypatch.setattr("bailiwick.pictures.map_page.content.MOST_POINTS", 50)
    text = map_html(views.point_view(600, 3))
    plan = section(text, "plan")
    assert plan["n_units"] == 600
    assert plan["n_drawn"] == len(section(text, "ids")) <= 50
    assert plan["territories"]["counts"] == [200, 200, 200]


def test_polygons_too_many_to_draw_become_points(views, monkeypatch):
    monkeypatch.setattr("bailiwick.pictures.map_page.content.MOST_POLYGONS", 10)
    text = map_html(views.grid_view())
    index, _ = packet_of(text)
    assert "unit_xy" not in index
    assert section(text, "plan")["is_simplified"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"coordinates": np.zeros((60, 2))},
        {"territory_idx": np.full(60, -1, dtype=np.int32)},
        {"territory_idx": np.zeros(60, dtype=np.int32)},
        {"coordinates": np.column_stack([np.linspace(-180, 180, 60), np.linspace(-80, 80, 60)])},
        {"territory_shapes": np.array([shapely.MultiPolygon(), None, shapely.box(9, 49, 11, 51), shapely.Polygon()], dtype=object)},
    ],
)
def test_odd_plans_are_drawn(views, changes):
    plan = section(map_html(views.point_view(**changes)), "plan")
    assert plan["width"] > 0
    assert plan["height"] > 0
    assert len(plan["territories"]["label_places"]) == 4
