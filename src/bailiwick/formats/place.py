"""Give every row a position: by coordinates, by shape, by postcode, by place."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from bailiwick.domain import FloatArray, Notice, TextArray
from bailiwick.domain.said import say
from bailiwick.errors import InputError
from bailiwick.formats.address import Address, read_address, reference_boxes
from bailiwick.formats.coordinates import find_hidden_coordinates, parse_degrees, parse_location
from bailiwick.formats.gazetteer import place_by_name, place_by_postcode
from bailiwick.formats.mending import mend_coordinates
from bailiwick.formats.recognise import Choice
from bailiwick.formats.shapes import Shapes, clean_shapes, join_shapes
from bailiwick.formats.synonyms import FIELD_SYNONYMS, name_key
from bailiwick.formats.table import Table
from bailiwick.formats.wording import as_map, in_rows, quoted


@dataclass(eq=False)
class Positions:
    """Positions of rows while they are being found.

    Attributes
    ----------
    coordinates
        Shape (n, 2); NaN where none was found yet.
    placed_by
        ``coordinates``, ``shape``, ``postcode``, ``place`` or empty text, shape (n,).
    polygons
        Polygon or None, shape (n,); None if there are no shapes at all.
    shape_names
        What the map calls the row, empty text where it does not say, shape (n,); None if there is no map with names.
    address
        Address columns, or None if the coordinates are planar.
    is_impossible, is_zero, is_garbled
        Masks of rows whose given coordinates could not be used, shape (n,).
    notices
        What was noticed.
    """

    coordinates: FloatArray
    placed_by: TextArray
    polygons: NDArray[np.object_] | None = None
    shape_names: TextArray | None = None
    address: Address | None = None
    is_impossible: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    is_zero: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    is_garbled: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    notices: list[Notice] = field(default_factory=list)

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Mask of the rows without a position."""
        return np.isnan(self.coordinates[:, 0]) | np.isnan(self.coordinates[:, 1])

    def fill(self, coordinates: FloatArray, how: str, rows: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """Place open rows where a position is known; returns the mask of the rows that were placed."""
        new = self.is_open & np.isfinite(coordinates).all(axis=1)
        if rows is not None:
            new &= rows
        self.coordinates[new] = coordinates[new]
        self.placed_by[new] = how
        return new


def find_positions(table: Table, choice: Choice, *, shapes: Table | None = None, ids: TextArray, is_planar: bool = False) -> Positions:
    """Place the rows of a table.

    Parameters
    ----------
    shapes
        A second table with polygons, joined by id or postcode.
    ids
        Ids of the rows, for that join.

    Raises
    ------
    InputError
        If the table has nothing that says where its rows are.
    """
    n = len(table)
    found = Positions(np.full((n, 2), np.nan), np.full(n, "", object))
    found.is_impossible, found.is_zero, found.is_garbled = (np.zeros(n, bool) for _ in range(3))
    if not is_planar:
        found.address = read_address(table, choice)
        found.notices += found.address.notices
    if table.geometry is not None:
        _from_geometry(found, table, is_planar)
    if is_planar:
        _from_xy(found, table, choice)
    else:
        _from_columns(found, table, choice)
    if shapes is not None:
        _from_shapes(found, shapes, ids, is_planar, has_ids=choice.column("id") is not None)
    _check_any(found, table, choice, is_planar)
    if found.address is not None and found.is_open.any():
        _from_gazetteer(found, table, found.address)
    return found


def _from_geometry(found: Positions, table: Table, is_planar: bool) -> None:
    assert table.geometry is not None
    shapes = clean_shapes(table.geometry, is_planar=is_planar)
    found.notices += shapes.notices
    found.is_impossible |= shapes.is_impossible
    found.fill(shapes.coordinates, "coordinates", shapes.is_point)
    found.fill(shapes.coordinates, "shape")
    if not shapely.is_missing(shapes.polygons).all():
        found.polygons = shapes.polygons


def _from_xy(found: Positions, table: Table, choice: Choice) -> None:
    if "x" in choice.fields and "y" in choice.fields:
        x, y = (parse_degrees(table.data.column(choice.fields[field].column)) for field in ("x", "y"))
        found.is_garbled |= x.is_bad | y.is_bad
        found.fill(np.column_stack([x.values, y.values]), "coordinates")


def _from_columns(found: Positions, table: Table, choice: Choice) -> None:
    """Longitude and latitude columns first, then coordinates inside text."""
    assert found.address is not None
    reference = None
    for fields in (("lon", "lat"), ("location",)):
        if not all(name in choice.fields for name in fields):
            continue
        columns = [choice.fields[name].column for name in fields]
        if len(columns) == 2:
            one, other = (parse_degrees(table.data.column(name)) for name in columns)
            lon, lat, garbled = one.values, other.values, one.is_bad | other.is_bad
        else:
            (lon, lat), garbled = parse_location(table.text(columns[0])), np.zeros(len(table), bool)
            _check_location(lon, table, columns[0])
        if reference is None:
            reference = reference_boxes(found.address)
        mended = mend_coordinates(lon, lat, reference, table.row_numbers)
        found.notices += mended.notices
        found.is_impossible |= mended.is_impossible
        found.is_zero |= mended.is_zero
        found.is_garbled |= garbled
        found.fill(np.column_stack([mended.lon, mended.lat]), "coordinates")


def _check_location(lon: FloatArray, table: Table, column: str) -> None:
    if not np.isfinite(lon).any():
        raise InputError(
            f"column {column!r} holds no coordinates in any known form, such as (34.2, -86.2) or POINT (-86.2 34.2); "
            f"its first value is {table.column(column)[:1].tolist()}",
            code="no_coordinates_in_text",
            field=column,
        )


def _from_shapes(found: Positions, shapes: Table, ids: TextArray, is_planar: bool, *, has_ids: bool) -> None:
    keys = {"id": ids} if has_ids else {}
    if found.address is not None and found.address.postcodes is not None:
        keys["postcode"] = found.address.postcodes.to_numpy(zero_copy_only=False)
    join = join_shapes(keys, shapes)
    assert shapes.geometry is not None
    cleaned: Shapes = clean_shapes(shapes.geometry, is_planar=is_planar)
    found.notices += [*shapes.notices, *join.notices, *cleaned.notices]
    has_shape = join.shape_idx >= 0
    index = np.maximum(join.shape_idx, 0)
    polygons = cleaned.polygons[index]
    polygons[~has_shape] = None
    found.polygons = polygons if found.polygons is None else np.where(has_shape, polygons, found.polygons)
    found.fill(cleaned.coordinates[index], "shape", has_shape)
    found.shape_names = _names_in(shapes, index, has_shape)
    missing = int((~has_shape).sum())
    if missing:
        examples = tuple(str(unit) for unit in ids[~has_shape][:3])
        found.notices.append(Notice("no_shape", f"{in_rows(missing)} found no shape in {shapes.source}", missing, examples))


def _names_in(shapes: Table, index: NDArray[np.int64], has_shape: NDArray[np.bool_]) -> TextArray | None:
    by_key = {name_key(name): name for name in reversed(shapes.names)}
    column = next((by_key[name_key(s)] for s in FIELD_SYNONYMS["name"] if name_key(s) in by_key), None)
    if column is None:
        return None
    texts = shapes.text(column).to_numpy(zero_copy_only=False)[index]
    return np.where(has_shape, texts, "").astype(object)


def _from_gazetteer(found: Positions, table: Table, address: Address) -> None:
    """Rows with impossible coordinates are not placed: something is wrong with them that a person should see."""
    open_rows = np.flatnonzero(found.is_open & ~found.is_impossible)
    if address.postcodes is not None and len(open_rows):
        import pyarrow as pa

        spots = np.full((len(table), 2), np.nan)
        spots[open_rows] = place_by_postcode(address.postcodes.take(pa.array(open_rows)), address.countries[open_rows])
        found.fill(spots, "postcode")
        open_rows = np.flatnonzero(found.is_open & ~found.is_impossible)
    if address.places is not None and len(open_rows):
        states = address.states if address.states is not None else np.full(len(table), "", object)
        named = place_by_name(address.places[open_rows], states[open_rows], address.countries[open_rows])
        spots = np.full((len(table), 2), np.nan)
        spots[open_rows] = named.coordinates
        found.fill(spots, "place")
        _tell_ambiguous(found, table, address.places, open_rows[named.is_ambiguous])


def placed_notices(found: Positions, table: Table, is_used: NDArray[np.bool_]) -> list[Notice]:
    """How many of the rows that are used were placed by the gazetteer."""
    found_by = {kind: is_used & (found.placed_by == kind) for kind in ("postcode", "place")}
    text = "{} without usable coordinates placed by {}"
    notices = []
    if found_by["postcode"].any():
        rows, count, examples = _told(found_by["postcode"], table)
        notices.append(Notice("placed_by_postcode", text.format(rows, "their US postcode"), count, examples))
    if found_by["place"].any():
        rows, count, examples = _told(found_by["place"], table)
        notices.append(Notice("placed_by_place", text.format(rows, "the name of their place"), count, examples))
    return notices


def _told(rows: NDArray[np.bool_], table: Table) -> tuple[str, int, tuple[str, ...]]:
    """Rows in words, how many, and the first few."""
    count = int(rows.sum())
    return in_rows(count), count, tuple(f"row {number}" for number in table.row_numbers[rows][:3])


def _tell_ambiguous(found: Positions, table: Table, places: TextArray, rows: NDArray[np.int64]) -> None:
    if len(rows):
        text = say(
            "in %(rows)s several places have the name; the one with most people in the state or country was "
            "taken. A state, country or postcode column makes it certain",
            rows=in_rows(len(rows)),
        )
        examples = tuple(f"row {table.row_numbers[r]}: {places[r]}" for r in rows[:3])
        found.notices.append(Notice("ambiguous_place", text, len(rows), examples))


def _check_any(found: Positions, table: Table, choice: Choice, is_planar: bool) -> None:
    """Say what is missing, and where coordinates hide."""
    has_columns = bool(choice.fields.keys() & {"lon", "lat", "x", "y", "location"}) or table.geometry is not None
    can_place = bool(choice.fields.keys() & {"postcode", "place"}) and not is_planar
    hidden = [] if has_columns or is_planar else find_hidden_coordinates(table)
    advice: str = ""
    if hidden:
        name, count, example = hidden[0]
        advice = say(
            " Column %(name)s holds coordinates in text (%(rows)s, such as %(example)s); read it as %(option)s.",
            name=repr(name),
            rows=in_rows(count),
            example=repr(example),
            option=as_map("location", name),
        )
        how = say("by shape") if not found.is_open.any() else say("by postcode or place, which is less exact")
        text = say("there are no coordinate columns, so rows are placed %(how)s.%(advice)s", how=how, advice=advice)
        found.notices.append(Notice("coordinates_in_text", text, count, (name,)))
    if has_columns or can_place or not found.is_open.all():
        return
    wanted = say("x and y") if is_planar else say("longitude and latitude, nor as postcode or place")
    raise InputError(
        say(
            "%(source)s does not say where its rows are: no column was recognised as %(wanted)s.%(advice)s "
            "Columns: %(names)s. Name the right ones, such as %(example)s, or give a file with shapes",
            source=table.source,
            wanted=wanted,
            advice=advice,
            names=quoted(table.names),
            example="--map x=COLUMN --map y=COLUMN" if is_planar else "--map city=COLUMN",
        ),
        code="no_position_column",
        field="x" if is_planar else "lon",
    )
