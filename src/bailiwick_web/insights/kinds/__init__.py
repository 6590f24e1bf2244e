"""The questions that can be asked, in the order of the pages."""

from __future__ import annotations

from bailiwick_web.insights.kinds import experiment, figures, forecast, goals, health, market, scores, segments, value
from bailiwick_web.insights.kinds.shape import Field, Given, Input, Kind

PAGES: tuple[str, ...] = ("market", "figures", "forecast", "scores", "segments", "value", "health", "experiment")
_ROOMS = (market, figures, goals, forecast, scores, segments, value, health, experiment)
KINDS: dict[str, Kind] = {kind.key: kind for room in _ROOMS for kind in room.KINDS}

__all__ = ["KINDS", "PAGES", "Field", "Given", "Input", "Kind"]
