"""Real files, with what is known about them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pytest

from bailiwick.formats import UnitImport, read_adjacency, read_reps, read_table, read_units


def placed(found: UnitImport) -> dict[str, int]:
    return dict(Counter(found.units.placed_by.tolist()))


def counts(found: UnitImport) -> dict[str, int]:
    return {n.code: n.count for n in found.notices}


@pytest.fixture(scope="module")
def us_breweries(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = read_table(shared_data / "points_breweries" / "breweries.csv")
    rows = table.data.filter(pc.equal(table.data.column("country"), "United States"))
    path = tmp_path_factory.mktemp("breweries") / "us.csv"
    pacsv.write_csv(rows, path)
    return path


def test_us_breweries(us_breweries: Path) -> None:
    found = read_units(us_breweries)
    assert found.n_rows_read == 8224
    assert found.n_rows_used == 8224
    assert placed(found) == {"coordinates": 5933, "postcode": 2274, "place": 17}
    lon = found.units.coordinates[:, 0]
    assert ((lon > -180) & (lon < -60)).mean() > 0.999
    assert counts(found)["coordinates_swapped"] == 2


def test_hospitals_say_where_their_coordinates_hide(shared_data: Path) -> None:
    path = shared_data / "points_hospitals" / "Hospital_General_Information.csv"
    found = read_units(path)
    assert placed(found) == {"postcode": 5334}
    assert found.units.ids[0] == "010005"
    (told,) = [n for n in found.notices if n.code == "coordinates_in_text"]
    assert "--map location=Location" in told.message
    helped = read_units(path, column_map={"location": "Location"})
    assert placed(helped) == {"coordinates": 4933, "postcode": 401}
    assert helped.chosen["location"].column == "Location"


def test_adventureworks_stores(shared_data: Path) -> None:
    found = read_units(shared_data / "crm_adventureworks" / "stores_joined.csv", measure_names=["Annual Revenue"])
    assert (found.n_rows_read, found.n_rows_used) == (701, 695)
    assert placed(found) == {"coordinates": 671, "place": 24}
    assert found.rejected.counts == {"zero_coordinates": 6}
    assert found.units.measures["Annual Revenue"].sum() == 109_880_000
    reps = read_reps(shared_data / "crm_adventureworks" / "SalesPerson.csv")
    assert reps.n_reps == 17
    assert reps.ids[0] == "274"


def test_zip_codes_with_and_without_coordinates(shared_data: Path) -> None:
    path = shared_data / "geo_us_zip" / "zip_code_db.csv"
    found = read_units(path)
    assert found.n_rows_read == 41_877
    assert found.chosen["id"].column == found.chosen["postcode"].column == "zipcode"
    assert found.rejected.counts == {"no_position": 1}
    adak = found.units.ids.tolist().index("99546")  # stands with longitude 0 in the file
    assert found.units.coordinates[adak] == pytest.approx([-176.6, 51.9], abs=1)
    assert found.units.placed_by[adak] == "postcode"
    assert "00601" in set(found.units.ids)
    balanced = read_units(path, measure_names=["population"])
    assert balanced.rejected.counts == {"missing_measure": 8773}
    assert balanced.n_rows_read == balanced.n_rows_used + balanced.n_rows_rejected


def test_us_counties_with_population_shapes_and_adjacency(shared_data: Path) -> None:
    folder = shared_data / "geo_us_counties"
    found = read_units(
        folder / "fips_to_population.tsv",
        shapes=folder / "counties-10m.json",
        column_map={"id": "column_1", "population": "column_2"},
        measure_names=["population"],
    )
    assert found.n_rows_used == found.n_rows_read == 3138
    assert placed(found) == {"shape": 3138}
    assert found.units.measures["population"].sum() == 327_988_993
    assert sum(shape is None for shape in found.units.shapes) == 1  # Falls Church has no area left at this scale
    aleutians = found.units.ids.tolist().index("02016")
    assert abs(found.units.coordinates[aleutians, 0]) > 170
    adjacency = read_adjacency(folder / "county_adjacency.txt", found.units.ids)
    assert len(np.unique(np.sort(adjacency.pairs, axis=1), axis=0)) > 9_000


def test_companies_by_their_headquarters(shared_data: Path) -> None:
    found = read_units(shared_data / "points_sp500" / "constituents.csv")
    assert found.n_rows_read == 503
    assert placed(found) == {"place": 495}
    assert found.chosen["place"].column == "Headquarters Location"
    assert found.units.coordinates[0] == pytest.approx([-93.1, 44.95], abs=0.1)  # 3M, Saint Paul


def test_prospects_whose_zip_codes_lost_their_zeros(shared_data: Path) -> None:
    found = read_units(shared_data / "crm_adventureworks_dw" / "ProspectiveBuyer.csv")
    assert counts(found)["postcode_zeros_restored"] == 27
    assert placed(found) == {"postcode": 2059}


def test_all_continents(shared_data: Path) -> None:
    found = read_units(shared_data / "points_breweries" / "breweries.csv")
    assert found.n_rows_read == 11_822
    assert found.rejected.counts == {"no_position": 12}
    assert len(set(found.units.ids)) == 11_810


@pytest.mark.parametrize(
    ("name", "n"), [("crm_adventureworks/Customer.csv", 19_820), ("retail_uci_online/online_retail_2010-12_to_2011-05.csv.gz", 209_029)]
)
def test_tables_of_any_kind(shared_data: Path, name: str, n: int) -> None:
    table = read_table(shared_data / name)
    assert len(table) == n
    assert all(pa.types.is_string(column.type) for column in table.data.columns)


def test_byte_order_marks(shared_data: Path) -> None:
    for name in ("csvtext.csv", "csvtext_BOM_UTF8.csv", "csvtext_BOM_UTF16BE.csv", "csvtext_BOM_UTF16LE.csv"):
        assert read_table(shared_data / "salesforce_csv" / name).records()[0] == {
            "column1": "row1-1",
            "column2": "row1-2",
            "column3": "row1-3",
        }
