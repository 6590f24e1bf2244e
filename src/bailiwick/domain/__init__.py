"""Frozen values that every other room speaks in."""

from bailiwick.domain.adjacency import Adjacency
from bailiwick.domain.baseline import Baseline
from bailiwick.domain.conflict import Conflict
from bailiwick.domain.hierarchy import Level
from bailiwick.domain.notice import Notice
from bailiwick.domain.orders import OrderTable
from bailiwick.domain.problem import Measure, Objective, Problem, check_n_territories
from bailiwick.domain.reps import RepTable
from bailiwick.domain.result import Bound, Prices, Progress, Result
from bailiwick.domain.travel import Pace, TravelTable
from bailiwick.domain.units import FloatArray, IntArray, TextArray, UnitTable

__all__ = [
    "Adjacency",
    "Baseline",
    "Bound",
    "Conflict",
    "FloatArray",
    "IntArray",
    "Level",
    "Measure",
    "Notice",
    "Objective",
    "OrderTable",
    "Pace",
    "Prices",
    "Problem",
    "Progress",
    "RepTable",
    "Result",
    "TextArray",
    "TravelTable",
    "UnitTable",
    "check_n_territories",
]
