"""Which column is what."""

from __future__ import annotations

import pandas as pd
import pytest

from bailiwick.errors import InputError
from bailiwick.formats import Table, parse_column_map, read_units
from bailiwick.formats.recognise import choose_columns


def chosen(**columns: list[str]) -> dict[str, str]:
    table = Table.from_columns({name.replace("__", " "): values for name, values in columns.items()})
    return {field: c.column for field, c in choose_columns(table).fields.items()}


def table(*names: str, rows: int = 3) -> Table:
    return Table.from_columns({name: [f"{i}" for i in range(1, rows + 1)] for name in names})


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (  # Salesforce, API names
            [
                "Id",
                "Name",
                "AnnualRevenue",
                "BillingCity",
                "BillingState",
                "BillingPostalCode",
                "BillingCountry",
                "BillingLatitude",
                "BillingLongitude",
            ],
            ["Id", "Name", "BillingLongitude", "BillingLatitude", "BillingPostalCode", "BillingCity", "BillingState", "BillingCountry"],
        ),
        (  # Salesforce, labels of a report
            ["Account ID", "Account Name", "Billing City", "Billing State/Province", "Billing Zip/Postal Code", "Billing Country"],
            [
                "Account ID",
                "Account Name",
                None,
                None,
                "Billing Zip/Postal Code",
                "Billing City",
                "Billing State/Province",
                "Billing Country",
            ],
        ),
        (  # HubSpot
            ["hs_object_id", "name", "city", "state", "zip", "country", "annualrevenue"],
            ["hs_object_id", "name", None, None, "zip", "city", "state", "country"],
        ),
        (  # Dynamics
            ["(Do Not Modify) Account", "(Do Not Modify) Row Checksum", "accountid", "name", "address1_city", "address1_postalcode"],
            ["accountid", "name", None, None, "address1_postalcode", "address1_city", None, None],
        ),
        (  # German
            ["Kunden-Nr.", "Firma", "PLZ", "Ort", "Bundesland", "Land", "Längengrad", "Breitengrad"],
            ["Kunden-Nr.", "Firma", "Längengrad", "Breitengrad", "PLZ", "Ort", "Bundesland", "Land"],
        ),
        (  # French
            ["Code client", "Raison sociale", "Code postal", "Ville", "Pays"],
            ["Code client", "Raison sociale", None, None, "Code postal", "Ville", None, "Pays"],
        ),
        (  # Spanish
            ["ID cliente", "Razón social", "Código postal", "Ciudad", "Provincia", "País"],
            ["ID cliente", "Razón social", None, None, "Código postal", "Ciudad", "Provincia", "País"],
        ),
    ],
)
def test_vocabularies(names: list[str], expected: list[str | None]) -> None:
    texts = {"Name", "name", "Firma"}
    columns = {n: ["1", "2", "3"] if "itude" in n or "grad" in n or n in texts else ["a", "b", "c"] for n in names}
    found = choose_columns(Table.from_columns(columns)).fields
    fields = ("id", "name", "lon", "lat", "postcode", "place", "state", "country")
    assert [found[f].column if f in found else None for f in fields] == expected


def test_id_by_its_ending_only_if_its_values_hardly_repeat() -> None:
    columns = {"SalesPersonID": ["1"] * 30, "StoreID": [str(i) for i in range(30)], "City": ["Memphis"] * 30}
    assert choose_columns(Table.from_columns(columns)).fields["id"].column == "StoreID"


def test_postcodes_are_the_ids_where_each_stands_once() -> None:
    found = choose_columns(Table.from_columns({"zipcode": ["38103", "02138"], "population": ["5", "6"]})).fields
    assert found["id"].column == found["postcode"].column == "zipcode"


def test_row_numbers_are_the_last_resort() -> None:
    found = read_units(pd.DataFrame({"lon": [1.0, 2.0], "lat": [3.0, 4.0]}))
    assert found.units.ids.tolist() == ["1", "2"]
    assert found.chosen["id"].column == ""
    assert "no_id" in {n.code for n in found.notices}


def test_half_a_position_is_none() -> None:
    assert "lon" not in chosen(id=["a", "b"], longitude=["1", "2"], city=["Memphis", "Chicago"])


def test_vague_names_need_fitting_content() -> None:
    assert "lon" not in chosen(id=["a", "b"], x=["500000", "510000"], y=["4000000", "4100000"], city=["Rome", "Oslo"])
    assert chosen(id=["a", "b"], x=["8.5", "9.5"], y=["47", "48"])["lon"] == "x"


def test_measures_that_look_like_measures() -> None:
    columns = {
        "id": ["a", "b"],
        "AnnualRevenue": ["$5", "6"],
        "NumberEmployees": ["5", "6"],
        "population_density": ["5", "6"],
        "median_income": ["5", "6"],
        "Sales Person ID": ["5", "6"],
        "customer": ["5", "6"],
        "profit or sales": ["5", "-6"],
        "Phone": ["5", "6"],
    }
    choice = choose_columns(Table.from_columns(columns))
    assert list(choice.measures) == ["AnnualRevenue", "NumberEmployees"]


def test_without_measures_every_unit_counts_as_one() -> None:
    found = read_units(pd.DataFrame({"id": ["a", "b"], "lon": [1.0, 2.0], "lat": [3.0, 4.0]}))
    assert {name: values.tolist() for name, values in found.units.measures.items()} == {"units": [1.0, 1.0]}


@pytest.mark.parametrize(
    ("wanted", "column"),
    [("Annual Revenue", "AnnualRevenue"), ("annualrevenue", "AnnualRevenue"), ("revenue", "AnnualRevenue"), ("pop", "POPULATION")],
)
def test_measures_by_other_spellings(wanted: str, column: str) -> None:
    choice = choose_columns(table("id", "AnnualRevenue", "POPULATION"), measure_names=[wanted])
    assert choice.measures[wanted].column == column


def test_unknown_measures_name_what_is_near() -> None:
    with pytest.raises(InputError, match="no column for the measure 'populaton'; did you mean 'population'") as caught:
        choose_columns(table("id", "population", "sales"), measure_names=["populaton"])
    assert (caught.value.code, caught.value.field) == ("unknown_measure", "populaton")


def test_the_users_word_goes() -> None:
    choice = choose_columns(
        table("id", "key", "a b", "sum"), column_map={"id": "key", "city": "A B", "sales": "sum"}, measure_names=["sales"]
    )
    assert {f: c.column for f, c in choice.fields.items()} == {"id": "key", "place": "a b"}
    assert choice.measures["sales"].column == "sum"


@pytest.mark.parametrize(
    ("column_map", "code", "words"),
    [
        ({"id": "Acount"}, "unknown_column", "no column 'Acount' .* did you mean 'Account'"),
        ({"longitud": "lon"}, "unknown_field", "no field 'longitud' to map; did you mean 'longitude'"),
        ({"city": "Account", "place": "name"}, "map_twice", "'place' is mapped twice"),
        ({"lon": "lon", "lat": "lon"}, "map_shared", "use --map location=lon"),
        ({"id": "lon", "lon": "lon"}, "map_shared", "cannot serve as id and lon at once"),
    ],
)
def test_maps_that_cannot_be(column_map: dict[str, str], code: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        choose_columns(table("Account", "name", "lon", "lat"), column_map=column_map)
    assert caught.value.code == code


def test_sensible_sharing_is_allowed() -> None:
    choice = choose_columns(table("zip", "lon", "lat"), column_map={"id": "zip", "postcode": "zip", "name": "zip"})
    assert choice.fields["id"].column == choice.fields["postcode"].column == "zip"


def test_maps_on_a_command_line() -> None:
    assert parse_column_map(["id=Account ID", "City=Town", "sales=a=b"]) == {"id": "Account ID", "place": "Town", "sales": "a=b"}
    with pytest.raises(InputError, match="mapped twice, to 'a' and to 'b'"):
        parse_column_map(["id=a", "id=b"])
    with pytest.raises(InputError, match="expected FIELD=COLUMN, found 'id'"):
        parse_column_map(["id"])


def test_text_columns_come_through_under_the_name_that_was_asked_for() -> None:
    frame = pd.DataFrame({"id": ["a"], "lon": [1.0], "lat": [2.0], "Group Key": ["g"], "sales": ["7"]})
    found = read_units(frame, measure_names=["sales"], text_columns=["group_key", "sales"])
    assert found.units.attributes["group_key"].tolist() == ["g"]
    assert found.units.attributes["sales"].tolist() == ["7"]
    with pytest.raises(InputError, match="no column 'grp'"):
        read_units(frame, text_columns=["grp"])


def test_ids_and_years_are_not_offered_as_measures() -> None:
    n = 30
    table = Table.from_columns(
        {
            "account": [f"A{i}" for i in range(n)],
            "lat": ["40.5"] * n,
            "lon": ["-80.5"] * n,
            "CIK": [str(700_000 + 37 * i) for i in range(n)],
            "TerritoryID": [str(i % 7) for i in range(n)],
            "customer_since": [str(1990 + i % 30) for i in range(n)],
            "Opening": [str(1950 + 2 * i) for i in range(n)],
            "line": [str(i + 1) for i in range(n)],
            "balance": [str(i - 3) for i in range(n)],
            "chairs": [str(4 + i % 9) for i in range(n)],
            "litres": [str(1.5 * i) for i in range(n)],
        }
    )
    assert choose_columns(table).other_numbers == ("chairs", "litres")
    with pytest.raises(InputError, match=r"Numeric columns: 'chairs', 'litres'\."):
        choose_columns(table, measure_names=["beds"])
