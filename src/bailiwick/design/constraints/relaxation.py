"""The tolerance that would do, in words."""

from __future__ import annotations

from bailiwick.domain import Measure
from bailiwick.domain.wording import enough_percent, percent

MET = 1e-6
"""What is known to be needed and what was reached count as the same if they differ by less."""


def allow(measure: Measure, least: float, reached: float, *, who: str = "plan") -> str:
    """The tolerance that would do, beside what is proven to be needed.

    Parameters
    ----------
    least
        What every such plan needs, as a fraction.
    reached
        What the plan at hand needs.
    who
        The plans that the proof is about.
    """
    if reached < least - MET:
        return f"allow {enough_percent(least)} for {measure.name}, which every {who} needs"
    if reached <= least + MET:
        return f"allow {enough_percent(least)} for {measure.name}: no {who} needs less, and this one keeps it"
    return f"allow {enough_percent(reached)} for {measure.name}, which this plan keeps; no {who} needs less than {percent(least)}"
