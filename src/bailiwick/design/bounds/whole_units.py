"""Which totals whole units can have at all: multiples of a step, or sums of some of them."""

from __future__ import annotations

import numpy as np

from bailiwick.domain import FloatArray

LEAST_STEP = 1e-6
MOST_VALUES = 5_000
MOST_BITS = 1_000_000
MOST_WORK = 400_000_000
SLACK = 1e-9


def steps(load: FloatArray) -> tuple[float, int]:
    """Largest step of which every load is a whole number, and the number of steps in all; (0, 0) if there is none to speak of.

    Examples
    --------
    >>> steps(np.array([6.0, 9.0, 15.0]))
    (3.0, 10)
    >>> steps(np.array([1.0, 2.0**0.5]))
    (0.0, 0)
    """
    values = np.unique(load[load > 0])
    if not len(values) or len(values) > MOST_VALUES:
        return 0.0, 0
    least = LEAST_STEP * float(values[-1])
    step = float(values[0])
    while step >= least:
        rest = np.abs(values - np.round(values / step) * step)
        uneven = np.flatnonzero(rest > 1e-3 * least)
        if not len(uneven):
            break
        step = _common(step, float(rest[uneven[0]]), least)
    if step < least:
        return 0.0, 0
    number = load / step
    if np.abs(number - np.round(number)).max() > 1e-7:
        return 0.0, 0
    return float(step), int(np.round(number).sum())


def _common(a: float, b: float, least: float) -> float:
    """Greatest common divisor of two numbers up to rounding, by Euclid with centred remainders."""
    while b > 1e-3 * least:
        if b < least:
            return 0.0
        a, b = b, abs(a - round(a / b) * b)
    return a


def nearest_sums(load: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """How far each window is from the nearest sum of some of the loads, shape (K,); 0 where one lies in it, or nothing is known.

    Notes
    -----
    All sums as the bits of one long number: for every load shift and join, equal loads together by doubling. Only where
    loads are whole numbers of a step that is not too small.

    Examples
    --------
    >>> nearest_sums(np.array([4.0, 4.0, 6.0]), np.array([5.0, 9.0, 11.5]), np.array([5.5, 9.0, 13.0])).tolist()
    [0.5, 1.0, 1.0]
    """
    nothing = np.zeros(len(lower))
    widest = float((upper - lower).min())
    if load.max() <= widest:  # adding one after the other cannot jump over a window
        return nothing
    step, total = steps(load)
    if not step or total > MOST_BITS:
        return nothing
    values, counts = np.unique(np.round(load[load > 0] / step).astype(np.int64), return_counts=True)
    n_shifts = int(np.ceil(np.log2(counts + 1)).sum())
    if n_shifts * total > MOST_WORK:
        return nothing
    sums = _all_sums(values.tolist(), counts.tolist(), total) * step
    above = np.searchsorted(sums, lower - SLACK * total * step)
    over = sums[np.minimum(above, len(sums) - 1)] - upper
    over[above >= len(sums)] = np.inf
    under = np.where(above > 0, lower - sums[np.maximum(above - 1, 0)], np.inf)
    return np.maximum(np.minimum(over, under), 0.0)


def _all_sums(values: list[int], counts: list[int], total: int) -> FloatArray:
    bits = 1
    for value, count in zip(values, counts, strict=True):
        taken = 1
        while count > 0:
            taken = min(taken, count)
            bits |= bits << (value * taken)
            count -= taken
            taken *= 2
    raw = np.frombuffer(bits.to_bytes(total // 8 + 1, "little"), np.uint8)
    return np.flatnonzero(np.unpackbits(raw, bitorder="little")).astype(np.float64)
