import re

import numpy as np
import pytest

from bailiwick.pictures.thumbnail import UNASSIGNED_COLOUR, thumbnail

COLOURS = ["#aa0000", "#00bb00", "#0000cc"]


def _dots(picture: str) -> dict[str, list[tuple[int, int]]]:
    paths = re.findall(r'<path d="([^"]+)" stroke="([^"]+)"', picture)
    return {colour: [(int(x), int(y)) for x, y in re.findall(r"M(-?\d+) (-?\d+)h0", path)] for path, colour in paths}


def test_each_unit_stands_where_it_is_in_the_colour_of_its_territory() -> None:
    picture = thumbnail(np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 5.0], [10.0, 5.0]]), np.array([0, 1, 2, -1]), COLOURS, is_planar=True)
    found = _dots(picture)
    (west, south), (east, _), (_, north) = found[COLOURS[0]][0], found[COLOURS[1]][0], found[COLOURS[2]][0]
    assert west < east
    assert north < south
    assert found[UNASSIGNED_COLOUR] == [(east, north)]
    assert (east - west) == pytest.approx(2 * (south - north), abs=1)


def test_a_million_units_stay_a_stamp_and_show_every_territory() -> None:
    rng = np.random.default_rng(0)
    coordinates = rng.uniform([-120.0, 25.0], [-70.0, 48.0], (1_000_000, 2))
    owners = np.minimum((coordinates[:, 0] + 120) // 17, 2).astype(np.int32)
    picture = thumbnail(coordinates, owners, COLOURS)
    found = _dots(picture)
    assert len(picture) < 16_000
    assert set(found) == set(COLOURS)
    every = np.array([dot for dots in found.values() for dot in dots])
    assert every.min() >= 0
    assert every[:, 0].max() <= 3_200
    assert every[:, 1].max() <= 1_800
    assert picture == thumbnail(coordinates, owners, COLOURS)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_or_coincident_units_are_no_trouble(n: int) -> None:
    picture = thumbnail(np.full((n, 2), 7.0), np.zeros(n, np.int32), COLOURS)
    assert set(_dots(picture).get(COLOURS[0], [])) == ({(1_600, 900)} if n else set())
