"""Read a file as records of customers: plain values, rejected rows, and what may be mended."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather

from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.synonyms import name_key
from bailiwick_web.exchange.child.mapping import Columns
from bailiwick_web.exchange.child.record_values import column_values, is_nothing
from bailiwick_web.exchange.child.rejecting import Account
from bailiwick_web.exchange.child.tables import open_table
from bailiwick_web.exchange.record_fields import INDUSTRIES, SKIPPED_WORD, long_id, system_of
from bailiwick_web.exchange.record_kinds import EMPTIED
from bailiwick_web.exchange.record_names import FIELDS, NEEDED
from bailiwick_web.exchange.vocabulary import skipped_keys

_WORDS = {
    "whole": say("a whole number"),
    "money": say("an amount"),
    "day": say("a day"),
    "share": say("a share"),
    "degrees": say("degrees"),
    "number": say("a number"),
    "instant": say("a point in time"),
    "yes-no": say("yes or no"),
}
_FEW = 200
_ALIKE = 0.85
_US = frozenset(("us", "usa", "united states", "united states of america"))


def record_columns(table: Any, kind: str, options: dict[str, Any]) -> Columns:
    """What each column is: as said, else by its usual names, or by the names that a mapping of the Data Loader gives it.

    Raises
    ------
    InputError
        If a column or a field is unknown.
    """
    columns, known = Columns(), FIELDS[kind]
    by_key: dict[str, str] = {}
    said_names = dict(options.get("names") or {})
    for name in table.names:
        by_key.setdefault(name_key(name), name)
    named = by_key | {name_key(other): name for name, other in said_names.items() if name in table.names}
    for word, column in dict(options.get("columns") or {}).items():
        if name_key(column) not in by_key:
            raise InputError(
                say("%(source)s has no column %(column)s", source=table.source, column=repr(column)), code="unknown_column", field=column
            )
        name = column if column in table.names else by_key[name_key(column)]
        if word.startswith(SKIPPED_WORD):
            columns.skipped.append(name)
        elif word in known:
            columns.fields[word] = name
        else:
            raise InputError(
                say("there is no field %(word)s to map; known: %(names)s", word=repr(word), names=", ".join(known)), code="unknown_field"
            )
    if not options.get("is_complete"):
        for field, (_, names) in known.items():
            found = next((named[name_key(n)] for n in names if name_key(n) in named and named[name_key(n)] not in columns.taken()), None)
            if field not in columns.fields and found is not None:
                columns.fields[field] = found
        columns.skipped += [n for n in table.names if name_key(n) in skipped_keys() and n not in columns.taken()]
    _set_constants(columns, kind, dict(options.get("constants") or {}))
    return columns


def _set_constants(columns: Columns, kind: str, said: dict[str, str]) -> None:
    """What every row gets, where no column of the file says it."""
    fields = {name_key(name): field for field, (_, names) in reversed(FIELDS[kind].items()) for name in names}
    for name, value in said.items():
        field = fields.get(name_key(name))
        if field is not None and field not in columns.fields:
            columns.constants[field] = value


def read_records(kind: str, path: Path, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Rows of a kind of record as plain values, under the names of the fields; nothing is mended that nobody agreed to."""
    from bailiwick_web.exchange.child.readers import need_rows, table_facts, tell

    tell("reading", 0.05)
    table = open_table(path, options)
    need_rows(table)
    columns = record_columns(table, kind, options)
    _need_names(table, kind, columns)
    tell("understanding", 0.3)
    texts = {field: _mended(table, column, options) for field, column in columns.fields.items()}
    constant = {field: [value] * len(table) for field, value in columns.constants.items()}
    account = Account(table.names)
    data = _values(table, kind, columns, texts | constant, account, options)
    for row in table.malformed:
        account.add_long(row.row, row.cells)
    tell("describing", 0.7)
    feather.write_feather(data, out / "rows.arrow")
    facts = table_facts(path, table, columns, options, table.notices)
    facts |= account.write(out) | {"n_used": data.num_rows, "has_ids": "external_id" in columns.fields, "has_names": True}
    return facts | {"system": system_of(list(table.names)), "fixes": _fixes(kind, columns, texts), "constants": columns.constants}


def _need_names(table: Any, kind: str, columns: Columns) -> None:
    for group in NEEDED[kind]:
        if not set(group) & (columns.fields.keys() | columns.constants.keys()):
            raise InputError(
                say(
                    "no column of %(source)s was recognised as the %(replace)s; columns: %(names)s. Choose it in the table of columns",
                    source=table.source,
                    replace=group[0].replace("_", " "),
                    names=", ".join(map(repr, table.names[:20])),
                ),
                code="unknown_column",
                field=group[0],
            )


def _mended(table: Any, column: str, options: dict[str, Any]) -> list[str]:
    """Cells of a column, with what the user agreed to mend."""
    agreed = dict((options.get("fixes") or {}).get(column) or {})
    return [agreed.get(text.strip(), text) for text in table.text(column).to_pylist()]


def _values(table: Any, kind: str, columns: Columns, texts: dict[str, list[str]], account: Account, options: dict[str, Any]) -> pa.Table:
    n, zone, is_salesforce = len(table), str(options.get("zone") or "UTC"), system_of(list(table.names)) == "salesforce"
    can_empty = is_salesforce or bool(options.get("names") or options.get("constants"))
    values: dict[str, list[str]] = {}
    currencies = [""] * n
    reasons: dict[int, tuple[str, str, str]] = {}
    for field, (holds, _) in FIELDS[kind].items():
        if field not in texts:
            continue
        values[field], named, bad = column_values(holds, texts[field], table.decimal, zone)
        if can_empty and field != "external_id":
            values[field] = [EMPTIED if is_nothing(text) else value for value, text in zip(values[field], texts[field], strict=True)]
        currencies = [one or other for one, other in zip(currencies, named, strict=True)]
        for i in (i for i, is_bad in enumerate(bad) if is_bad):
            column = columns.fields.get(field, "")
            why = say("%(text)s in %(column)s is not %(what)s", text=repr(texts[field][i]), column=repr(column), what=_WORDS[holds])
            reasons.setdefault(i, (column, "bad_value", why))
    if "external_id" in values and is_salesforce:
        values["external_id"] = [long_id(text) for text in values["external_id"]]
    _once("external_id", columns, values, table, reasons)
    cells = [table.text(name).to_pylist() for name in table.names]
    for i, reason in sorted(reasons.items()):
        account.add(int(table.row_numbers[i]), *reason, [column[i] for column in cells])
    keep = [i for i in range(n) if i not in reasons]
    data: dict[str, Any] = {"row": pa.array([int(table.row_numbers[i]) for i in keep], pa.int64())}
    data |= {field: pa.array([column[i] for i in keep], pa.string()) for field, column in values.items()}
    if any(currencies):
        said = values.get("currency", [""] * n)
        data["currency"] = pa.array([said[i] or currencies[i] for i in keep], pa.string())
    return pa.table(data)


def _once(field: str, columns: Columns, values: dict[str, list[str]], table: Any, reasons: dict[int, tuple[str, str, str]]) -> None:
    """An id stands in one row."""
    first: dict[str, int] = {}
    for i, text in enumerate(values.get(field, ())):
        if text and i not in reasons and first.setdefault(text, i) != i:
            where = str(table.row_numbers[first[text]])
            reasons[i] = (columns.fields[field], "duplicate_id", say("%(id)s stands already in row %(row)s", id=repr(text), row=where))


def _fixes(kind: str, columns: Columns, texts: dict[str, list[str]]) -> list[dict[str, Any]]:
    """What looks like a slip, with what may have been meant; to be agreed to, nothing is changed here."""
    found: list[dict[str, Any]] = []
    for field in ("industry", "segment", "stage", "product", "source", "category", "status"):
        if field in texts:
            known = INDUSTRIES if field == "industry" else frozenset()
            found += [{"column": columns.fields[field], **fix} for fix in slips(Counter(t.strip() for t in texts[field]), known)]
    if "postal_code" in texts and "country" in texts:
        short = Counter(
            code.strip()
            for code, country in zip(texts["postal_code"], texts["country"], strict=True)
            if country.strip().casefold() in _US and code.strip().isdigit() and len(code.strip()) in {3, 4}
        )
        column = columns.fields["postal_code"]
        found += [{"column": column, "found": code, "meant": code.zfill(5), "n": n} for code, n in sorted(short.items())]
    return found


def slips(counts: Counter[str], known: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """Words that are nearly another one that is known or stands more often.

    Examples
    --------
    >>> slips(Counter({"technolgy": 12, "retail": 9}), frozenset(("technology", "retail")))
    [{'found': 'technolgy', 'meant': 'technology', 'n': 12}]
    >>> slips(Counter({"GTX Pro": 9, "GTXPro": 3, "GTX Plus Pro": 2}))
    [{'found': 'GTXPro', 'meant': 'GTX Pro', 'n': 3}]
    """
    words = [word for word, _ in counts.most_common(_FEW) if len(word) > 3]
    found = []
    for at, word in enumerate(words):
        if word.casefold() in known:
            continue
        better = [w for w in words[:at] if counts[w] > counts[word]]
        meant = next((w for w in better if name_key(w) == name_key(word)), None)
        meant = meant or max((w for w in known if _is_near(word, w)), key=lambda w: _likeness(word, w), default=None)
        if meant:
            found.append({"found": word, "meant": meant, "n": counts[word]})
    return found


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _is_near(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= 2 and _likeness(one, other) >= _ALIKE
