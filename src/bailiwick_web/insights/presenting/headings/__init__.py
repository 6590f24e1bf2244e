"""What tables, columns and key figures are called, and how a column is made."""

from __future__ import annotations

from bailiwick_web.insights.presenting.headings.columns import LABELS, LABELS_IN
from bailiwick_web.insights.presenting.headings.origins import ANY, ORIGINS
from bailiwick_web.insights.presenting.headings.tables import FIGURES, TABLES

__all__ = ["ANY", "FIGURES", "LABELS", "LABELS_IN", "ORIGINS", "TABLES"]
