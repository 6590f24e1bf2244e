"""Customers, reps and territories that come together: one column of owners, several sheets; and apart, in any order."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, Position
from bailiwick_web.exchange import services
from bailiwick_web.exchange.error_file import error_file
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Scenario
from bailiwick_web.territories.models import AlignmentPlan, Unit, UnitSet

pytestmark = pytest.mark.django_db
OWNED = "Account ID,Account Name,Longitude,Latitude,Annual Revenue,Account Owner\n" + "".join(
    f"A{i:02d},Shop {i},{i % 6},{40 + i // 6},{10 + i},{'Ann Lee' if i < 12 else 'Bo Ray' if i < 22 else ''}\n" for i in range(24)
)


def upload(actor: Actor, text: str | bytes, name: str = "accounts.csv", kind: str = "auto", **options: object) -> ImportBatch:
    data = text.encode() if isinstance(text, str) else text
    return services.upload(actor, kind, name, [data], options=dict(options))


def workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    reps = book.active
    reps.title = "Reps"
    for row in (["Rep ID", "Name", "Capacity", "Home city", "State"], ["R1", "Ann", 1, "Boston", "MA"], ["R2", "Bo", 0.5, "Denver", "CO"]):
        reps.append(row)
    customers = book.create_sheet("Customers")
    customers.append(["Customer ID", "Name", "City", "State", "Sales"])
    for i in range(10):
        customers.append([f"C{i}", f"Shop {i}", "Boston" if i < 5 else "Denver", "MA" if i < 5 else "CO", 10 + i])
    territories = book.create_sheet("Territories")
    territories.append(["Customer ID", "Territory"])
    for i in range(10):
        territories.append([f"C{i}", "R1" if i < 5 else "R2"])
    territories.append(["C99", "R1"])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_an_owner_column_brings_reps_and_territories(planner: Actor) -> None:
    batch = upload(planner, OWNED)
    owners = batch.followers.get()
    assert (owners.kind, owners.state, owners.facts["n_territories"]) == ("alignment", "checked", 2)
    assert owners.counts == {"created": 22, "updated": 0, "unchanged": 0, "failed": 0}
    services.run_together(planner, batch.public_id)
    assert set(Position.objects.values_list("code", flat=True)) == {"Ann Lee", "Bo Ray"}
    arrays = scenario_arrays(Scenario.objects.get())
    assert (arrays.codes, arrays.n_unassigned) == (["Ann Lee", "Bo Ray"], 2)
    assert [t.position.name for t in arrays.territories if t.position] == ["Ann Lee", "Bo Ray"]
    again = upload(planner, OWNED)
    assert again.counts == {"created": 0, "updated": 0, "unchanged": 24, "failed": 0}
    assert again.followers.get().counts == {"created": 0, "updated": 0, "unchanged": 22, "failed": 0}
    services.run_together(planner, again.public_id)
    assert (Scenario.objects.count(), UnitSet.objects.get().version) == (1, 2)
    services.revert(planner, again.public_id)
    assert Scenario.objects.count() == 1
    services.revert(planner, batch.public_id)
    left = [m.objects.count() for m in (Scenario, AlignmentPlan, UnitSet, Unit, Position, Person)]
    assert left == [0, 0, 0, 0, 0, 0]


def test_the_owners_are_an_offer(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    batch = upload(planner, OWNED)
    page = sign_in("planner").get(f"/imports/{batch.public_id}/").content.decode()
    assert "from “Account Owner” (2)" in page
    sign_in("planner").post(f"/imports/{batch.public_id}/run", {"owners_offered": "1"})
    batch.refresh_from_db()
    assert batch.job is not None
    jobs.perform(batch.job.pk)
    assert Unit.objects.count() == 24
    assert not Scenario.objects.exists()
    text = {"id": "Account ID", "lon": "Longitude", "lat": "Latitude", "measure:Annual Revenue": "Annual Revenue"}
    services.check(planner, upload(planner, OWNED, "b.csv"), options={"columns": text, "is_complete": True})
    assert not ImportBatch.objects.get(filename="b.csv").followers.exists()


def test_the_sheets_of_a_workbook_come_together(planner: Actor, sign_in: Callable[[str], Client]) -> None:
    answer = sign_in("planner").post("/imports/new", {"kind": "auto", "file": SimpleUploadedFile("all.xlsx", workbook())})
    main = ImportBatch.objects.get(main=None)
    parts = {part.kind: part for part in [main, *main.followers.all()]}
    assert {kind: part.options["sheet"] for kind, part in parts.items()} == {
        "units": "Customers",
        "reps": "Reps",
        "alignment": "Territories",
    }
    assert parts["alignment"].counts == {"created": 10, "updated": 0, "unchanged": 0, "failed": 1}
    told = (error_file(parts["alignment"], is_raw=False) or b"").decode().splitlines()
    assert told[1].startswith("12,,unknown_unit,there is no customer or area with the id 'C99'")
    assert told[1].endswith("C99,R1")
    assert sign_in("planner").get(answer["Location"]).content.decode().count("<tr aria-current") == 1
    services.run_together(planner, main.public_id)
    arrays = scenario_arrays(Scenario.objects.get())
    assert [t.position.code for t in arrays.territories if t.position] == ["R1", "R2"]
    assert arrays.n_unassigned == 0
    services.revert(planner, main.public_id)
    assert not UnitSet.objects.exists()
    assert not Position.objects.exists()


def test_a_part_that_fails_keeps_all_out(planner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from bailiwick_web.exchange.services import alignments

    batch = upload(planner, workbook(), "all.xlsx")

    def fail(*_: object) -> None:
        raise RuntimeError("the machine burns")

    monkeypatch.setattr(alignments, "write", fail)
    with pytest.raises(RuntimeError):
        services.run_together(planner, batch.public_id)
    assert not Unit.objects.exists()
    assert not Position.objects.exists()
    assert set(ImportBatch.objects.values_list("state", flat=True)) == {"checked"}


def test_numbers_alone_add_to_what_is_there(planner: Actor) -> None:
    """A file without any place: its ids are known, so it changes their numbers; new ones fail, and say why."""
    services.run_import(planner, upload(planner, OWNED, kind="units").public_id)
    batch = upload(planner, "Account ID,Annual Revenue,Visits\nA00,999,4\nA01,11,5\nA77,1,1\n", "numbers.csv")
    assert batch.counts == {"created": 0, "updated": 2, "unchanged": 0, "failed": 1}
    services.run_import(planner, batch.public_id)
    first = Unit.objects.get(code="A00")
    assert (first.name, first.lon, first.attributes["Account Owner"]) == ("Shop 0", 0.0, "Ann Lee")
    assert dict(first.values.values_list("measure__key", "value")) == {"Annual Revenue": 999, "Visits": 4}
    assert b"the file does not say where it is" in (error_file(batch, is_raw=True) or b"")
    nowhere = upload(planner, "id,sales\nq1,2\nq2,4\n", "nowhere.csv")
    assert nowhere.facts["error"]["code"] == "no_position_column"


def test_ids_of_15_and_18_characters_are_one(planner: Actor) -> None:
    long = "Account ID,lon,lat,sales\n001A0000006Vm9rIAC,1,40,5\n001A0000006Vm9sIAC,2,40,6\n"
    services.run_import(planner, upload(planner, long).public_id)
    units = UnitSet.objects.get()
    short = "Account ID,lon,lat,sales\n001A0000006Vm9r,1,40,5\n001A0000006Vm9s,2,40,7\n"
    batch = upload(planner, short, "short.csv", unit_set=str(units.public_id))
    assert batch.counts == {"created": 0, "updated": 1, "unchanged": 1, "failed": 0}
    assert batch.facts["how"] == {"id of 15 or 18 characters": 2}
    both = upload(planner, long + "001A0000006Vm9r,1,40,5\n", "both.csv", unit_set=str(units.public_id))
    assert both.counts["failed"] == 0 or both.facts["rejected"] == {"duplicate_id": 1}


def test_zeros_that_a_spreadsheet_ate_do_no_harm(planner: Actor) -> None:
    services.run_import(planner, upload(planner, "ZIP,State,people\n02138,MA,5\n01001,MA,6\n60601,IL,7\n", "zips.csv").public_id)
    units = UnitSet.objects.get()
    batch = upload(planner, "ZIP,State,people\n2138,MA,5\n1001,MA,6\n60601,IL,8\n", "eaten.csv", unit_set=str(units.public_id))
    assert (batch.counts["created"], batch.counts["failed"]) == (0, 0)
    assert batch.facts["how"]["id without leading zeros"] == 2
    services.run_import(planner, batch.public_id)
    assert set(Unit.objects.values_list("code", flat=True)) == {"02138", "01001", "60601"}


def test_ids_of_another_system_are_known_by_address_or_domain(planner: Actor) -> None:
    """From one system by its ids, then from another whose ids say nothing here: by mail, then by web site."""
    first = "id,name,lon,lat,email,website,sales\n" + "".join(
        f"A{i},Firm {i},{i},40,{mail},{site},5\n"
        for i, (mail, site) in enumerate(
            [("ann@acme.com", ""), ("", "https://www.bolt.de/shop"), ("bob@gmail.com", ""), ("", "twice.com"), ("", "twice.com")]
        )
    )
    services.run_import(planner, upload(planner, first, "first.csv").public_id)
    units = UnitSet.objects.get()
    second = "id,name,lon,lat,email,website,sales\n"
    second += "7001,Acme,0,40,Ann@ACME.com,,9\n7002,Bolt,1,40,info@bolt.de,,9\n"
    second += "7003,Other,9,41,eve@gmail.com,,9\n7004,Third,3,40,,www.twice.com,9\n"
    batch = upload(planner, second, "second.csv", unit_set=str(units.public_id))
    assert batch.facts["how"] == {"e-mail address": 1, "web domain": 1}
    assert batch.counts == {"created": 2, "updated": 2, "unchanged": 0, "failed": 0}, "free mail and a shared web site tell nothing"
    services.run_import(planner, batch.public_id)
    assert set(Unit.objects.values_list("code", flat=True)) == {"A0", "A1", "A2", "A3", "A4", "7003", "7004"}
    again = upload(planner, first, "first.csv", unit_set=str(units.public_id))
    assert again.counts["created"] == 0


def test_branches_with_ids_of_their_own_stay_apart(planner: Actor) -> None:
    text = "id,lon,lat,website,sales\nb1,1,40,acme.com,5\nb2,2,40,bolt.de,5\n"
    services.run_import(planner, upload(planner, text, "one.csv").public_id)
    units = UnitSet.objects.get()
    batch = upload(planner, text + "b3,3,40,acme.com,5\n", "more.csv", unit_set=str(units.public_id))
    assert batch.counts == {"created": 1, "updated": 0, "unchanged": 2, "failed": 0}


def test_rows_without_ids_are_known_by_name_and_place(planner: Actor) -> None:
    text = "Firm,lon,lat,sales\n" + "".join(f"Shop {i % 9},{i},40,{i}\n" for i in range(12))
    services.run_import(planner, upload(planner, text, kind="units", columns={"name": "Firm"}).public_id)
    units = UnitSet.objects.get()
    lines = text.splitlines()
    mixed = "\n".join([lines[0], "Brand new,50,41,3", *reversed(lines[1:])]) + "\n"
    batch = upload(planner, mixed, "mixed.csv", "units", columns={"name": "Firm"}, unit_set=str(units.public_id))
    assert batch.counts == {"created": 1, "updated": 0, "unchanged": 12, "failed": 0}
    services.run_import(planner, batch.public_id)
    assert Unit.objects.count() == len(set(Unit.objects.values_list("code", flat=True))) == 13


def test_territories_that_changed_are_told_and_become_a_new_scenario(planner: Actor, unit_set: UnitSet) -> None:
    lines = [f"u{i:02d},{'North' if i < 18 else 'South'}" for i in range(36)]
    first = upload(planner, "unit_id,territory\n" + "\n".join(lines) + "\n", "today.csv")
    assert first.kind == "alignment"
    services.run_import(planner, first.public_id)
    same = upload(planner, "unit_id,territory\n" + "\n".join(lines) + "\n", "today.csv")
    assert same.counts == {"created": 0, "updated": 0, "unchanged": 36, "failed": 0}
    services.run_import(planner, same.public_id)
    assert Scenario.objects.count() == 1
    lines[0] = "u00,South"
    lines += ["u01,South", "u02,"]
    other = upload(planner, "unit_id,territory\n" + "\n".join(lines) + "\n", "today.csv")
    assert other.counts == {"created": 0, "updated": 1, "unchanged": 35, "failed": 2}
    assert other.facts["rejected"] == {"duplicate_id": 1, "no_territory": 1}
    services.run_import(planner, other.public_id)
    assert Scenario.objects.count() == 2
