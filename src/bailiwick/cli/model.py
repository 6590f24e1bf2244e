"""The options of every command that has a problem, as one record."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints

from bailiwick.cli import options as o


@dataclass(frozen=True, kw_only=True)
class Model:
    """What is asked beside the units; the keywords of :class:`bailiwick.api.options.ProblemOptions` in the words of the command line."""

    reps: o.Reps = None
    territories: o.Territories = None
    balance: o.Balance = None
    adjacency: o.AdjacencyFile = None
    contiguity: o.ContiguityOption = None
    barriers: o.Barriers = None
    links: o.Links = None
    shapes: o.Shapes = None
    objective: o.Objective = o.ObjectiveName.distance
    travel: o.Travel = None
    roads: o.Roads = None
    profile: o.ProfileOption = o.ProfileName.car
    max_minutes: o.MaxMinutes = None
    circuity: o.Circuity = None
    speed: o.Speed = None
    planar: o.Planar = False
    lock: o.Lock = None
    group: o.Group = None
    forbid: o.Forbid = None
    max_km: o.MaxKm = None
    map: o.Map = None

    def keywords(self) -> dict[str, Any]:
        """The keywords of the façade.

        Raises
        ------
        InputError
            If options exclude each other, or a map of columns cannot be read.
        """
        from bailiwick.formats import parse_column_map

        return {
            "reps": self.reps,
            "territories": self.territories,
            "balance": self.balance,
            "adjacency": o.adjacency(self.adjacency, self.contiguity),
            "barriers": self.barriers,
            "links": self.links,
            "shapes": self.shapes,
            "objective": self.objective.value,
            "travel": self.travel,
            "roads": self.roads,
            "profile": self.profile.value,
            "max_minutes": self.max_minutes,
            "circuity": self.circuity,
            "speed_kmh": self.speed,
            "is_planar": self.planar,
            "lock": self.lock,
            "group": self.group,
            "forbidden": self.forbid,
            "max_distance_km": self.max_km,
            "column_map": parse_column_map(self.map or []),
        }


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What is written, and how the result is told."""

    no_map: o.NoMap = False
    no_report: o.NoReport = False
    as_json: o.Json = False


def flat(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take each field of its record parameters as an option of its own.

    Examples
    --------
    >>> @flat
    ... def judge(units: str, model: Model) -> None: ...
    >>> list(inspect.signature(judge).parameters)[:3]
    ['units', 'reps', 'territories']
    """
    hints = get_type_hints(command, include_extras=True)
    records: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    shown: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        shown += _of_record(records[name]) if name in records else [parameter.replace(annotation=hints[name])]

    @wraps(command)
    def run(**given: Any) -> None:
        packed = {name: record(**{f.name: given.pop(f.name) for f in fields(record)}) for name, record in records.items()}
        command(**given, **packed)

    run.__signature__ = inspect.Signature([p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in shown])  # type: ignore[attr-defined]
    return run


def _of_record(record: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(record, include_extras=True)
    return [inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name]) for f in fields(record)]
