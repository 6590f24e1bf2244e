"""What map and report show of a realignment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bailiwick.domain import TextArray
from bailiwick.pictures.view import Fact
from bailiwick.pictures.wording import percent_text

if TYPE_CHECKING:
    from bailiwick.api.plan import Plan


def change_tail(plan: Plan) -> str:
    """What a realignment makes small beside compactness, as the end of a sentence."""
    baseline = plan.problem.baseline
    return " plus the price of what changes hands" if baseline is not None and baseline.price > 0 else ""


def change_categories(plan: Plan) -> dict[str, TextArray]:
    """Whether each unit changes hands, and where it is today; nothing where no alignment of today was given."""
    whole, problem = plan.realignment, plan.problem
    if whole is None:
        return {}
    names = problem.territory_ids if problem.territory_names is None else problem.territory_names
    change = np.where(whole.is_moved, "changes hands", np.where(whole.is_new, "is new", "stays")).astype(object)
    return {"Change": change, "Today": np.array([*names, "none"], dtype=object)[whole.baseline.territory_idx]}


def change_facts(plan: Plan) -> tuple[Fact, ...]:
    """The share that changes hands, and how many territories were outside before."""
    whole = plan.realignment
    if whole is None:
        return ()
    was = int(whole.before.is_violating.any(axis=1).sum())
    return (Fact("Changes hands", percent_text(whole.moved_share), f"of {whole.measure_name}; today {was:,} outside"),)


def change_method(plan: Plan) -> tuple[str, ...]:
    """Paragraphs on how the plan came from today's, and before and after."""
    whole = plan.realignment
    if whole is None:
        return ()
    how = (
        "The search starts from today's alignment and from a fresh one around its centres. A flow between territories says where load "
        "has to go over which border; chains of units follow it, and a search moves units along the borders as long as that helps. "
        "Every change of hands has its price."
    )
    return how, " ".join(whole.lines())
