"""Shares that rest on enough."""

from __future__ import annotations

FEW = 10
"""A share of fewer is not told, but that they are too few."""


def share(part: int, whole: int) -> float | None:
    """Part ÷ whole; none while there are few."""
    return part / whole if whole >= FEW else None
