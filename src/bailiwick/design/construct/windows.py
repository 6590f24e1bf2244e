"""Prices for windows instead of targets: the tolerance is spent where it saves distance."""

from __future__ import annotations

import numpy as np

from bailiwick.design.bounds.kernels import kinked_newton_step
from bailiwick.design.construct.transport import Curvature, Transport
from bailiwick.domain import FloatArray

GAIN = 1e-6
"""Relative gain of a step below which the climb ends."""


def window_value(prices: FloatArray, lower: FloatArray, upper: FloatArray) -> float:
    """What room in the windows is worth at prices: the part of the dual beside the sum over the units."""
    return float(np.where(prices > 0, lower * prices, upper * prices).sum())


def climb_to_windows(
    transport: Transport,
    centres: FloatArray,
    prices: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    temperature: float,
    *,
    max_steps: int = 12,
    gain: float = GAIN,
) -> FloatArray:
    """Better prices, shape (K,), for loads within [lower, upper], by proximal Newton steps on the smoothed dual.

    Parameters
    ----------
    temperature
        Of the softmin, relative to the local spacing of centres.
    max_steps
        Newton steps at most.
    gain
        Relative gain of a step below which the climb ends.
    """
    scale = transport.spacing(centres) ** transport.power
    cap, heat = float(np.median(scale)), temperature * scale

    def smoothed(g: FloatArray) -> tuple[float, FloatArray, Curvature]:
        value, load, curvature = transport.soft(centres, g, heat)
        return value + window_value(g, lower, upper), load, curvature

    value, load, curvature = smoothed(prices)
    for _ in range(max_steps):
        step = kinked_newton_step(*curvature, -load, prices, lower, upper, 300)
        step *= min(1.0, cap / max(float(np.abs(step).max()), 1e-12))
        for _ in range(6):
            trial_value, trial_load, trial_curvature = smoothed(prices + step)
            if trial_value > value:
                break
            step = 0.4 * step
        else:
            return prices
        rise = trial_value - value
        prices, value, load, curvature = prices + step, trial_value, trial_load, trial_curvature
        if rise < gain * abs(value):
            break
    return prices
