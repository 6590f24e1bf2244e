"""The picture of a front to choose from: every plan a dot, the knee ringed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.templatetags.words import number, percent
from bailiwick_web.planning.models import FrontPlan, Run

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 28, 22, 52
RAMP = ("#123b3f", "#1f6a66", "#2f8f83", "#84b48c", "#d9c58b")
"""From the most even plan to the least."""


def run_with_plans(public_id: UUID) -> Run:
    """A run that offers plans, finished or not."""
    run = Run.objects.filter(public_id=public_id, params__mode="front").select_related("scenario__plan", "job").first()
    if run is None:
        raise Missing(_("There is no such run."))
    return run


@dataclass(frozen=True, slots=True)
class Dot:
    """One plan in the picture and in the table beneath it."""

    plan: FrontPlan
    x: float
    y: float
    colour: str

    @property
    def figures(self) -> dict[str, Any]:
        """Balance, travel, disruption."""
        return dict(self.plan.figures)


@dataclass(frozen=True, slots=True)
class FrontPicture:
    """The plans as dots: travel to the right, disruption (or, without today's plan, imbalance) upwards, imbalance as colour."""

    dots: tuple[Dot, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    ramp: tuple[tuple[str, str], ...]
    has_today: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM

    @property
    def knee(self) -> Dot:
        """The plan that gives up least of everything."""
        return next(dot for dot in self.dots if dot.figures["is_knee"])


def picture(run: Run, plans: list[FrontPlan]) -> FrontPicture:
    """Where everything is drawn."""
    has_today = bool(run.summary["has_today"])
    km = np.array([plan.figures["mean_distance_km"] for plan in plans])
    off = np.array([plan.figures["largest_deviation"] for plan in plans])
    up = np.array([plan.figures["moved_share"] for plan in plans]) if has_today else off
    x_at, y_at = ticks(float(km.min()), float(km.max())), ticks(0.0, float(up.max()))
    xs = _placed(km, x_at, LEFT, WIDTH - RIGHT)
    ys = _placed(up, y_at, HEIGHT - BOTTOM, TOP)
    shade = _shades(off)
    y_words = [percent(y, 0 if y_at[-1] > 0.05 else 1) for y in y_at.tolist()]
    return FrontPicture(
        dots=tuple(Dot(plan, x, y, RAMP[c]) for plan, x, y, c in zip(plans, xs, ys, shade.tolist(), strict=True)),
        x_ticks=tuple(zip(_placed(x_at, x_at, LEFT, WIDTH - RIGHT), map(number, x_at.tolist()), strict=True)),
        y_ticks=tuple(zip(_placed(y_at, y_at, HEIGHT - BOTTOM, TOP), y_words, strict=True)),
        ramp=tuple((RAMP[c], percent(float(off[shade == c].max()))) for c in np.unique(shade).tolist()),
        has_today=has_today,
    )


def ticks(low: float, high: float, most: int = 6) -> np.ndarray:
    """Round numbers that enclose a range, ``most`` steps at most.

    >>> ticks(12.3, 17.9).tolist()
    [12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0]
    """
    span = max(high - low, 1e-3 * max(abs(high), 1e-3))
    rough = span / most
    size = 10.0 ** np.floor(np.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough * (1 - 1e-9))
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    return np.arange(first, max(last, first + 1) + 1) * step


def _placed(values: np.ndarray, axis: np.ndarray, start: float, end: float) -> list[float]:
    share = (values - axis[0]) / (axis[-1] - axis[0])
    return [round(at, 1) for at in (start + share * (end - start)).tolist()]


def _shades(off: np.ndarray) -> np.ndarray:
    """Class of each plan in the ramp, by its place between the evenest and the least even, in powers."""
    logs = np.log(np.maximum(off, 1e-4))
    span = max(float(np.ptp(logs)), 1e-9)
    return np.minimum((len(RAMP) * (logs - logs.min()) / span).astype(int), len(RAMP) - 1)
