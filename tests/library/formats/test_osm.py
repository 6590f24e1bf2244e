"""Ways from extracts of OpenStreetMap."""

from __future__ import annotations

from pathlib import Path

import pytest
from roads import osm_xml

from bailiwick.errors import InputError
from bailiwick.formats.osm import read_ways

TAGS = ("highway", "oneway", "route", "duration", "maxspeed")


def test_ways_share_points_and_keep_their_tags(tmp_path: Path) -> None:
    file = tmp_path / "town.osm"
    file.write_text(
        osm_xml(
            [(0, 0), (1, 0), (1, 1), (5, 5)],
            ([0, 1, 2], {"highway": "residential", "maxspeed": "30 mph", "oneway": "yes"}),
            ([2, 0], {"highway": "primary"}),
            ([2, 3], {"route": "ferry", "duration": "00:20"}),
            ([0, 3], {"waterway": "river"}),
        )
    )
    ways = read_ways(file, TAGS)
    assert ways.n_ways == 3
    assert len(ways.coordinates) == 4
    lines = [ways.points[ways.indptr[w] : ways.indptr[w + 1]].tolist() for w in range(3)]
    assert lines[0][0] == lines[1][1]
    assert lines[0][2] == lines[1][0] == lines[2][0]
    assert ways.tags["maxspeed"].tolist() == ["30 mph", "", ""]
    assert ways.tags["oneway"].tolist() == ["yes", "", ""]
    assert ways.tags["route"].tolist() == ["", "", "ferry"]
    assert ways.tags["duration"].tolist() == ["", "", "00:20"]
    assert ways.source == "town.osm"


def test_a_file_without_roads_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "lake.osm"
    file.write_text(osm_xml([(0, 0), (1, 0)], ([0, 1], {"waterway": "river"})))
    with pytest.raises(InputError, match="neither roads nor ferries") as raised:
        read_ways(file, TAGS)
    assert raised.value.code == "no_roads"


@pytest.mark.parametrize("name", ["roads.csv", "roads.osm.pbf", "roads.osm"])
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("id,name\n1,a\n")
    with pytest.raises(InputError, match=r"extract of OpenStreetMap") as raised:
        read_ways(file, TAGS)
    assert raised.value.code == "roads_file"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_ways(tmp_path / "none.osm.pbf", TAGS)
    assert raised.value.code == "no_such_file"


def test_a_broken_file_is_refused(tmp_path: Path, shared_data: Path) -> None:
    file = tmp_path / "half.osm.pbf"
    file.write_bytes((shared_data / "osm_pbf" / "helsinki_centre.osm.pbf").read_bytes()[:300_000])
    with pytest.raises(InputError, match="fetch it again") as raised:
        read_ways(file, TAGS)
    assert raised.value.code == "no_roads"
