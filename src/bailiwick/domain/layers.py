"""Layers of an alignment: named accounts first, specialists next, geography for the rest; overlays beside them."""

from __future__ import annotations

from dataclasses import dataclass

from bailiwick.domain.rules import Rule
from bailiwick.errors import InputError


@dataclass(frozen=True, slots=True)
class Band:
    """A column of classes made from a column of numbers, such as size bands of employees.

    Attributes
    ----------
    name
        Name of the new column.
    column
        The numbers.
    cuts
        Ascending; a value equal to a cut is in the upper class.
    classes
        One more than cuts, from the smallest.
    """

    name: str
    column: str
    cuts: tuple[float, ...]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.classes) != len(self.cuts) + 1 or list(self.cuts) != sorted(set(self.cuts)):
            raise InputError(
                f"band {self.name!r} needs ascending cuts and one class more than cuts, found {len(self.cuts)} cuts and "
                f"{len(self.classes)} classes",
                code="layers",
                field=f"band.{self.name}",
            )


@dataclass(frozen=True, slots=True)
class NamedAccounts:
    """Accounts given to owners by name.

    Attributes
    ----------
    column
        Column whose text is the owner, blank where there is none; None if accounts are listed.
    owner
        Owner of the listed accounts.
    accounts
        Ids of accounts.
    """

    column: str | None = None
    owner: str = ""
    accounts: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Where it comes from, in words."""
        return f"column {self.column}" if self.column is not None else f"list of {self.owner}"


@dataclass(frozen=True, slots=True)
class Step:
    """Accounts that one rule takes, or the rest, and how they are shared out.

    Attributes
    ----------
    name
        Unique in its layer; ``rest`` for what no rule takes.
    where
        The rule; None takes everything that is left.
    where_text
        The rule as it was written.
    owner
        Who gets all of them; None if territories are designed.
    territories
        Number of territories, or None: one per rep, or from hours of work.
    reps
        File of reps, or None.
    balance
        Measures with tolerances, as for ``design``; empty: those of the whole file.
    contiguity
        Whether territories must be connected.
    objective
        As for ``design``.
    need, skills
        Column of the accounts with the skills they need, column of the reps with those they have, separated by commas or
        semicolons; None for none. A rep must have every skill that an account needs.
    """

    name: str
    where: Rule | None = None
    where_text: str = ""
    owner: str | None = None
    territories: int | None = None
    reps: str | None = None
    balance: tuple[str, ...] = ()
    contiguity: bool = True
    objective: str = "distance"
    need: str | None = None
    skills: str | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One alignment over the accounts: every account gets exactly one territory in it, or stands in the gap list.

    Attributes
    ----------
    name
        Unique (``account executives``, ``service engineers``).
    named
        Named accounts, the first entry first.
    steps
        Rules in the order in which they take accounts, the rest last.
    where, where_text
        Accounts that the layer is about; None: all of them.
    """

    name: str
    named: tuple[NamedAccounts, ...] = ()
    steps: tuple[Step, ...] = ()
    where: Rule | None = None
    where_text: str = ""


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """Everything that a file of layers says.

    Attributes
    ----------
    layers
        The first is the base, the others are overlays.
    bands
        Columns of classes that rules can use.
    balance
        Measures with tolerances for every step that names none.
    """

    layers: tuple[Layer, ...]
    bands: tuple[Band, ...] = ()
    balance: tuple[str, ...] = ()

    def columns(self) -> tuple[str, ...]:
        """Columns of the accounts that rules, owners, bands and needs read, each once; bands themselves are none."""
        made = {band.name for band in self.bands}
        found = [band.column for band in self.bands]
        for layer in self.layers:
            found += list(layer.where.fields()) if layer.where is not None else []
            found += [named.column for named in layer.named if named.column is not None]
            for step in layer.steps:
                found += list(step.where.fields()) if step.where is not None else []
                found += [step.need] if step.need is not None else []
        return tuple(dict.fromkeys(name for name in found if name not in made))
