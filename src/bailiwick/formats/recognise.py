"""Decide which column is what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.additive import is_code, is_quantity, likely_measures
from bailiwick.formats.coordinates import parse_degrees
from bailiwick.formats.numbers import looks_numeric
from bailiwick.formats.synonyms import (
    COUNT_MEASURES,
    FIELD_ALIASES,
    FIELD_SYNONYMS,
    FIELDS,
    IGNORED_PREFIXES,
    NOT_A_NAME_WORDS,
    measure_keys,
    name_key,
    name_words,
)
from bailiwick.formats.table import Table
from bailiwick.formats.wording import as_map, did_you_mean, nearest, quoted

_ID_ENDINGS = {"id", "key", "number", "no", "nr", "code", "guid", "uuid"}
_NOT_AN_ID_WORDS = {
    *("phone", "fax", "tax", "vat", "year", "date", "zip", "postal", "postcode"),
    *("street", "house", "lat", "lon", "longitude", "latitude", "country", "state"),
}
_SURE_IDS = 2
_VAGUE_KEYS = {"x", "y", "xcoord", "ycoord", "xcoordinate", "ycoordinate", "long", "lange", "breite"}
_SHARED = {"id", "name", "postcode", "place", "state", "country", "location"}
_SAMPLE = 5000


@dataclass(frozen=True, slots=True)
class Chosen:
    """A column and why it was taken.

    Attributes
    ----------
    column
        Name in the file; empty text if there is none and the value is made (row numbers, ones).
    how
        In words.
    """

    column: str
    how: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What was found in a table.

    Attributes
    ----------
    fields
        Field → column, for the fields that were found.
    measures
        Measure → column; an empty column name means one per unit.
    texts
        Name as asked for → column, for columns that were asked for by name.
    other_numbers
        Numeric columns that were not taken as measures.
    """

    fields: Mapping[str, Chosen]
    measures: Mapping[str, Chosen]
    texts: Mapping[str, str]
    other_numbers: tuple[str, ...]

    def column(self, field: str) -> str | None:
        """Column of a field, or None."""
        return self.fields[field].column if field in self.fields else None


def parse_column_map(pairs: Iterable[str]) -> dict[str, str]:
    """Read ``FIELD=COLUMN`` texts, as given on a command line.

    Raises
    ------
    InputError
        If there is no ``=``, or a field stands twice.

    Examples
    --------
    >>> parse_column_map(["id=Account ID", "city=Town"])
    {'id': 'Account ID', 'place': 'Town'}
    """
    found: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals or not field.strip() or not column:
            raise InputError(say("expected FIELD=COLUMN, found %(pair)s; for example id=Account", pair=repr(pair)), code="map", field="map")
        field = _plain_field(field)
        if field in found:
            raise InputError(
                say(
                    "%(field)s is mapped twice, to %(found)s and to %(column)s; keep one",
                    field=repr(field),
                    found=repr(found[field]),
                    column=repr(column),
                ),
                code="map_twice",
                field=field,
            )
        found[field] = column
    return found


def _plain_field(field: str) -> str:
    lower = field.strip().lower()
    return FIELD_ALIASES.get(lower, lower if lower in FIELDS else field.strip())


def resolve_column(table: Table, wanted: str, *, role: str) -> str:
    """Name of a column as it stands in the table, from its name as the user wrote it.

    Raises
    ------
    InputError
        If there is none, with the nearest names.
    """
    if wanted in table.names:
        return wanted
    same = [name for name in table.names if name_key(name) == name_key(wanted) and name_key(wanted)]
    if len(same) == 1:
        return same[0]
    raise InputError(
        say(
            "%(source)s has no column %(wanted)s%(value)s%(did_you_mean)s",
            source=table.source,
            wanted=repr(wanted),
            value=str(f" (for {role})" if role else ""),
            did_you_mean=did_you_mean(wanted, table.names),
        ),
        code="unknown_column",
        field=wanted,
    )


def choose_columns(
    table: Table,
    *,
    column_map: Mapping[str, str] | None = None,
    measure_names: Sequence[str] = (),
    text_columns: Sequence[str] = (),
    is_planar: bool = False,
    synonyms: Mapping[str, Sequence[str]] = FIELD_SYNONYMS,
    extra_fields: Sequence[str] = (),
    needs_measures: bool = True,
) -> Choice:
    """Recognise fields and measures by their names, checked against their content.

    Parameters
    ----------
    column_map
        Field or measure → column: what the user says goes.
    measure_names
        Measures that are needed; if empty, numeric columns that look like measures are taken.
    text_columns
        Columns that must be there.
    synonyms
        Field → names of columns, best first.
    extra_fields
        Fields to look for beside those of units.
    needs_measures
        If False, only measures that were asked for are looked for.

    Raises
    ------
    InputError
        If a field, a measure or a column is unknown, or one column is to serve two fields that exclude each other.
    """
    usable = [name for name in table.names if not name.lower().startswith(IGNORED_PREFIXES)]
    known = (*FIELDS, *extra_fields)
    mapped = _resolve_map(table, column_map or {}, known, measure_names)
    fields = {field: Chosen(column, "said so by the user") for field, column in mapped.items() if field in known}
    for field in (*_fields_in_use(is_planar), *extra_fields):
        if field not in fields:
            column = _by_synonym(table, usable, field, synonyms[field])
            if column is not None:
                fields[field] = Chosen(column, f"its name is known for {field}")
    _drop_half_pairs(fields)
    if "name" not in fields:
        fields.update(_by_ending(usable, fields))
    if "id" not in fields:
        fields.update(_find_id(table, usable, fields))
    asked = {name: column for name, column in mapped.items() if name not in known}
    measures = _choose_measures(table, usable, fields, asked, measure_names) if needs_measures or measure_names or asked else {}
    taken = {c.column for c in (*fields.values(), *measures.values())}
    numbers = tuple(n for n in usable if n not in taken and not is_code(n) and is_quantity(table, n))
    texts = {name: resolve_column(table, name, role="") for name in text_columns}
    return Choice(fields, measures, texts, numbers)


def names_coordinate(name: str) -> bool:
    """Whether a column is called like half of a position, which never adds up to anything.

    Examples
    --------
    >>> names_coordinate("Billing Longitude"), names_coordinate("people")
    (True, False)
    """
    return any(name_key(name) == name_key(synonym) for field in ("lon", "lat", "x", "y") for synonym in FIELD_SYNONYMS[field])


def _fields_in_use(is_planar: bool) -> tuple[str, ...]:
    """Without the user's word no field ``location``: coordinates in text are reported instead."""
    coordinates = ("x", "y") if is_planar else ("lon", "lat")
    return ("id", "name", *coordinates, "postcode", "place", "state", "country")


def _resolve_map(table: Table, column_map: Mapping[str, str], known: Sequence[str], measure_names: Sequence[str]) -> dict[str, str]:
    resolved: dict[str, str] = {}
    by_key = {name_key(name): name for name in measure_names}
    for word, column in column_map.items():
        field = _plain_field(word)
        if field not in known:
            if not _is_measure_word(field, known, measure_names):
                near = nearest(field, (*known, *FIELD_ALIASES, *measure_names))
                hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
                raise InputError(
                    say(
                        "there is no field %(word)s to map%(hint)s Known fields: %(names)s, and the measures to balance",
                        word=repr(word),
                        hint=hint,
                        names=", ".join(known),
                    ),
                    code="unknown_field",
                    field=word,
                )
            field = by_key.get(name_key(field), field)
        if field in resolved:
            raise InputError(say("%(field)s is mapped twice; keep one", field=repr(field)), code="map_twice", field=field)
        resolved[field] = resolve_column(table, column, role=f"the field {field!r}")
    _check_shared(resolved)
    return resolved


def _is_measure_word(word: str, known: Sequence[str], measure_names: Sequence[str]) -> bool:
    if measure_names:
        return name_key(word) in {name_key(name) for name in measure_names}
    return len(measure_keys(word)) > 1 or not nearest(word, (*known, *FIELD_ALIASES))


def _check_shared(resolved: Mapping[str, str]) -> None:
    by_column: dict[str, list[str]] = {}
    for field, column in resolved.items():
        by_column.setdefault(column, []).append(field)
    for column, fields in by_column.items():
        if len(fields) > 1 and not set(fields) <= _SHARED:
            hint = f"; if it holds both coordinates, use {as_map('location', column)}" if {"lon", "lat"} <= set(fields) else ""
            raise InputError(
                say(
                    "column %(column)s cannot serve as %(names)s at once%(hint)s",
                    column=repr(column),
                    names=" and ".join(fields),
                    hint=hint,
                ),
                code="map_shared",
                field=", ".join(fields),
            )


def _by_synonym(table: Table, usable: Sequence[str], field: str, synonyms: Sequence[str]) -> str | None:
    by_key: dict[str, str] = {}
    for name in usable:
        by_key.setdefault(name_key(name), name)
    for rank, synonym in enumerate(synonyms):
        column = by_key.get(name_key(synonym))
        if column is not None and _content_fits(table, column, field, rank):
            return column
    return None


def _content_fits(table: Table, name: str, field: str, rank: int) -> bool:
    if field in {"lon", "lat"}:
        numbers = parse_degrees(table.data.column(name)[:_SAMPLE])
        filled = ~numbers.is_missing
        return name_key(name) not in _VAGUE_KEYS or (np.abs(numbers.values[filled]) <= 180).sum() * 2 >= filled.sum()
    if field == "id":
        return rank < _SURE_IDS or _distinct_share(table, name) >= 0.5
    if field in {"place", "country", "state"} and len(table):
        return looks_numeric(table.data.column(name))[0] < 0.5
    return True


def _distinct_share(table: Table, name: str) -> float:
    text = table.text(name)
    filled = text.filter(pc.not_equal(text, ""))
    return pc.count_distinct(filled).as_py() / max(len(text), 1)


def _drop_half_pairs(fields: dict[str, Chosen]) -> None:
    """Half a position is none."""
    for one, other in (("lon", "lat"), ("lat", "lon"), ("x", "y"), ("y", "x")):
        if one in fields and other not in fields:
            del fields[one]


def _by_ending(usable: Sequence[str], fields: Mapping[str, Chosen]) -> dict[str, Chosen]:
    taken = {chosen.column for chosen in fields.values()}
    for name in usable:
        words = name_words(name)
        if words and words[-1] == "name" and name not in taken and not set(words) & set(NOT_A_NAME_WORDS):
            return {"name": Chosen(name, "its name ends in 'name'")}
    return {}


def _find_id(table: Table, usable: Sequence[str], fields: Mapping[str, Chosen]) -> dict[str, Chosen]:
    """A column that ends like an id and hardly repeats, or the postcode if units are postcodes."""
    for name in usable:
        words = name_words(name)
        if words and words[-1] in _ID_ENDINGS and not set(words) & _NOT_AN_ID_WORDS and _distinct_share(table, name) >= 0.95:
            return {"id": Chosen(name, "its name ends like an id and its values hardly repeat")}
    postcode = fields.get("postcode")
    if postcode is not None and len(table) and _distinct_share(table, postcode.column) >= 0.95:
        return {"id": Chosen(postcode.column, "every row has its own postcode: postcodes are the units")}
    return {}


def _choose_measures(
    table: Table, usable: Sequence[str], fields: Mapping[str, Chosen], mapped: Mapping[str, str], wanted: Sequence[str]
) -> dict[str, Chosen]:
    measures = {name: Chosen(column, "said so by the user") for name, column in mapped.items()}
    for name in wanted:
        if name not in measures:
            measures[name] = _find_measure(table, usable, fields, name)
    if wanted or measures:
        return {name: measures[name] for name in wanted} if wanted else measures
    found = likely_measures(table, usable, {chosen.column for chosen in fields.values()})
    if found:
        return {name: Chosen(name, "a numeric column that looks like a measure") for name in found}
    return {COUNT_MEASURES[0]: Chosen("", "no column looks like a measure: every unit counts as one")}


def _find_measure(table: Table, usable: Sequence[str], fields: Mapping[str, Chosen], name: str) -> Chosen:
    if name in usable:
        return Chosen(name, "same name")
    by_key: dict[str, str] = {}
    for column in usable:
        by_key.setdefault(name_key(column), column)
    for key in measure_keys(name):
        if key in by_key:
            how = "same name, written differently" if key == name_key(name) else f"its name is known for {name}"
            return Chosen(by_key[key], how)
    if name.lower() in COUNT_MEASURES:
        return Chosen("", f"there is no column {name!r}: every unit counts as one")
    taken = {chosen.column for chosen in fields.values()}
    numeric = [n for n in usable if n not in taken and not is_code(n) and is_quantity(table, n)]
    near = nearest(name, usable)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
    raise InputError(
        say(
            "%(source)s has no column for the measure %(measure)s%(hint)s Numeric columns: %(value)s. Use --map "
            "%(name)s=COLUMN, or 'units' to count every row as one",
            source=table.source,
            measure=repr(name),
            name=name,
            hint=hint,
            value=str(quoted(numeric) or "none"),
        ),
        code="unknown_measure",
        field=name,
    )
