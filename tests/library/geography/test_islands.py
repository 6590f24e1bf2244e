from __future__ import annotations

import numpy as np

from bailiwick.domain import Adjacency
from bailiwick.geography.geodesy import to_vectors
from bailiwick.geography.neighbours import island_notice, link_islands, territory_adjacency


def test_pieces_are_joined_by_a_minimum_spanning_tree() -> None:
    x = np.array([0.0, 1.0, 5.0, 6.0, 20.0])
    before = Adjacency.from_pairs(5, np.array([[0, 1], [2, 3]]), border_km=np.array([7.0, 8.0]))
    after = link_islands(before, np.column_stack([x, np.zeros(5)]))
    assert after.links is not None
    assert after.links.tolist() == [[1, 2], [3, 4]]
    assert after.components().max() == 0
    assert after.border_km is not None
    assert dict(zip(map(tuple, after.pairs.tolist()), after.border_km[[0, 2, 4, 6]], strict=True)) == {
        (0, 1): 7.0,
        (1, 2): 0.0,
        (2, 3): 8.0,
        (3, 4): 0.0,
    }
    assert "2 links join 3 separate pieces" in after.rule


def test_one_piece_stays_as_it_is() -> None:
    whole = Adjacency.from_pairs(2, np.array([[0, 1]]))
    assert link_islands(whole, np.zeros((2, 2))) is whole
    assert island_notice(whole, np.array(["a", "b"], object), np.zeros((2, 2))) is None


def test_links_cross_the_antimeridian() -> None:
    points = to_vectors(np.array([[179.0, 0.0], [-179.0, 0.0], [0.0, 0.0], [170.0, 3.0]]))
    after = link_islands(Adjacency.from_pairs(4, np.array([[0, 3]])), points)
    assert after.links is not None
    assert (0, 1) in map(tuple, after.links.tolist())


def test_units_at_one_place_but_in_two_pieces() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.0], [9.0, 9.0]])
    after = link_islands(Adjacency.from_pairs(3, np.empty((0, 2), np.int64)), points)
    assert after.links is not None
    assert after.links.tolist() == [[0, 1], [0, 2]]


def test_links_are_shortest_against_brute_force() -> None:
    rng = np.random.default_rng(6)
    points = rng.random((60, 2)) * 100
    piece = rng.integers(0, 5, 60)
    pairs = [np.column_stack([a[:-1], a[1:]]) for a in (np.flatnonzero(piece == p) for p in range(5))]
    after = link_islands(Adjacency.from_pairs(60, np.vstack(pairs)), points)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    nearest = np.array([[apart[np.ix_(piece == a, piece == b)].min() for b in range(5)] for a in range(5)])
    in_tree, total = {0}, 0.0
    while len(in_tree) < 5:
        length, new = min((nearest[a, b], b) for a in in_tree for b in set(range(5)) - in_tree)
        in_tree.add(new)
        total += length
    assert after.links is not None
    assert np.isclose(apart[after.links[:, 0], after.links[:, 1]].sum(), total)


def test_notice_names_the_island_and_its_shore() -> None:
    points = np.column_stack([[0.0, 1.0, 5.0], np.zeros(3)])
    after = link_islands(Adjacency.from_pairs(3, np.array([[0, 1]])), points)
    notice = island_notice(after, np.array(["Barnstable", "Hyannis", "Nantucket"], object), points)
    assert notice is not None
    assert "Nantucket to Hyannis (4 km)" in notice.message
    assert notice.count == 1
    assert notice.examples == ("Nantucket",)


def test_territories_touch_where_their_units_do() -> None:
    row = Adjacency.from_pairs(5, np.array([[0, 1], [1, 2], [2, 3], [3, 4], [0, 2]]), border_km=np.arange(1.0, 6.0))
    found = territory_adjacency(row, np.array([0, 0, 1, 2, -1]), 3)
    assert found.pairs.tolist() == [[0, 1], [1, 2]]
    assert found.border_km is not None
    # pairs are 0-1: 1 km, 0-2: 5 km, 1-2: 2 km, 2-3: 3 km
    assert found.border_km.tolist() == [7.0, 7.0, 3.0, 3.0]
    assert territory_adjacency(row, np.zeros(5, int), 1).n_units == 1
