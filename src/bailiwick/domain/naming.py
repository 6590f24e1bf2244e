"""How units and territories are called in sentences: by name where there is one, always with the id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bailiwick.domain.problem import Problem


def unit_name(problem: Problem, unit: int) -> str:
    """``Los Angeles (06037)``, or the id alone where that is the name."""
    return _called(problem.units.ids[unit], problem.units.labels[unit])


def territory_name(problem: Problem, territory: int) -> str:
    """``Ann Diaz (R1)``, or the id alone where that is the name."""
    names = problem.territory_ids if problem.territory_names is None else problem.territory_names
    return _called(problem.territory_ids[territory], names[territory])


def unit_names(problem: Problem, units: Iterable[int], *, most: int = 3) -> str:
    """The first few units, and how many more there are."""
    numbers = [int(unit) for unit in units]
    return some_of([unit_name(problem, unit) for unit in numbers[:most]], len(numbers))


def territory_names(problem: Problem, territories: Iterable[int], *, most: int = 4) -> str:
    """The first few territories, and how many more there are."""
    numbers = [int(territory) for territory in territories]
    return some_of([territory_name(problem, territory) for territory in numbers[:most]], len(numbers))


def some_of(names: Sequence[str], total: int) -> str:
    """Names, and how many are left out.

    Examples
    --------
    >>> some_of(["a", "b"], 2), some_of(["a", "b"], 1500)
    ('a, b', 'a, b and 1,498 more')
    """
    return ", ".join(names) + (f" and {total - len(names):,} more" if total > len(names) else "")


def _called(identifier: object, name: object) -> str:
    return str(identifier) if str(name) == str(identifier) else f"{name} ({identifier})"
