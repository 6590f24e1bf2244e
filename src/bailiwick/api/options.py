"""What can be asked of every problem, whether it is designed, realigned, swept or judged: one record, read in one place."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, fields
from typing import Any, TypedDict, TypeVar

from bailiwick.api.balance import Balance
from bailiwick.api.crossings import edit_neighbours
from bailiwick.api.neighbours import resolve_adjacency
from bailiwick.api.problem import Rules
from bailiwick.api.searching import SearchKeywords, SearchOptions
from bailiwick.api.sources import Source, read_roster, read_source
from bailiwick.api.travel.wish import DEFAULT_PROFILE, TravelWish
from bailiwick.domain import Adjacency, Notice, Objective, RepTable, UnitTable
from bailiwick.formats.wording import did_you_mean

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
Neighbours = Adjacency | str | os.PathLike[str] | Iterable[tuple[str, str]] | None


class ProblemKeywords(TypedDict, total=False):
    """The fields of :class:`ProblemOptions` as keywords of a function."""

    territories: int | None
    reps: Any
    balance: Balance | None
    adjacency: Neighbours
    barriers: Any
    links: Any
    shapes: Any
    objective: Objective
    is_planar: bool
    lock: str | None
    group: str | None
    forbidden: Any
    max_distance_km: float | None
    travel: Any
    roads: str | os.PathLike[str] | None
    profile: str
    max_minutes: float | None
    circuity: float | None
    speed_kmh: float | None
    column_map: Mapping[str, str] | None


@dataclass(frozen=True, kw_only=True)
class ProblemOptions:
    """What was asked beside the units, in the words of the user; :func:`bailiwick.design` says what each means."""

    territories: int | None = None
    reps: Any = None
    balance: Balance | None = None
    adjacency: Neighbours = "auto"
    barriers: Any = None
    links: Any = None
    shapes: Any = None
    objective: Objective = "distance"
    is_planar: bool = False
    lock: str | None = None
    group: str | None = None
    forbidden: Any = None
    max_distance_km: float | None = None
    travel: Any = None
    roads: str | os.PathLike[str] | None = None
    profile: str = DEFAULT_PROFILE
    max_minutes: float | None = None
    circuity: float | None = None
    speed_kmh: float | None = None
    column_map: Mapping[str, str] | None = None

    @property
    def rules(self) -> Rules:
        """What makes a problem of the units."""
        wish = TravelWish(self.travel, self.roads, self.profile, self.circuity, self.speed_kmh, self.max_minutes)
        return Rules(self.territories, self.balance, self.objective, self.lock, self.group, self.forbidden, self.max_distance_km, wish)

    def read(self, units: Any, *texts: str | None, balance: Balance | None = None) -> tuple[Source, RepTable | None]:
        """The units and the reps.

        Parameters
        ----------
        units
            A path, a table, or ready values.
        texts
            Columns that must be there as text, beside those of locks and groups; None is passed over.
        balance
            Measures that must be there; None: those to balance.

        Raises
        ------
        InputError
            If they cannot be read.
        """
        source = read_source(
            units,
            shapes=self.shapes,
            is_planar=self.is_planar,
            column_map=self.column_map,
            balance=self.balance if balance is None else balance,
            text_columns=tuple(column for column in (self.lock, self.group, *texts) if column),
        )
        return source, None if self.reps is None else read_roster(self.reps, is_planar=source.units.is_planar)

    def neighbours(self, units: UnitTable) -> tuple[Adjacency | None, tuple[Notice, ...]]:
        """The neighbour graph, with barriers and links, or None; and what was left out of the files.

        Raises
        ------
        InputError
            If one of them cannot be read or used.
        """
        graph, told = resolve_adjacency(self.adjacency, units)
        graph, edits = edit_neighbours(graph, units, barriers=self.barriers, links=self.links)
        return graph, (*told, *edits)


class OptionKeywords(ProblemKeywords, SearchKeywords, total=False):
    """All that can be asked of a problem and of the search for its plan, as keywords of a function."""


def read_problem(keywords: Mapping[str, Any]) -> ProblemOptions:
    """What some keywords ask of a problem.

    Raises
    ------
    TypeError
        If one of them is no option.
    """
    return ProblemOptions(**_known(keywords, fields(ProblemOptions)))


def read_options(keywords: Mapping[str, Any]) -> tuple[ProblemOptions, SearchOptions]:
    """What some keywords ask of a problem, and of the search for its plan.

    Raises
    ------
    TypeError
        If one of them is no option.
    InputError
        If the seed cannot be used.
    """
    of_problem, of_search = fields(ProblemOptions), fields(SearchOptions)
    known = _known(keywords, (*of_problem, *of_search))
    wanted = {f.name: known.pop(f.name) for f in of_search if f.name in known}
    return ProblemOptions(**known), SearchOptions(**wanted)


def read_search(keywords: Mapping[str, Any]) -> SearchOptions:
    """What some keywords ask of a search.

    Raises
    ------
    TypeError
        If one of them is no option.
    InputError
        If the seed cannot be used.
    """
    return SearchOptions(**_known(keywords, fields(SearchOptions)))


def _known(keywords: Mapping[str, Any], options: tuple[Field[Any], ...]) -> dict[str, Any]:
    known = [f.name for f in options]
    for name in keywords:
        if name not in known:
            raise TypeError(f"there is no option {name!r}{did_you_mean(name, known)}")
    return dict(keywords)


def shows(*records: type) -> Callable[[AnyFunction], AnyFunction]:
    """Show every option in the signature of a function that takes the fields of some records as ``**keywords``.

    Type checkers read them from :class:`OptionKeywords`; this is for ``help``, notebooks and completion.

    Examples
    --------
    >>> @shows(ProblemOptions, SearchOptions)
    ... def solve(units, *, prove=False, **options): ...
    >>> names = list(inspect.signature(solve).parameters)
    >>> names[:3], names[-6:]
    (['units', 'territories', 'reps'], ['prove', 'seed', 'time_limit', 'stop', 'on_progress', 'clock'])
    """

    def shown(function: AnyFunction) -> AnyFunction:
        signature = inspect.signature(function)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        first = [p for p in own if p.kind is not inspect.Parameter.KEYWORD_ONLY or p.default is inspect.Parameter.empty]
        of_problem = [_parameter(f) for record in records if record is ProblemOptions for f in fields(record)]
        others = [_parameter(f) for record in records if record is not ProblemOptions for f in fields(record)]
        parameters = [*first, *of_problem, *(p for p in own if p not in first), *others]
        function.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return function

    return shown


def _parameter(option: Field[Any]) -> inspect.Parameter:
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=option.default, annotation=option.type)
