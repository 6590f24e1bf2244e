"""Which column is what: found by names and content, said by the user, or taken from a template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.numbers import looks_numeric, parse_numbers
from bailiwick.formats.recognise import choose_columns
from bailiwick.formats.synonyms import (
    ALIGNMENT_SYNONYMS,
    FIELD_SYNONYMS,
    REP_SYNONYMS,
    name_key,
)
from bailiwick_web.exchange.child.money import money_among
from bailiwick_web.exchange.vocabulary import (
    ALIGNMENT_FIELDS,
    ATTRIBUTES,
    MEASURE,
    MONEY,
    NUMBERS,
    OWNER,
    PLACE_FIELDS,
    REP_FIELDS,
    SKIP,
    UNIT_FIELDS,
    attribute_ranks,
    label_of,
    owner_ranks,
    skipped_keys,
)

FIELDS = {"units": UNIT_FIELDS, "reps": REP_FIELDS, "alignment": ALIGNMENT_FIELDS}
_MOST_NUMBERS, _MOST_FILLED = 0.95, 0.9
_KEPT_ID = "(do not modify)"


@dataclass
class Columns:
    """What each column of a table is.

    Attributes
    ----------
    fields
        Field → column, for the fields of the kind of file.
    measures
        Columns with numbers to balance.
    money
        Those of the measures that are money.
    attributes
        Canonical name → column.
    skipped
        Columns that are left out.
    owner
        Column that says who has the unit today.
    constants
        Field → what every row gets there, as a mapping of the Data Loader says.
    """

    fields: dict[str, str] = field(default_factory=dict)
    measures: list[str] = field(default_factory=list)
    money: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    owner: str = ""
    constants: dict[str, str] = field(default_factory=dict)

    def of_column(self, name: str) -> str:
        """The field that a column serves; empty text if it is kept as text."""
        for mapping in (self.fields, self.attributes):
            for key, column in mapping.items():
                if column == name:
                    return key
        if name == self.owner:
            return OWNER
        return MONEY if name in self.money else MEASURE if name in self.measures else SKIP if name in self.skipped else ""

    def taken(self) -> set[str]:
        """Every column that is something."""
        return {*self.fields.values(), *self.measures, *self.attributes.values(), *self.skipped, *([self.owner] if self.owner else [])}


def find_columns(table: Any, kind: str, said: Mapping[str, str], *, is_complete: bool) -> Columns:
    """What each column is: as said, and where nothing was said (unless everything was) by name and content.

    Parameters
    ----------
    said
        Field → column; measures as ``measure:NAME``, those in money as ``money:NAME``, columns to leave out as ``skip:NAME``.
    """
    columns = _said(table, kind, said)
    if not is_complete:
        if kind == "alignment":
            _find_alignment(table, columns)
        else:
            _find_fields(table, kind, columns)
            _find_others(table.names, columns, has_owner=kind == "units")
    return _completed(columns)


def _said(table: Any, kind: str, said: Mapping[str, str]) -> Columns:
    columns = Columns()
    known = FIELDS[kind]
    by_column: dict[str, str] = {}
    for word, column in said.items():
        what, _, _ = word.partition(":")
        name = _resolved(table, column)
        if by_column.setdefault(name, word) != word and not {by_column[name], word} <= {"id", "postcode", "name", "place"}:
            raise InputError(
                say(
                    "column %(name)s cannot be both the %(label_of)s and the %(label_of2)s; choose one",
                    name=repr(name),
                    label_of=str(label_of(by_column[name])),
                    label_of2=str(label_of(what)),
                ),
                code="map_shared",
            )
        if what in {MEASURE, MONEY}:
            columns.measures.append(name)
            columns.money += [name] if what == MONEY else []
        elif what == SKIP:
            columns.skipped.append(name)
        elif word == OWNER:
            columns.owner = name
        elif word in known:
            columns.fields[word] = name
        elif word in ATTRIBUTES:
            columns.attributes[word] = name
        else:
            raise InputError(
                say(
                    "there is no field %(word)s to map; known: %(names)s and %(names2)s",
                    word=repr(word),
                    names=", ".join(known),
                    names2=", ".join(ATTRIBUTES),
                ),
                code="unknown_field",
            )
    return columns


def _resolved(table: Any, column: str) -> str:
    if column in table.names:
        return column
    same = [name for name in table.names if name_key(name) == name_key(column)]
    if len(same) != 1:
        raise InputError(
            say(
                "%(source)s has no column %(column)s; it has: %(names)s",
                source=table.source,
                column=repr(column),
                names=", ".join(map(repr, table.names[:20])),
            ),
            code="unknown_column",
            field=column,
        )
    return same[0]


def _find_fields(table: Any, kind: str, columns: Columns) -> None:
    """Where and what a row is, as the library recognises it; what was said goes."""
    if "id" not in columns.fields:
        kept = [n for n in table.names if n.lower().startswith(_KEPT_ID) and name_key(n) not in skipped_keys()]
        if kept:
            columns.fields["id"] = kept[0]
    is_rep = kind == "reps"
    choice = choose_columns(
        table,
        column_map={**columns.fields, **{name: name for name in columns.measures}},
        synonyms={**FIELD_SYNONYMS, **REP_SYNONYMS} if is_rep else FIELD_SYNONYMS,
        extra_fields=("capacity",) if is_rep else (),
        needs_measures=not is_rep,
    )
    taken = columns.taken()
    for name, chosen in choice.fields.items():
        if name in FIELDS[kind] and (chosen.column not in taken or chosen.column in columns.fields.values()):
            columns.fields.setdefault(name, chosen.column)
    if not is_rep and not columns.measures:
        found = [*(c.column for c in choice.measures.values() if c.column), *(n for n in table.names if _is_known_number(table, n))]
        taken = columns.taken()
        columns.measures += [name for name in dict.fromkeys(found) if name not in taken]
        columns.money += money_among(columns.measures)


def _is_known_number(table: Any, name: str) -> bool:
    """Whether a column has a known name of a number and holds numbers; systems run words together, as in ``numberofemployees``."""
    if not {field for _, field in attribute_ranks().get(name_key(name), ())} & NUMBERS:
        return False
    share, filled = looks_numeric(table.data.column(name), decimal=table.decimal)
    numbers = parse_numbers(table.data.column(name), decimal=table.decimal)
    return share >= _MOST_NUMBERS and filled >= _MOST_FILLED and not bool((numbers.values < 0).any())


def _find_others(names: Sequence[str], columns: Columns, *, has_owner: bool) -> None:
    """Owner and attributes among the columns that are left, best names first."""
    left = [name for name in names if name not in columns.taken()]
    owners = sorted((owner_ranks()[name_key(n)], i, n) for i, n in enumerate(left) if name_key(n) in owner_ranks())
    if owners and has_owner and not columns.owner:
        columns.owner = owners[0][2]
    candidates = sorted(
        (rank, position, name, attribute)
        for position, name in enumerate(left)
        for rank, attribute in attribute_ranks().get(name_key(name), ())
        if name != columns.owner
    )
    done: set[str] = set()
    for _, _, name, attribute in candidates:
        if name not in done and attribute not in columns.attributes:
            columns.attributes[attribute] = name
            done.add(name)
    columns.skipped += [name for name in left if name_key(name) in skipped_keys() and name not in columns.taken()]


def _find_alignment(table: Any, columns: Columns) -> None:
    by_key: dict[str, str] = {}
    for name in table.names:
        by_key.setdefault(name_key(name), name)
    for role in ALIGNMENT_FIELDS:
        taken = columns.taken()
        found = (by_key[name_key(s)] for s in ALIGNMENT_SYNONYMS[role] if name_key(s) in by_key)
        column = next((name for name in found if name not in taken), None)
        if role not in columns.fields and column is not None:
            columns.fields[role] = column
    columns.skipped += [name for name in table.names if name_key(name) in skipped_keys() and name not in columns.taken()]


def _completed(columns: Columns) -> Columns:
    """Postcodes that are the units say also where they are."""
    identity = columns.fields.get("id", "")
    postcodes = {name_key(name) for name in FIELD_SYNONYMS["postcode"]}
    if identity and not PLACE_FIELDS & columns.fields.keys() and name_key(identity) in postcodes:
        columns.fields["postcode"] = identity
    return columns


def guess_kind(names: Iterable[str]) -> str:
    """What the rows of a table are, from its header.

    Examples
    --------
    >>> guess_kind(["Account ID", "Territory"]), guess_kind(["rep_id", "name", "capacity"]), guess_kind(["id", "lon", "lat", "sales"])
    ('alignment', 'reps', 'units')
    """
    keys = [name_key(name) for name in names]
    known = set(keys)
    place = {name_key(s) for f in ("lon", "lat", "postcode", "place") for s in FIELD_SYNONYMS[f]}
    people = {name_key(s) for f in ("id", "name", "capacity") for s in REP_SYNONYMS[f]} - {
        "id",
        "name",
        "email",
        "territory",
        "territoryid",
    }
    units = {name_key(s) for s in FIELD_SYNONYMS["id"]}
    territories = {name_key(s) for s in ALIGNMENT_SYNONYMS["territory_id"]}
    if len(keys) <= 4 and known & territories and known & (units | {"objectid", "unit", "unitid"}) and not known & {"lon", "lat"}:
        return "alignment"
    capacity = {name_key(s) for s in REP_SYNONYMS["capacity"]}
    first_is_rep = bool(keys) and keys[0] in people - {"ownerid", "owner"}
    if (known & capacity and known & people) or (first_is_rep and not known & units):
        return "reps"
    return "alignment" if len(keys) == 2 and known & territories and not known & place else "units"
