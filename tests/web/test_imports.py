"""Files in and out: what was understood, an account of every row, and a way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.exchange import services
from bailiwick_web.exchange.error_file import error_file, examples
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Scenario
from bailiwick_web.territories.models import MeasureValue, Unit, UnitSet

pytestmark = pytest.mark.django_db

CUSTOMERS = (
    "Account ID,Account Name,Billing Zip/Postal Code,Longitude,Latitude,Annual Revenue\n"
    "007,Åse & Co,02138,-71.1,42.4,1200\n"
    "008,=SUM(A1),10001,-74.0,40.7,800\n"
    "009,No place,,,,5\n"
    "007,Again,02138,-71.1,42.4,1\n"
)


def bring(actor: Actor, kind: str, text: str | bytes, name: str = "customers.csv", **options: object) -> ImportBatch:
    data = text.encode() if isinstance(text, str) else text
    return services.upload(actor, kind, name, [data], options=dict(options))


def test_a_dry_run_counts_every_row_and_stores_none(planner: Actor) -> None:
    batch = bring(planner, "units", CUSTOMERS)
    assert batch.state == "checked", batch.facts
    assert batch.counts == {"created": 2, "updated": 0, "unchanged": 0, "failed": 2}
    assert sum(batch.counts.values()) == batch.facts["n_read"] == 4
    assert [(e["row"], e["column"], e["code"]) for e in examples(batch, 10)] == [
        (4, "Longitude, Billing Zip/Postal Code", "no_position"),
        (5, "Account ID", "duplicate_id"),
    ]
    assert not UnitSet.objects.exists()
    rejected = (error_file(batch, is_raw=False) or b"").decode()
    assert "No place" in rejected
    assert "no coordinates" in rejected


def test_the_same_file_twice_changes_nothing_and_another_updates(planner: Actor) -> None:
    services.run_import(planner, bring(planner, "units", CUSTOMERS).public_id)
    assert Unit.objects.get(code="007").attributes["Billing Zip/Postal Code"] == "02138"
    again = bring(planner, "units", CUSTOMERS)
    assert again.counts == {"created": 0, "updated": 0, "unchanged": 2, "failed": 2}
    services.run_import(planner, again.public_id)
    assert UnitSet.objects.get().version == 2
    other = bring(planner, "units", CUSTOMERS.replace("1200", "1300") + "010,New,60601,-87.6,41.9,7\n")
    assert other.counts == {"created": 1, "updated": 1, "unchanged": 1, "failed": 2}
    services.run_import(planner, other.public_id)
    assert MeasureValue.objects.get(unit__code="007").value == 1300
    assert list(Unit.objects.values_list("idx", flat=True)) == [0, 1, 2]


def test_an_import_can_be_taken_back_also_what_it_updated(planner: Actor) -> None:
    first = bring(planner, "units", CUSTOMERS)
    services.run_import(planner, first.public_id)
    digest = UnitSet.objects.get().digest
    second = bring(planner, "units", CUSTOMERS.replace("1200", "1300").replace("Åse & Co", "Other") + "010,New,60601,-87.6,41.9,7\n")
    services.run_import(planner, second.public_id)
    services.revert(planner, second.public_id)
    assert UnitSet.objects.get().digest == digest
    assert Unit.objects.get(code="007").name == "Åse & Co"
    assert not Unit.objects.filter(code="010").exists()
    services.revert(planner, first.public_id)
    assert not UnitSet.objects.exists()
    with pytest.raises(Conflict):
        services.revert(planner, first.public_id)


def test_an_import_can_be_taken_back_for_ninety_days(planner: Actor) -> None:
    batch = services.run_import(planner, bring(planner, "units", CUSTOMERS).public_id)
    with pytest.raises(Conflict, match="90 days"):
        services.revert(replace(planner, now=planner.now + timedelta(days=91)), batch.public_id)
    assert Unit.objects.count() == 2
    services.revert(replace(planner, now=planner.now + timedelta(days=89)), batch.public_id)
    assert not UnitSet.objects.exists()


def test_new_units_have_no_territory_yet_in_drafts(planner: Actor, scenario: Scenario) -> None:
    lines = "".join(f"u{i:02d},Unit {i},{i % 6},{i // 6},{1 + i % 3}\n" for i in range(37))
    batch = bring(planner, "units", "id,name,lon,lat,sales\n" + lines)
    assert batch.unit_set == scenario.plan.unit_set
    assert batch.counts["created"] == 1
    services.run_import(planner, batch.public_id)
    scenario = Scenario.objects.get(pk=scenario.pk)
    arrays = scenario_arrays(scenario)
    assert (arrays.units.n_units, arrays.n_unassigned) == (37, 1)
    services.revert(planner, batch.public_id)
    assert scenario_arrays(Scenario.objects.get(pk=scenario.pk)).units.n_units == 36


def test_what_plans_stand_on_cannot_be_taken_back(planner: Actor) -> None:
    from bailiwick_web.planning.services import create_plan

    batch = services.run_import(planner, bring(planner, "units", CUSTOMERS).public_id)
    assert batch.unit_set is not None
    create_plan(planner, batch.unit_set, name="Plan", balance={"units": 0.05})
    with pytest.raises(Conflict, match="Plan"):
        services.revert(planner, batch.public_id)
    assert Unit.objects.count() == 2


def test_reps_become_positions_and_go_again(planner: Actor) -> None:
    text = "rep_id,name,longitude,latitude,capacity_hours,region\nA,Ann,-71.1,42.4,1800,East\nB,Bo,,,900,\n"
    batch = bring(planner, "reps", text, "reps.csv", columns={"id": "rep_id", "name": "name", "capacity": "capacity_hours"})
    services.run_import(planner, batch.public_id)
    ann, bo = Position.objects.order_by("code")
    assert (ann.capacity, ann.node.name, bo.home_lon, bo.node.parent) == (1800, "East", None, None)
    update = bring(planner, "reps", text.replace("1800", "1000"), "reps.csv", columns={"capacity": "capacity_hours"})
    assert update.counts == {"created": 0, "updated": 1, "unchanged": 1, "failed": 0}
    services.run_import(planner, update.public_id)
    services.revert(planner, update.public_id)
    ann.refresh_from_db()
    assert ann.capacity == 1800
    services.revert(planner, batch.public_id)
    assert not Position.objects.exists()


def test_an_alignment_becomes_a_scenario(planner: Actor, scenario: Scenario) -> None:
    lines = "".join(f"u{i:02d},{'P1' if i < 18 else 'Nobody'}\n" for i in range(36))
    batch = bring(planner, "alignment", "unit_id,territory_id\n" + lines + "stranger,P1\n", "today.csv")
    assert batch.counts == {"created": 36, "updated": 0, "unchanged": 0, "failed": 1}
    services.run_import(planner, batch.public_id)
    made = Scenario.objects.exclude(pk=scenario.pk).get()
    arrays = scenario_arrays(made)
    assert arrays.codes == ["Nobody", "P1"]
    assert arrays.territories[1].position is not None
    assert set(arrays.causes) == {f"file:{batch.public_id}"}


def test_a_process_that_needs_too_much_is_ended(planner: Actor, settings: object) -> None:
    settings.IMPORT_MEMORY_BYTES = 60_000_000  # type: ignore[attr-defined]
    with pytest.raises(Invalid, match="limits of memory") as refused:
        bring(planner, "units", CUSTOMERS)
    assert refused.value.code == "too_large"
    assert not ImportBatch.objects.exists()


def test_real_counties_come_with_their_areas(planner: Actor, shared_data: Path) -> None:
    file = next((shared_data / "geo_us_counties").glob("*counties*.json"))
    batch = services.upload(planner, "units", file.name, [file.read_bytes()])
    assert batch.state == "checked", batch.facts.get("error")
    assert batch.counts["created"] > 3_000
