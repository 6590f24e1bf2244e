"""What a question is: the tables it needs, what the user may say, and the function of the library that answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pyarrow as pa
from django.utils.functional import Promise

from bailiwick.api import Findings
from bailiwick_web.insights.own import Beside
from bailiwick_web.planning.convert import ScenarioArrays

Text = str | Promise
FieldKind = Literal["column", "measure", "number", "choice", "date", "text", "lines", "flag", "plan"]


@dataclass(frozen=True)
class Input:
    """A table that a question needs or may have.

    Attributes
    ----------
    name
        Of the input.
    kinds
        Kinds of tables that fit.
    is_proposed
        Whether the newest table that fits is chosen although it is not needed.
    needs
        Columns without which a table does not fit, in small letters.
    """

    name: str
    label: Text
    kinds: tuple[str, ...]
    is_needed: bool = True
    help: Text = ""
    is_proposed: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """Something that the user may say.

    Attributes
    ----------
    kind
        How it is asked: a column of the input ``of``, a measure of the plan, a plan with a history …
    role
        Of a column: the role whose column is proposed.
    least, most
        Of a number.
    """

    name: str
    label: Text
    kind: FieldKind
    of: str = ""
    role: str = ""
    default: Any = ""
    choices: tuple[tuple[str, Text], ...] = ()
    help: Text = ""
    least: float = 0
    most: float = 1e12
    is_needed: bool = False
    is_whole: bool = False
    is_rare: bool = False
    """Whether it stands under "More"."""


@dataclass(frozen=True)
class Given:
    """What a question is answered from."""

    tables: Mapping[str, pa.Table]
    roles: Mapping[str, Mapping[str, str]]
    options: Mapping[str, Any]
    arrays: ScenarioArrays | None
    today: date
    beside: Beside | None = None
    """Of our customers: what stands beside their orders."""

    def said(self, name: str) -> Any:
        """What the user said; None for nothing."""
        value = self.options.get(name)
        return None if value in ("", None, []) else value

    def by_role(self, name: str, *roles: str) -> pa.Table | None:
        """A table whose columns of some roles are called after them, so that several tables can be read by one set of names."""
        table = self.tables.get(name)
        if table is None:
            return None
        called = {column: role for role, column in self.columns(name, *roles).items() if role not in table.column_names}
        return table.rename_columns([called.get(column, column) for column in table.column_names])

    def columns(self, name: str, *roles: str) -> dict[str, str]:
        """Role → column of an input, of some roles or all."""
        found = dict(self.roles.get(name, {}))
        return {role: column for role, column in found.items() if not roles or role in roles}


@dataclass(frozen=True)
class Kind:
    """A question.

    Attributes
    ----------
    page
        Where it is asked.
    teaches
        What to bring, where there is nothing yet.
    run
        Answers.
    """

    key: str
    page: str
    label: Text
    about: Text
    teaches: Text
    run: Callable[[Given], Findings]
    inputs: tuple[Input, ...] = ()
    fields: tuple[Field, ...] = field(default_factory=tuple)
    needs_scenario: bool = False
    is_for_all: bool = False
    """Whether everybody may ask it about the customers within their scope."""
