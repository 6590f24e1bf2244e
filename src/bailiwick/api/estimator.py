"""Territory design in the grammar of scikit-learn, without needing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bailiwick.api.balance import Balance
from bailiwick.api.facade import solve_within
from bailiwick.api.neighbours import resolve_adjacency
from bailiwick.api.problem import Rules, build_problem
from bailiwick.api.searching import SearchOptions
from bailiwick.domain import FloatArray, IntArray, Objective, UnitTable
from bailiwick.errors import InputError

_PARAMETERS = ("n_territories", "balance", "objective", "connected", "is_planar", "seed", "time_limit", "clock")


class TerritoryDesigner:
    """Group points into balanced territories; ``fit_predict`` gives the labels.

    Parameters
    ----------
    n_territories
        Number of territories.
    balance
        Tolerance as a fraction for the sample weight, or a mapping of measure → tolerance, or names; see
        :func:`bailiwick.design`.
    objective
        ``distance``, ``inertia`` or ``diameter``.
    connected
        Whether territories must be connected among nearest points.
    is_planar
        True if the points are x, y in km; else longitude and latitude in degrees.
    seed
        Of the random source.
    time_limit
        Seconds after which the search ends; needs a ``clock``.
    clock
        Source of seconds, for example ``time.perf_counter``; None: no time limit.

    Attributes
    ----------
    labels_
        Territory of each point, 0…K − 1, shape (n,).
    centres_
        Centre of each territory, shape (K, 2).
    objective_
        Value of the objective.
    result_
        Everything the engine gave.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [1.0, 0.0], [8.0, 0.0], [9.0, 0.0]])
    >>> TerritoryDesigner(2, is_planar=True).fit_predict(points, sample_weight=[3, 2, 2, 3]).tolist()
    [0, 0, 1, 1]
    """

    def __init__(
        self,
        n_territories: int = 8,
        *,
        balance: float | Balance = 0.05,
        objective: Objective = "distance",
        connected: bool = False,
        is_planar: bool = False,
        seed: int = 0,
        time_limit: float | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.n_territories = n_territories
        self.balance = balance
        self.objective = objective
        self.connected = connected
        self.is_planar = is_planar
        self.seed = seed
        self.time_limit = time_limit
        self.clock = clock

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, *, measures: Mapping[str, Any] | None = None) -> TerritoryDesigner:  # noqa: N803
        """Design territories.

        Parameters
        ----------
        X
            Positions, shape (n, 2): longitude and latitude in degrees, or x and y in km if ``is_planar``.
        y
            Ignored.
        sample_weight
            The measure named ``weight``, shape (n,); ones if nothing is given.
        measures
            Name → numbers, shape (n,): further measures to balance.

        Raises
        ------
        InputError
            If shapes do not fit, or a measure is unknown.
        """
        if self.time_limit is not None and self.clock is None:
            raise InputError("a time limit needs a clock, for example clock=time.perf_counter", code="clock", field="clock")
        units = self._units(X, sample_weight, measures)
        balance: Balance = {next(iter(units.measures)): self.balance} if isinstance(self.balance, float | int) else self.balance
        graph, _ = resolve_adjacency("auto" if self.connected else "none", units)
        rules = Rules(self.n_territories, balance, self.objective)
        problem, _ = build_problem(units, rules, reps=None, adjacency=graph)
        result = solve_within(problem, SearchOptions(seed=self.seed, time_limit=self.time_limit, clock=self.clock or _no_clock))
        self.result_ = result
        self.labels_: IntArray = np.array(result.territory_idx)
        self.centres_: FloatArray = np.array(result.centre_coordinates)
        self.objective_ = result.objective
        return self

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None, *, measures: Mapping[str, Any] | None = None) -> IntArray:  # noqa: N803
        """Design territories and return the territory of each point, shape (n,); parameters as for :meth:`fit`."""
        return self.fit(X, y, sample_weight, measures=measures).labels_

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name."""
        return {name: getattr(self, name) for name in _PARAMETERS}

    def set_params(self, **params: Any) -> TerritoryDesigner:
        """Change parameters.

        Raises
        ------
        InputError
            If a name is unknown.
        """
        for name, value in params.items():
            if name not in _PARAMETERS:
                raise InputError(f"there is no parameter {name!r}; there are: {', '.join(_PARAMETERS)}", code="parameter", field=name)
            setattr(self, name, value)
        return self

    def _units(self, points: Any, sample_weight: Any, measures: Mapping[str, Any] | None) -> UnitTable:
        coordinates = np.asarray(points, dtype=np.float64)
        if coordinates.ndim != 2 or coordinates.shape[1] != 2:
            raise InputError(f"positions must have shape (n, 2), found {coordinates.shape}", code="length", field="X")
        columns = {} if sample_weight is None else {"weight": np.asarray(sample_weight, dtype=np.float64)}
        columns |= {name: np.asarray(values, dtype=np.float64) for name, values in (measures or {}).items()}
        ids = np.array([str(i) for i in range(len(coordinates))], dtype=object)
        return UnitTable(ids, coordinates, columns or {"weight": np.ones(len(ids))}, is_planar=self.is_planar)


def _no_clock() -> float:
    return 0.0
