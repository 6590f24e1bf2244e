"""How answers are shown: which columns, under which names, in which form, and what stands behind each."""

from __future__ import annotations

from bailiwick_web.insights.presenting.cells import cell, decimals, explained, figure_text, grid, label
from bailiwick_web.insights.presenting.headings import FIGURES, TABLES
from bailiwick_web.insights.presenting.layout import ASIDE, ORDER, SHOWN

__all__ = ["ASIDE", "FIGURES", "ORDER", "SHOWN", "TABLES", "cell", "decimals", "explained", "figure_text", "grid", "label"]
