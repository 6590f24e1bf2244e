"""What names and rules say about every unit: named > rule by precedence > where geography or hand put it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bailiwick.domain import IntArray
from bailiwick.domain.rules import Column, Condition, Rule
from bailiwick.errors import InputError
from bailiwick.formats.numbers import parse_numbers
from bailiwick.formats.rule_text import parse_rule
from bailiwick_web.planning.convert import RULE, ScenarioArrays
from bailiwick_web.territories.convert import UnitArrays
from bailiwick_web.territories.models import Unit

CODE, NAME = "code", "name"
Names = TypeVar("Names", bound=Callable[[], Iterable[str]])
_OF_CUSTOMERS: list[Callable[[], Iterable[str]]] = []


def asks_customers(function: Names) -> Names:
    """Register fields of customers, which lie in the units and are not units themselves: rules may ask about them, too."""
    _OF_CUSTOMERS.append(function)
    return function


def customer_fields() -> list[str]:
    """What rules may ask about customers; a rule that asks takes customers when the plan counts, and no unit without the field."""
    return sorted({name for function in _OF_CUSTOMERS for name in function()})


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """A rule that can be asked."""

    key: str
    name: str
    condition: str
    territory: str
    rule: Rule


@dataclass(frozen=True, eq=False)
class Ruling:
    """What the rules say.

    Attributes
    ----------
    to_idx
        Territory of each unit that a rule takes, −1 for the others, shape (n,).
    cause
        ``rule:`` and the identifier, empty for the others, shape (n,).
    n_matches, n_taken
        Units that each rule matches, and those that it takes because no name and no earlier rule does.
    blanks
        Field → units without a value in it.
    strangers
        (rule name, field, value): a value that no unit has.
    """

    to_idx: IntArray
    cause: NDArray[np.object_]
    n_matches: dict[str, int]
    n_taken: dict[str, int]
    blanks: dict[str, int]
    strangers: list[tuple[str, str, str]]


def parse(condition: str, own: Sequence[str], of_customers: Sequence[str] = ()) -> Rule:
    """Read a condition; refused if it cannot be read or names a field that there is not.

    A field is meant in whatever case, with blanks or underscores. What the units have goes before what only customers have: who writes
    ``region`` for units with a column *Region* means that column.
    """

    def meant(name: str) -> str:
        for fields in (own, of_customers):
            alike = [field for field in fields if _plain(field) == _plain(name)]
            if alike:
                return name if name in alike else alike[0]
        some = ", ".join(sorted({*own, *of_customers})[:20])
        raise InputError(f"the units have no field {name!r}; they have: {some}", code="unknown_column", field=name)

    return parse_rule(condition).renamed(meant)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()


def fields_of(arrays: ScenarioArrays, unit_set_id: int) -> list[str]:
    """What conditions may ask about: code, name, measures and the texts that came with the units, and the fields of customers."""
    own = unit_fields(arrays.units, unit_set_id)
    return [*own, *only_of_customers(own)]


def only_of_customers(own: Iterable[str]) -> list[str]:
    """Fields that customers have and the units do not, however they are written."""
    return sorted(without(customer_fields(), own))


def without(fields: Iterable[str], own: Iterable[str]) -> frozenset[str]:
    """Those of some fields that the units do not have, however they are written."""
    taken = {_plain(name) for name in own}
    return frozenset(name for name in fields if _plain(name) not in taken)


def unit_fields(units: UnitArrays, unit_set_id: int) -> list[str]:
    """What conditions may ask about units."""
    return list(dict.fromkeys([CODE, NAME, *units.table.measures, *_attribute_names(units, unit_set_id)]))


@lru_cache(maxsize=8)
def _attribute_names(units: UnitArrays, unit_set_id: int) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for attributes in Unit.objects.filter(unit_set_id=unit_set_id).values_list("attributes", flat=True).iterator(chunk_size=5_000):
        names.update(dict.fromkeys(attributes))
    return tuple(names)


@lru_cache(maxsize=64)
def _attribute_column(units: UnitArrays, unit_set_id: int, name: str) -> Column:
    rows = Unit.objects.filter(unit_set_id=unit_set_id).order_by("idx").values_list("attributes", flat=True)
    return text_column(str(attributes.get(name, "") or "") for attributes in rows.iterator(chunk_size=5_000))


def forget() -> None:
    """Read what came with the units again."""
    _attribute_names.cache_clear()
    _attribute_column.cache_clear()


def columns_of(arrays: ScenarioArrays, unit_set_id: int, fields: Sequence[str]) -> dict[str, Column]:
    """The columns that conditions ask about, in the order of the units."""
    table, found = arrays.units.table, {}
    for name in dict.fromkeys(fields):
        if name in table.measures:
            values = table.measures[name]
            found[name] = Column(np.array([f"{v:g}" for v in values.tolist()], dtype=object), values)
        elif name in {CODE, NAME}:
            found[name] = text_column(table.ids if name == CODE else table.labels)
        else:
            found[name] = _attribute_column(arrays.units, unit_set_id, name)
    return found


def text_column(values: Iterable[Any]) -> Column:
    """Texts that conditions can compare, as words and as numbers."""
    texts = np.array([str(value).strip() for value in values], dtype=object)
    numbers = parse_numbers(pa.array(texts.tolist(), pa.string()))
    return Column(texts, np.where(numbers.is_missing | numbers.is_bad, np.nan, numbers.values))


def decide(arrays: ScenarioArrays, rules: Sequence[ParsedRule], columns: Mapping[str, Column], own: Collection[str]) -> Ruling:
    """Let the rules take units in their order; named units are taken already.

    Parameters
    ----------
    own
        Fields of the units; nothing is said of what they lack in those that only customers have.
    """
    n = arrays.units.n_units
    to_idx, cause = np.full(n, -1, np.int32), np.full(n, "", dtype=object)
    is_free = ~arrays.is_named
    matches, taken, strangers = {}, {}, []
    for rule in rules:
        mask = rule.rule.matches(columns)
        chosen = mask & is_free
        to_idx[chosen], cause[chosen] = arrays.codes.index(rule.territory), RULE + rule.key
        is_free &= ~mask
        matches[rule.key], taken[rule.key] = int(mask.sum()), int(chosen.sum())
        strangers += [(name, field, value) for name, field, value in _strangers(rule, columns) if field in own]
    used = {field for rule in rules for field in rule.rule.fields()} & set(own)
    blanks = {field: int((columns[field].texts == "").sum()) for field in sorted(used)}
    return Ruling(to_idx, cause, matches, taken, {f: b for f, b in blanks.items() if b}, strangers)


def _strangers(rule: ParsedRule, columns: Mapping[str, Column]) -> list[tuple[str, str, str]]:
    found = []
    for condition in _conditions(rule.rule):
        if condition.comparison in {"=", "in"}:
            there = {text.casefold() for text in columns[condition.field].texts}
            absent = [v for v in condition.values if isinstance(v, str) and v.strip().casefold() not in there]
            found += [(rule.name, condition.field, str(value)) for value in absent]
    return found


def _conditions(rule: Rule) -> Iterator[Condition]:
    if isinstance(rule, Condition):
        yield rule
    else:
        for part in getattr(rule, "rules", None) or (rule.rule,):  # type: ignore[union-attr]
            yield from _conditions(part)
