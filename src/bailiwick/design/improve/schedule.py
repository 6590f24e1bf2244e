"""The course of the search: cool down, raise the price of imbalance while it lasts, stop at rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bailiwick.design.bounds.balance_floor import unavoidable_excess
from bailiwick.design.construct.build import Construction
from bailiwick.design.improve.recombine import recombine
from bailiwick.design.improve.search import Search
from bailiwick.design.improve.search_kernels import Heat
from bailiwick.design.model import DIAMETER, Model
from bailiwick.design.progress import Watch
from bailiwick.domain import FloatArray, IntArray

TINY = 2_000  # proposals per node that exhaust what a problem of a few units has to offer
LEAST_COST = 0.02  # of a territory, in distances between centres (squared for inertia): a tenth of what is usual
WIDENINGS, WIDENING = 5, 0.01  # rounds after the mending, and by what share of the diameter each of them may widen it
LEAST_REACH = 0.5  # while territories are out of balance, in distances between centres
SITE_PHASE = 0.5  # share of the slices after which free centres become units
CONCEDING_MANY = 4_000  # nodes beyond which the effort of conceding grows with √n, where there are more than SITE_NODES
MOST_RECUTS, IDLE_RECUTS = 20, 3  # rounds over all territories outside, and without gain
FEW_OUTSIDE = 12  # territories, or a twentieth of all, up to which pairs are cut anew: more of them are no matter of large units
RECUT_PRICE = 100.0  # of imbalance, in prices at the start of a search: what is inside again has to stay there
SITE_NODES = 50_000  # beyond this many nodes a territory's best unit is as good as its middle


@dataclass(frozen=True)
class ConcessionParams:
    """Prices and effort of the search for the fewest territories outside, where not all can be within.

    Attributes
    ----------
    price
        Price of imbalance, in mean costs of a territory for an excess of its whole target.
    bend
        How much dearer a large excess is than the same excess spread over several territories.
    charge
        What it costs to be outside at all, whatever the excess, in excesses.
    knee
        Excess at which half of the charge is due.
    hot
        First temperature, in mean costs of a unit.
    effort
        Proposals, as a multiple of the main cooling's.
    """

    price: float = 3.0
    bend: float = 4.0
    charge: float = 2.0
    knee: float = 0.01
    hot: float = 10.0
    effort: int = 4

    def score(self, excess: FloatArray) -> float:
        """What excesses cost, in excesses, without the bend."""
        return float((excess * (1.0 + self.charge / (self.knee + excess))).sum())


@dataclass(frozen=True)
class ScheduleParams:
    """Effort and temperatures of the search.

    Attributes
    ----------
    few, per_node, many
        Proposals of the main cooling: ``few`` (less for tiny problems) or ``per_node`` for each node, whichever is more;
        beyond ``many`` nodes the number grows with the square root only.
    n_slices
        Slices of the main cooling; between slices centres move and the watch is asked.
    hot, cold
        First and last temperature, in mean costs of a unit.
    price
        Price of imbalance at the start, in mean costs of a territory for an excess of its whole target.
    cooling_growth
        Factor on the price for every slice of the main cooling after the first.
    price_growth
        Factor on the price for every mending round.
    mending_rounds
        Most rounds spent on territories that are still out of balance.
    bend
        How much dearer a large excess is than the same excess spread over several territories.
    compound_share
        Share of proposals that move two units at once.
    """

    few: int = 2_000_000
    per_node: int = 100
    many: int = 40_000
    n_slices: int = 24
    hot: float = 2.0
    cold: float = 0.02
    price: float = 10.0
    cooling_growth: float = 1.0
    price_growth: float = 3.0
    mending_rounds: int = 8
    bend: float = 10.0
    compound_share: float = 0.5

    def proposals(self, n: int) -> int:
        """Proposals of the main cooling for n nodes."""
        return max(min(self.few, TINY * n), int(self.per_node * min(n, np.sqrt(n * self.many))))


@dataclass(frozen=True, eq=False)
class Improved:
    """The best plan of a search.

    Attributes
    ----------
    label
        Territory per node, shape (n,).
    centres
        Centres that the search measured from, shape (K, d), km.
    excesses
        Relative amount outside the window of each territory and measure, shape (K, M).
    cost
        Objective at these centres, weights scaled to sum to K; km for the diameter.
    """

    label: IntArray
    centres: FloatArray
    excesses: FloatArray
    cost: float

    @property
    def excess(self) -> float:
        """Sum of the relative amounts outside the windows."""
        return float(self.excesses.sum())

    @property
    def n_violations(self) -> int:
        """Number of territories outside a window."""
        return int((self.excesses > 1e-9).any(axis=1).sum())

    @property
    def rank(self) -> tuple[float, float]:
        """Smaller is better: less excess, then less cost."""
        return round(self.excess, 9), self.cost


def snapshot(search: Search) -> Improved:
    """The plan of a search as it is now."""
    return Improved(search.label.copy(), search.state.centres.copy(), search.excesses(), search.cost())


def improve(
    model: Model, built: Construction, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int, params: ScheduleParams | None = None
) -> Improved:
    """Search from a constructed plan; gives back the best plan found, also when the watch ends it early."""
    course = Course(model, built, graph, watch, seed, params or ScheduleParams())
    is_settled = model.k == 1 or model.k == model.n
    if not is_settled and not course.tell(0.0) and course.cool():
        course.mend()
        course.widen()
    return course.best


def recut(model: Model, built: Construction, found: Improved, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int) -> Improved:
    """Where a few territories are outside that moves could not bring in, cut pairs anew; gives back the better of both plans."""
    is_settled = not model.must_connect or model.k in (1, model.n) or watch.is_stopped
    if is_settled or found.n_violations > max(FEW_OUTSIDE, model.k // 20) or found.excess <= unavoidable_excess(model) + 1e-9:
        return found
    course = Course(model, built, graph, watch, seed, ScheduleParams())
    course.best, course.price = found, RECUT_PRICE * course.price
    course.recombine()
    return course.best


def concede(model: Model, built: Construction, found: Improved, graph: tuple[IntArray, IntArray], watch: Watch, *, seed: int) -> Improved:
    """Where several measures keep territories outside, search for the fewest; gives back the better of both plans."""
    is_settled = model.load.shape[1] == 1 or model.k in (1, model.n) or watch.is_stopped
    if is_settled or found.excess <= unavoidable_excess(model) + 1e-9:
        return found
    course = Course(model, built, graph, watch, seed, ScheduleParams(many=ScheduleParams.many if model.n <= SITE_NODES else CONCEDING_MANY))
    course.best = found
    course.concede(ConcessionParams())
    return course.best


class Course:
    """One search with its best plan so far: least excess, then least cost."""

    def __init__(
        self, model: Model, built: Construction, graph: tuple[IntArray, IntArray], watch: Watch, seed: int, params: ScheduleParams
    ) -> None:
        self.search = Search(model, built.label, built.centres, graph, seed=seed)
        self.model, self.watch, self.params, self.transport = model, watch, params, built.transport
        self.n_proposals = params.proposals(model.n) // params.n_slices
        self.n_planned = params.n_slices + params.mending_rounds
        self.n_cooled = 0
        self.floor = unavoidable_excess(model) + 1e-9
        self.is_diameter = model.objective == DIAMETER
        self.scale = 1.0 if self.is_diameter else model.weight.sum() / model.k
        self.best = snapshot(self.search)
        # Units that stand in few places far apart cost next to nothing until one of them must go to another place.
        self.spacing = float(np.median(built.transport.spacing(built.centres)))
        cost = max(self.best.cost, LEAST_COST * model.k * self.spacing**self.search.power, 1e-12)
        # A pair of units beyond the reach costs about 1 at most; other objectives are in km or km².
        self.unit_cost = 0.02 if self.is_diameter else cost / model.n
        self.price_unit = 1.0 if self.is_diameter else cost / model.k
        self.price = params.price * self.price_unit
        self._set_reach(0)

    def cool(self, n_slices: int | None = None) -> bool:
        """The main cooling, or its next slices only; False if the watch stopped it."""
        params = self.params
        ladder = np.geomspace(params.hot, params.cold, params.n_slices + 1) * self.unit_cost
        end = params.n_slices if n_slices is None else min(self.n_cooled + n_slices, params.n_slices)
        while self.n_cooled < end:
            at = self.n_cooled
            self.n_cooled += 1
            self.price *= params.cooling_growth if at else 1.0
            self.prepare()
            self._run(ladder[at], ladder[at + 1], self.n_proposals)
            if at >= SITE_PHASE * params.n_slices and self.model.n <= SITE_NODES:
                self._settle()
            self.search.recentre(self.transport)
            if self._look(self.n_cooled):
                return False
        return True

    def prepare(self) -> None:
        """What is done before every run of the main cooling and before every reheating; nothing here."""

    def _settle(self) -> None:
        """Measure from units as centres from now on, the best plan so far included."""
        search = self.search
        if not search.settle_on_sites(self.transport):
            return
        now = search.label.copy()
        search.label[:] = self.best.label
        search.recentre(self.transport)
        self.best = snapshot(self.search)
        search.label[:] = now
        search.recentre(self.transport)

    def mend(self) -> None:
        """Quench, and while territories are out of balance make imbalance dearer and try again from a little heat."""
        params, idle = self.params, 0
        for at in range(params.mending_rounds):
            before = self.best.excess
            is_alone = 20 * self.best.n_violations <= self.model.k  # whatever stands between the last few and a cure must move, too
            self._run(0.0, 0.0, self.n_proposals, is_alone=is_alone)
            if self._look(params.n_slices + at + 1) or self.best.excess <= self.floor:
                return
            idle = idle + 1 if self.best.excess > before * 0.9 else 0
            if idle >= 3:
                return
            self.price *= params.price_growth
            self.prepare()
            self._run(0.5 * params.hot * self.unit_cost, params.cold * self.unit_cost, 2 * self.n_proposals, is_alone=is_alone)

    def widen(self) -> None:
        """Where no plan of so small a diameter is balanced, let the diameter grow a little, round by round."""
        for at in range(WIDENINGS if self.is_diameter else 0):
            if self.best.excess <= self.floor or self.watch.is_stopped:
                return
            self.search.restart(self.best.label)
            self.search.state.reach[0] = self.best.cost * (1.0 + WIDENING * (at + 1))
            self._run(0.5 * self.params.hot * self.unit_cost, self.params.cold * self.unit_cost, 2 * self.n_proposals)
            self._look(self.n_planned)

    def recombine(self) -> None:
        """Cut pairs of territories anew while some are outside, each time with a cold run after it; at last shorten ways again."""
        search, number, idle = self.search, 0, 0
        while self.best.excess > self.floor and idle < IDLE_RECUTS and number < MOST_RECUTS:
            search.restart(self.best.label, self.best.centres)
            label = recombine(search, seed=number)
            if label is None:
                return
            before, number = self.best.excess, number + 1
            search.restart(label)
            self._look(self.n_planned)
            self._run(0.0, 0.0, self.n_proposals, is_alone=True)
            search.recentre(self.transport)
            if self._look(self.n_planned):
                return
            idle = idle + 1 if self.best.excess >= before else 0
        self.search.restart(self.best.label, self.best.centres)
        self._run(0.5 * self.params.hot * self.unit_cost, self.params.cold * self.unit_cost, 2 * self.n_proposals)
        search.recentre(self.transport)
        self._look(self.n_planned)

    def concede(self, params: ConcessionParams) -> None:
        """Search from heat for the fewest territories outside; keep the plan if it scores better than the present one."""
        if self.model.n <= SITE_NODES:
            self._settle()
        n_slices, share = self.params.n_slices, self.params.compound_share
        price, n_proposals = params.price * self.price_unit, params.effort * self.n_proposals
        ladder = np.geomspace(params.hot, self.params.cold, n_slices + 1) * self.unit_cost
        for at in range(n_slices):
            hot, cold = float(ladder[at]), float(ladder[at + 1])
            self.search.run(Heat(price, params.bend, params.charge, params.knee, hot, cold, n_proposals, share))
            self.search.recentre(self.transport)
            now = snapshot(self.search)
            if (params.score(now.excesses), now.cost) < (params.score(self.best.excesses), self.best.cost):
                self.best = now
            if self.tell((at + 1) / n_slices):
                return

    def _run(self, hot: float, cold: float, n_proposals: int, *, is_alone: bool = False) -> None:
        heat = Heat(self.price, self.params.bend, 0.0, 1.0, float(hot), float(cold), n_proposals, self.params.compound_share)
        self.search.run(heat, is_alone=is_alone)

    def _look(self, done: int) -> bool:
        """Keep the plan if it is the best, aim at a smaller diameter, and ask the watch whether to stop."""
        now = snapshot(self.search)
        if now.rank < self.best.rank:
            self.best = now
        self._set_reach(done)
        return self.tell(min(done / self.n_planned, 1.0))

    def tell(self, share: float) -> bool:
        """Report the best plan; returns True if the search must stop."""
        return self.watch.report("improve", share, objective=self.best.cost * self.scale, n_violations=self.best.n_violations)

    def _set_reach(self, done: int) -> None:
        """Pairs farther apart than a little less than the best diameter cost from now on."""
        if self.is_diameter:
            shrink = 0.05 * max(1.0 - done / self.params.n_slices, 0.1)
            least = LEAST_REACH * self.spacing if self.best.excess > self.floor else 1e-6
            self.search.state.reach[0] = max(self.best.cost * (1.0 - shrink), least)
