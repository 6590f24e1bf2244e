"""Orders and dates as people write them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.errors import InputError
from bailiwick.formats import read_orders
from bailiwick.formats.dates import parse_dates

DAY = 20543  # 2026-03-31


@pytest.mark.parametrize(
    "text",
    ["2026-03-31", "2026/3/31", "20260331", "20260331.0", "31.03.2026", "3/31/26", "31-03-2026", "2026-03-31T23:59:00Z", "31.3.26 8:00"],
)
def test_one_day_in_many_forms(text: str) -> None:
    dates = parse_dates(pa.array([text]))
    assert dates.days.tolist() == [DAY]
    assert not dates.is_bad.any()


def test_timestamps_dates_and_numbers() -> None:
    day = dt.date(2026, 3, 31)
    for array in (pa.array([day]), pa.array([dt.datetime(2026, 3, 31, 23, 0)]), pa.array([20260331])):
        assert parse_dates(array).days.tolist() == [DAY]
    assert parse_dates(pa.array([None, day])).is_missing.tolist() == [True, False]


def test_a_number_above_twelve_tells_for_the_whole_column() -> None:
    assert parse_dates(pa.array(["03/04/2026", "31/03/2026"])).days.tolist() == [DAY + 3, DAY]
    assert parse_dates(pa.array(["04/03/2026", "03/31/2026"])).days.tolist() == [DAY + 3, DAY]


def test_a_guess_is_told_and_can_be_settled() -> None:
    guessed = parse_dates(pa.array(["04/03/2026"]))
    assert guessed.days.tolist() == [DAY + 3]
    assert [n.code for n in guessed.notices] == ["ambiguous_dates"]
    settled = parse_dates(pa.array(["03/04/2026"]), order="dmy")
    assert settled.days.tolist() == [DAY + 3]
    assert not settled.notices
    assert parse_dates(pa.array(["03.04.2026"])).days.tolist() == [DAY + 3]


@pytest.mark.parametrize("text", ["2026-02-30", "31/31/2026", "yesterday", "12", "2026-13-01", "1e9"])
def test_what_is_no_day(text: str) -> None:
    assert parse_dates(pa.array([text])).is_bad.all()


@given(st.dates(dt.date(1000, 1, 1), dt.date(2900, 12, 31)))
def test_every_day_comes_back(day: dt.date) -> None:
    expected = [day.toordinal() - dt.date(1970, 1, 1).toordinal()]
    assert parse_dates(pa.array([day.isoformat()])).days.tolist() == expected
    assert parse_dates(pa.array([f"{day:%d.%m.}{day.year:04d}"])).days.tolist() == expected


def test_lines_that_cannot_be_used_are_told() -> None:
    table = pd.DataFrame(
        {
            "Kunde": ["1", "", "2", "3", "1"],
            "Bestelldatum": ["01.02.2026", "01.02.2026", "?", "03.02.2026", "04.02.2026"],
            "Betrag": ["1.200,50", "5,00", "5,00", "x", "-2,50"],
            "Region": ["N", "N", "N", "N", ""],
        }
    )
    orders = read_orders(table, group_columns=["region"])
    assert orders.customer_ids.tolist() == ["1"]
    assert orders.amounts.tolist() == [1200.5, -2.5]
    assert orders.groups["region"].tolist() == ["N", "(none)"]
    assert [n.code for n in orders.notices] == ["no_customer", "no_date", "no_amount"]


def test_quantity_times_price_and_whole_ids() -> None:
    table = pd.DataFrame(
        {"CustomerID": ["17850.0", "13047.0"], "InvoiceDate": ["2026-03-31"] * 2, "Quantity": [6, -1], "UnitPrice": [2.5, 4.0]}
    )
    orders = read_orders(table)
    assert orders.customer_ids.tolist() == ["17850", "13047"]
    assert orders.amounts.tolist() == [15, -4]


def test_columns_that_are_not_found() -> None:
    with pytest.raises(InputError, match="looks like the date of an order") as caught:
        read_orders(pd.DataFrame({"customer": ["a"], "when": ["2026-01-01"], "amount": [1]}))
    assert (caught.value.code, caught.value.field) == ("order_columns", "date")
    with pytest.raises(InputError, match="no row of the table can be used") as caught:
        read_orders(pd.DataFrame({"customer": [""], "date": ["2026-01-01"], "amount": [1]}))
    assert caught.value.code == "no_usable_order"
    with pytest.raises(InputError, match="no rows below"):
        read_orders(pd.DataFrame({"customer": [], "date": [], "amount": []}))


def test_real_lines_with_returns_and_without_customers(shared_data: Path) -> None:
    file = next((shared_data / "retail_uci_online").glob("*.csv.gz"))
    orders = read_orders(file, group_columns=["Country"])
    assert orders.n_lines == 149_053
    assert orders.notices[0].count == 59_976
    assert (orders.amounts < 0).any()
