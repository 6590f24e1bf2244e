"""The journal of a scenario: what an entry holds, how it is turned round, and what can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import IntArray

Name = tuple[str, str]
Row = dict[str, Any]
NONE = -1
"""Index that stands for "no territory"."""


@dataclass(frozen=True, eq=False)
class Changes:
    """Units that change hands.

    Attributes
    ----------
    codes
        The territories concerned.
    unit_idx
        Which units, shape (m,).
    from_idx, to_idx
        Places in ``codes``, −1 for none, shape (m,).
    cause_before, cause_after
        Why each was and is where it is, shape (m,).
    """

    codes: tuple[str, ...]
    unit_idx: IntArray
    from_idx: IntArray
    to_idx: IntArray
    cause_before: NDArray[np.object_]
    cause_after: NDArray[np.object_]

    @classmethod
    def between(
        cls, codes: Sequence[str], unit_idx: IntArray, from_idx: IntArray, to_idx: IntArray, before: NDArray[np.object_], after: str
    ) -> Changes:
        """From the territories of a scenario; only those concerned are kept. Units without a territory have no cause."""
        used = np.setdiff1d(np.union1d(from_idx, to_idx), [NONE])
        place = np.full(len(codes) + 1, NONE, np.int32)
        place[used] = np.arange(len(used))
        causes = np.array(["" if to == NONE else after for to in to_idx.tolist()], dtype=object)
        return cls(tuple(codes[j] for j in used.tolist()), unit_idx, place[from_idx], place[to_idx], before, causes)

    def reversed(self) -> Changes:
        """What undoes them."""
        return replace(
            self,
            from_idx=self.to_idx,
            to_idx=self.from_idx,
            cause_before=self.cause_after,
            cause_after=self.cause_before,
        )

    def document(self) -> dict[str, Any]:
        """As it is stored: territories by code, so that it can be read without the scenario."""
        m = len(self.unit_idx)
        causes, number = np.unique(np.concatenate([self.cause_before, self.cause_after]).astype(str), return_inverse=True)
        return {
            "codes": list(self.codes),
            "causes": causes.tolist(),
            "unit": self.unit_idx.tolist(),
            "from": self.from_idx.tolist(),
            "to": self.to_idx.tolist(),
            "cause": number[:m].tolist(),
            "cause_after": number[m:].tolist(),
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> Changes:
        """From what is stored."""
        causes = np.array([*document["causes"], ""], dtype=object)
        numbers = {name: np.array(document[name], dtype=np.int32) for name in ("unit", "from", "to", "cause", "cause_after")}
        before, after = causes[numbers["cause"]], causes[numbers["cause_after"]]
        return cls(tuple(document["codes"]), numbers["unit"], numbers["from"], numbers["to"], before, after)


@dataclass(frozen=True, slots=True)
class TerritoryChange:
    """A territory before and after, as columns of its row; None where it does not exist."""

    code: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, eq=False)
class Edit:
    """Everything that one entry changes, with what was before, so that it can go both ways.

    Attributes
    ----------
    changes
        Units that change hands.
    territories
        Territories that are made, changed or taken away.
    locks
        Unit index → (locked before, locked after).
    forbids
        (unit index, territory code) → (forbidden before, forbidden after).
    named
        Unit index → (territory code and reason before, after), None where it is not named.
    rules
        Identifier → (columns before, after), None where there is no such rule.
    accounts
        Key of the unit of an account over the areas → (territory code and reason before, after), None where it is with its area.
    """

    changes: Changes | None = None
    territories: tuple[TerritoryChange, ...] = ()
    locks: dict[int, tuple[bool, bool]] = field(default_factory=dict)
    forbids: dict[tuple[int, str], tuple[bool, bool]] = field(default_factory=dict)
    named: dict[int, tuple[Name | None, Name | None]] = field(default_factory=dict)
    rules: dict[str, tuple[Row | None, Row | None]] = field(default_factory=dict)
    accounts: dict[int, tuple[Name | None, Name | None]] = field(default_factory=dict)

    @property
    def n_moved(self) -> int:
        """How many units and accounts change hands."""
        return len(self.accounts) + (0 if self.changes is None else len(self.changes.unit_idx))

    def reversed(self) -> Edit:
        """What undoes it."""
        return Edit(
            None if self.changes is None else self.changes.reversed(),
            tuple(TerritoryChange(t.code, t.after, t.before) for t in self.territories),
            {unit: (after, before) for unit, (before, after) in self.locks.items()},
            {pair: (after, before) for pair, (before, after) in self.forbids.items()},
            {unit: (after, before) for unit, (before, after) in self.named.items()},
            {rule: (after, before) for rule, (before, after) in self.rules.items()},
            {account: (after, before) for account, (before, after) in self.accounts.items()},
        )

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        document: dict[str, Any] = {} if self.changes is None else self.changes.document()
        if self.territories:
            document["territories"] = [{"code": t.code, "before": t.before, "after": t.after} for t in self.territories]
        if self.locks:
            document["locks"] = [[unit, before, after] for unit, (before, after) in self.locks.items()]
        if self.forbids:
            document["forbids"] = [[unit, code, before, after] for (unit, code), (before, after) in self.forbids.items()]
        if self.named:
            document["named"] = [[unit, before, after] for unit, (before, after) in self.named.items()]
        if self.rules:
            document["rules"] = [[rule, before, after] for rule, (before, after) in self.rules.items()]
        if self.accounts:
            document["accounts"] = [[account, before, after] for account, (before, after) in self.accounts.items()]
        return document

    @classmethod
    def read(cls, document: dict[str, Any]) -> Edit:
        """From what is stored."""
        return cls(
            Changes.read(document) if "unit" in document else None,
            tuple(TerritoryChange(t["code"], t["before"], t["after"]) for t in document.get("territories", ())),
            {unit: (before, after) for unit, before, after in document.get("locks", ())},
            {(unit, code): (before, after) for unit, code, before, after in document.get("forbids", ())},
            _names(document.get("named", ())),
            {rule: (before, after) for rule, before, after in document.get("rules", ())},
            _names(document.get("accounts", ())),
        )


def _names(stored: Iterable[Any]) -> dict[int, tuple[Name | None, Name | None]]:
    return {key: (before and tuple(before), after and tuple(after)) for key, before, after in stored}


def stacks(entries: Iterable[tuple[int, str, int | None]]) -> tuple[list[int], list[int]]:
    """Keys of the entries that can be undone and done again, the next one last.

    Parameters
    ----------
    entries
        Key, kind and the key of the entry it undoes or does again, in order.

    Examples
    --------
    >>> stacks([(1, "move", None), (2, "move", None), (3, "undo", 2)])
    ([1], [2])
    >>> stacks([(1, "move", None), (2, "undo", 1), (3, "move", None)])
    ([3], [])
    """
    done: list[int] = []
    undone: list[int] = []
    for key, kind, about in entries:
        if kind == "move":
            done.append(key)
            undone.clear()
        elif kind == "undo" and done:
            undone.append(done.pop())
        elif kind == "redo" and undone:
            done.append(undone.pop())
        assert kind == "move" or about in (undone[-1:] + done[-1:]), "the journal is out of order"
    return done, undone
