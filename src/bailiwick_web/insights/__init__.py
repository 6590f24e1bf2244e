"""Know the market: what it holds, segments, scores, forecasts, key figures, experiments."""
