"""Metrics: one pure function each, a registry of them all, and ``evaluate`` which computes what applies."""

from bailiwick.metrics.evaluation import Evaluation, evaluate
from bailiwick.metrics.registry import BY_KEY, METRICS, Metric

__all__ = ["BY_KEY", "METRICS", "Evaluation", "Metric", "evaluate"]
