"""The façade: everything Bailiwick does, in a few functions."""

from bailiwick.api.approaches import ApproachComparison, check_approaches_folder, compare_approaches
from bailiwick.api.comparison import Comparison, compare
from bailiwick.api.estimator import TerritoryDesigner
from bailiwick.api.explaining.explainer import Explanation
from bailiwick.api.facade import design, evaluate
from bailiwick.api.folder import check_folder
from bailiwick.api.layers import LayeredPlan, check_layers_folder, design_layers, preview_layers
from bailiwick.api.loading import load
from bailiwick.api.markets import Findings
from bailiwick.api.markets.attaining import goal_attainment
from bailiwick.api.markets.cohorts import cohort_tables
from bailiwick.api.markets.contracts import contract_value
from bailiwick.api.markets.densities import classify_density
from bailiwick.api.markets.duplicates import find_duplicates
from bailiwick.api.markets.experiments import measure_effect
from bailiwick.api.markets.figures import key_figures
from bailiwick.api.markets.fits import score_bant, score_fit
from bailiwick.api.markets.forecasts import expect_orders, forecast_sales
from bailiwick.api.markets.funnels import allocate_pool, deal_funnel
from bailiwick.api.markets.gaps import explain_gap
from bailiwick.api.markets.health import score_health
from bailiwick.api.markets.large import large_market
from bailiwick.api.markets.leads import score_leads
from bailiwick.api.markets.matching import match_reps
from bailiwick.api.markets.pilots import plan_pilot
from bailiwick.api.markets.pipelines import forecast_pipeline
from bailiwick.api.markets.potentials import estimate_potential
from bailiwick.api.markets.qualities import score_territories
from bailiwick.api.markets.resembling import clean_record, resemblances
from bailiwick.api.markets.schemes import assign_segments
from bailiwick.api.markets.segmenting import segment_accounts
from bailiwick.api.markets.spreads import find_hot_spots, measure_concentration
from bailiwick.api.markets.standing import draft_swot
from bailiwick.api.markets.surveying import survey_plan
from bailiwick.api.markets.surveys import survey_market
from bailiwick.api.markets.trends import sales_trends
from bailiwick.api.plan import Judgement, Plan
from bailiwick.api.realigning.facade import realign
from bailiwick.api.realigning.front import Front, check_front_folder, front
from bailiwick.api.realigning.report import Realignment
from bailiwick.api.travel.matrix import TravelMatrix, travel_matrix
from bailiwick.api.travel.wish import check_travel
from bailiwick.api.valuing import CustomerValue, customer_value
from bailiwick.staffing.utilisation import tour_hours, utilisation

__all__ = [
    "ApproachComparison",
    "Comparison",
    "CustomerValue",
    "Explanation",
    "Findings",
    "Front",
    "Judgement",
    "LayeredPlan",
    "Plan",
    "Realignment",
    "TerritoryDesigner",
    "TravelMatrix",
    "allocate_pool",
    "assign_segments",
    "check_approaches_folder",
    "check_folder",
    "check_front_folder",
    "check_layers_folder",
    "check_travel",
    "classify_density",
    "clean_record",
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
    "resemblances",
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
