"""Neighbour graphs in several pieces."""

from __future__ import annotations

import numpy as np
import pytest

from bailiwick.design.model import compile_problem
from bailiwick.design.pieces import bars_between_pieces, homes_in_pieces, pieces_of, pieces_of_territories
from bailiwick.design.solve import solve
from bailiwick.domain import Adjacency, Measure, Problem, UnitTable
from bailiwick.metrics import evaluate


def clock() -> float:
    return 0.0


def islands(sizes: tuple[int, ...], k: int, homes: np.ndarray | None = None, tolerance: float = 0.15) -> Problem:
    """Rows of squares four wide, one island beside the other."""
    points, pairs, first = [], [], 0
    for island, n in enumerate(sizes):
        points += [(5.0 * island + i % 4, float(i // 4)) for i in range(n)]
        pairs += [(first + i, first + i + 1) for i in range(n - 1) if i % 4 < 3]
        pairs += [(first + i, first + i + 4) for i in range(n - 4)]
        first += n
    units = UnitTable([str(i) for i in range(first)], np.array(points), {"calls": np.ones(first)}, is_planar=True)
    graph = Adjacency.from_pairs(first, np.array(pairs))
    centres = np.full((k, 2), np.nan) if homes is None else homes
    return Problem(units, (Measure("calls", tolerance),), [f"T{j}" for j in range(k)], centres, np.full(k, 1 / k), adjacency=graph)


@pytest.mark.parametrize(("sizes", "k"), [((16, 32), 3), ((16, 32), 6), ((8, 8, 24), 5), ((40, 24, 16), 10)])
def test_territories_lie_in_one_piece_each(sizes: tuple[int, ...], k: int) -> None:
    asked = islands(sizes, k)
    found = solve(asked, clock=clock)
    plan = evaluate(asked, found.territory_idx)
    assert plan.keeps_every_rule
    assert found.bound is not None
    assert found.bound.value <= plan.objective


def test_a_piece_too_small_for_a_territory_stays_a_piece_and_is_told() -> None:
    asked = islands((1, 47), 3)
    found = solve(asked, clock=clock)
    assert len(evaluate(asked, found.territory_idx).in_pieces) == 1
    assert "contiguity_not_met" in {n.code for n in found.notices}


def test_homes_and_locks_decide_where_a_territory_lies() -> None:
    homes = np.array([[6.0, 1.0], [np.nan, np.nan], [np.nan, np.nan]])
    asked = islands((16, 16), 3, homes)
    model = compile_problem(asked)
    piece = pieces_of(model.indptr, model.indices)
    pinned = np.full(model.n, -1, np.int32)
    east = piece[np.argmax(model.points[:, 0])]
    pinned[np.flatnonzero(piece != east)[0]] = 2
    found = homes_in_pieces(piece, model.points, model.load[:, 0], pinned, model.centres)
    assert found.tolist() == [east, -1, 1 - east]
    of_territory = pieces_of_territories(piece, model.load[:, 0], model.target[:, 0], found)
    assert of_territory[1] in (0, 1)
    keys = bars_between_pieces(piece, of_territory)
    assert len(keys) == sum(int((piece != of_territory[j]).sum()) for j in range(3))


def test_a_graph_in_one_piece_bars_nothing() -> None:
    assert len(compile_problem(islands((16,), 2)).barred) == 0
