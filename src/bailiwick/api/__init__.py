"""The façade: everything Bailiwick does, in a few functions."""

from bailiwick.api.approaches import ApproachComparison, check_approaches_folder, compare_approaches
from bailiwick.api.comparison import Comparison, compare
from bailiwick.api.estimator import TerritoryDesigner
from bailiwick.api.explaining.explainer import Explanation
from bailiwick.api.facade import design, evaluate
from bailiwick.api.folder import check_folder
from bailiwick.api.layers import LayeredPlan, check_layers_folder, design_layers, preview_layers
from bailiwick.api.loading import load
from bailiwick.api.plan import Judgement, Plan
from bailiwick.api.realigning.facade import realign
from bailiwick.api.realigning.front import Front, check_front_folder, front
from bailiwick.api.realigning.report import Realignment
from bailiwick.api.travel.matrix import TravelMatrix, travel_matrix
from bailiwick.api.travel.wish import check_travel
from bailiwick.api.valuing import CustomerValue, customer_value

__all__ = [
    "ApproachComparison",
    "Comparison",
    "CustomerValue",
    "Explanation",
    "Front",
    "Judgement",
    "LayeredPlan",
    "Plan",
    "Realignment",
    "TerritoryDesigner",
    "TravelMatrix",
    "check_approaches_folder",
    "check_folder",
    "check_front_folder",
    "check_layers_folder",
    "check_travel",
    "compare",
    "compare_approaches",
    "customer_value",
    "design",
    "design_layers",
    "evaluate",
    "front",
    "load",
    "preview_layers",
    "realign",
    "travel_matrix",
]
