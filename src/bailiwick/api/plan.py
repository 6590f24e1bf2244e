"""What a design gives back to its user: a plan that can be looked at, summed up and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bailiwick.api.columns import alignment_columns, territory_columns
from bailiwick.api.digest import input_digest
from bailiwick.api.document import judgement_document, notice_list, plan_document
from bailiwick.api.sources import Source
from bailiwick.domain import Notice, Prices, Problem, Result
from bailiwick.metrics import Evaluation

if TYPE_CHECKING:
    import pandas as pd

    from bailiwick.api.explaining.explainer import Explainer, Explanation
    from bailiwick.api.realigning.report import Realignment
    from bailiwick.api.robust import Robustness
    from bailiwick.design.hierarchy.solve import LevelResult


@dataclass(frozen=True, eq=False, repr=False)
class Judgement:
    """What is true of an alignment, whoever made it.

    Attributes
    ----------
    evaluation
        Every metric that applies.
    source
        Where the units come from, with the rows that could not be used.
    notices
        Suspicious but legal facts.
    """

    evaluation: Evaluation
    source: Source
    notices: tuple[Notice, ...] = ()

    def __repr__(self) -> str:
        problem = self.problem
        rules = "every rule kept" if self.keeps_every_rule else "not every rule kept"
        return f"<{type(self).__name__}: {problem.units.n_units:,} units in {problem.n_territories:,} territories, {rules}>"

    @property
    def problem(self) -> Problem:
        """Units and rules it was judged by."""
        return self.evaluation.problem

    @property
    def keeps_every_rule(self) -> bool:
        """Whether every unit has a territory, no tolerance is passed, nothing is in pieces, and every hard rule holds."""
        return self.evaluation.keeps_every_rule

    @cached_property
    def alignment(self) -> pd.DataFrame:
        """One row per unit: ``unit_id``, ``territory_id`` (None without one) and the measures; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(alignment_columns(self.evaluation))

    @cached_property
    def territories(self) -> pd.DataFrame:
        """One row per territory: sums, targets and deviations of the measures, distances, pieces; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(territory_columns(self.evaluation, self.prices))

    @cached_property
    def realignment(self) -> Realignment | None:
        """What changes against today's alignment; None where none was given."""
        from bailiwick.api.realigning.report import Realignment

        return None if self.problem.baseline is None else Realignment(self.evaluation)

    @property
    def prices(self) -> Prices | None:
        """What room in each territory is worth; None where nothing was optimised."""
        return None

    def document(self) -> dict[str, Any]:
        """The facts as a JSON document; keys as in ``plan.json`` where they apply."""
        return {**judgement_document(self.evaluation), "warnings": notice_list(self.notices)}


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Plan(Judgement):
    """A design, judged and ready to be written.

    Attributes
    ----------
    result
        What the engine gave: assignment, centres, bound, why it stopped.
    engine_version
        Version of Bailiwick.
    timings_seconds
        ``read``, ``model``, ``solve`` and ``explain``.
    clock
        Source of seconds, for the time of writing.
    levels
        Levels above the territories, coarsest first; none by default.
    construction
        Which first plan the levels came from: ``from above`` or ``from below``; empty without levels.
    robustness
        How likely territories stay within their tolerances; None where nothing was said to be uncertain.
    """

    result: Result
    engine_version: str
    timings_seconds: Mapping[str, float]
    clock: Callable[[], float]
    levels: tuple[LevelResult, ...] = ()
    construction: str = ""
    robustness: Robustness | None = None

    @property
    def keeps_every_rule(self) -> bool:
        """Whether every rule holds for the territories, and balance and contiguity for every level above them."""
        return super().keeps_every_rule and all(level.evaluation.keeps_every_rule for level in self.levels)

    @cached_property
    def alignment(self) -> pd.DataFrame:
        """One row per unit: ``unit_id``, ``territory_id``, the group of every level, and the measures; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(alignment_columns(self.evaluation, self.level_columns(of_units=True)))

    @cached_property
    def territories(self) -> pd.DataFrame:
        """One row per territory: its groups, sums, targets and deviations of the measures, distances, pieces; a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self.territory_columns())

    @cached_property
    def moves(self) -> pd.DataFrame:
        """One row per unit that changes hands or is new, the best move first; a pandas data frame.

        From, to, measures, disruption, reason, gain, cost of refusing. Empty where no alignment of today was given.
        """
        import pandas as pd

        from bailiwick.api.realigning.moves import Moves

        return pd.DataFrame() if self.realignment is None else pd.DataFrame(Moves(self.realignment).columns())

    @cached_property
    def hierarchy(self) -> pd.DataFrame:
        """One row per group of every level and per territory, with what stands above it; a pandas data frame."""
        import pandas as pd

        from bailiwick.api.levels.report import hierarchy_columns

        return pd.DataFrame(hierarchy_columns(self.levels, self.evaluation))

    def territory_columns(self, *, is_rounded: bool = False) -> dict[str, Any]:
        """Columns of ``territories.csv``, as short as they are written if ``is_rounded``."""
        columns = territory_columns(self.evaluation, self.prices, self.level_columns(of_units=False), is_rounded=is_rounded)
        return columns if self.robustness is None else {**columns, **self.robustness.columns()}

    def level_columns(self, *, of_units: bool) -> dict[str, Any]:
        """Group of each unit, or of each territory, per level: ``NAME_id`` → text."""
        if not self.levels:
            return {}
        from bailiwick.api.levels.report import territory_level_columns, unit_level_columns

        return unit_level_columns(self.levels, self.evaluation.territory_idx) if of_units else territory_level_columns(self.levels)

    @property
    def told_notices(self) -> tuple[Notice, ...]:
        """The notices for people, who read the conflicts beside them: without what these say already."""
        said = {c.unit_ids for c in self.result.conflicts if c.code == "heavy_unit"}
        return tuple(n for n in self.notices if n.code != "unit_exceeds_territory" or n.examples not in said)

    @property
    def gap(self) -> float | None:
        """How far the objective is above the proven bound, as a fraction; None without a bound."""
        return self.result.gap

    @property
    def prices(self) -> Prices | None:
        """What room in each territory is worth: the prices behind the bound; None without a bound."""
        return None if self.result.bound is None else self.result.bound.prices

    def document(self) -> dict[str, Any]:
        """The content of ``plan.json``, except for the time of writing."""
        from bailiwick.api.levels.report import level_documents

        return plan_document(
            self.result,
            self.evaluation,
            engine_version=self.engine_version,
            input_digest=self._digest,
            rows=self.source.rows,
            warnings=self.notices,
            timings_seconds=self.timings_seconds,
            levels=level_documents(self.levels),
            realignment=None if self.realignment is None else self.realignment.document(),
            robustness=None if self.robustness is None else self.robustness.document(self.problem.territory_ids),
        )

    @property
    def _digest(self) -> str:
        more = "" if self.robustness is None else self.robustness.fingerprint
        return input_digest(self.problem, seed=self.result.seed, levels=tuple(level.level for level in self.levels), more=more)

    @cached_property
    def _explainer(self) -> Explainer:
        from bailiwick.api.explaining.explainer import Explainer

        return Explainer(self)

    def explain(self, unit_id: str, *, instead: str | None = None) -> Explanation:
        """Why a unit is in its territory, what the next best would cost, and what would have to change.

        Parameters
        ----------
        unit_id
            Id of a unit, or its name if no other has it.
        instead
            Id or name of another territory: why not there?

        Returns
        -------
        Explanation
            A paragraph, a table and a JSON document. Every figure is what judging the plan with that move would give.

        Raises
        ------
        InputError
            If there is no such unit or territory.

        Examples
        --------
        >>> import bailiwick as bw
        >>> units = {"id": list("abcde"), "x": [0, 1, 2, 8, 9], "y": [0] * 5, "calls": [3, 2, 1, 4, 2]}
        >>> plan = bw.design(units, territories=2, balance={"calls": 0.1}, is_planar=True)
        >>> print(plan.explain("c"))  # doctest: +ELLIPSIS
        c is in T1 because its centre is the nearest, 2 km away. ...
        """
        return self._explainer.unit(unit_id, instead=instead)

    def explain_territory(self, territory_id: str) -> Explanation:
        """What limits a territory, who presses on it, and which of its units are least and most certain.

        Parameters
        ----------
        territory_id
            Id of a territory, or its name if no other has it.

        Raises
        ------
        InputError
            If there is no such territory.
        """
        return self._explainer.territory(territory_id)

    def summary(self) -> str:
        """A few lines of plain text: size, balance, contiguity, distance, gap, and what cannot be met."""
        from bailiwick.api.summary import summary_lines

        return "\n".join(summary_lines(self))

    def to_files(self, folder: str | Path, *, map: bool = True, report: bool = True) -> tuple[Path, ...]:
        """Write the plan: alignment, territories, shapes, facts, map, report and rejected rows.

        Parameters
        ----------
        folder
            New, empty, or holding an older plan, which is replaced as a whole at the very end.
        map, report
            Whether to draw ``map.html`` and ``report.pdf``.

        Returns
        -------
        tuple of Path
            The files.

        Raises
        ------
        InputError
            If the folder holds anything else or cannot be written.
        """
        from bailiwick.api.files import write_plan

        return write_plan(self, Path(folder), with_map=map, with_report=report)
