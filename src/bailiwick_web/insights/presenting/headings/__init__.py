"""What tables, columns and key figures are called, and how a column is made."""

from __future__ import annotations

from bailiwick_web.insights.presenting.headings.columns import LABELS
from bailiwick_web.insights.presenting.headings.origins import EXPLAINED, EXPLAINED_IN, EXPLAINED_ONLY
from bailiwick_web.insights.presenting.headings.tables import FIGURES, TABLES

__all__ = ["EXPLAINED", "EXPLAINED_IN", "EXPLAINED_ONLY", "FIGURES", "LABELS", "TABLES"]
