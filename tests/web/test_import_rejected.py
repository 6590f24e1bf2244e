"""The error file: every rejected row with its reason, as it was, whatever stands in its cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bailiwick_web.core.access import Actor
from bailiwick_web.exchange import error_file as module
from bailiwick_web.exchange import services
from bailiwick_web.exchange.child.rejecting import Account
from bailiwick_web.exchange.child.tables import open_table
from bailiwick_web.exchange.error_file import error_file
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.territories.models import Unit

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12)
ODD = st.sampled_from(["=1+1", "'=1", "''=x", "-5", "+5", "'-5", "@a", "\t", '"', ",", "a\nb", " x ", "007", "'", "-", "=", "1.234,5"])
ROWS = st.lists(st.tuples(ODD | CELL, ODD | CELL), min_size=1, max_size=6)


@given(rows=ROWS, is_raw=st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_rejected_comes_back_as_it_was(rows: list[tuple[str, str]], is_raw: bool, tmp_path: Path) -> None:
    account = Account(["a", "=b"])
    for number, cells in enumerate(rows, start=2):
        account.add(number, "a", "no_position", "no place", cells)
    account.write(tmp_path)
    text = _written(tmp_path, is_raw=is_raw)
    (tmp_path / "again.csv").write_bytes(text)
    table = open_table(tmp_path / "again.csv", {})
    assert table.names == ("a", "=b")
    assert [tuple(row.values()) for row in table.records()] == rows
    if not is_raw:
        for line in list(csv.reader(io.StringIO(text.decode(), newline="")))[1:]:
            assert not [cell for cell in line if cell[:1] in {"=", "+", "-", "@", "\t"} and not _is_number(cell)]


def _is_number(cell: str) -> bool:
    return cell.strip("+-%").replace(".", "").replace(",", "").replace("e", "").replace("E", "").replace("-", "").replace("+", "").isdigit()


def _written(folder: Path, *, is_raw: bool) -> bytes:
    """The error file of what stands in a folder."""
    import pyarrow.feather as feather

    table = feather.read_table(folder / "rejected.arrow", memory_map=False)
    before = module.rejected_of
    module.rejected_of = lambda _: table  # type: ignore[assignment]
    try:
        return error_file(SimpleNamespace(), is_raw=is_raw) or b""  # type: ignore[arg-type]
    finally:
        module.rejected_of = before


pytestmark = []
TEXT = (
    "id,name,lon,lat,sales\n"
    "1,=SUM(A1),2,48,5\n"
    '2,"-5, Main ""St""",,,6\n'
    "3,'=quoted,999,48,7\n"
    "4,@home,2,48,many\n"
    "1,Again,3,48,8\n"
    "5,Bo,3,48,9,too,many\n"
)


def bring(actor: Actor, data: bytes, name: str = "f.csv") -> ImportBatch:
    return services.upload(actor, "units", name, [data])


@pytest.mark.django_db
def test_the_file_names_row_column_and_reason_and_is_imported_again(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    sales = {"columns": {"measure:sales": "sales"}}
    checked = services.upload(planner, "units", "f.csv", [TEXT.encode()], options=sales)
    batch = services.run_import(planner, checked.public_id)
    assert batch.counts == {"created": 1, "updated": 0, "unchanged": 0, "failed": 5}
    client = sign_in("planner")
    answer = client.get(f"/imports/{batch.public_id}/rejected.csv")
    assert "attachment" in answer["Content-Disposition"]
    lines: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert [(line["row"], line["column"], line["reason_code"]) for line in lines] == [
        ("3", "lon", "no_position"),
        ("4", "lon, lat", "impossible_coordinates"),
        ("5", "sales", "bad_measure"),
        ("6", "id", "duplicate_id"),
        ("7", "", "too_many_cells"),
    ]
    assert [line["name"] for line in lines] == ['\'-5, Main "St"', "''=quoted", "'@home", "Again", "Bo"]
    raw = client.get(f"/imports/{batch.public_id}/rejected.csv?raw=1").content.decode()
    assert "\r\n5,sales,bad_measure," in raw
    assert ",@home," in raw
    mended = answer.content.decode().replace(",,,6", ",4,48,6").replace("999", "9").replace("many", "7")
    again = services.upload(planner, "auto", "rejected.csv", [mended.encode()], options=sales)
    assert again.counts == {"created": 4, "updated": 1, "unchanged": 0, "failed": 0}, again.facts
    services.run_import(planner, again.public_id)
    assert dict(Unit.objects.values_list("code", "name"))["3"] == "'=quoted"


@pytest.mark.django_db
def test_counts_add_up_to_the_file_and_all_of_a_thousand_can_be_had(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    rows = "".join(f"{i},{i % 90},40,{'x' if i % 2 else i}\n" for i in range(2_500))
    batch = bring(planner, b"id,lon,lat,sales\n" + rows.encode())
    assert batch.state == "refused" or sum(batch.counts.values()) == 2_500
    said = services.check(planner, batch, options={"columns": {"measure:sales": "sales"}})
    assert said.counts == {"created": 1_250, "updated": 0, "unchanged": 0, "failed": 1_250}
    client = sign_in("planner")
    page = client.get(f"/imports/{batch.public_id}/").content.decode()
    assert "The first 10 of 1,250 are shown" in page
    more = client.get(f"/imports/{batch.public_id}/?rejected=all").content.decode()
    assert more.count('data-label="Row"') == 1_000
    assert len(client.get(f"/imports/{batch.public_id}/rejected.csv").content.splitlines()) == 1_251


@pytest.mark.django_db
def test_where_nothing_was_rejected_there_is_no_file(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    batch = bring(planner, b"id,lon,lat,sales\n1,2,48,5\n")
    assert sign_in("planner").get(f"/imports/{batch.public_id}/rejected.csv").status_code == 404
