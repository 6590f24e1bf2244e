"""Pages of planning beside the map: validator, names and rules, side by side with downloads."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import shapely
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.planning import comparing, services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.difference_map import difference_maps
from bailiwick_web.planning.models import Run, Scenario
from bailiwick_web.territories.convert import store_digest
from bailiwick_web.territories.models import Unit

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return str(answer.content.decode())


def test_the_validator_mends_with_one_click(sign_in: SignIn, planner: Actor, scenario: Scenario) -> None:
    client, base = sign_in("planner"), f"/scenarios/{scenario.public_id}"
    assert "Nothing is wrong" in text(client, f"{base}/validator")
    services.move_units(planner, scenario.public_id, [0], "", version=1)
    page = text(client, f"{base}/validator")
    assert "“Unit 0” has no territory." in page
    assert "Move it to Rep P1" in page
    mended = client.post(f"{base}/mend", {"version": "2", "act": "/moves", "units": "0", "to": "P1"})
    assert mended.status_code == 302
    assert "Nothing is wrong" in text(client, f"{base}/validator")
    assert client.post(f"{base}/mend", {"version": "2", "act": "/moves", "units": "1", "to": "P2"}).status_code == 412


def test_rules_are_made_previewed_and_applied_on_a_page(sign_in: SignIn, scenario: Scenario) -> None:
    client, base = sign_in("planner"), f"/scenarios/{scenario.public_id}"
    Unit.objects.filter(code__in=["u00", "u06"]).update(attributes={"industry": "Hospital"})

    def change(version: int, **form: str) -> Any:
        return client.post(f"{base}/rules/change", {"version": str(version), **form})

    assert "No rules yet" in text(client, f"{base}/rules")
    wrong = change(1, act="add", name="H", condition="industri = 'x'", territory="P4")
    assert wrong.status_code == 422
    assert "no field &#x27;industri&#x27;" in wrong.content.decode()
    change(1, act="add", name="H", condition="industry in ('Hospital', 'Clinic')", territory="P4")
    page = text(client, f"{base}/rules")
    assert "Applying the rules would move 2 units" in page
    assert "34 units have no value in “industry”" in page
    assert "“H” asks for industry = “Clinic”, which no unit has." in page
    assert "2 units are not where the rules say." in text(client, f"{base}/validator")
    change(2, act="apply")
    scenario.refresh_from_db()
    arrays = scenario_arrays(scenario)
    assert [arrays.codes[arrays.territory_idx[i]] for i in (0, 6)] == ["P4", "P4"]
    change(3, act="name", units="u01, u07", territory="P2", reason="old friends")
    assert "old friends" in text(client, f"{base}/rules")
    change(4, act="unname", units="u01")
    rule = scenario.rules.get()
    change(5, act="off", rule=str(rule.public_id))
    assert not scenario.rules.get().is_active
    change(6, act="delete", rule=str(rule.public_id))
    assert not scenario.rules.exists()
    assert change(7, act="name", units="nobody", territory="P2").status_code == 422


def test_three_side_by_side_and_what_can_be_taken_away(sign_in: SignIn, planner: Actor, scenario: Scenario) -> None:
    Unit.objects.filter(code="u00").update(name="=1+1")
    scenario.plan.unit_set.version += 1
    scenario.plan.unit_set.save()
    one, two = services.branch(planner, scenario, name="One"), services.branch(planner, scenario, name="Two")
    services.move_units(planner, one.public_id, [0, 1], "P2", version=1)
    services.move_units(planner, two.public_id, [1, 35], "P3", version=1)
    client, ids = sign_in("planner"), "&".join(f"id={s.public_id}" for s in (scenario, one, two))
    page = text(client, f"/scenarios/compare?{ids}")
    assert "3 of 36 units get another territory" in page
    assert '5 <span class="quiet">(6.9 %)</span>' in page
    maps = difference_maps(comparing.side_by_side([Scenario.objects.get(pk=s.pk) for s in (scenario, one, two)]))
    assert [m.n_moved for m in maps] == [2, 2]
    assert sum(dots.path.count("M") for dots in maps[0].dots) == 2
    assert maps[0].ground.startswith("M20 980h0")  # u00 is the lower left corner of a square of 960
    rows = list(csv.DictReader(io.StringIO(client.get(f"/scenarios/compare.csv?{ids}").content.decode("utf-8-sig"))))
    assert [r["unit_id"] for r in rows] == ["u35", "u01", "u00"]
    assert rows[2]["name"] == "'=1+1"
    assert (rows[1]["territory: Now"], rows[1]["territory: One"], rows[1]["territory: Two"]) == ("P1", "P2", "P3")
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/scenarios/compare.xlsx?{ids}").content))
    moved = list(book["Moved"].iter_rows(values_only=True))
    assert moved[3][:2] == ("u00", "=1+1")
    assert all(cell.data_type != "f" for row in book["Moved"].iter_rows() for cell in row)
    figures = {row[0]: row[1:] for row in book["Scenarios"].iter_rows(values_only=True)}
    assert figures["Units that move"] == (0, 2, 2)
    assert figures["Sales: changes hands"] == (0, 3, 5)
    pdf = client.get(f"/scenarios/compare.pdf?{ids}")
    assert pdf.content[:5] == b"%PDF-"
    assert pdf["Content-Disposition"] == 'attachment; filename="scenarios.pdf"'
    assert sign_in("rep").get(f"/scenarios/compare.xlsx?{ids}").status_code == 403


def test_what_moves_is_drawn_as_areas_where_units_have_them(sign_in: SignIn, planner: Actor, scenario: Scenario) -> None:
    unit_set = scenario.plan.unit_set
    for unit in Unit.objects.filter(unit_set=unit_set, idx__lt=35):  # the last one has none: a small square where it lies
        area = shapely.box(unit.lon - 0.5, unit.lat - 0.5, unit.lon + 0.5, unit.lat + 0.5)
        Unit.objects.filter(pk=unit.pk).update(area=shapely.to_wkb(area))
    unit_set.version += 1
    store_digest(unit_set)
    unit_set.save()
    other = services.branch(planner, scenario, name="Other")
    services.move_units(planner, other.public_id, [0, 35], "P2", version=1)
    sides = [Scenario.objects.get(pk=s.pk) for s in (scenario, other)]
    [found] = difference_maps(comparing.side_by_side(sides))
    assert found.has_areas
    assert found.ground.count("Z") == 36
    paths = {dots.path for dots in found.dots}
    assert any(path.startswith("M") and path.count("L") >= 4 for path in paths), paths
    assert any(path.endswith("h10v10h-10Z") for path in paths)
    assert all((dots.old, dots.new) != ("", "") and dots.old != dots.new for dots in found.dots)
    page = text(sign_in("planner"), f"/scenarios/compare?id={scenario.public_id}&id={other.public_id}")
    assert f'fill="{found.dots[0].new}" stroke="{found.dots[0].old}"' in page


def test_what_counted_names_its_plan(act: Callable[[str], Actor], sign_in: SignIn, scenario: Scenario) -> None:
    planner = act("planner")
    version = services.propose(planner, scenario.public_id, version=scenario.version).version
    version = services.decide(act("administrator"), scenario.public_id, version=version, is_approved=True).version
    services.publish(planner, scenario.public_id, version=version)
    page = text(sign_in("planner"), "/plans/")
    assert f'What counted when <span class="quiet">{scenario.plan.name}</span></summary>' in page
    assert f'id="counted-{scenario.plan.public_id}"' in page


def test_an_overlay_counts_beside_the_base_and_a_second_base_does_not(
    act: Callable[[str], Actor], sign_in: SignIn, planner: Actor, scenario: Scenario
) -> None:
    def publish(found: Scenario) -> int:
        version = services.propose(planner, found.public_id, version=found.version).version
        version = services.decide(act("administrator"), found.public_id, version=version, is_approved=True).version
        services.publish(act("planner"), found.public_id, version=version)
        return version

    publish(scenario)
    unit_set = scenario.plan.unit_set
    alignment = {f"u{i:02d}": "S" for i in range(36)}
    for layer, works in (("service", True), ("base", False)):
        plan = services.create_plan(planner, unit_set, name=layer, balance={"sales": None}, layer=layer)
        made = services.create_scenario(planner, plan, name=layer, territories=[services.NewTerritory("S", "Service")], alignment=alignment)
        if works:
            publish(made)
        else:
            with pytest.raises(Exception, match="counts for these units already"):
                publish(made)
    now = act("planner").now.isoformat().replace("+00:00", "Z")
    owners = sign_in("planner").get(f"/api/v1/unit-sets/{unit_set.public_id}/owners?unit=u00&on={now}").json()
    assert [(o["layer"], o["territory"], o["holder"]) for o in owners] == [("base", "P1", "A rep"), ("service", "S", None)]


def test_replay_from_the_page(sign_in: SignIn, planner: Actor, scenario: Scenario) -> None:
    from bailiwick_web.core.jobs import perform

    run = services.start_run(planner, scenario, mode="anew", seed=1, time_limit_seconds=20)
    perform(run.job_id)
    run.refresh_from_db()
    assert run.result is not None
    assert sign_in("planner").post(f"/scenarios/{run.result.public_id}/replay").status_code == 302
    assert Run.objects.filter(params__replay_of=str(run.public_id)).count() == 1
