"""Rows of a file as records, with what they name looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.exchange.record_fields import FILE, source_of
from bailiwick_web.exchange.record_kinds import (
    ACCOUNTS,
    CASES,
    CATEGORIES,
    CONTACTS,
    LEADS,
    OPPORTUNITIES,
    ORDERS,
    PRODUCTS,
    QUESTIONS,
    SURVEYS,
)
from bailiwick_web.exchange.services.records.lookups import PEOPLE, Lookups, sources_for

Cells = Mapping[str, str]


@dataclass
class Row:
    """One row of the file as a record.

    Attributes
    ----------
    values
        Its own fields, checked.
    refs
        Field → (kind, key) of the records that it names; keys below zero come with the same import.
    more
        What hangs on it: an address, ways to reach it, a stage, lines.
    key
        Below zero: by which others of the same import name it, as long as it is not here.
    """

    row: int
    external_id: str
    values: dict[str, Any]
    refs: dict[str, tuple[str, int]] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    key: int = 0


class Reader:
    """What rows of a file are read with."""

    def __init__(self, actor: Actor, facts: Mapping[str, Any], lookups: Lookups) -> None:
        self.actor, self.lookups = actor, lookups
        self.columns: dict[str, str] = dict(facts.get("fields") or {})
        self.system = str(facts.get("system") or FILE)
        self.source = source_of(self.system, self.columns.get("external_id", ""))
        self.meant: Counter[tuple[str, str, str]] = Counter()
        self.unknown: dict[str, Counter[str]] = {}
        self.refs: Counter[tuple[str, str]] = Counter()
        self.cache: dict[str, Any] = {}

    def sources(self, name: str) -> tuple[str, ...]:
        """Whose identifiers the cells of a field may be."""
        return sources_for(source_of(self.system, self.columns.get(name, "")))

    def find(self, row: Row, kind: str, name: str, text: str, *, to: str = "") -> int | None:
        """The record that a cell names, put down as a reference; None if the cell is empty.

        Raises
        ------
        Invalid
            If there is no such record; what may have been meant is offered.
        """
        if not text:
            return None
        found, how = self.lookups.of(kind).find(text, self.sources(name))
        if found is None:
            raise self.no_such(kind, name, text)
        self.refs[kind, how] += 1
        row.refs[to or name] = (kind, found)
        return found

    def maybe(self, row: Row, kind: str, name: str, text: str, *, to: str = "") -> None:
        """Like :meth:`find`, for what is told but not needed: who is not known is counted."""
        if text:
            found, how = self.lookups.of(kind).find(text, self.sources(name))
            if found is None:
                self.note(name, text)
                return
            self.refs[kind, how] += 1
            row.refs[to or name] = (kind, found)

    def note(self, name: str, text: str) -> None:
        """A cell that nobody understands, which is told and left out."""
        self.unknown.setdefault(self.columns.get(name, name), Counter())[text] += 1

    def no_such(self, kind: str, name: str, text: str) -> Invalid:
        """A refusal of a name that nothing has."""
        nearest = self.lookups.of(kind).nearest(text)
        one, code = NO_SUCH[kind]
        said = {"kind": str(one), "name": text, "other": nearest}
        if nearest:
            self.offer(name, text, nearest)
            return Invalid(_("there is no %(kind)s “%(name)s”; did you mean “%(other)s”?") % said, code=code, field=name)
        return Invalid(_("there is no %(kind)s “%(name)s”; import it first") % said, code=code, field=name)

    def offer(self, name: str, found: str, meant: str) -> None:
        """Offer to mend a cell."""
        self.meant[self.columns.get(name, ""), found, meant] += 1

    def fixes(self) -> list[dict[str, Any]]:
        """What may be mended, for the user to agree to."""
        return [{"column": column, "found": found, "meant": meant, "n": n} for (column, found, meant), n in sorted(self.meant.items())]


NO_SUCH: dict[str, tuple[Any, str]] = {
    ACCOUNTS: (gettext_lazy("account"), "no_account"),
    CONTACTS: (gettext_lazy("contact"), "no_contact"),
    LEADS: (gettext_lazy("lead"), "no_lead"),
    OPPORTUNITIES: (gettext_lazy("opportunity"), "no_deal"),
    PRODUCTS: (gettext_lazy("product"), "no_product"),
    CATEGORIES: (gettext_lazy("product line"), "no_category"),
    ORDERS: (gettext_lazy("order"), "no_order"),
    CASES: (gettext_lazy("case"), "no_case"),
    PEOPLE: (gettext_lazy("person"), "no_person"),
    SURVEYS: (gettext_lazy("survey"), "no_survey"),
    QUESTIONS: (gettext_lazy("question"), "no_question"),
}
"""What a kind is called where none of a name is found, and the code of the refusal."""
