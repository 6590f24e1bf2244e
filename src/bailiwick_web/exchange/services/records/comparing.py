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
from bailiwick_web.exchange.record_kinds import EMPTIED, ORDER_LINES
from bailiwick_web.exchange.services.records.kinds import KINDS, Kind
from bailiwick_web.exchange.services.records.known import BY_ID, FEW, Known, by_keys
from bailiwick_web.exchange.services.records.lines import Group, Lines
from bailiwick_web.exchange.services.records.lookups import BY_ID as NAMED_BY_ID
from bailiwick_web.exchange.services.records.lookups import LOADERS, Lookups
from bailiwick_web.exchange.services.records.reading import NO_SUCH, Cells, Reader, Row
from bailiwick_web.exchange.services.records.words import checked
from bailiwick_web.exchange.services.rows import Late


@dataclass
class Difference:
    """The outcome of every row."""

    kind: str
    source: str
    fresh: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Any, dict[str, Any]]] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    late: list[Late] = field(default_factory=list)
    how: Counter[str] = field(default_factory=Counter)


def compare(actor: Actor, kind: str, rows: pa.Table, facts: dict[str, Any], lookups: Lookups | None = None) -> Difference:
    """Compare the rows of a checked file with what the user sees, and with what comes with the same import.

    Adds to ``facts`` what may be mended, how what is named was found, and what nobody understands.
    """
    lookups = lookups or Lookups(actor)
    reader = Reader(actor, facts, lookups)
    source = source_of(str(facts.get("system") or FILE), reader.columns.get("external_id", ""))
    what = Difference(kind, source)
    if kind == ORDER_LINES:
        lines = Lines(reader)
        what.groups, what.late = lines.read(_without_emptied(_cells(rows)))
        what.counts, what.how = lines.counts, lines.how
    else:
        _Comparison(KINDS[kind](), reader, what).run(_cells(rows))
    facts["fixes"] = _once([*facts.get("fixes", []), *reader.fixes()])
    facts["refs"] = [[NO_SUCH[k][1], str(how), n] for (k, how), n in sorted(reader.refs.items())]
    facts["not_understood"] = {column: dict(counts.most_common(20)) for column, counts in reader.unknown.items()}
    return what


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
    """Rows of a file beside the records that are here."""

    def __init__(self, kind: Kind, reader: Reader, what: Difference) -> None:
        self.kind, self.reader, self.what = kind, reader, what
        self.known = Known()
        records = visible(reader.actor, kind.model)
        kind.know(reader.actor, self.known, records)
        self.known.add_ids(kind.model, what.source, dict(records.values_list("pk", "public_id")))
        self.seen: dict[Any, int] = {}

    def run(self, rows: Iterable[Cells]) -> None:
        """Read, match, and find what changes."""
        matched: list[tuple[Row, int]] = []
        for cells in rows:
            row = self._read(cells)
            if row is not None:
                self._match(row, cells, matched)
        if self.kind.parent:
            self.what.fresh = [row for row in self.what.fresh if self._has_parent(row)]
            matched = [(row, record) for row, record in matched if self._has_parent(row)]
        self._sort_out(matched)

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

    def _match(self, row: Row, cells: Cells, matched: list[tuple[Row, int]]) -> None:
        keys = [(how, key) for how, key in [(BY_ID, row.external_id), *self.kind.keys(row, cells)] if key.strip("|")]
        record, how = self.known.find(keys)
        marks = [record] if record is not None else [key for key in keys if row.external_id == "" or key[0] == BY_ID]
        again = next((self.seen[mark] for mark in marks if mark in self.seen), None)
        if again is not None:
            said = say("it is the same one as row %(row)s; keep one of the two", row=str(again))
            self.what.late.append(Late(row.row, "", "duplicate_row", said))
            return
        self.seen |= dict.fromkeys(marks, row.row)
        row.key = self.reader.lookups.coming() if record is None else record
        if record is None:
            self.what.fresh.append(row)
        else:
            self.what.how[how] += 1
            matched.append((row, record))
        self._name(row)

    def _name(self, row: Row) -> None:
        """Other rows may name this one, as the file does."""
        if self.kind.key not in LOADERS:
            return
        lookup = self.reader.lookups.of(self.kind.key)
        for how, key in self.kind.names(row):
            lookup.add(how, key, row.key)
        if row.external_id:
            for external in {row.external_id, long_id(row.external_id)}:
                lookup.add(f"{NAMED_BY_ID}:{self.what.source}", external, row.key)
        if row.key < 0:
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

    def _sort_out(self, matched: list[tuple[Row, int]]) -> None:
        """Which of the records that are here would change."""
        what = self.what
        for at in range(0, len(matched), FEW):
            part = matched[at : at + FEW]
            records = by_keys(self.kind.model, (key for _, key in part))
            if self.kind.related:
                prefetch_related_objects(list(records.values()), *self.kind.related)
            for row, key in part:
                new = self.kind.changes(row, records[key])
                if new:
                    what.changed.append((row, records[key], new))
                else:
                    what.counts["unchanged"] += 1
        what.counts |= {"created": len(what.fresh), "updated": len(what.changed)}
