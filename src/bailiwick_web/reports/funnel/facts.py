"""What the funnel rests on: every deal that somebody sees, its account, and its way through the stages, in three queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import F, FloatField, QuerySet
from django.db.models.functions import Cast
from numpy.typing import NDArray

from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible
from bailiwick_web.reports.periods import instant_of
from bailiwick_web.reports.registry import SUBJECTS, Ground
from bailiwick_web.reports.registry.kinds import Epoch

DIMENSIONS = ("account_segment", "territory", "rep")
Kind = m.Stage.Kind


@dataclass(frozen=True, eq=False)
class Facts:
    """Deals of one pipeline.

    Attributes
    ----------
    stages
        The open stages in their order, s of them.
    furthest
        Index of the furthest stage that a deal reached, s: won; shape (n,).
    is_open
        Whether it is still open, shape (n,).
    value
        In house currency, 0 where unknown, shape (n,).
    groups
        Dimension → what each deal belongs to, shape (n,); None: to nothing that is known or may be told.
    stays
        Stage → days that deals stayed in it before they went on, each an array.
    n_unpriced
        Deals with an amount but without one in house currency.
    """

    stages: tuple[m.Stage, ...]
    furthest: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    value: NDArray[np.float64]
    groups: dict[str, NDArray[np.object_]]
    stays: dict[int, NDArray[np.float64]]
    n_unpriced: int

    def __len__(self) -> int:
        return len(self.furthest)


def deals_of(ground: Ground, pipeline: m.Pipeline, since: date | None) -> QuerySet[m.Opportunity]:
    """The deals of a pipeline that somebody sees, of those that were added from a day on."""
    deals = visible(ground.actor, m.Opportunity).filter(pipeline=pipeline)
    return deals.filter(created_at__gte=instant_of(since, ground.zone)) if since else deals


def read(ground: Ground, pipeline: m.Pipeline, since: date | None) -> Facts:
    """Read the deals and their steps."""
    deals = deals_of(ground, pipeline, since)
    money = {"value": Cast("house_amount", FloatField()), "own": Cast("amount", FloatField())}
    every: Any = deals
    rows = every.annotate(**money).order_by("pk").values_list("pk", "stage_id", "account_id", "person_id", "value", "own")
    table = list(rows)
    keys, stage, account, person, value, own = zip(*table, strict=True) if table else ((), (), (), (), (), ())
    told = _accounts(ground, deals)
    segment, land = ([told.get(key, (None, None))[i] for key in account] for i in (0, 1))
    stages = list(pipeline.stages.all())
    still = tuple(s for s in stages if s.kind == Kind.OPEN)
    place = _places(stages, still)
    pk, present = np.array(keys, np.int64), _looked_up(place, stage)
    steps = _steps(deals, place)
    known = np.array([v is not None for v in value], bool)
    return Facts(
        still,
        np.maximum(_furthest(pk, steps, len(pk)), np.maximum(present, 0)),
        (present >= 0) & (present < len(still)),
        np.array([v or 0.0 for v in value], float),
        {name: _column(values) for name, values in zip(DIMENSIONS, (segment, land, person), strict=True)},
        _stays(steps, still, place),
        int(sum(o is not None and not k for o, k in zip(own, known.tolist(), strict=True))),
    )


def _accounts(ground: Ground, deals: QuerySet[m.Opportunity]) -> dict[int, tuple[Any, Any]]:
    """Account → segment and territory, of the accounts that somebody sees."""
    land = SUBJECTS["account"].picked["territory"].make(ground)
    seen: Any = visible(ground.actor, m.Account).filter(pk__in=deals.values("account_id"))
    return {key: (segment, code) for key, segment, code in seen.annotate(land=land).values_list("pk", "segment", "land")}


def _places(stages: Sequence[m.Stage], still: Sequence[m.Stage]) -> dict[int, int]:
    """Stage → its place: open ones in their order, won after them, lost −1."""
    found = {stage.pk: i for i, stage in enumerate(still)}
    for stage in stages:
        if stage.kind != Kind.OPEN:
            found[stage.pk] = len(still) if stage.kind == Kind.WON else -1
    return found


def _looked_up(place: dict[int, int], stages: Sequence[int]) -> NDArray[np.int64]:
    return np.array([place.get(key, -1) for key in stages], np.int64)


def _steps(deals: QuerySet[m.Opportunity], place: dict[int, int]) -> NDArray[np.float64]:
    """Deal, place of the stage that it went to, seconds; in the order of deals and of time; shape (steps, 3)."""
    changes = m.StageChange.objects.filter(opportunity__in=deals.values("pk")).annotate(second=Epoch(F("at")))
    rows = changes.order_by("opportunity_id", "at", "pk").values_list("opportunity_id", "after_id", "second")
    found = [(deal, place.get(stage, -1), second) for deal, stage, second in rows]
    return np.array(found, float).reshape(-1, 3)


def _furthest(pk: NDArray[np.int64], steps: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """The furthest place in the history of each deal; a deal without one began in the first stage."""
    found = np.zeros(n, np.int64)
    if len(steps) and n:
        np.maximum.at(found, np.searchsorted(pk, steps[:, 0].astype(np.int64)), steps[:, 1].astype(np.int64))
    return found


def _stays(steps: NDArray[np.float64], still: Sequence[m.Stage], place: dict[int, int]) -> dict[int, NDArray[np.float64]]:
    """Days in each open stage, of stays that are over."""
    if len(steps) < 2:
        return {stage.pk: np.array([]) for stage in still}
    is_same = steps[1:, 0] == steps[:-1, 0]
    days = (steps[1:, 2] - steps[:-1, 2]) / 86_400.0
    return {stage.pk: days[is_same & (steps[:-1, 1] == place[stage.pk])] for stage in still}


def _column(values: Sequence[Any]) -> NDArray[np.object_]:
    found = np.empty(len(values), object)
    found[:] = [value or None for value in values]
    return found
