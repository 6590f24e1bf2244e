"""Markets and customers: segments, scores, potential, forecasts, key figures; files in, tables out."""

from bailiwick.api.markets.findings import Findings

__all__ = ["Findings"]
