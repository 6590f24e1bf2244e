"""Which tables and columns a page shows, in which order and form, and what stands behind a row."""

from __future__ import annotations

PERCENTS = frozenset(
    {
        "class_stability",
        "top_20_share",
        "penetration",
        "probability",
        "win_rate",
        "win_rate_low",
        "win_rate_high",
        "won",
        "won_low",
        "won_high",
        "coverage",
        "conversion",
        "conversion_low",
        "conversion_high",
        "chance_of_goal",
        "acquisition_rate",
        "retention_rate",
        "retention",
        "still_there",
        "retention_low",
        "retention_high",
        "risk",
        "left",
        "left_low",
        "left_high",
        "risk_low",
        "risk_high",
        "repeat_rate",
        "repeat_low",
        "repeat_high",
        "churn_rate",
        *(f"q{n}" for n in range(1, 9)),
        "share",
        "power",
        "attainment",
        "pace",
        "differs_from_proposed",
        "power_low",
        "power_high",
        "false_alarms",
        "p_alive",
        "share_extrapolated",
        "extrapolated",
        "share_won",
        "share_others",
        "similarity",
        "performance",
        "performance_low",
        "performance_high",
        "performance_raw",
        "own_weight",
        "overdue_share",
    }
)
SHARES: dict[tuple[str, str], str] = {
    ("effect", "low"): "effect",
    ("effect", "high"): "effect",
    ("effect", "weight"): "share",
    ("match", "periods"): "customers",
    ("pipeline", "won"): "customers",
    ("retention", "left"): "customers",
}
"""Question and column → the column in whose form it is shown, where the same name means something else elsewhere."""
SCORES = frozenset(
    {"score", "potential_score", "concentration_score", "travel_score", "competition_score", "score_low", "score_high", "fit", "health"}
)
"""0 to 100: parts of a point say nothing."""
SIGNED = frozenset({"share_gap", "effect", "before_effect", "growth", "trend", "trend_low", "trend_high", "least_effect"})
"""Shares with a sign."""
SHOWN: dict[tuple[str, str], tuple[str, ...]] = {
    ("market", "territories"): (
        "territory", "score", "class", "class_stability", "potential_score", "concentration_score", "travel_score", "competition_score",
        "raise_first", "units", "penetration", "open_potential", "share_gap", "top_20_share", "travel_km",
    ),
    ("forecast", "forecast"): ("series", "month", "forecast", "low", "high"),
    ("lead_scores", "suspects"): ("name", "alone", "others", "together", "why"),
    ("forecast", "methods"): ("series", "method", "mase", "mase_seasonal_naive", "is_better_than_naive"),
    ("segments", "segments"): (
        "segment", "about", "accounts", "demographics", "purchasing_history", "estimated_revenue_potential", "potential_low",
        "potential_high",
    ),
    ("potential", "accounts"): (
        "account", "group", "sales", "potential", "potential_low", "potential_high", "open_potential", "similar_low", "similar_high",
        "is_extrapolated", "abc",
    ),
    ("potential", "groups"): (
        "group", "accounts", "sales", "potential", "potential_low", "potential_high", "penetration", "open_potential", "share_gap",
        "extrapolated",
    ),
    ("match", "matches"): ("territory", "potential", "expected", "rep_now", "rep", "worth", "runner_up", "price"),
    ("match", "reps"): ("rep", "performance", "performance_low", "performance_high", "performance_raw", "own_weight", "sold", "periods"),
    ("fit_scores", "prospects"): ("account", "fit", "reasons"),
    ("fit_scores", "profile"): ("field", "level", "share_won", "share_others", "points", "field_points"),
    ("fit_scores", "suspects"): ("name", "why"),
    ("segments", "members"): ("account", "segment"),
    ("health", "accounts"): (
        "account", "health", "risk", "risk_low", "risk_high", "level", "reasons", "since_days", "pause", "next_order", "is_overdue",
    ),
    ("cohorts", "repeat"): (
        "group", "repeat_rate", "repeat_low", "repeat_high", "repeat_of", "retention_rate", "retention_low", "retention_high",
        "retention_of", "churn_rate",
    ),
    ("cohorts", "cohorts"): ("group", "cohort", "customers", *(f"q{n}" for n in range(1, 9))),
    ("pilot", "designs"): ("units", "periods", "power", "power_low", "power_high", "least_effect", "false_alarms", "is_chosen"),
    ("customer_value", "groups"): ("group", "column", "customers", "value", "low", "high"),
    ("customer_value", "customers"): (
        "customer", "value", "value_low", "value_high", "p_alive", "expected_purchases", "expected_amount", "repeat_purchases",
        "total_amount",
    ),
    ("retention", "groups"): (
        "group", "customers", "left", "retention", "retention_low", "retention_high", "value", "value_low", "value_high", "has_own_model",
    ),
    ("retention", "survival"): ("group", "period", "still_there"),
    ("gap", "groups"): (
        "group", "revenue", "gap", "main_factor", "effect potential", "effect coverage", "effect conversion", "effect deal size",
        "opportunities", "coverage", "conversion", "conversion_low", "conversion_high", "deal_size",
    ),
}  # fmt: skip
"""Columns of a table on the page, in this order, where not all are shown; the whole table has them all."""
ASIDE: dict[str, tuple[str, ...]] = {"key_figures": ("figures", "measures", "lines"), "effect": ("pairs",), "match": ("prices",)}
"""Tables that are only linked from a page: what they hold is shown in another way, or is behind each number."""
ORDER: dict[str, tuple[str, ...]] = {
    "market": ("territories", "units"),
    "forecast": ("methods", "forecast", "seasonality"),
    "lead_scores": ("suspects", "leads", "reliability", "importance", "drift"),
    "fit_scores": ("suspects", "prospects", "profile", "lookalikes"),
    "potential": ("disguises", "groups", "accounts", "drivers", "test"),
}
"""Tables of a page in their order; those that are not named come after."""
LINKS: dict[tuple[str, str], tuple[str, str]] = {
    ("market", "territories"): ("units", "territory"),
    ("segments", "segments"): ("members", "segment"),
    ("forecast", "methods"): ("forecast", "series"),
    ("effect", "effect"): ("path", ""),
    ("match", "matches"): ("prices", "territory"),
    ("cohorts", "repeat"): ("cohorts", "group"),
    ("retention", "groups"): ("survival", "group"),
}
"""Table → the table with the rows behind each of its rows, and the column by which it is narrowed."""
