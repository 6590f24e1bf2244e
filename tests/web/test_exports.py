"""A scenario to take away in five formats: the same scope as the screen, zeros kept, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
import shapely
from django.test import Client
from openpyxl import load_workbook

from bailiwick_web.core.access import Actor
from bailiwick_web.planning import services
from bailiwick_web.planning.models import Publication, Scenario, TerritoryDefinition
from bailiwick_web.territories.models import Unit

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
OWN = {"P1"}
WEST = {"P1", "P2"}
ALL = {"P1", "P2", "P3", "P4"}


@pytest.fixture
def proposal(planner: Actor, scenario: Scenario) -> Scenario:
    """What everybody concerned may see; a code like a postcode, a name like a formula."""
    units = scenario.plan.unit_set
    Unit.objects.filter(unit_set=units, idx=0).update(name="=1+1", code="00501")
    units.version += 1
    units.save()
    TerritoryDefinition.objects.filter(scenario=scenario, code="P1").update(name="@SUM(A1)")
    services.propose(planner, scenario.public_id, version=1)
    return scenario


def fetched(client: Client, scenario: Scenario, ending: str, query: str = "") -> bytes:
    answer = client.get(f"/scenarios/{scenario.public_id}/alignment.{ending}{query}")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return bytes(answer.content)


@pytest.mark.parametrize(("role", "seen"), [("rep", OWN), ("manager", WEST), ("planner", ALL)])
def test_every_format_holds_what_the_user_may_see(proposal: Scenario, sign_in: SignIn, role: str, seen: set[str]) -> None:
    client = sign_in(role)
    rows = list(csv.DictReader(io.StringIO(fetched(client, proposal, "csv").decode("utf-8-sig"))))
    assert {row["territory_id"] for row in rows} == seen
    book = load_workbook(io.BytesIO(fetched(client, proposal, "xlsx")))
    units = list(book["Units"].iter_rows(min_row=2, values_only=True))
    assert {str(row[0]) for row in units} == {row["unit_id"] for row in rows}
    assert {str(row[0]) for row in book["Territories"].iter_rows(min_row=2, values_only=True)} == seen
    areas = json.loads(fetched(client, proposal, "geojson"))
    assert {f["properties"]["territory_id"] for f in areas["features"]} == seen
    assert all(shapely.from_geojson(json.dumps(f["geometry"])).is_valid for f in areas["features"])


def test_nothing_is_run_and_texts_stay_texts(proposal: Scenario, sign_in: SignIn) -> None:
    client = sign_in("planner")
    assert "00501,'=1+1,P1,'@SUM(A1)" in fetched(client, proposal, "csv").decode()
    book = load_workbook(io.BytesIO(fetched(client, proposal, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}  # no formula anywhere
    assert {"=1+1", "00501", "@SUM(A1)"} <= {cell.value for cell in cells}


def test_pictures_are_whole_files(proposal: Scenario, sign_in: SignIn) -> None:
    client = sign_in("manager")
    assert fetched(client, proposal, "png")[:8] == b"\x89PNG\r\n\x1a\n"
    pdf = fetched(client, proposal, "pdf")
    assert pdf[:5] == b"%PDF-"
    assert b"%%EOF" in pdf[-16:]


def test_tables_follow_the_filters_of_the_address(proposal: Scenario, sign_in: SignIn) -> None:
    lines = fetched(sign_in("planner"), proposal, "csv", "?t=P2").decode().splitlines()
    assert len(lines) == 1 + 6
    assert sign_in("planner").get(f"/scenarios/{proposal.public_id}/alignment.csv?q=nowhere").content.decode().count("\n") == 1


def test_whoever_sees_nothing_gets_no_empty_picture(scenario: Scenario, proposal: Scenario, sign_in: SignIn, planner: Actor) -> None:
    Scenario.objects.filter(pk=scenario.pk).update(state="published")
    Publication.objects.create(plan=scenario.plan, scenario=scenario, valid_from=planner.now, published_at=planner.now)
    client = sign_in("viewer")
    assert client.get(f"/scenarios/{proposal.public_id}/alignment.png").status_code == 409
    assert fetched(client, proposal, "csv").decode().count("\n") == 1
