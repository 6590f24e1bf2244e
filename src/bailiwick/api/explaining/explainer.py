"""Explanations of units and territories: judged numbers, put into words and into a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bailiwick.api.explaining.document import territory_document, unit_document
from bailiwick.api.explaining.territory_words import neighbour_rows, territory_text
from bailiwick.api.explaining.words import move_rows, unit_text
from bailiwick.design.explain.moves import MoveJudge
from bailiwick.design.explain.territories import territory_insight
from bailiwick.design.explain.units import unit_insight
from bailiwick.domain import TextArray
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.wording import did_you_mean

if TYPE_CHECKING:
    from bailiwick.api.plan import Judgement

FEW_IDS = 20_000
"""So many ids are compared with one that does not exist, to guess which was meant."""


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Why a unit or a territory is as it is.

    Attributes
    ----------
    text
        One paragraph for people.
    tables
        Title → rows of text, the first row is the header.
    """

    text: str
    tables: Mapping[str, list[tuple[str, ...]]]
    _document: Mapping[str, Any]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Explanation of {self._document['kind']} {self._document.get('unit_id', self._document['territory_id'])}>"

    def document(self) -> dict[str, Any]:
        """Everything as one JSON document; see ``docs/reference/explain-json.md``."""
        return {**self._document, "text": self.text}


class Explainer:
    """Explains a plan, or an alignment made elsewhere; what the answers share is computed once.

    Parameters
    ----------
    plan
        The plan or the judgement, kept in memory.
    """

    def __init__(self, plan: Judgement) -> None:
        self.plan = plan
        self.judge = MoveJudge(plan.evaluation, plan.prices)
        self._unit_row = {str(unit_id): row for row, unit_id in enumerate(plan.problem.units.ids.tolist())}
        self._territory_row = {str(i): row for row, i in enumerate(plan.problem.territory_ids.tolist())}

    def unit(self, unit_id: str, *, instead: str | None = None) -> Explanation:
        """Explain a unit; see :meth:`bailiwick.Plan.explain`."""
        unit = self._find_unit(unit_id)
        goal = None if instead is None else self._find_territory(instead)
        insight = unit_insight(self.judge, unit, instead=goal)
        return Explanation(
            text=unit_text(self.judge, insight, asked=goal),
            tables={say("Where else it could be"): move_rows(self.judge, _shown(insight.alternatives, insight.instead))},
            _document=unit_document(self.judge, insight, asked=goal),
        )

    def territory(self, territory_id: str) -> Explanation:
        """Explain a territory; see :meth:`bailiwick.Plan.explain_territory`."""
        insight = territory_insight(self.judge, self._find_territory(territory_id))
        tables: dict[str, list[tuple[str, ...]]] = {say("Neighbours"): neighbour_rows(self.judge, insight)}
        for title, effects in ((say("Least certain units"), insight.least_certain), (say("Most certain units"), insight.most_certain)):
            tables[title] = move_rows(self.judge, effects, with_units=True)
        return Explanation(territory_text(self.judge, insight), tables, territory_document(self.judge, insight))

    def _find_unit(self, unit_id: str) -> int:
        row = self._unit_row.get(str(unit_id), self._unit_row.get(str(unit_id).strip()))
        if row is not None:
            return row
        units = self.plan.problem.units
        return _by_name(str(unit_id), units.labels, units.ids, what="unit", code="no_such_unit")

    def _find_territory(self, territory_id: str) -> int:
        row = self._territory_row.get(str(territory_id), self._territory_row.get(str(territory_id).strip()))
        if row is not None:
            return row
        problem = self.plan.problem
        names = problem.territory_ids if problem.territory_names is None else problem.territory_names
        return _by_name(str(territory_id), names, problem.territory_ids, what="territory", code="unknown_territory")


def _shown(effects: tuple[Any, ...], asked: Any) -> tuple[Any, ...]:
    return effects if asked is None or asked in effects else (*effects, asked)


def _by_name(wanted: str, names: TextArray, ids: TextArray, *, what: str, code: str) -> int:
    plain = wanted.strip().casefold()
    rows = [row for row, name in enumerate(names.tolist()) if str(name).casefold() == plain]
    if len(rows) == 1:
        return rows[0]
    if rows:
        some = ", ".join(str(i) for i in ids[np.array(rows[:5])])
        raise InputError(f"{len(rows)} of them are called {wanted!r}; name one by its id: {some}", code=code, field=what)
    hint = did_you_mean(wanted, [str(i) for i in ids]) if len(ids) <= FEW_IDS else f"; ids look like {str(ids[0])!r}"
    raise InputError(f"the plan has no {what} {wanted!r}{hint}", code=code, field=what)
