"""Conflicts: rules that cannot all be kept, and the least that would have to give."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that a plan does not keep together, and why.

    Attributes
    ----------
    code
        Stable short name of the kind of conflict, for programs and for the documentation.
    message
        Why the rules clash, in a sentence or two with names and numbers.
    rules
        The rules that clash: ``tolerance``, ``territories`` (their number), ``contiguity``, ``max_distance``, ``max_minutes``,
        ``max_moved``, ``lock``, ``forbidden``, ``group``, ``whole_units`` (that they are not divided).
    relaxation
        The least changes that would do, each by itself, in words.
    is_proven
        Whether no plan at all can keep the rules. If not, the search has found none, and there may be one.
    measure
        The measure whose tolerance is in conflict, or None.
    allowed, least, reached
        For a tolerance, the largest distance or share that may move, or the most minutes: what is allowed; what is proven
        that every plan has at least; what this plan has. Fractions, km, or minutes; None where it makes no sense. ``least``
        is for plans that keep the other rules named.
    unit_ids, territory_ids
        Ids of those in conflict, the first few.
    """

    code: str
    message: str
    rules: tuple[str, ...]
    relaxation: str
    is_proven: bool
    measure: str | None = None
    allowed: float | None = None
    least: float | None = None
    reached: float | None = None
    unit_ids: tuple[str, ...] = ()
    territory_ids: tuple[str, ...] = ()
