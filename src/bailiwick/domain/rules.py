"""Rules on accounts: conditions on their columns, joined by and, or, not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain.units import FloatArray, TextArray
from bailiwick.errors import InputError

Mask = NDArray[np.bool_]
Comparison = Literal["=", "!=", "<", "<=", ">", ">=", "in", "between", "contains", "starts with", "blank"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as rules see it.

    Attributes
    ----------
    texts
        Stripped, shape (n,); empty where blank.
    numbers
        The same as numbers, shape (n,); NaN where blank or no number.
    """

    texts: TextArray
    numbers: FloatArray


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on one column.

    Attributes
    ----------
    field
        Name of the column.
    comparison
        ``between`` includes both ends; ``blank`` has no values.
    values
        Numbers or texts to compare with. Texts are compared without regard to case and outer blanks.

    Notes
    -----
    A blank cell meets no condition but ``blank`` and ``!=``; neither does a text that is no number where a number is compared.
    """

    field: str
    comparison: Comparison
    values: tuple[float | str, ...] = ()

    def matches(self, columns: Mapping[str, Column]) -> Mask:
        """Where the condition holds, shape (n,)."""
        column = columns.get(self.field)
        if column is None:
            raise InputError(f"a rule names column {self.field!r}, which the accounts do not have", code="unknown_column", field=self.field)
        if self.comparison == "blank":
            return column.texts == ""
        if self.comparison == "!=":
            return ~_equals(column, self.values[0])
        if self.comparison in ("=", "in"):
            return np.logical_or.reduce([_equals(column, value) for value in self.values])
        if self.comparison in ("contains", "starts with"):
            return _searched(column, str(self.values[0]).strip().casefold(), at_start=self.comparison == "starts with")
        return self._ordered(column.numbers)

    def _ordered(self, numbers: FloatArray) -> Mask:
        first = float(self.values[0])
        if self.comparison == "between":
            return (numbers >= first) & (numbers <= float(self.values[1]))
        is_met = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[self.comparison]
        return np.asarray(is_met(numbers, first))

    def fields(self) -> Iterator[str]:
        """The columns it needs."""
        yield self.field

    def renamed(self, name_fn: Callable[[str], str]) -> Condition:
        """The same of columns under other names."""
        return replace(self, field=name_fn(self.field))


@dataclass(frozen=True, slots=True)
class Not:
    """Where another rule does not hold."""

    rule: Rule

    def matches(self, columns: Mapping[str, Column]) -> Mask:
        """Where the rule holds, shape (n,)."""
        return ~self.rule.matches(columns)

    def fields(self) -> Iterator[str]:
        """The columns it needs."""
        yield from self.rule.fields()

    def renamed(self, name_fn: Callable[[str], str]) -> Not:
        """The same of columns under other names."""
        return Not(self.rule.renamed(name_fn))


@dataclass(frozen=True, slots=True)
class Every:
    """Where all of several rules hold."""

    rules: tuple[Rule, ...]

    def matches(self, columns: Mapping[str, Column]) -> Mask:
        """Where the rule holds, shape (n,)."""
        return np.logical_and.reduce([rule.matches(columns) for rule in self.rules])

    def fields(self) -> Iterator[str]:
        """The columns it needs."""
        for rule in self.rules:
            yield from rule.fields()

    def renamed(self, name_fn: Callable[[str], str]) -> Every:
        """The same of columns under other names."""
        return Every(tuple(rule.renamed(name_fn) for rule in self.rules))


@dataclass(frozen=True, slots=True)
class Either:
    """Where at least one of several rules holds."""

    rules: tuple[Rule, ...]

    def matches(self, columns: Mapping[str, Column]) -> Mask:
        """Where the rule holds, shape (n,)."""
        return np.logical_or.reduce([rule.matches(columns) for rule in self.rules])

    def fields(self) -> Iterator[str]:
        """The columns it needs."""
        for rule in self.rules:
            yield from rule.fields()

    def renamed(self, name_fn: Callable[[str], str]) -> Either:
        """The same of columns under other names."""
        return Either(tuple(rule.renamed(name_fn) for rule in self.rules))


Rule = Condition | Not | Every | Either


def _equals(column: Column, value: float | str) -> Mask:
    if isinstance(value, str):
        wanted = value.strip().casefold()
        return np.array([text.casefold() == wanted for text in column.texts], dtype=bool) & (column.texts != "")
    return column.numbers == value


def _searched(column: Column, wanted: str, *, at_start: bool) -> Mask:
    texts = [text.casefold() for text in column.texts]
    found = [text.startswith(wanted) if at_start else wanted in text for text in texts]
    return np.array(found, dtype=bool) & (column.texts != "")
