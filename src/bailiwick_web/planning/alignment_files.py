"""A scenario to take away, as far as the user may see it: tables, areas, a picture, a report; all safe to open elsewhere."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import get_language

from bailiwick.api.files import load_ground, territory_areas
from bailiwick.domain import IntArray, UnitTable
from bailiwick.formats.export import write_csv, write_territories_geojson
from bailiwick.pictures.basemap import BaseMap
from bailiwick.pictures.report import report_pdf
from bailiwick.pictures.static_map import png
from bailiwick.pictures.view import MeasureView, PlanView
from bailiwick_web.core.retelling import in_reader_words
from bailiwick_web.core.templatetags.words import words
from bailiwick_web.planning.convert import ScenarioArrays


@dataclass(frozen=True, eq=False)
class Part:
    """The part of a scenario that a file holds.

    Attributes
    ----------
    title
        Of the plan and the scenario.
    unit_idx
        The units in it, shape (m,).
    place
        The territories in it, by their place in the scenario, shape (j,).
    """

    arrays: ScenarioArrays
    title: str
    unit_idx: IntArray
    place: IntArray

    @cached_property
    def territory_idx(self) -> IntArray:
        """Territory of each unit of the part as an index of ``place``, −1 for none."""
        order = np.full(self.arrays.k + 1, -1, np.int32)
        order[self.place] = np.arange(len(self.place))
        return order[self.arrays.territory_idx[self.unit_idx]]

    @cached_property
    def units(self) -> UnitTable:
        """The units of the part."""
        return self.arrays.units.table.take(self.unit_idx)

    @cached_property
    def ground(self) -> BaseMap | None:
        """What is drawn under it."""
        return None if self.units.is_planar else load_ground()[0]

    @cached_property
    def areas(self) -> np.ndarray:
        """The territories as polygons, shape (j,)."""
        graph = self.arrays.units.adjacency.take(self.unit_idx) if self.arrays.is_contiguous else None
        return territory_areas(self.units, self.territory_idx, len(self.place), ground=self.ground, adjacency=graph)

    def unit_columns(self) -> dict[str, Any]:
        """One row per unit."""
        codes, names = self.texts("code"), self.texts("name")
        table, at = self.units, self.territory_idx
        return {
            "unit_id": table.ids,
            "name": table.labels,
            "territory_id": codes[at],
            "territory": names[at],
            "cause": self.arrays.causes[self.unit_idx],
            **{name: values[self.unit_idx] for name, values in self.arrays.measures.items()},
        }

    def territory_columns(self) -> dict[str, Any]:
        """One row per territory: sums, targets, deviations."""
        arrays, at = self.arrays, self.place
        columns: dict[str, Any] = {
            "territory_id": self.texts("code")[:-1],
            "territory": self.texts("name")[:-1],
            "colour": self.texts("colour")[:-1],
            "units": arrays.unit_counts[at],
        }
        for m, name in enumerate(arrays.measures):
            columns[name] = arrays.totals[at, m]
            columns[f"{name}: target"] = arrays.targets[at, m].round(6)
            columns[f"{name}: deviation"] = arrays.deviations[at, m].round(6)
        return columns

    def account_columns(self) -> dict[str, Any]:
        """One row per account that is given to a territory of the part against its area, and what goes along with it."""
        named, arrays = self.arrays.accounts, self.arrays
        inside = np.flatnonzero(np.isin(named.territory_idx, self.place))
        labels = np.array([*arrays.units.table.labels.tolist(), ""], dtype=object)
        every = np.array([t.code for t in arrays.territories], dtype=object)
        return {
            "account_id": named.ids[inside],
            "name": named.names[inside],
            "territory_id": every[named.territory_idx[inside]],
            "area": labels[named.home_idx[inside]],
            "reason": named.reasons[inside],
            **{name: values[inside] for name, values in named.amounts.items()},
        }

    def texts(self, name: str) -> np.ndarray:
        """A text of every territory of the part, and at the end an empty one for none."""
        return np.array([*(getattr(self.arrays.territories[j], name) for j in self.place.tolist()), ""], dtype=object)


def as_csv(part: Part) -> bytes:
    """The units; cells that a spreadsheet program would run as formulas are disarmed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alignment.csv"
        write_csv(path, part.unit_columns())
        return path.read_bytes()


def as_xlsx(part: Part) -> bytes:
    """Sheets of territories, of units, and of named accounts if there are some.

    Texts are stored as texts, so that postcodes keep their zeros and nothing is run.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, safe) as book:
        bold = book.add_format({"bold": True})
        write_sheet(book.add_worksheet("Territories"), part.territory_columns(), bold)
        write_sheet(book.add_worksheet("Units"), part.unit_columns(), bold)
        if len(part.arrays.accounts):
            write_sheet(book.add_worksheet("Named accounts"), part.account_columns(), bold)
    return buffer.getvalue()


def write_sheet(sheet: Any, columns: dict[str, Any], bold: Any) -> None:
    """Columns with their names on top: numbers as numbers, all else as text."""
    for c, (name, values) in enumerate(columns.items()):
        sheet.write_string(0, c, name, bold)
        for r, value in enumerate(np.asarray(values).tolist(), start=1):
            if isinstance(value, int | float):
                sheet.write_number(r, c, value)
            else:
                sheet.write_string(r, c, str(value)[:32_000])
    sheet.freeze_panes(1, 0)


def as_geojson(part: Part) -> bytes:
    """The territories as polygons after RFC 7946."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "territories.geojson"
        write_territories_geojson(path, part.areas, part.territory_columns(), is_planar=part.units.is_planar)
        return path.read_bytes()


def as_png(part: Part) -> bytes:
    """The map as a picture."""
    return png(view_of(part), part.ground)


def as_pdf(part: Part) -> bytes:
    """The report: map, balance, table of territories, in the language of the reader."""
    return report_pdf(view_of(part), part.ground, language=get_language() or "en", tell=in_reader_words)


def view_of(part: Part) -> PlanView:
    """What the pictures of the library are made from."""
    arrays, at = part.arrays, part.place
    measures = [
        MeasureView(
            name=words(name),
            values=values[part.unit_idx],
            totals=arrays.totals[at, m],
            targets=arrays.targets[at, m],
            deviations=np.where(arrays.targets[at, m] > 0, arrays.deviations[at, m], np.nan),
            tolerance=arrays.balance.get(name),
        )
        for m, (name, values) in enumerate(arrays.measures.items())
    ]
    return PlanView(
        title=part.title,
        coordinates=part.units.coordinates,
        unit_ids=part.units.ids,
        unit_labels=part.units.labels,
        unit_shapes=part.units.shapes,
        territory_idx=part.territory_idx,
        territory_ids=part.texts("code")[:-1],
        territory_names=part.texts("name")[:-1],
        territory_colours=np.array([colour.lower() for colour in part.texts("colour")[:-1]], dtype=object),
        territory_shapes=part.areas,
        measures=tuple(measures),
        is_planar=part.units.is_planar,
        n_pieces=arrays.n_pieces[at] if arrays.is_contiguous else None,
    )
