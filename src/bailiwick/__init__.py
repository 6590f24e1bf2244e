"""Sales territory management: from a file of accounts or areas to balanced, contiguous territories on a map.

>>> import bailiwick as bw
>>> units = {"id": list("abcd"), "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "population": [3, 2, 2, 3]}
>>> plan = bw.design(units, territories=2, balance={"population": 0.05}, is_planar=True)
>>> plan.alignment["territory_id"].tolist()
['T1', 'T1', 'T2', 'T2']
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bailiwick.api import (
        ApproachComparison,
        Comparison,
        CustomerValue,
        Explanation,
        Findings,
        Front,
        Judgement,
        LayeredPlan,
        Plan,
        Realignment,
        TerritoryDesigner,
        TravelMatrix,
        allocate_pool,
        assign_segments,
        classify_density,
        cohort_tables,
        compare,
        compare_approaches,
        contract_value,
        customer_value,
        deal_funnel,
        design,
        design_layers,
        draft_swot,
        estimate_potential,
        evaluate,
        expect_orders,
        explain_gap,
        find_duplicates,
        find_hot_spots,
        forecast_pipeline,
        forecast_sales,
        front,
        goal_attainment,
        key_figures,
        large_market,
        load,
        match_reps,
        measure_concentration,
        measure_effect,
        plan_pilot,
        preview_layers,
        realign,
        sales_trends,
        score_bant,
        score_fit,
        score_health,
        score_leads,
        score_territories,
        segment_accounts,
        survey_market,
        survey_plan,
        tour_hours,
        travel_matrix,
        utilisation,
    )
    from bailiwick.errors import BailiwickError, ConnectorError, InfeasibleError, InputError, SolverError

__version__ = "0.1.0"
__all__ = [
    "ApproachComparison",
    "BailiwickError",
    "Comparison",
    "ConnectorError",
    "CustomerValue",
    "Explanation",
    "Findings",
    "Front",
    "InfeasibleError",
    "InputError",
    "Judgement",
    "LayeredPlan",
    "Plan",
    "Realignment",
    "SolverError",
    "TerritoryDesigner",
    "TravelMatrix",
    "allocate_pool",
    "assign_segments",
    "classify_density",
    "cohort_tables",
    "compare",
    "compare_approaches",
    "contract_value",
    "customer_value",
    "deal_funnel",
    "design",
    "design_layers",
    "draft_swot",
    "estimate_potential",
    "evaluate",
    "expect_orders",
    "explain_gap",
    "find_duplicates",
    "find_hot_spots",
    "forecast_pipeline",
    "forecast_sales",
    "front",
    "goal_attainment",
    "key_figures",
    "large_market",
    "load",
    "match_reps",
    "measure_concentration",
    "measure_effect",
    "plan_pilot",
    "preview_layers",
    "realign",
    "sales_trends",
    "score_bant",
    "score_fit",
    "score_health",
    "score_leads",
    "score_territories",
    "segment_accounts",
    "survey_market",
    "survey_plan",
    "tour_hours",
    "travel_matrix",
    "utilisation",
]


def __getattr__(name: str) -> Any:
    """Load the façade when it is first used, so that importing the package costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'bailiwick' has no attribute {name!r}")
    room = "bailiwick.errors" if name.endswith("Error") else "bailiwick.api"
    return getattr(import_module(room), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


class _Package(ModuleType):
    """``bailiwick.design`` is the function; the room of the same name is reached by import statements only.

    Python hangs every imported room on its package as an attribute; here that would hide the function.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name == "design" and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
