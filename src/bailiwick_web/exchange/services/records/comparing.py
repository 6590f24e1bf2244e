"""What importing accounts, contacts or opportunities would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pyarrow as pa
from django.db.models import Model, prefetch_related_objects
from django.utils.translation import gettext as _

from bailiwick.formats.synonyms import name_key
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.crm.models import Account, Contact, Opportunity, Product, Stage
from bailiwick_web.crm.services.catalogue import STAGES
from bailiwick_web.crm.services.customers import ACCOUNT, LOCATION
from bailiwick_web.crm.services.deals import OPPORTUNITY
from bailiwick_web.crm.services.money import rate_on
from bailiwick_web.crm.services.people import CONTACT, normal
from bailiwick_web.crm.visibility import visible
from bailiwick_web.exchange.record_fields import ACCOUNTS, CONTACTS, OPPORTUNITIES, long_id
from bailiwick_web.exchange.services.records import known as k
from bailiwick_web.exchange.services.records.values import given_values, location_of, points_of
from bailiwick_web.exchange.services.rows import Late

SPECS: dict[str, Any] = {ACCOUNTS: ACCOUNT, CONTACTS: CONTACT, OPPORTUNITIES: OPPORTUNITY}
_WON, _LOST = frozenset(("won", "closedwon", "gewonnen")), frozenset(("lost", "closedlost", "verloren"))


@dataclass
class Row:
    """One row of the file as a record: its own fields, its address, ways to reach it, and what it names."""

    row: int
    external_id: str
    values: dict[str, Any]
    location: dict[str, Any] = field(default_factory=dict)
    points: list[dict[str, Any]] = field(default_factory=list)
    account: int | None = None
    parent: str = ""
    stage: str = ""
    product: str = ""


@dataclass
class Difference:
    """The outcome of every row."""

    kind: str
    source: str
    fresh: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Any, dict[str, Any]]] = field(default_factory=list)
    n_unchanged: int = 0
    late: list[Late] = field(default_factory=list)
    how: Counter[str] = field(default_factory=Counter)


def compare(actor: Actor, kind: str, rows: pa.Table, facts: dict[str, Any]) -> Difference:
    """Compare the rows of a checked file with what the user sees; adds to ``facts["fixes"]`` what may be mended."""
    what = Difference(kind, facts.get("system", "file"))
    reader = _Reader(actor, what, facts)
    matched: list[tuple[Row, int]] = []
    seen: dict[Any, int] = {}
    known = k.known_records(actor, kind, what.source)
    for cells in rows.to_pylist():
        row = reader.read({name: str(value or "") for name, value in cells.items()})
        if row is None:
            continue
        keys = reader.keys
        record, how = known.find(keys)
        marks = [record] if record is not None else [key for key in keys if row.external_id == "" or key[0] == k.BY_ID]
        again = next((seen[mark] for mark in marks if mark in seen), None)
        if again is not None:
            what.late.append(Late(row.row, "", "duplicate_row", f"it is the same one as row {again}; keep one of the two"))
            continue
        seen |= dict.fromkeys(marks, row.row)
        if record is None:
            what.fresh.append(row)
        else:
            what.how[how] += 1
            matched.append((row, record))
            if kind == ACCOUNTS:  # rows of the file may name it as the file does
                reader.names.add(record, str(row.values.get("name", "")), long_id(row.external_id))
    matched = _with_parents(what, matched, reader.names, facts.get("fields", {}).get("parent", ""))
    _sort_out(actor, what, matched)
    facts["fixes"] = [*facts.get("fixes", []), *reader.fixes()]
    return what


def _with_parents(what: Difference, matched: list[tuple[Row, int]], names: k.Names, column: str) -> list[tuple[Row, int]]:
    """Without the rows whose parent neither is here nor comes with them."""
    coming = {name_key(str(row.values.get("name", ""))) for row in what.fresh} | {long_id(row.external_id) for row in what.fresh}

    def is_lost(row: Row) -> bool:
        there = (
            not row.parent or name_key(row.parent) in coming or long_id(row.parent) in coming or names.find(row.parent, long_id(row.parent))
        )
        if not there:
            what.late.append(Late(row.row, column, "no_account", f"there is no account “{row.parent}” to be the parent; import it first"))
        return not there

    what.fresh = [row for row in what.fresh if not is_lost(row)]
    return [(row, record) for row, record in matched if not is_lost(row)]


class _Reader:
    """Rows of a file, with what they name looked up."""

    def __init__(self, actor: Actor, what: Difference, facts: dict[str, Any]) -> None:
        self.today = actor.now.date()
        self.kind, self.what, self.columns = what.kind, what, facts.get("fields", {})
        self.names = k.Names(actor, what.source)
        self.stages = {name_key(s.name) for s in visible(actor, Stage)} or {name_key(str(s[0])) for s in STAGES}
        self.shown_stages = [s.name for s in visible(actor, Stage)] or [str(s[0]) for s in STAGES]
        self.products = {name_key(p.name): p.name for p in visible(actor, Product)} if what.kind == OPPORTUNITIES else {}
        self.keys: k.Keys = []
        self.meant: Counter[tuple[str, str, str]] = Counter()

    def read(self, cells: Mapping[str, str]) -> Row | None:
        """A row; None if it does not fit, with the reason in the account."""
        row = Row(int(cells["row"]), cells.get("external_id", ""), given_values(self.kind, cells))
        try:
            if self.kind == ACCOUNTS:
                row.location, row.parent = location_of(cells), cells.get("parent", "")
                _check(LOCATION, row.location)
            else:
                row.account = self._account(cells)
                row.points = points_of(cells) if self.kind == CONTACTS else []
            if self.kind == OPPORTUNITIES:
                self._read_deal(row, cells)
            row.values = _check(SPECS[self.kind], row.values)
        except Invalid as refused:
            field = str(refused.details.get("field", ""))
            self.what.late.append(Late(row.row, self.columns.get(field, ""), refused.code or "bad_value", str(refused.message)))
            return None
        name = str(row.values.get("name") or k.full_name(cells))
        self.keys = k.keys_of(self.kind, {**cells, "name": name, "account_key": str(row.account or "")})
        return row

    def _account(self, cells: Mapping[str, str]) -> int | None:
        text = cells.get("account", "")
        found = self.names.find(text, long_id(text))
        if found is None and text:
            nearest = self.names.nearest(text)
            if nearest:
                self.meant[self.columns.get("account", ""), text, nearest] += 1
                said = _("there is no account “%(name)s”; did you mean “%(other)s”?") % {"name": text, "other": nearest}
            else:
                said = _("there is no account “%(name)s”; import it first") % {"name": text}
            raise Invalid(said, code="no_account", field="account")
        if found is None and self.kind == OPPORTUNITIES:
            raise Invalid(_("the account is empty; an opportunity needs one"), code="no_account", field="account")
        return found

    def _read_deal(self, row: Row, cells: Mapping[str, str]) -> None:
        row.stage, row.product = cells.get("stage", ""), cells.get("product", "")
        if currency := row.values.get("currency"):
            rate_on(currency, self.today)
        if row.stage and not _stage_kind(row.stage) and name_key(row.stage) not in self.stages:
            self.meant[self.columns.get("stage", ""), row.stage, self._near_stage(row.stage)] += 1
            said = {"stage": row.stage, "stages": ", ".join(self.shown_stages)}
            raise Invalid(_("there is no stage “%(stage)s”; there are: %(stages)s") % said, code="no_stage", field="stage")
        if row.product and row.product not in self.products.values() and name_key(row.product) in self.products:
            self.meant[self.columns.get("product", ""), row.product, self.products[name_key(row.product)]] += 1
        if "name" not in row.values:
            row.values["name"] = " – ".join(filter(None, (cells.get("account", ""), row.product, row.external_id)))

    def _near_stage(self, text: str) -> str:
        shown = {name_key(name): name for name in self.shown_stages}
        found = get_close_matches(name_key(text), shown, n=1, cutoff=0.5)
        return shown[found[0]] if found else self.shown_stages[0]

    def fixes(self) -> list[dict[str, Any]]:
        """What may be mended, for the user to agree to."""
        return [{"column": column, "found": found, "meant": meant, "n": n} for (column, found, meant), n in sorted(self.meant.items())]


def _stage_kind(text: str) -> str:
    key = name_key(text)
    return "won" if key in _WON else "lost" if key in _LOST else ""


def _check(spec: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: spec.checks[name](name, value) for name, value in values.items()}


def find_stage(stages: list[Stage], text: str) -> Stage | None:
    """The stage of that name, else the first one of its kind."""
    named = next((s for s in stages if name_key(s.name) == name_key(text)), None)
    return named or next((s for s in stages if s.kind == _stage_kind(text)), None)


def _sort_out(actor: Actor, what: Difference, matched: list[tuple[Row, int]]) -> None:
    """Which of the records that are here would change."""
    model = k.MODELS[what.kind]
    records = k.by_keys(model, (key for _, key in matched))
    related = {ACCOUNTS: "locations", CONTACTS: "points", OPPORTUNITIES: "lines__product"}[what.kind]
    prefetch_related_objects(list(records.values()), related)
    names = k.Names(actor, what.source) if what.kind == ACCOUNTS else None
    stages = list(visible(actor, Stage)) if what.kind == OPPORTUNITIES else []
    for row, key in matched:
        new = changes(row, records[key], names, stages)
        if new:
            what.changed.append((row, records[key], new))
        else:
            what.n_unchanged += 1


def changes(row: Row, record: Model, names: k.Names | None, stages: list[Stage]) -> dict[str, Any]:
    """What a row would change of a record: fields, and under ``+…`` what hangs on it."""
    found = {name: value for name, value in row.values.items() if getattr(record, name) != value}
    if isinstance(record, Account) and names is not None:
        main = next((place for place in record.locations.all() if place.is_main and place.deleted_at is None), None)
        wanted = _check(LOCATION, row.location)
        place = {name: value for name, value in wanted.items() if main is None or getattr(main, name) != value}
        parent = names.find(row.parent, long_id(row.parent))
        found |= ({"+location": place} if place else {}) | (
            {"+parent": row.parent} if row.parent and (parent is None or parent != record.parent_id) else {}
        )
    if isinstance(record, Contact):
        there = {(p.channel, p.normal) for p in record.points.all()}
        if any((p["channel"], normal(p["channel"], p["value"])) not in there for p in row.points):
            found["+points"] = row.points
    if isinstance(record, Contact | Opportunity) and row.account is not None and row.account != record.account_id:
        found["+account"] = row.account
    if isinstance(record, Opportunity):
        stage = find_stage(stages, row.stage)
        if row.stage and stage is not None and stage.pk != record.stage_id:
            found["+stage"] = row.stage
        line = next(iter(record.lines.all()), None)
        if row.product and (line is None or row.product not in {line.text, line.product.name if line.product else ""}):
            found["+product"] = row.product
    return found
