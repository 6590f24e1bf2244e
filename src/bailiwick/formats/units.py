"""Read units: from whatever people have to a `UnitTable`, with an account of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice, TextArray, UnitTable
from bailiwick.domain.said import say, say_all
from bailiwick.errors import InputError
from bailiwick.formats.numbers import parse_numbers
from bailiwick.formats.place import Positions, find_positions, placed_notices
from bailiwick.formats.reading import read_table
from bailiwick.formats.recognise import Choice, Chosen, choose_columns
from bailiwick.formats.regions import US_POSTAL_COUNTRIES
from bailiwick.formats.rejects import RejectedRows, Verdicts
from bailiwick.formats.synonyms import IGNORED_PREFIXES
from bailiwick.formats.table import NO_COLUMNS, Table, is_blank, to_objects
from bailiwick.formats.wording import in_rows, quoted

MissingMeasure = Literal["reject", "zero"]

MISSING_MEASURE: MissingMeasure = "reject"
"""What happens to a row whose measure is empty: a plan that silently counts it as nothing would look balanced and not be."""


@dataclass(frozen=True, eq=False)
class UnitImport:
    """Units as they were read.

    Attributes
    ----------
    units
        The rows that can be used.
    rejected
        The rows that cannot, with reasons.
    notices
        Everything that was guessed, repaired or looks odd, the loudest first.
    chosen
        Field or measure → column, and how it was recognised.
    n_rows_read
        Rows below the header that are not empty; always ``n_rows_used + n_rows_rejected``.
    """

    units: UnitTable
    rejected: RejectedRows
    notices: tuple[Notice, ...]
    chosen: Mapping[str, Chosen]
    n_rows_read: int

    @property
    def n_rows_used(self) -> int:
        """Rows that became units."""
        return self.units.n_units

    @property
    def n_rows_rejected(self) -> int:
        """Rows that did not."""
        return len(self.rejected)


def read_units(
    source: Any,
    *,
    column_map: Mapping[str, str] | None = None,
    is_planar: bool = False,
    shapes: Any = None,
    measure_names: Sequence[str] = (),
    text_columns: Sequence[str] = (),
    missing_measure: MissingMeasure = MISSING_MEASURE,
) -> UnitImport:
    """Read accounts or areas from a file or a table in memory.

    Parameters
    ----------
    source
        Path (CSV, TSV, XLSX, XLS, ODS, Parquet, Arrow, GeoJSON, GeoPackage, shapefile, TopoJSON), pandas or GeoPandas frame, Arrow
        table, or the `Table` that `read_table` gives.
    column_map
        Field → column where the choice by name is wrong. Fields: id, name, lon, lat, x, y, location (coordinates inside text),
        postcode, place, state, country, and the measures.
    is_planar
        True if coordinates are ``x, y`` in km.
    shapes
        A second file with polygons, joined on the id or postcode. Units without coordinates take their position from it.
    measure_names
        Measures that are needed. If empty, numeric columns that look like measures are taken; ``units`` counts every row as one.
    text_columns
        Columns that must come through as attributes under these names, such as those with locks and groups.
    missing_measure
        ``reject`` rows whose measure is empty, or count them as ``zero``.

    Returns
    -------
    UnitImport

    Raises
    ------
    InputError
        If the file cannot be read, a column or field is unknown, nothing says where the rows are, or no row can be used.

    Notes
    -----
    Ids and postcodes stay text. Of rows with one id the first usable one is kept. Positions are taken, in this order, from the
    geometry of the file, its coordinate columns, ``shapes``, the postcode (US) and the place; ``placed_by`` says which.

    Examples
    --------
    >>> import pandas as pd
    >>> found = read_units(pd.DataFrame({"Account ID": ["007", "008"], "Lat": [34.2, 95.0], "Lng": [-86.2, 1.0], "Sales": ["$1,200", "5"]}))
    >>> found.units.ids.tolist(), found.units.measures["Sales"].tolist(), found.rejected.counts
    (['007'], [1200.0], {'impossible_coordinates': 1})
    """
    table = read_table(source, is_planar=is_planar)
    n_read = len(table) + len(table.malformed)
    if not n_read:
        raise InputError(say("%(source)s has a header but no rows below it", source=table.source), code="no_rows", field=table.source)
    choice = choose_columns(table, column_map=column_map, measure_names=measure_names, text_columns=text_columns, is_planar=is_planar)
    verdicts = Verdicts(len(table))
    notices = list(table.notices)
    ids, chosen_id = _read_ids(table, choice, verdicts, notices)
    measures = _read_measures(table, choice, verdicts, notices, missing_measure)
    shape_table = None if shapes is None else read_table(shapes, is_planar=is_planar)
    if shape_table is not None:
        _check_key(table, choice)
    positions = find_positions(table, choice, shapes=shape_table, ids=to_objects(ids), is_planar=is_planar)
    notices += positions.notices
    _judge_positions(verdicts, positions, table)
    _reject_duplicates(verdicts, ids, table, notices)
    notices += placed_notices(positions, table, ~verdicts.is_rejected)
    rejected = verdicts.rejected_rows(table)
    _check_enough(rejected, n_read, table, notices)
    chosen = {"id": chosen_id, **{f: c for f, c in choice.fields.items() if f != "id"}, **choice.measures}
    notices.append(_tell_chosen(chosen, choice))
    units = _build(table, choice, verdicts, ids, measures, positions, is_planar=is_planar)
    return UnitImport(units, rejected, tuple(notices), MappingProxyType(chosen), n_read)


def _check_key(table: Table, choice: Choice) -> None:
    """Row numbers that stand in for ids would find the shapes of others: row 1001 is not the county 01001."""
    if choice.column("id") is None and choice.column("postcode") is None:
        raise InputError(
            say(
                "no column of %(source)s was recognised as id or postcode, by which rows find their shapes; name it, "
                "such as --map id=%(names)s. Columns: %(names2)s",
                source=table.source,
                names=table.names[0],
                names2=quoted(table.names),
            ),
            code="no_id",
            field="id",
        )


def _read_ids(table: Table, choice: Choice, verdicts: Verdicts, notices: list[Notice]) -> tuple[Any, Chosen]:
    column = choice.column("id")
    if column is None:
        notices.append(
            Notice("no_id", say("no column was recognised as id; the row number in the file became the id. Use --map id=COLUMN to choose"))
        )
        return pa.array([str(number) for number in table.row_numbers], pa.string()), Chosen("", "no id column: row number in the file")
    ids = table.text(column)
    verdicts.reject(is_blank(ids).to_numpy(zero_copy_only=False), "missing_id", say("the id (%(column)s) is empty", column=repr(column)))
    return ids, choice.fields["id"]


def _read_measures(
    table: Table, choice: Choice, verdicts: Verdicts, notices: list[Notice], missing_measure: MissingMeasure
) -> dict[str, FloatArray]:
    measures = {}
    for name, chosen in choice.measures.items():
        if not chosen.column:
            measures[name] = np.ones(len(table))
            continue
        measures[name] = _read_measure(table, name, chosen.column, verdicts, notices, missing_measure)
    return measures


def _read_measure(
    table: Table, name: str, column: str, verdicts: Verdicts, notices: list[Notice], missing_measure: MissingMeasure
) -> FloatArray:
    numbers = parse_numbers(table.data.column(column), decimal=table.decimal)
    texts, where = table.text(column), _where(name, column)

    def found(row: int) -> dict[str, str]:
        return {"measure": where, "text": repr(texts[row].as_py()[:60])}

    if missing_measure == "reject":
        verdicts.reject(numbers.is_missing, "missing_measure", lambda row: say("%(measure)s is missing (found %(text)s)", **found(row)))
    elif numbers.is_missing.any():
        count = int(numbers.is_missing.sum())
        notices.append(
            Notice(
                "missing_measure_as_zero",
                say("in %(rows)s %(where)s is missing and counts as zero", rows=in_rows(count), where=where),
                count,
            )
        )
    verdicts.reject(numbers.is_bad, "bad_measure", lambda row: say("%(measure)s is not a number (found %(text)s)", **found(row)))
    values = np.nan_to_num(numbers.values)
    verdicts.reject(
        values < 0, "negative_measure", lambda row: say("%(measure)s is negative, expected zero or more (found %(text)s)", **found(row))
    )
    return values


def _where(name: str, column: str) -> str:
    if name == column:
        return say("measure %(name)s", name=repr(name))
    return say("measure %(name)s (column %(column)s)", name=repr(name), column=repr(column))


def _judge_positions(verdicts: Verdicts, positions: Positions, table: Table) -> None:
    is_open = positions.is_open
    verdicts.reject(
        is_open & positions.is_impossible,
        "impossible_coordinates",
        say("longitude must be -180..180 and latitude -90..90, also if they are swapped"),
    )
    address = positions.address

    def unknown(row: int) -> str:
        tried = []
        if address is not None and address.postcodes is not None and address.postcodes[row].as_py():
            tried.append(_postcode(address.postcodes[row].as_py(), address.countries[row]))
        if address is not None and address.places is not None and address.places[row]:
            tried.append(say("place %(name)s", name=repr(address.places[row])))
        if not tried:
            return say("no postcode or place to go by") if address is not None else say("no position")
        both = say_all(tried, say(" and "))
        return say("%(tried)s not in the gazetteer", tried=both)

    verdicts.reject(
        is_open & positions.is_zero,
        "zero_coordinates",
        lambda row: say("a coordinate is exactly 0, which stands for unknown; %(why)s", why=unknown(row)),
    )
    verdicts.reject(
        is_open & positions.is_garbled, "bad_coordinates", lambda row: say("a coordinate is not a number; %(why)s", why=unknown(row))
    )
    verdicts.reject(is_open, "no_position", lambda row: say("no coordinates; %(why)s", why=unknown(row)))


def _postcode(text: str, country: str) -> str:
    if country in US_POSTAL_COUNTRIES:
        return say("postcode %(code)s", code=repr(text))
    if country:
        return say("postcode %(code)s (US postcodes only are known)", code=repr(text))
    return say("postcode %(code)s of a country that is not said (US postcodes are known: give a column country, or state)", code=repr(text))


def _reject_duplicates(verdicts: Verdicts, ids: Any, table: Table, notices: list[Notice]) -> None:
    codes = ids.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    usable = np.flatnonzero(~verdicts.is_rejected)
    _, first = np.unique(codes[usable], return_index=True)
    if len(first) == len(usable):
        return
    first_row = np.zeros(int(codes.max()) + 1, np.int64)
    first_row[codes[usable[first]]] = usable[first]
    repeated = np.zeros(len(codes), bool)
    repeated[usable] = True
    repeated[usable[first]] = False

    def stands(row: int) -> str:
        where = str(table.row_numbers[first_row[codes[row]]])
        return say("id %(id)s stands already in row %(row)s", id=repr(ids[row].as_py()), row=where)

    count = verdicts.reject(repeated, "duplicate_id", stands)
    examples = tuple(ids.take(pa.array(np.flatnonzero(repeated)[:3])).to_pylist())
    notices.append(
        Notice(
            "duplicate_id",
            say("%(rows)s rejected for an id that stood above; the first row of each was kept", rows=in_rows(count)),
            count,
            examples,
        )
    )


def _check_enough(rejected: RejectedRows, n_read: int, table: Table, notices: list[Notice]) -> None:
    n_rejected = len(rejected)
    if n_rejected == n_read:
        raise InputError(
            say(
                "none of the %(rows)s of %(source)s can be used: %(summary)s",
                rows=in_rows(n_read),
                source=table.source,
                summary=str(rejected.summary()),
            ),
            code="no_usable_rows",
            field=table.source,
        )
    if n_rejected:
        text = say(
            "%(n_rejected)s of %(rows)s rejected: %(summary)s",
            n_rejected=int(n_rejected),
            rows=in_rows(n_read),
            summary=str(rejected.summary()),
        )
        if n_rejected * 2 > n_read:
            notices.insert(
                0, Notice("most_rows_rejected", say("ATTENTION: more than half of the file is not used: %(text)s", text=text), n_rejected)
            )
        else:
            notices.insert(0, Notice("rows_rejected", text, n_rejected))


def _tell_chosen(chosen: Mapping[str, Chosen], choice: Choice) -> Notice:
    parts = [f"{field} = {c.column!r}" if c.column else f"{field}: {c.how}" for field, c in chosen.items()]
    text = say("columns used: %(names)s", names=", ".join(parts))
    if choice.other_numbers:
        others = say("Other numeric columns that could be balanced: %(names)s", names=quoted(choice.other_numbers))
        text = say_all([text, others], ". ")
    return Notice("columns_chosen", text, len(chosen))


def _build(
    table: Table, choice: Choice, verdicts: Verdicts, ids: Any, measures: Mapping[str, FloatArray], positions: Positions, *, is_planar: bool
) -> UnitTable:
    keep = np.flatnonzero(~verdicts.is_rejected)
    every = len(keep) == len(table)
    chosen_rows = pa.array(keep)

    def objects(text: Any) -> TextArray:
        return to_objects(text if every else text.take(chosen_rows))

    attributes = {name: objects(_attribute(table, choice, positions, name)) for name in _attribute_names(table, choice)}
    for asked, column in choice.texts.items():
        attributes[asked] = objects(_attribute(table, choice, positions, column))
    name_column = choice.column("name")
    names = pa.array(positions.shape_names, pa.string()) if positions.shape_names is not None else None
    if name_column is not None:
        names = table.text(name_column)
    return UnitTable(
        ids=objects(ids),
        coordinates=positions.coordinates[keep],
        measures={name: values[keep] for name, values in measures.items()},
        is_planar=is_planar,
        names=None if names is None else objects(_name_or_id(names, ids)),
        attributes=attributes,
        shapes=_kept_shapes(positions, keep),
        placed_by=positions.placed_by[keep],
    )


def _attribute_names(table: Table, choice: Choice) -> list[str]:
    """Every column that is not the id, the name, a coordinate or a measure."""
    used = {choice.column(field) for field in ("id", "name", "lon", "lat", "x", "y")} - {choice.column("postcode")}
    used |= {chosen.column for chosen in choice.measures.values()}
    used.add(NO_COLUMNS)
    return [name for name in table.names if name not in used and not name.lower().startswith(IGNORED_PREFIXES)]


def _attribute(table: Table, choice: Choice, positions: Positions, name: str) -> Any:
    if name == choice.column("postcode") and positions.address is not None and positions.address.postcodes is not None:
        return positions.address.postcodes
    return table.text(name)


def _name_or_id(names: Any, ids: Any) -> Any:
    return pc.if_else(is_blank(names), ids, names)


def _kept_shapes(positions: Positions, keep: NDArray[np.int64]) -> NDArray[np.object_] | None:
    if positions.polygons is None:
        return None
    shapes = positions.polygons[keep]
    return None if all(shape is None for shape in shapes) else shapes
