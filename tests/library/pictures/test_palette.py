from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import Delaunay

from bailiwick.domain import Adjacency
from bailiwick.pictures.palette import PALETTES, Theme, colour_distances, territory_colours

LEAST = {"light": 0.088, "dark": 0.075}
GROUND = {"light": "#f7f5ef", "dark": "#1d2326"}


def random_map(n: int, seed: int) -> Adjacency:
    triangles = Delaunay(np.random.default_rng(seed).random((n, 2))).simplices
    return Adjacency.from_pairs(n, np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_two_colours_differ_for_every_eye(theme: Theme) -> None:
    apart = colour_distances(PALETTES[theme])
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > LEAST[theme]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_stands_out_from_the_ground(theme: Theme) -> None:
    assert colour_distances([*PALETTES[theme], GROUND[theme]])[-1, :-1].min() > 0.1


def test_known_confusions_are_seen() -> None:
    """Red and green for red-green blindness, blue and green for tritanopia; black and white for nobody."""
    assert colour_distances(["#c04040", "#808030"])[0, 1] < 0.03
    assert colour_distances(["#0e9ea0", "#2f98c8"])[0, 1] < 0.06
    assert colour_distances(["#000000", "#ffffff"])[0, 1] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("n", [2, 7, 12, 13, 50, 300])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_neighbours_are_never_alike(n: int, theme: Theme) -> None:
    graph = random_map(n, seed=n) if n > 2 else Adjacency.from_pairs(2, np.array([[0, 1]]))
    colours = territory_colours(graph, n, theme=theme)
    assert len(colours) == n
    assert set(colours) <= set(PALETTES[theme])
    apart = colour_distances(colours)
    pairs = graph.pairs
    assert apart[pairs[:, 0], pairs[:, 1]].min() > LEAST[theme]


def test_up_to_twelve_all_differ() -> None:
    assert len(set(territory_colours(None, 12))) == 12
    assert len(set(territory_colours(random_map(12, 1), 12))) == 12


def test_neighbours_are_farther_apart_than_they_must_be() -> None:
    graph = random_map(200, 5)
    apart = colour_distances(territory_colours(graph, 200))
    by_chance = colour_distances(PALETTES["light"])[np.triu_indices(12, 1)].mean()
    assert apart[graph.pairs[:, 0], graph.pairs[:, 1]].mean() > 1.1 * by_chance


def test_no_colour_takes_over() -> None:
    counts = np.unique(territory_colours(random_map(300, 2), 300), return_counts=True)[1]
    assert len(counts) == 12
    assert counts.max() <= 1.6 * 300 / 12


def test_same_map_same_colours_and_same_hue_in_both_themes() -> None:
    graph = random_map(60, 9)
    light, dark = territory_colours(graph, 60), territory_colours(graph, 60, theme="dark")
    assert light == territory_colours(graph, 60)
    assert [PALETTES["light"].index(c) for c in light] == [PALETTES["dark"].index(c) for c in dark]


def test_more_neighbours_than_colours() -> None:
    everybody = np.array([(i, j) for i in range(15) for j in range(i)])
    colours = territory_colours(Adjacency.from_pairs(15, everybody), 15)
    assert len(set(colours)) == 12


def test_neighbours_do_not_look_alike_as_tints() -> None:
    """Light blue beside light blue was within the rules, but nobody could see the border."""
    for seed in range(5):
        graph = random_map(40, seed)
        apart = colour_distances(territory_colours(graph, 40))[graph.pairs[:, 0], graph.pairs[:, 1]]
        assert (apart < 0.12).mean() < 0.1


def test_no_territory() -> None:
    assert territory_colours(None, 0) == []
