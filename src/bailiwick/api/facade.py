"""Three functions that do everything: design, evaluate, compare (the last in ``api.comparison``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Unpack

import bailiwick
from bailiwick.api.judging import judge
from bailiwick.api.levels import AskedLevel, Levels, parse_levels, resolve_levels
from bailiwick.api.options import OptionKeywords, ProblemKeywords, ProblemOptions, read_options, read_problem, shows
from bailiwick.api.plan import Judgement, Plan
from bailiwick.api.problem import build_problem
from bailiwick.api.robust import UncertaintyOptions, parse_uncertain, resolve_uncertainties, with_robustness
from bailiwick.api.robust.asked import DEFAULT_CONFIDENCE, DEFAULT_CORRELATION
from bailiwick.api.searching import SearchOptions
from bailiwick.api.sources import Source
from bailiwick.domain import Level, Notice, Problem, Result
from bailiwick.domain.uncertainty import Uncertainty
from bailiwick.errors import InputError
from bailiwick.metrics import evaluate as evaluate_plan


@shows(ProblemOptions, SearchOptions)
def design(
    units: Any,
    *,
    levels: Levels | None = None,
    uncertain: str | Iterable[str] | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
    correlation: float = DEFAULT_CORRELATION,
    uncertain_region: str | None = None,
    prove: bool = False,
    **options: Unpack[OptionKeywords],
) -> Plan:
    """Design territories: balanced, compact, connected.

    Parameters
    ----------
    units
        Accounts or areas: a path (CSV, TSV, XLSX, Parquet, Arrow, GeoJSON, GeoPackage, shapefile, TopoJSON), a pandas or
        GeoPandas frame, an Arrow table, a mapping of columns, or a ``UnitTable``.
    territories
        Number of territories. None: one per rep, else the hours of work ÷ 2,000.
    levels
        Levels above the territories, coarsest first, designed together with them: texts ``"region:4"``, ``"district:15:3%"`` or
        ``"region=COLUMN"`` (groups given by a column of the reps, or without reps of the units); or name → number of groups,
        (number, tolerance as a fraction), or column.
    reps
        Table of reps like ``units``, with homes and capacity: each gets one territory with its centre there.
    balance
        Measure → tolerance as a fraction, or names such as ``"population"`` or ``"population:5%"``. The first measure is
        the weight of distance. None: the only measure, else the number of units.
    adjacency
        ``"auto"`` or None: territories are connected, by polygons or else by nearest points; ``"none"``: they need not be; or the
        path of a CSV with columns ``unit_a,unit_b``, pairs of unit ids, or an ``Adjacency``.
    barriers
        A map of lines and areas (rivers, borders): no link between neighbours may cross one.
    links
        Table ``unit_a, unit_b, action`` of links to ``add`` (bridges, ferries) or ``remove``, or such triples; the last word.
    shapes
        Polygons for units that have none, joined by id.
    objective
        ``"distance"`` (Σ weight · km), ``"inertia"`` (Σ weight · km²) or ``"diameter"`` (largest distance within a territory).
    is_planar
        True if columns ``x, y`` are projected already, in km; else positions are longitude and latitude. A ``UnitTable``
        says so itself.
    lock, group
        Column with the territory that a unit must keep, or blank; without ``reps``, territories are named after it.
        Column with equal text for units that stay together.
    forbidden
        Pairs (unit id, territory id) that must not be, or a table with ``unit_id`` and ``territory_id``, or its path.
    max_distance_km
        Largest allowed straight distance of a unit from the centre of its territory.
    travel
        Minutes that take the place of km in the objective: the path of a matrix (``from, to, minutes``, or one column per
        goal), a table, or what :func:`bailiwick.travel_matrix` gives. Between all units where centres are free, between
        units and reps where they are homes.
    roads, profile
        Compute those minutes from an extract of OpenStreetMap (``.osm.pbf``), for ``"car"``, ``"bicycle"`` or ``"foot"``.
    max_minutes
        Largest allowed travel of a unit to the centre of its territory.
    circuity, speed_kmh
        Tell minutes beside straight km: the road as a multiple of the straight line (1), and the speed on it (50). The plan
        is the same.
    uncertain
        Measures that are not known exactly: ``"population:±15%"``, ``"sales:LOW,HIGH"`` (columns of an interval that holds 90 % of
        the cases) or ``"sales:A,B,C"`` (columns of three samples or more). The plan then leaves room for what may come, and
        says how likely each territory stays within its tolerance; with ``levels`` it only says so.
    confidence
        Probability that each territory shall have to stay within.
    correlation
        Share of the variance of a unit that comes from a factor common to its region.
    uncertain_region
        Column with these regions; None: sixteen compact ones.
    column_map
        Field → column, where the names in the file are not understood.
    prove
        Also bound what any other places of the free centres could give (up to 2,500 units; not with levels or uncertainty).
    seed
        Same input, seed and version: same plan.
    time_limit
        Seconds after which the search ends with the best plan so far; None for no limit.
    stop
        Asked during the search; True ends it with the best plan so far.
    on_progress
        Told how far the search is.
    clock
        Source of seconds. Without one they stand still while loops are compiled, which happens once on a computer.

    Returns
    -------
    Plan
        Complete in any case. Rules that could not be met stand in its ``notices``, and ``keeps_every_rule`` is False.

    Raises
    ------
    InputError
        If something given cannot be used.
    InfeasibleError
        If locks, forbidden pairs and groups contradict each other.

    Examples
    --------
    >>> units = {"id": list("abcd"), "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "people": [3, 2, 2, 3]}
    >>> plan = design(units, territories=2, balance={"people": 0.05}, is_planar=True)
    >>> plan.alignment["territory_id"].tolist()
    ['T1', 'T1', 'T2', 'T2']
    >>> plan.keeps_every_rule, plan.result.objective
    (True, 4.0)
    """
    wanted, search = read_options(options)
    laps = Laps(search.clock)
    doubt = None if uncertain is None else UncertaintyOptions(parse_uncertain(uncertain), confidence, correlation, uncertain_region)
    ready = _prepared(units, wanted, parse_levels(levels), doubt, laps)
    if prove and (ready.tiers or doubt is not None):
        message = "a bound over all centres is for one level and exact measures; leave out --prove (prove=True), or levels and uncertainty"
        raise InputError(message, code="prove_alone", field="prove")
    if ready.tiers:
        plan = _finish_levels(ready.problem, ready.tiers, ready.source, ready.told, laps, search)
        return plan if doubt is None else with_robustness(plan, ready.doubts, doubt, {})
    if doubt is not None:
        return _finish_robust(ready.problem, ready.doubts, doubt, ready.source, ready.told, laps, search)
    result = solve_within(ready.problem, search, prove=prove)
    laps.end("solve")
    return finish(result, ready.source, ready.told, laps)


@dataclass(frozen=True)
class _Prepared:
    """What a design starts from: the problem, where it was read, what there is to tell, its levels and its uncertainties."""

    problem: Problem
    source: Source
    told: tuple[Notice, ...]
    tiers: tuple[Level, ...]
    doubts: tuple[Uncertainty, ...]


def _prepared(units: Any, wanted: ProblemOptions, asked: tuple[AskedLevel, ...], doubt: UncertaintyOptions | None, laps: Laps) -> _Prepared:
    """Read the input and make the problem of it."""
    level_columns = () if wanted.reps is not None else tuple(level.column for level in asked)
    source, roster = wanted.read(units, *level_columns, *(doubt.columns if doubt else ()))
    laps.end("read")
    graph, told = wanted.neighbours(source.units)
    problem, notices = build_problem(source.units, wanted.rules, reps=roster, adjacency=graph)
    tiers = resolve_levels(asked, problem.units, roster, problem.territory_ids)
    doubts = () if doubt is None else resolve_uncertainties(doubt, problem)
    laps.end("model")
    reps_told = () if roster is None else roster.notices
    return _Prepared(problem, source, (*notices, *told, *reps_told, *source.notices), tiers, doubts)


def _finish_levels(
    problem: Problem, tiers: tuple[Level, ...], source: Source, told: tuple[Notice, ...], laps: Laps, search: SearchOptions
) -> Plan:
    from bailiwick.api.levels.report import level_notices
    from bailiwick.design.hierarchy.solve import solve_levels

    limits = search.limits()
    found = solve_levels(
        problem,
        tiers,
        seed=search.seed,
        stop=limits.should_stop,
        on_progress=search.on_progress,
        clock=search.clock,
        time_limit=search.time_limit,
    )
    laps.end("solve")
    plan = finish(limits.explained(found.result), source, (*level_notices(found.levels), *told), laps)
    return replace(plan, levels=found.levels, construction=found.construction)


def _finish_robust(
    problem: Problem,
    doubts: tuple[Uncertainty, ...],
    doubt: UncertaintyOptions,
    source: Source,
    told: tuple[Notice, ...],
    laps: Laps,
    search: SearchOptions,
) -> Plan:
    from bailiwick.design.robust import solve_robust

    limits = search.limits()
    found = solve_robust(
        problem,
        doubts,
        confidence=doubt.confidence,
        seed=search.seed,
        stop=limits.should_stop,
        on_progress=search.on_progress,
        clock=search.clock,
        time_limit=search.time_limit,
    )
    laps.end("solve")
    plan = finish(limits.explained(found.result), source, told, laps)
    names = [m.name for m in problem.measures]
    return with_robustness(plan, doubts, doubt, dict(zip(names, found.search_tolerances.tolist(), strict=True)))


def solve_within(problem: Problem, search: SearchOptions, *, prove: bool = False) -> Result:
    """Run the engine until it is done, the time is over, or ``stop`` says so."""
    from bailiwick.design.solve import solve

    limits = search.limits()
    stop, tell = limits.rule, search.on_progress
    return limits.explained(solve(problem, seed=search.seed, prove=prove, stop=stop, on_progress=tell, clock=search.clock))


def finish(result: Result, source: Source, notices: tuple[Notice, ...], laps: Laps) -> Plan:
    """Judge a result and make it a plan."""
    evaluation = evaluate_plan(result.problem, result.territory_idx, result.centre_coordinates)
    laps.end("explain")
    return Plan(
        evaluation=evaluation,
        source=source,
        notices=(*result.notices, *notices),
        result=result,
        engine_version=bailiwick.__version__,
        timings_seconds=laps.seconds,
        clock=laps.clock,
    )


class Laps:
    """Seconds per phase."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.seconds: dict[str, float] = {}
        self._last = clock()

    def end(self, phase: str) -> None:
        """Book the time since the last phase under ``phase``."""
        now = self.clock()
        self.seconds[phase] = now - self._last
        self._last = now


@shows(ProblemOptions)
def evaluate(units: Any, alignment: Any, **options: Unpack[ProblemKeywords]) -> Judgement:
    """Judge an alignment, made here or elsewhere, by the rules of :func:`design`.

    Parameters
    ----------
    units
        As for :func:`design`; so are the parameters that are not listed here.
    alignment
        Path or table with columns ``unit_id`` and ``territory_id``, or a mapping of unit id → territory id. Units without
        a territory are counted, ids that are no units are noted.
    territories
        Number of territories for the targets, if the alignment may leave some empty; by default as many as it names.

    Returns
    -------
    Judgement
        Every metric that applies, and whether every rule is kept.

    Raises
    ------
    InputError
        If something given cannot be used.

    Examples
    --------
    >>> units = {"id": list("abcd"), "x": [0, 1, 8, 9], "y": [0, 0, 0, 0], "people": [3, 2, 2, 3]}
    >>> judged = evaluate(units, dict(zip("abcd", "WWWE")), balance={"people": 0.05}, is_planar=True)
    >>> judged.keeps_every_rule, judged.evaluation.totals.ravel().tolist()
    (False, [3.0, 7.0])
    """
    wanted = read_problem(options)
    source, roster = wanted.read(units)
    graph, told = wanted.neighbours(source.units)
    return judge(source, alignment, wanted.rules, reps=roster, adjacency=graph, told=told)
