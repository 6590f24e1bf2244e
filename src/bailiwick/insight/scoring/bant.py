"""Budget, authority, need, timeline: four graded answers with evidence and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, TextArray
from bailiwick.domain.said import say, say_all
from bailiwick.errors import InputError

FIELDS = ("budget", "authority", "need", "timeline")
MOST = 3.0
"""Grades go from 0 (no) to 3 (confirmed)."""
_WORDS = {
    **dict.fromkeys(("no", "none", "false", "n", "rejected"), 0.0),
    **dict.fromkeys(("weak", "low", "unlikely", "maybe", "later"), 1.0),
    **dict.fromkeys(("likely", "medium", "partly", "probable"), 2.0),
    **dict.fromkeys(("yes", "high", "confirmed", "true", "y", "strong"), 3.0),
}
NAMES = {"budget": say("budget"), "authority": say("authority"), "need": say("need"), "timeline": say("timeline")}
PROMPTS = {
    "budget": say("Which budget is there, and who releases it?"),
    "authority": say("Who decides, and who else must agree?"),
    "need": say("Which problem does it solve, and what does doing nothing cost?"),
    "timeline": say("By when must it work, and what happens on that day?"),
}


@dataclass(frozen=True, slots=True)
class BantParams:
    """How answers count.

    Attributes
    ----------
    weights
        Of budget, authority, need, timeline.
    least
        Grade that every field must reach for a lead to be qualified.
    fresh_days
        Answers older than that count half.

    Raises
    ------
    InputError
        If a weight is negative, all are 0, or a setting is out of range.
    """

    weights: tuple[float, float, float, float] = (25.0, 25.0, 25.0, 25.0)
    least: float = 2.0
    fresh_days: float = 90.0

    def __post_init__(self) -> None:
        if min(self.weights) < 0 or not sum(self.weights) > 0:
            raise InputError(
                "the weights of budget, authority, need and timeline must be 0 or more, not all 0", code="insight_setting", field="weights"
            )
        if not 0 <= self.least <= MOST or not self.fresh_days > 0:
            raise InputError(
                "the least grade is 0 to 3, and the days that an answer stays fresh are above 0", code="insight_setting", field="least"
            )


@dataclass(frozen=True, eq=False)
class Qualification:
    """Result for n leads.

    Attributes
    ----------
    score
        0 to 100, shape (n,).
    is_qualified
        Whether every field has the least grade, with answers that are fresh, shape (n,).
    fails
        Fields that do not, shape (n,), joined by commas.
    stale
        Fields whose answer is too old, joined by commas, shape (n,).
    prompt
        What to ask next, shape (n,); empty if nothing is open.
    """

    score: FloatArray
    is_qualified: NDArray[np.bool_]
    fails: TextArray
    stale: TextArray
    prompt: TextArray


def grades_of(texts: TextArray) -> FloatArray:
    """Grades from numbers 0…3 or words such as yes, likely, weak, no; NaN where nothing can be read, shape (n,).

    Examples
    --------
    >>> grades_of(np.array(["yes", "2", "", "perhaps so"], object)).tolist()
    [3.0, 2.0, nan, nan]
    """
    found = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        word = str(text).strip().lower()
        try:
            found[i] = _WORDS[word] if word in _WORDS else min(max(float(word), 0.0), MOST)
        except ValueError:
            continue
    return found


def qualify(grades: Mapping[str, FloatArray], age_days: Mapping[str, FloatArray], params: BantParams) -> Qualification:
    """Score leads by their four answers.

    Parameters
    ----------
    grades
        Field → grade 0…3 or NaN, shape (n,).
    age_days
        Field → age of the answer in days or NaN where unknown, shape (n,); fields may be missing.
    params
        Weights and limits.

    Examples
    --------
    >>> grades = {f: np.array([3.0, 3.0]) for f in FIELDS} | {"need": np.array([3.0, np.nan])}
    >>> found = qualify(grades, {"budget": np.array([10.0, 200.0])}, BantParams())
    >>> found.score.tolist(), found.fails.tolist(), found.stale.tolist()
    ([100.0, 62.5], ['', 'budget, need'], ['', 'budget'])
    """
    n = len(grades[FIELDS[0]])
    total = np.zeros(n)
    fails: list[list[str]] = [[] for _ in range(n)]
    stale: list[list[str]] = [[] for _ in range(n)]
    for weight, field in zip(params.weights, FIELDS, strict=True):
        age = age_days.get(field, np.full(n, np.nan))
        is_stale = np.nan_to_num(age) > params.fresh_days
        grade = np.nan_to_num(grades[field]) * np.where(is_stale, 0.5, 1.0)
        total += weight * grade / MOST
        for i in np.flatnonzero(grade < params.least):
            fails[i].append(field)
        for i in np.flatnonzero(is_stale & np.isfinite(grades[field])):
            stale[i].append(field)
    joined = [
        np.array([say_all([NAMES[name] for name in names], ", ") for names in side] + [""], dtype=object)[:-1] for side in (fails, stale)
    ]
    prompts = np.array([PROMPTS[names[0]] if names else "" for names in fails] + [""], dtype=object)[:-1]
    is_qualified = np.array([not names for names in fails], dtype=bool)
    return Qualification(100 * total / sum(params.weights), is_qualified, joined[0], joined[1], prompts)
