"""Territory design: construct a plan, improve it, bound it, explain it."""

from bailiwick.design.solve import solve

__all__ = ["solve"]
