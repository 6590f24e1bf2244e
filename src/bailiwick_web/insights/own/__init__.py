"""Our customers as tables to learn from: the records that somebody sees, where others bring a file."""

from __future__ import annotations

from bailiwick_web.insights.own.sources import Beside, OwnTable, fitting, is_own, made_of_ours, source_of

__all__ = ["Beside", "OwnTable", "fitting", "is_own", "made_of_ours", "source_of"]
