"""Links between islands that no territory needs: where every piece of the map can have territories of its own, none crosses the water."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bailiwick.design.model import Model, compile_problem
from bailiwick.design.pieces import homes_in_pieces, pieces_of, pieces_of_territories
from bailiwick.domain import FloatArray, IntArray, Notice, Problem
from bailiwick.domain.wording import counted
from bailiwick.geography.barriers import edited, positions
from bailiwick.geography.geodesy import distance_km, points_km
from bailiwick.geography.row_kernels import rows_of_pairs

SPARE = 0.5
"""Share of its tolerance that a piece of several territories may use up before any of them is drawn."""
NAMED = 3


def without_needless_links(problem: Problem) -> Problem:
    """The problem without those links between islands that a balanced plan can do without, or itself.

    Notes
    -----
    Links are looked at one after the other, the longest first. One is cut if afterwards every piece can have a whole number of
    territories, at least one, with its totals of every measure within their windows; where a piece has several, within half of
    the tolerances, since units are whole. Links that the user has set are no such links, and a problem with a plan of
    today keeps all of them: territories may cross the water today.
    """
    graph = problem.adjacency
    if graph is None or graph.links is None or not len(graph.links) or problem.baseline is not None or problem.n_territories < 2:
        return problem
    links = graph.links[_longest_first(problem, graph.links)]
    at = positions(graph.pairs, links, problem.n_units)
    links, at = links[at >= 0], at[at >= 0]
    sea = _Sea.of(problem, links)
    cut = sea.needless()
    if not cut:
        return problem
    is_cut = np.zeros(len(graph.pairs), bool)
    is_cut[at[cut]] = True
    rule = f"{graph.rule}, {counted(len(cut), 'link', 'links')} of them left out: every piece has territories of its own"
    return replace(problem, adjacency=edited(graph, is_cut, np.empty((0, 2), np.int32), rule=rule))


def apart_notice(problem: Problem, apart: Problem) -> Notice:
    """Say which links were cut."""
    assert problem.adjacency is not None
    assert apart.adjacency is not None
    links = problem.adjacency.links
    assert links is not None
    gone = links[positions(apart.adjacency.pairs, links, problem.n_units) < 0]
    points, labels = points_km(problem.units), problem.units.labels
    first = [f"{labels[a]} and {labels[b]} ({distance_km(points[a], points[b]):,.0f} km)" for a, b in gone[:NAMED]]
    more = f" and {len(gone) - NAMED} more" if len(gone) > NAMED else ""
    return Notice(
        "islands_apart",
        "the map is in pieces that do not touch and that can have territories of their own: no territory crosses between "
        f"{', '.join(first)}{more}",
        len(gone),
        tuple(str(labels[a]) for a, _ in gone[:NAMED]),
    )


def _longest_first(problem: Problem, links: IntArray) -> np.ndarray:
    points = points_km(problem.units)
    return np.argsort(-distance_km(points[links[:, 0]], points[links[:, 1]]), kind="stable")


@dataclass(frozen=True, eq=False)
class _Sea:
    """Pieces of a map, and the links that join them to one tree.

    Attributes
    ----------
    ends
        Pieces that each link joins, shape (L, 2).
    load
        Load of each piece, shape (P, M).
    home
        Piece of the territories that have one by their home or locks, −1 for the others, shape (K,).
    tied
        Pairs (piece, territory) of all locks, shape (·, 2).
    """

    model: Model
    ends: IntArray
    load: FloatArray
    home: IntArray
    tied: IntArray

    @classmethod
    def of(cls, problem: Problem, links: IntArray) -> _Sea:
        assert problem.adjacency is not None
        model = compile_problem(problem)
        pairs = problem.adjacency.pairs
        is_land = np.ones(len(pairs), bool)
        is_land[positions(pairs, links, problem.n_units)] = False
        indptr, indices = rows_of_pairs(model.n, model.node_of_unit[pairs[is_land]])
        # a graph without any pair has as many pieces as nodes
        piece = pieces_of(indptr, indices) if len(indices) else np.arange(model.n, dtype=np.int32)
        load = np.column_stack([np.bincount(piece, weights=column) for column in model.load.T])
        pinned = np.flatnonzero(model.pinned >= 0)
        tied = np.unique(np.column_stack([piece[pinned], model.pinned[pinned]]), axis=0)
        home = homes_in_pieces(piece, model.points, model.load[:, 0], model.pinned, model.centres)
        return cls(model, piece[model.node_of_unit[links]], load, home, tied)

    def needless(self) -> list[int]:
        """Links that can be cut together, in their order."""
        cut: list[int] = []
        least = self.model.lower[:, 0].min()
        for link in range(len(self.ends)):
            whole = self._joined([*cut, link])
            sides = whole[self.ends[link]]
            # most islands are far too small, which is seen at once
            if self._loads(whole)[sides, 0].min() >= least - 1e-9 and self._can_stand(whole):
                cut.append(link)
        return cut

    def _joined(self, cut: list[int]) -> IntArray:
        """Number of the larger piece that each piece belongs to while some links are cut, shape (P,)."""
        kept = np.delete(self.ends, cut, axis=0)
        n = len(self.load)
        if not len(kept):
            return np.arange(n, dtype=np.int32)
        return pieces_of(*rows_of_pairs(n, kept))

    def _loads(self, whole: IntArray) -> FloatArray:
        return np.column_stack([np.bincount(whole, weights=column) for column in self.load.T])

    def _can_stand(self, whole: IntArray) -> bool:
        model, load = self.model, self._loads(whole)
        seats = np.column_stack([whole[self.tied[:, 0]], self.tied[:, 1]])
        if len(np.unique(seats, axis=0)) > len(np.unique(self.tied[:, 1])):
            return False
        home = np.where(self.home >= 0, whole[self.home], -1).astype(np.int32)
        of_territory = pieces_of_territories(np.arange(len(load)), load[:, 0], model.target[:, 0], home)
        count = np.bincount(of_territory, minlength=len(load))
        if not count.all():
            return False
        target, lower, upper = (
            np.column_stack([np.bincount(of_territory, weights=column, minlength=len(load)) for column in side.T])
            for side in (model.target, model.lower, model.upper)
        )
        share = np.where(count > 1, SPARE, 1.0)[:, None]
        above, below = load - target, target - load
        return bool(((above <= share * (upper - target) + 1e-9) & (below <= share * (target - lower) + 1e-9)).all())
