"""Sales by person, territory and month out of orders and seats: pauses of who held a territory are months, too."""

from __future__ import annotations

import pyarrow as pa

from bailiwick import api
from bailiwick_web.insights.kinds.market import _by_person

MONTHS = [f"2025-{m:02}" for m in range(1, 13)]
Rows = list[tuple[str, str, str, float]]


def _table(rows: Rows) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table(dict(zip(("rep", "territory", "period", "sales"), map(list, columns), strict=True)))


def test_the_same_sales_in_another_rhythm_are_the_same_performance() -> None:
    """Both sell 1,200 in a year; nothing in the orders of P1 says that it was there before October."""
    rows: Rows = [("P1", "A", month, 400.0) for month in MONTHS[9:]]
    rows += [(position, land, month, 100.0) for position, land in (("P2", "B"), ("P3", "C")) for month in MONTHS]
    seats = {"P1": [("Ann", "2024-01-01", "")], "P2": [("Bob", "2024-01-01", "")], "P3": [("Cy", "2024-01-01", "")]}
    found = api.match_reps(_by_person(_table(rows), seats), {"territory": ["A", "B", "C"], "potential": [100, 100, 100]})
    assert found["reps"]["periods"].tolist() == [12] * 3
    assert found["reps"]["performance_raw"].round(9).tolist() == [1.0] * 3


def test_pauses_count_for_who_filled_the_position_then() -> None:
    rows: Rows = [("P1", "A", MONTHS[0], 50.0), ("P1", "A", MONTHS[11], 50.0)]
    rows += [("P2", "B", month, 10.0 + m) for m, month in enumerate(MONTHS)]
    seats = {"P1": [("Ann", "2024-01-01", "2025-04-01"), ("Bob", "2025-07-01", "")], "P2": [("Cy", "2025-11-28", "")]}
    table = _by_person(_table(rows), seats).to_pylist()
    of = {row["period"]: row["rep"] for row in table if row["territory"] == "A"}
    assert [of[month] for month in MONTHS] == ["Ann"] * 3 + [""] * 3 + ["Bob"] * 6
    assert {row["rep"] for row in table if row["territory"] == "B"} == {"Cy"}
    found = api.match_reps(_by_person(_table(rows), seats), {"territory": ["A", "B"], "potential": [100, 100]})
    assert found["matches"].set_index("territory")["rep_now"].to_dict() == {"A": "Bob", "B": "Cy"}
    assert found["reps"].set_index("rep")["periods"].to_dict() == {"Ann": 3, "Bob": 6, "Cy": 12}
    assert not found.notices  # months in which nobody was there are no rows that get lost


def test_a_position_that_came_from_elsewhere_did_not_hold_its_new_territory_before() -> None:
    rows: Rows = [("P1", "A", month, 10.0) for month in MONTHS[:6]] + [("P1", "B", month, 10.0) for month in MONTHS[6:]]
    rows += [("P2", "A", month, 10.0) for month in MONTHS[6:]]
    seats = {"P1": [("Ann", "2024-01-01", "")], "P2": [("Bob", "2025-09-20", "")]}
    table = _by_person(_table(rows), seats).to_pylist()
    assert len(table) == len(rows)
    assert {row["rep"] for row in table if row["territory"] == "B"} == {"Ann"}
