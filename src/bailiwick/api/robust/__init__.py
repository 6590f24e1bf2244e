"""Uncertain measures: what was asked, and how likely it is that territories stay within their tolerances."""

from bailiwick.api.robust.asked import AskedUncertainty, UncertaintyOptions, parse_uncertain, resolve_uncertainties
from bailiwick.api.robust.report import Robustness, with_robustness

__all__ = [
    "AskedUncertainty",
    "Robustness",
    "UncertaintyOptions",
    "parse_uncertain",
    "resolve_uncertainties",
    "with_robustness",
]
