from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from bailiwick.errors import InputError
from bailiwick.pictures import basemap
from bailiwick.pictures.basemap import BaseMap, load


@pytest.fixture(scope="module")
def ground() -> BaseMap:
    if not basemap.ASSET.exists():
        pytest.skip("needs the base map, a build product: run `make setup`")
    return load()


def country(ground: BaseMap, name: str) -> shapely.Geometry:
    return ground.countries[list(ground.country_names).index(name)]


def test_holds_the_world_and_the_united_states(ground: BaseMap) -> None:
    assert len(ground.countries) > 230
    assert len(ground.states) == 56
    assert len(ground.counties) > 3200
    assert ground.state_names[list(ground.state_ids).index("48")] == "Texas"
    assert ground.county_names[list(ground.county_ids).index("06037")] == "Los Angeles"
    assert len(ground.country_names) == len(ground.country_ids) == len(ground.countries)
    assert "GeoNames" in ground.credit


def test_every_shape_is_a_valid_multipolygon_in_the_world(ground: BaseMap) -> None:
    for layer in (ground.countries, ground.states, ground.counties):
        assert shapely.is_valid(layer).all()
        assert (shapely.get_type_id(layer) == shapely.GeometryType.MULTIPOLYGON).all()
        assert not shapely.is_empty(layer).any()
        west, south, east, north = shapely.total_bounds(layer)
        assert (west >= -180, south >= -90, east <= 180, north <= 90) == (True,) * 4


def test_nothing_smears_across_the_antimeridian(ground: BaseMap) -> None:
    parts = shapely.get_parts(ground.countries)
    bounds = shapely.bounds(parts)
    wide = parts[bounds[:, 2] - bounds[:, 0] > 160]
    assert len(wide) == 1  # Antarctica, which goes all the way round
    assert shapely.contains_xy(wide[0], [-179.0, -90.0, 0.0, 90.0, 179.0], -89.0).all()
    assert shapely.contains_xy(country(ground, "Russia"), -175.0, 66.5)
    assert shapely.contains_xy(country(ground, "Russia"), 100.0, 60.0)
    assert not shapely.contains_xy(country(ground, "Russia"), -100.0, 66.5)


@pytest.mark.parametrize(
    ("lon", "lat", "name"),
    [(2.35, 48.85, "France"), (-100.0, 31.0, "United States of America"), (151.2, -33.7, "Australia"), (-79.4, 43.8, "Canada")],
)
def test_places_lie_in_their_country(ground: BaseMap, lon: float, lat: float, name: str) -> None:
    inside = shapely.contains_xy(ground.countries, lon, lat)
    assert ground.country_names[inside].tolist() == [name]


def test_great_lakes_are_water_on_both_shores(ground: BaseMap) -> None:
    lakes = np.array([[-87.0, 43.5], [-88.0, 48.0], [-82.0, 44.8], [-77.8, 43.7]])
    assert not shapely.contains_xy(ground.countries[:, None], lakes[:, 0], lakes[:, 1]).any()


def test_no_gap_between_neighbouring_countries(ground: BaseMap) -> None:
    land = ground.land_of(np.array([[-122.0, 48.0], [-122.0, 50.0]]))
    assert land is not None
    along_the_border = np.linspace(-122.0, -96.0, 200)
    assert shapely.contains_xy(land, along_the_border, np.full(200, 49.0)).all()


def test_land_of_the_points_countries(ground: BaseMap) -> None:
    in_the_states = np.array([[-73.95, 40.78], [-100.0, 31.0], [-122.3, 47.5], [-149.8, 61.2]])
    land = ground.land_of(in_the_states)
    assert land is not None
    assert shapely.contains_xy(land, -90.0, 35.0)
    assert not shapely.contains_xy(land, -79.4, 44.5)
    assert ground.land_of(np.array([[-40.0, 30.0], [-41.0, 30.0]])) is None
    assert ground.land_of(np.empty((0, 2))) is None


def test_places_are_ranked(ground: BaseMap) -> None:
    for kind, least in (("country", 230), ("state", 50), ("city", 10_000)):
        ranks = [place[4] for place in ground.places if place[0] == kind]
        assert len(ranks) >= least
        assert ranks == sorted(ranks, reverse=True)


def test_missing_base_map_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(basemap, "ASSET", tmp_path / "basemap.json.gz")
    with pytest.raises(InputError, match="make setup"):
        load.__wrapped__()


def test_base_map_of_another_format(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "basemap.json.gz"
    old.write_bytes(gzip.compress(json.dumps({"format": 0}).encode()))
    monkeypatch.setattr(basemap, "ASSET", old)
    with pytest.raises(InputError, match="format 0"):
        load.__wrapped__()
