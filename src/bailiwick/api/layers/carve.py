"""Who takes which account: precedence is the order in the file, and every account is taken once per layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bailiwick.domain import IntArray, Notice, TextArray, UnitTable
from bailiwick.domain.layers import Band, Layer, LayerPlan
from bailiwick.domain.rules import Column
from bailiwick.domain.wording import counted
from bailiwick.errors import InputError
from bailiwick.formats.numbers import parse_numbers

NAMED, NOBODY, OUTSIDE = -1, -2, -3
"""Instead of the number of a step: named accounts, taken by nobody, not in the layer at all."""


@dataclass(frozen=True, eq=False)
class Carving:
    """One layer before anything is designed.

    Attributes
    ----------
    layer
        What was asked.
    step_idx
        Step that takes each account, ``NAMED``, ``NOBODY`` or ``OUTSIDE``, shape (n,).
    owner
        Owner of each named account, None for others, shape (n,).
    named_by
        Which entry named it, in words, empty for others, shape (n,).
    notices
        What looks odd.
    """

    layer: Layer
    step_idx: IntArray
    owner: TextArray
    named_by: TextArray
    notices: tuple[Notice, ...] = ()

    def members(self, step: int) -> np.ndarray:
        """Accounts that a step takes, ascending; also of ``NAMED``, ``NOBODY`` and ``OUTSIDE``."""
        return np.flatnonzero(self.step_idx == step)


def rule_columns(units: UnitTable, plan: LayerPlan) -> dict[str, Column]:
    """Every column that the layers read, bands included.

    Raises
    ------
    InputError
        If a band is made from a column without numbers, or has the name of a column.
    """
    columns = {name: _column(units.attributes[name]) for name in plan.columns()}
    for band in plan.bands:
        if band.name in columns:
            raise InputError(f"band {band.name!r} has the name of a column; name it otherwise", code="layers", field=f"band.{band.name}")
        columns[band.name] = _classes(band, columns[band.column])
    return columns


def _column(values: TextArray) -> Column:
    texts = np.array([str(value).strip() for value in values], dtype=object)
    import pyarrow as pa

    numbers = parse_numbers(pa.array(texts.tolist(), pa.string()))
    return Column(texts, np.where(numbers.is_missing | numbers.is_bad, np.nan, numbers.values))


def _classes(band: Band, column: Column) -> Column:
    if np.isnan(column.numbers).all():
        raise InputError(
            f"band {band.name!r} is made from column {band.column!r}, which holds no numbers", code="layers", field=f"band.{band.name}"
        )
    place = np.searchsorted(np.array(band.cuts), column.numbers, side="right")
    names = np.array([*band.classes, ""], dtype=object)
    texts = names[np.where(np.isnan(column.numbers), len(band.classes), place)]
    return Column(texts, np.full(len(texts), np.nan))


def carve(layer: Layer, units: UnitTable, columns: Mapping[str, Column]) -> Carving:
    """Take accounts for named owners first, then for every rule in its order, then for the rest."""
    n = units.n_units
    step_idx = np.full(n, NOBODY, np.int32)
    if layer.where is not None:
        step_idx[~layer.where.matches(columns)] = OUTSIDE
    owner, named_by = np.full(n, None, dtype=object), np.full(n, "", dtype=object)
    notices = _take_named(layer, units, columns, step_idx, owner, named_by)
    for number, step in enumerate(layer.steps):
        is_free = step_idx == NOBODY
        step_idx[is_free if step.where is None else is_free & step.where.matches(columns)] = number
    return Carving(layer, step_idx, owner, named_by, (*notices, *_idle(layer, step_idx), *_gaps(layer, step_idx, units)))


def _take_named(
    layer: Layer, units: UnitTable, columns: Mapping[str, Column], step_idx: IntArray, owner: TextArray, named_by: TextArray
) -> list[Notice]:
    place = {unit_id: i for i, unit_id in enumerate(units.ids.tolist())}
    unknown: list[str] = []
    claimed: list[str] = []
    for entry in layer.named:
        if entry.column is not None:
            texts = columns[entry.column].texts
            claims = [(i, str(texts[i])) for i in np.flatnonzero(texts != "").tolist()]
        else:
            unknown += [account for account in entry.accounts if account not in place]
            claims = [(place[account], entry.owner) for account in entry.accounts if account in place]
        for i, who in claims:
            if step_idx[i] == NOBODY:
                step_idx[i], owner[i], named_by[i] = NAMED, who, entry.words
            elif step_idx[i] == NAMED and owner[i] != who:
                claimed.append(str(units.ids[i]))
    notices = []
    if unknown:
        strangers = counted(len(unknown), "account that does not exist", "accounts that do not exist")
        message = f"layer {layer.name!r} names {strangers}, the first is {unknown[0]!r}"
        notices.append(Notice("unknown_account", message, len(unknown), tuple(unknown[:10])))
    if claimed:
        twice = counted(len(claimed), "account", "accounts")
        message = f"layer {layer.name!r} names {twice} for two owners, such as {claimed[0]!r}; the first entry has it"
        notices.append(Notice("named_twice", message, len(claimed), tuple(claimed[:10])))
    return notices


def _idle(layer: Layer, step_idx: IntArray) -> list[Notice]:
    idle = [step.name for number, step in enumerate(layer.steps) if not (step_idx == number).any()]
    if not idle:
        return []
    message = f"layer {layer.name!r} has {counted(len(idle), 'step that takes', 'steps that take')} no account, the first is {idle[0]!r}"
    return [Notice("idle_rule", message, len(idle), tuple(idle[:10]))]


def _gaps(layer: Layer, step_idx: IntArray, units: UnitTable) -> list[Notice]:
    gaps = np.flatnonzero(step_idx == NOBODY)
    if not len(gaps):
        return []
    left = counted(len(gaps), "account", "accounts")
    message = f"layer {layer.name!r} leaves {left} without a territory: no rule takes what gaps.csv lists, and there is no rest"
    return [Notice("layer_gaps", message, len(gaps), tuple(str(i) for i in units.ids[gaps[:10]]))]
