"""What importing records would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.record_fields import FILE, long_id, source_of
from bailiwick_web.exchange.record_kinds import EMPTIED, ORDER_LINES, ORDERS, PRODUCTS, QUESTIONS, SURVEYS
from bailiwick_web.exchange.services.records.kinds import KINDS, Kind
from bailiwick_web.exchange.services.records.known import BY_ID, FEW, Known, by_keys
from bailiwick_web.exchange.services.records.lines import Lines
from bailiwick_web.exchange.services.records.lookups import BY_ID as NAMED_BY_ID
from bailiwick_web.exchange.services.records.lookups import LOADERS, Lookups
from bailiwick_web.exchange.services.records.plans import CHANGE, CREATE, LINES, NEW_ORDERS, PARENTS, Draft, Held, group_kept, row_kept
from bailiwick_web.exchange.services.records.reading import NO_SUCH, Cells, Reader, Row
from bailiwick_web.exchange.services.records.words import checked
from bailiwick_web.exchange.services.rows import CREATED, UNCHANGED, UPDATED, Late

TOLD = (PRODUCTS, ORDERS, SURVEYS, QUESTIONS)
"""Kinds of which lines of orders, and answers, want to know more than the key while they come with the same import."""


@dataclass
class Difference:
    """The outcome of all rows, and the reason for those that do not fit."""

    counts: Counter[str] = field(default_factory=Counter)
    late: list[Late] = field(default_factory=list)
    how: Counter[str] = field(default_factory=Counter)


def compare(
    actor: Actor, kind: str, rows: pa.Table, facts: dict[str, Any], lookups: Lookups | None = None, draft: Draft | None = None
) -> Difference:
    """Compare the rows of a checked file with what the user sees, and with what comes with the same import.

    Adds to ``facts`` what may be mended, how what is named was found, and what nobody understands.

    Parameters
    ----------
    draft
        Takes what is to be written; without it, all is but counted.
    """
    lookups = lookups or Lookups(actor)
    lookups.next_part()
    reader = Reader(actor, facts, lookups)
    what = Difference()
    if kind == ORDER_LINES:
        _compare_lines(reader, rows, what, draft)
    else:
        _Comparison(KINDS[kind](), reader, what, draft).run(_cells(rows))
    facts["fixes"] = _once([*facts.get("fixes", []), *reader.fixes()])
    facts["refs"] = [[NO_SUCH[k][1], str(how), n] for (k, how), n in sorted(reader.refs.items())]
    facts["not_understood"] = {column: dict(counts.most_common(20)) for column, counts in reader.unknown.items()}
    return what


def source_in(facts: dict[str, Any]) -> str:
    """Whose identifiers the records of a file have."""
    return source_of(str(facts.get("system") or FILE), dict(facts.get("fields") or {}).get("external_id", ""))


def _compare_lines(reader: Reader, rows: pa.Table, what: Difference, draft: Draft | None) -> None:
    lines = Lines(reader)
    groups, what.late = lines.read(_without_emptied(_cells(rows)))
    what.counts, what.how = lines.counts, lines.how
    for group in groups if draft is not None else ():
        assert draft is not None
        if group.is_new or any(line.outcome != UNCHANGED for line in group.lines):
            draft.add(NEW_ORDERS if group.is_new else LINES, group_kept(group), n_rows=len(group.lines))


def _cells(rows: pa.Table) -> Iterable[Cells]:
    for batch in rows.to_batches(max_chunksize=10_000):
        for cells in batch.to_pylist():
            yield {name: "" if value is None else str(value) for name, value in cells.items()}


def _without_emptied(rows: Iterable[Cells]) -> Iterable[Cells]:
    """Where nothing can be emptied, such a cell says nothing."""
    return ({name: "" if text == EMPTIED else text for name, text in cells.items()} for cells in rows)


def _once(fixes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(fix["column"], fix["found"], fix["meant"]): fix for fix in fixes}.values())


class _Comparison:
    """Rows of a file beside the records that are here; what is known of a row is let go as soon as it can be."""

    def __init__(self, kind: Kind, reader: Reader, what: Difference, draft: Draft | None) -> None:
        self.kind, self.reader, self.what, self.draft = kind, reader, what, draft
        self.known = Known()
        records = visible(reader.actor, kind.model)
        kind.know(reader.actor, self.known, records)
        self.known.add_ids(kind.model, reader.source, dict(records.values_list("pk", "public_id")))
        self.seen: dict[Any, int] = {}
        self.matched: list[tuple[Row, int]] = []
        self.is_named = kind.key in LOADERS and (reader.lookups.is_shared or kind.parent in reader.columns)

    def run(self, rows: Iterable[Cells]) -> None:
        """Read, match, and find what changes; who names a record above waits until all are known."""
        held = Held()
        for cells in rows:
            row = self._read(cells)
            if row is None or not self._match(row, cells):
                continue
            if row.more.get("parent"):
                held.add(row)
            else:
                self._take(row)
        for row in held.all():
            if self._has_parent(row):
                self._take(row)
        self._sort_out()

    def _take(self, row: Row) -> None:
        """A row that fits: new, or to be looked at beside its record."""
        if row.key > 0:
            self.matched.append((row, row.key))
            if len(self.matched) >= FEW:
                self._sort_out()
            return
        self.what.counts[CREATED] += 1
        if self.draft is not None:
            self.draft.add(CREATE, row_kept(row))
            above = row.refs.get(self.kind.parent)
            if above is not None and above[1] < 0:
                self.draft.add(PARENTS, [row.row, above[1]])

    def _read(self, cells: Cells) -> Row | None:
        """A row; None if it does not fit, with the reason in the account."""
        row = Row(int(cells["row"]), cells.get("external_id", ""), {})
        emptied = [name for name, text in cells.items() if text == EMPTIED]
        cells = {**cells, **dict.fromkeys(emptied, "")}
        try:
            row.values = checked(self.kind.spec, self.kind.given(cells) | self._emptied(emptied))
            self.kind.read(self.reader, row, cells)
            row.values = checked(self.kind.spec, row.values)
        except Invalid as refused:
            name = str(refused.details.get("field", ""))
            self.what.late.append(Late(row.row, self.reader.columns.get(name, ""), refused.code or "bad_value", str(refused.message)))
            return None
        return row

    def _emptied(self, names: Iterable[str]) -> dict[str, None]:
        """Fields that the file says are to be empty; what is no field of the record itself is told and stays."""
        for name in names:
            if name not in self.kind.own:
                self.reader.note(name, "#N/A")
        return {name: None for name in names if name in self.kind.own}

    def _match(self, row: Row, cells: Cells) -> bool:
        """Find the record that a row means; no if a row above means the same one."""
        keys = [(how, key) for how, key in [(BY_ID, row.external_id), *self.kind.keys(row, cells)] if key.strip("|")]
        record, how = self.known.find(keys)
        marks = [record] if record is not None else [key for key in keys if row.external_id == "" or key[0] == BY_ID]
        again = next((self.seen[mark] for mark in marks if mark in self.seen), None)
        if again is not None:
            said = say("it is the same one as row %(row)s; keep one of the two", row=str(again))
            self.what.late.append(Late(row.row, "", "duplicate_row", said))
            return False
        self.seen |= dict.fromkeys(marks, row.row)
        row.key = self.reader.lookups.coming(row.row) if record is None else record
        if record is not None:
            self.what.how[how] += 1
        self._name(row)
        return True

    def _name(self, row: Row) -> None:
        """Other rows may name this one, as the file does."""
        if not self.is_named:
            return
        lookup = self.reader.lookups.of(self.kind.key)
        for how, key in self.kind.names(row):
            lookup.add(how, key, row.key)
        if row.external_id:
            for external in {row.external_id, long_id(row.external_id)}:
                lookup.add(f"{NAMED_BY_ID}:{self.reader.source}", external, row.key)
        if row.key < 0 and self.kind.key in TOLD:
            self.reader.lookups.facts[row.key] = row

    def _has_parent(self, row: Row) -> bool:
        """Whether the record above is here or comes with them; one that names itself has none."""
        text = str(row.more.get("parent", ""))
        if not text:
            return True
        found, how = self.reader.lookups.of(self.kind.key).find(text, self.reader.sources(self.kind.parent))
        if found is None:
            one, code = NO_SUCH[self.kind.key]
            said = _("there is no %(kind)s “%(name)s” to be above it; import it first") % {"kind": one, "name": text}
            self.what.late.append(Late(row.row, self.reader.columns.get(self.kind.parent, ""), code, said))
            return False
        if found != row.key:
            self.reader.refs[self.kind.key, how] += 1
            row.refs[self.kind.parent] = (self.kind.key, found)
        return True

    def _sort_out(self) -> None:
        """Which of the records that are here would change."""
        records = by_keys(self.kind.model, (key for _, key in self.matched))
        if self.kind.related:
            prefetch_related_objects(list(records.values()), *self.kind.related)
        for row, key in self.matched:
            new = self.kind.changes(row, records[key])
            self.what.counts[UPDATED if new else UNCHANGED] += 1
            if new and self.draft is not None:
                self.draft.add(CHANGE, [row_kept(row), {name: self.kind.stands(records[key], name) for name in new}])
        self.matched = []
