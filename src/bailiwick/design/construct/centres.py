"""Free centres: where territories start, and how they move to the middle of what they serve."""

from __future__ import annotations

from collections.abc import Callable

import numba as nb
import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from bailiwick.compiled import both_ways, kernel
from bailiwick.design.construct.kernels import N_CHUNKS, PARALLEL_UNITS, square_between
from bailiwick.design.construct.transport import Transport
from bailiwick.domain import FloatArray, IntArray
from bailiwick.geography.geodesy import EARTH_RADIUS_KM

CALM_ROUNDS = 3
OVERSHOOT = 1.6
"""Steps of location-allocation are lengthened after the first rounds: fewer rounds to the same rest."""


def bisect(points: FloatArray, load: FloatArray, n_parts: int, *, rng: np.random.Generator | None = None) -> IntArray:
    """Part of each point, shape (n,), by cutting load in proportion along the longest direction, again and again.

    Parameters
    ----------
    rng
        If given, directions are turned at random: another start for the same data.

    References
    ----------
    Kalcsics, J., Nickel, S., Schröder, M. (2005). Towards a unified territorial design approach. TOP 13.
    """
    part = np.zeros(len(points), np.int32)
    heft = load + 1e-9 * max(load.mean(), 1e-300)
    pieces = [(np.arange(len(points)), 0, n_parts)]
    while pieces:
        members, first, count = pieces.pop()
        part[members] = first
        if count == 1 or len(members) == 0:
            continue
        axis = _longest_direction(points[members], heft[members])
        if rng is not None:
            axis = axis + rng.normal(0, 0.4, len(axis)) * np.linalg.norm(axis)
        order = members[np.argsort((points[members] * axis).sum(axis=1), kind="stable")]
        left = count // 2
        reach = np.cumsum(heft[order])
        cut = int(np.searchsorted(reach - heft[order] / 2, reach[-1] * left / count))
        cut = min(max(cut, min(left, len(order))), max(len(order) - (count - left), 0))
        pieces += [(order[:cut], first, left), (order[cut:], first + left, count - left)]
    return part


def _longest_direction(points: FloatArray, heft: FloatArray) -> FloatArray:
    _, directions = np.linalg.eigh(spread_of(points, heft))
    longest = directions[:, -1]
    return longest * np.sign(longest[np.argmax(np.abs(longest))])


@kernel
def spread_of(points, heft):  # type: ignore[no-untyped-def]
    """Second moments of the points around their mean, shape (d, d); summed in order, without BLAS, whose rounding depends on threads."""
    n, d = points.shape
    middle, spread, total = np.zeros(d), np.zeros((d, d)), 0.0
    for i in range(n):
        total += heft[i]
        for a in range(d):
            middle[a] += heft[i] * points[i, a]
    middle /= total
    for i in range(n):
        for a in range(d):
            for b in range(d):
                spread[a, b] += heft[i] * (points[i, a] - middle[a]) * (points[i, b] - middle[b])
    return spread


def scattered_centres(transport: Transport, fixed: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Centres to start from, shape (K, d): free ones drawn from the points, each far from those drawn before.

    References
    ----------
    Arthur, D., Vassilvitskii, S. (2007). k-means++: the advantages of careful seeding. SODA.
    """
    centres = fixed.copy()
    square = np.full(len(transport.points), np.inf)
    for j in np.flatnonzero(np.isfinite(fixed[:, 0])):
        square = np.minimum(square, ((transport.points - fixed[j]) ** 2).sum(axis=1))
    for j in np.flatnonzero(~np.isfinite(fixed[:, 0])):
        odds = transport.load * (square if np.isfinite(square).all() else 1.0) + 1e-12
        centres[j] = transport.points[rng.choice(len(odds), p=odds / odds.sum())]
        square = np.minimum(square, ((transport.points - centres[j]) ** 2).sum(axis=1))
    return centres


def start_centres(transport: Transport, fixed: FloatArray, *, rng: np.random.Generator | None = None) -> FloatArray:
    """Centres to start from, shape (K, d): the fixed ones, and middles of a recursive bisection for the free ones.

    Parameters
    ----------
    rng
        If given, half of the calls turn the directions of the bisection, the other half scatter the centres.
    """
    k = len(fixed)
    is_free = ~np.isfinite(fixed[:, 0])
    if rng is not None and rng.random() < 0.5:
        return scattered_centres(transport, fixed, rng)
    part = bisect(transport.points, transport.load, k, rng=rng)
    middles = _means(transport, part, k)
    centres = fixed.copy()
    if is_free.all():
        return middles
    if is_free.any():
        taken = linear_sum_assignment(cdist(fixed[~is_free], middles))[1]
        centres[is_free] = np.delete(middles, taken, axis=0)
    return centres


def _means(transport: Transport, part: IntArray, k: int) -> FloatArray:
    heft = transport.weight
    total = np.maximum(np.bincount(part, weights=heft, minlength=k), 1e-300)
    means = np.column_stack([np.bincount(part, weights=heft * column, minlength=k) / total for column in transport.points.T])
    return on_surface(means)


def on_surface(points: FloatArray) -> FloatArray:
    """Points pushed out to the sphere if they have three coordinates."""
    if points.shape[1] == 2:
        return points
    length = np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
    return points * (EARTH_RADIUS_KM / length)


def spread_coincident(centres: FloatArray, spacing_km: float) -> FloatArray:
    """Move centres that share a place onto a small circle around it, so that their territories can differ."""
    spread = centres.copy()
    place = np.unique(np.round(centres, 6), axis=0, return_inverse=True)[1].ravel()
    for at in np.flatnonzero(np.bincount(place) > 1):
        members = np.flatnonzero(place == at)
        angle = 2 * np.pi * np.arange(len(members)) / len(members)
        u, v = _tangents(centres[members[0]])
        spread[members] += 0.02 * spacing_km * (np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * v)
    return on_surface(spread)


def _tangents(point: FloatArray) -> tuple[FloatArray, FloatArray]:
    if len(point) == 2:
        return np.array([1.0, 0.0]), np.array([0.0, 1.0])
    axis = np.eye(3)[np.argmin(np.abs(point))]
    u = np.cross(point, axis)
    u /= np.linalg.norm(u)
    return u, np.cross(point / np.linalg.norm(point), u)


def _weiszfeld_step(points, weight, label, centres):  # type: ignore[no-untyped-def]
    """One step of every centre towards the geometric median of its territory (Weiszfeld 1937)."""
    n, d = points.shape
    k = len(centres)
    spread, mass, total, pull = np.zeros((N_CHUNKS, k)), np.zeros((N_CHUNKS, k)), np.zeros((N_CHUNKS, k)), np.zeros((N_CHUNKS, k, d))
    for chunk in nb.prange(N_CHUNKS):
        for i in range(chunk * n // N_CHUNKS, (chunk + 1) * n // N_CHUNKS):
            j = label[i]
            if j >= 0:
                spread[chunk, j] += weight[i] * np.sqrt(square_between(points, i, centres, j))
                mass[chunk, j] += weight[i]
    # A floor on the distance keeps a centre from sticking to one unit.
    floor = 0.02 * spread.sum(axis=0) / np.maximum(mass.sum(axis=0), 1e-300) + 1e-9
    for chunk in nb.prange(N_CHUNKS):
        for i in range(chunk * n // N_CHUNKS, (chunk + 1) * n // N_CHUNKS):
            j = label[i]
            if j < 0:
                continue
            force = weight[i] / max(np.sqrt(square_between(points, i, centres, j)), floor[j])
            total[chunk, j] += force
            for axis in range(d):
                pull[chunk, j, axis] += force * points[i, axis]
    forces, pulls, moved = total.sum(axis=0), pull.sum(axis=0), centres.copy()
    for j in range(k):
        if forces[j] > 0:
            for axis in range(d):
                moved[j, axis] = pulls[j, axis] / forces[j]
    return moved


weiszfeld_step, weiszfeld_step_parallel = both_ways(_weiszfeld_step)


def recentre(transport: Transport, label: IntArray, centres: FloatArray, is_free: np.ndarray) -> FloatArray:
    """Free centres moved to the mean (squared distance) or towards the median (distance) of their units."""
    if transport.power == 2:
        moved = _means(transport, np.maximum(label, 0), len(centres))
        is_empty = np.bincount(np.maximum(label, 0), minlength=len(centres)) == 0
        moved[is_empty] = centres[is_empty]
    else:
        step = weiszfeld_step_parallel if len(label) >= PARALLEL_UNITS else weiszfeld_step
        moved = on_surface(step(transport.points, transport.weight, label, centres))
    return np.where(is_free[:, None], moved, centres)


def locate(
    transport: Transport, centres: FloatArray, is_free: np.ndarray, *, rounds: int, should_stop: Callable[[], bool]
) -> tuple[FloatArray, FloatArray]:
    """Balance and recentre in turn until centres rest, or ``should_stop`` says so; returns centres and prices.

    References
    ----------
    Hess, S. W. et al. (1965). Nonpartisan political redistricting by computer. Operations Research 13(6).
    Fleischmann, B., Paraschis, J. N. (1988). Solving a large scale districting problem. Computers & OR 15(6).
    """
    prices = transport.balance(centres, ladder=(0.12,), accuracy=0.05, max_steps=8)
    spacing = float(np.median(transport.spacing(centres)))
    for at in range(rounds):
        label = transport.assign(centres, prices)[0]
        step = recentre(transport, label, centres, is_free) - centres
        shift = float(np.sqrt((step**2).sum(axis=1)).max())
        centres = on_surface(centres + (OVERSHOOT if at >= CALM_ROUNDS else 1.0) * step)
        prices = transport.balance(centres, ladder=(0.06,), start=prices, accuracy=0.04, max_steps=5)
        if shift < 0.002 * spacing or should_stop():
            break
    return centres, prices
