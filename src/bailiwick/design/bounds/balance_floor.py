"""Imbalance that no plan can avoid, whatever the centres: heavy units, units that stay whole, parts of the graph.

Every floor here is a relaxation that forgets where units are: it keeps what must be whole, how many territories there are, and
what they should have. See ``docs/algorithms/floors.md`` for the proofs.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from bailiwick.design.bounds.whole_units import nearest_sums, steps
from bailiwick.design.model import Model
from bailiwick.domain import FloatArray, IntArray

SLACK = 1e-9
MOST_UNITS_PER_TERRITORY = 8
"""So many units per territory are looked at where heavy units must share territories."""


@dataclass(frozen=True, eq=False)
class Floor:
    """A deviation that some territory has in every plan.

    Attributes
    ----------
    kind
        ``heavy``: one node exceeds every territory. ``crowded``: more heavy nodes than territories, so that some share one.
        ``left_over``: heavy nodes leave too little to the other territories. ``steps``: sums of whole nodes come in steps.
        ``sums``: no choice of whole nodes comes near some target. ``parts``: parts of the graph that do not touch.
    value
        The largest deviation of a territory is at least this, as a fraction of its target.
    nodes
        Nodes that make it so; none where all of them do.
    """

    kind: str
    value: float
    nodes: IntArray


def balance_floors(model: Model, measure: int) -> list[Floor]:
    """Floors of the largest deviation in one balanced measure, the highest first.

    Notes
    -----
    ``parts`` holds for plans whose territories are connected, the others for all plans. O(n log n) and some small tables.
    """
    load, target = model.load[:, measure], model.target[:, measure]
    if load.sum() <= 0:
        return []
    found = [*_heavy(load, target), *_crowded(load, target), *_left_over(load, target, model.upper[:, measure])]
    found += [Floor("steps", _least_by_steps(load, target), _NONE), Floor("sums", _least_by_sums(load, target), _NONE)]
    if model.must_connect:
        found.append(Floor("parts", _least_by_parts(_part_loads(model, measure), target), _NONE))
    return sorted((floor for floor in found if floor.value > SLACK), key=lambda floor: -floor.value)


def unavoidable_excess(model: Model) -> float:
    """Least sum over territories and measures of the relative amount outside the windows.

    Notes
    -----
    Per measure the highest of five floors is taken. A unit above the upper limit of the largest territory stands alone at best,
    h of them in h territories; what is left must suffice for the lower limits of the others, and if it does not, the
    shortfall is unavoidable too. Of more heavy units than territories some share one. Sums of whole units come in steps,
    or come near a window from outside only. Parts of the graph that do not touch have territories of their own. Sums are
    taken against the largest and the smallest target, so that the floors hold for any targets.

    Examples
    --------
    Two territories, one unit with 10 of 14: 10 is 3/7 above the target of 7, the other territory is as far below.
    See ``tests/library/design/test_bounds.py``.
    """
    if model not in _known:
        _known[model] = _least_excess(model)
    return _known[model]


_known: WeakKeyDictionary[Model, float] = WeakKeyDictionary()
"""Of models at hand: every search of a problem asks."""


def _least_excess(model: Model) -> float:
    total = 0.0
    for measure in range(model.load.shape[1]):
        load, target = model.load[:, measure], model.target[:, measure]
        if load.sum() > 0:
            window = model.lower[:, measure], model.upper[:, measure]
            floors = [floor(load, target, *window) for floor in (_heavy_excess, _crowded_excess, _step_excess, _sum_excess)]
            if model.must_connect:
                floors.append(_part_excess(_part_loads(model, measure), target, *window))
            total += max(floors)
    return total


_NONE = np.empty(0, np.int32)


def _heavy(load: FloatArray, target: FloatArray) -> list[Floor]:
    i = int(np.argmax(load))
    return [Floor("heavy", float(load[i] / target.max()) - 1.0, np.array([i], np.int32))]


def _crowded(load: FloatArray, target: FloatArray) -> list[Floor]:
    """Of the r·K + 1 heaviest nodes some r + 1 share a territory: it has at least the r + 1 lightest of them."""
    k = len(target)
    most = min(len(load), MOST_UNITS_PER_TERRITORY * k + 1)
    order = np.argsort(-load, kind="stable")[:most].astype(np.int32)
    found = []
    for r in range(1, (len(order) - 1) // k + 1):
        lightest = order[r * k - r : r * k + 1]
        found.append(Floor("crowded", float(load[lightest].sum() / target.max()) - 1.0, order[: r * k + 1]))
    return found


def _left_over(load: FloatArray, target: FloatArray, upper: FloatArray) -> list[Floor]:
    """The territories without a heavy node share what heavy nodes leave over."""
    heavy = np.flatnonzero(load > upper.max() * (1 + SLACK)).astype(np.int32)
    if not len(heavy) or len(heavy) >= len(target):
        return []
    others = np.sort(target)[: len(target) - len(heavy)].sum()
    return [Floor("left_over", 1.0 - float((load.sum() - load[heavy].sum()) / others), heavy)]


def _least_by_steps(load: FloatArray, target: FloatArray) -> float:
    """Loads are whole numbers of steps and sum to the total: the least t with a whole number for each within t."""
    step, total = steps(load)
    if not step:
        return 0.0

    def is_possible(t: float) -> bool:
        least, most = target * (1 - t) / step, target * (1 + t) / step
        low = np.maximum(np.ceil(least - SLACK * (1 + np.abs(least))), 0.0)
        high = np.floor(most + SLACK * (1 + most))
        return bool((low <= high).all() and low.sum() <= total <= high.sum())

    return _least(is_possible)


def _least_by_sums(load: FloatArray, target: FloatArray) -> float:
    away = nearest_sums(load, target, target)
    return float((away / target).max(initial=0.0))


def _part_loads(model: Model, measure: int) -> tuple[FloatArray, IntArray]:
    """Load of each connected part of the graph and its number of nodes."""
    parts = model.parts
    loads = np.bincount(parts, weights=model.load[:, measure]).astype(np.float64)
    return loads, np.bincount(parts).astype(np.int32)


def _least_by_parts(parts: tuple[FloatArray, IntArray], target: FloatArray) -> float:
    """Least t for which every part can have a number of territories that its load fills within t, K in all."""
    loads, sizes = parts
    k = len(target)
    if len(loads) == 1 or len(loads) > k:
        return 0.0
    ascending = np.concatenate([[0.0], np.cumsum(np.sort(target))])
    descending = np.concatenate([[0.0], np.cumsum(np.sort(target)[::-1])])

    def is_possible(t: float) -> bool:
        # with k territories a part holds between the k smallest lower limits and the k largest upper limits
        fewest = np.maximum(np.searchsorted(descending * (1 + t) * (1 + SLACK), loads), 1)
        limit = np.searchsorted(ascending * max(1 - t, 0.0) * (1 - SLACK), loads, side="right") - 1
        most = np.minimum(np.minimum(limit, sizes), k)
        return bool((fewest <= most).all() and fewest.sum() <= k <= most.sum())

    return _least(is_possible)


def _least(is_possible: Callable[[float], bool]) -> float:
    """Largest value known to be too small, of a condition that holds from some value on."""
    low, high = 0.0, 1.0
    if is_possible(low):
        return 0.0
    while not is_possible(high):
        low, high = high, 2 * high
        if high > 1e6:
            return low
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if is_possible(middle) else (middle, high)
    return low


def _heavy_excess(load: FloatArray, target: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    k = len(target)
    heavy = load[load > upper.max() * (1 + SLACK)]
    if not len(heavy) or len(heavy) >= k:
        return 0.0
    surplus = float((heavy - upper.max()).sum()) / float(target.max())
    rest = float(load.sum() - heavy.sum())
    shortfall = max(0.0, float(np.sort(lower)[: k - len(heavy)].sum()) - rest) / float(target.max())
    return surplus + shortfall


def _crowded_excess(load: FloatArray, target: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    highest = max((floor.value for floor in _crowded(load, target)), default=0.0)
    return max(0.0, ((1.0 + highest) * float(target.max()) - float(upper.max())) / float(target.max()))


def _step_excess(load: FloatArray, target: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    """Whole numbers of steps for all territories with the least excess in sum: convex per territory, so greedy is exact."""
    if 2 * load.max() <= (upper - lower).min():  # then a window holds the steps on either side of its target
        return 0.0
    step, total = steps(load)
    if not step:
        return 0.0

    def excess(j: int, count: int) -> float:
        return max(lower[j] - count * step, count * step - upper[j], 0.0) / target[j]

    count = [int(c) for c in np.floor(target / step)]
    change = 1 if sum(count) < total else -1
    if abs(total - sum(count)) > 4 * len(count):
        return 0.0
    heap = [(excess(j, c + change) - excess(j, c), j) for j, c in enumerate(count) if c + change >= 0]
    heapq.heapify(heap)
    for _ in range(abs(total - sum(count))):
        _, j = heapq.heappop(heap)
        count[j] += change
        if count[j] + change >= 0:
            heapq.heappush(heap, (excess(j, count[j] + change) - excess(j, count[j]), j))
    return max(_improved(count, excess) - SLACK * len(count), 0.0)


def _improved(count: list[int], excess: Callable[[int, int], float]) -> float:
    """Least sum of convex terms with the same total: exchange single steps as long as that helps."""
    up = [(excess(j, c + 1) - excess(j, c), j) for j, c in enumerate(count)]
    down = [(excess(j, c - 1) - excess(j, c) if c > 0 else np.inf, j) for j, c in enumerate(count)]
    while True:
        (rise, a), (fall, b) = min(up), min(down)
        if rise + fall >= -1e-12 or a == b:
            return sum(excess(j, c) for j, c in enumerate(count))
        count[a] += 1
        count[b] -= 1
        for j in (a, b):
            up[j] = (excess(j, count[j] + 1) - excess(j, count[j]), j)
            down[j] = (excess(j, count[j] - 1) - excess(j, count[j]) if count[j] > 0 else np.inf, j)


def _sum_excess(load: FloatArray, target: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    return float((nearest_sums(load, lower, upper) / target).sum())


def _part_excess(parts: tuple[FloatArray, IntArray], target: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    """Numbers of territories for all parts with the least excess in sum: convex per part, so greedy is exact."""
    loads, sizes = parts
    k = len(target)
    if len(loads) == 1 or len(loads) > k:
        return 0.0
    least = np.concatenate([[0.0], np.cumsum(np.sort(lower))])
    most = np.concatenate([[0.0], np.cumsum(np.sort(upper)[::-1])])

    def excess(c: int, count: int) -> float:
        return max(loads[c] - most[count], least[count] - loads[c], 0.0) / float(target.max())

    count = [1] * len(loads)
    heap = [(excess(c, 2) - excess(c, 1), c) for c in range(len(loads)) if sizes[c] > 1 and k > 1]
    heapq.heapify(heap)
    for _ in range(k - len(loads)):
        if not heap:
            return 0.0
        _, c = heapq.heappop(heap)
        count[c] += 1
        if count[c] < min(sizes[c], k):
            heapq.heappush(heap, (excess(c, count[c] + 1) - excess(c, count[c]), c))
    return sum(excess(c, n) for c, n in enumerate(count))
