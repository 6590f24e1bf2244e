"""Territories made, merged, split and taken away; forbidden pairs; what is wrong, and the call that mends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.refusals import Conflict, Invalid, Stale
from bailiwick_web.planning import services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Scenario
from bailiwick_web.planning.services.scenarios import numbered
from bailiwick_web.territories.convert import store_digest
from bailiwick_web.territories.models import MeasureDefinition, Unit, UnitSet

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def call(client: Client, method: str, path: str, body: object = None, version: object = None) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.generic(method, path, json.dumps(body or {}), content_type="application/json", headers=headers)


def owners(scenario: Scenario) -> list[str]:
    scenario.refresh_from_db()
    arrays = scenario_arrays(scenario)
    return [[*arrays.codes, ""][t] for t in arrays.territory_idx]


def test_the_tools_of_the_map_over_http(sign_in: SignIn, scenario: Scenario) -> None:
    client, base = sign_in("planner"), f"/api/v1/scenarios/{scenario.public_id}"
    start = owners(scenario)
    assert call(client, "POST", f"{base}/territories", {"name": "North"}).status_code == 428
    made = call(client, "POST", f"{base}/territories", {"name": "North", "unit_idx": [0, 1]}, 1)
    assert (made.status_code, made.json()["code"], made.json()["n_moved"], made["ETag"]) == (200, "N1", 2, '"2"')
    assert owners(scenario)[:3] == ["N1", "N1", "P2"]
    assert call(client, "POST", f"{base}/territories", {"name": "north"}, 2).json()["code"] == "name_taken"
    changed = call(client, "PATCH", f"{base}/territories/N1", {"name": "Far north", "colour": "#112233"}, 2)
    assert changed.json()["summary"] == "North is called Far north now"
    assert call(client, "PATCH", f"{base}/territories/N1", {"colour": "red"}, 3).json()["code"] == "colour"
    assert client.get(f"{base}/assignment").json()["territories"][4] == {
        "code": "N1",
        "name": "Far north",
        "colour": "#112233",
        "is_locked": False,
        "home_km": None,
        "capacity": 1.0,
    }
    merged = call(client, "POST", f"{base}/territories/N1/merge", {"into": "P1"}, 3)
    assert (merged.json()["n_moved"], merged.json()["code"]) == (2, "P1")
    assert owners(scenario) == start
    split = call(client, "POST", f"{base}/territories/P1/split", {"parts": 2, "names": ["Second"]}, 4)
    assert (split.json()["codes"], split.json()["n_moved"]) == (["P1", "N1"], 6)
    gone = call(client, "DELETE", f"{base}/territories/N1", version=5)
    assert (gone.json()["n_moved"], owners(scenario).count("")) == (6, 6)
    for version in range(6, 11):
        assert call(client, "POST", f"{base}/undo", version=version).status_code == 200
    assert owners(scenario) == start
    assert call(client, "POST", f"{base}/undo", version=11).json()["code"] == "nothing_to_do"
    for version in range(11, 16):
        assert call(client, "POST", f"{base}/redo", version=version).status_code == 200
    assert owners(scenario).count("") == 6
    actions = set(AuditEntry.objects.filter(action__startswith="territory.").values_list("action", flat=True))
    assert actions == {f"territory.{act}" for act in ("created", "changed", "merged", "split", "deleted")}


def test_a_split_is_balanced_connected_and_keeps_the_home(planner: Actor, scenario: Scenario) -> None:
    before = scenario_arrays(scenario)
    done = services.split_territory(planner, scenario.public_id, "P1", parts=3, version=1)
    scenario.refresh_from_db()
    after = scenario_arrays(scenario)
    parts = [after.codes.index(code) for code in done.codes]
    assert after.totals[parts, 0].tolist() == [6.0, 6.0, 6.0]
    assert after.n_pieces[parts].tolist() == [1, 1, 1]
    home = int(np.flatnonzero(after.units.table.ids == "u00")[0])  # P1 lives at (0.5, 0.5), u00 at (0, 0)
    assert after.codes[after.territory_idx[home]] == "P1"
    assert len({t.colour for t in after.territories}) == after.k == before.k + 2
    assert [t.capacity for t in after.territories] == [1.0] * after.k


def test_locked_things_are_not_merged_split_or_taken_away(planner: Actor, scenario: Scenario) -> None:
    services.lock_units(planner, scenario.public_id, [0], is_locked=True, version=1)
    for name, more in (("merge_territory", {"into": "P2"}), ("delete_territory", {})):
        with pytest.raises(Conflict, match="1 units of Rep P1 are locked"):
            getattr(services, name)(planner, scenario.public_id, "P1", version=2, **more)
    done = services.split_territory(planner, scenario.public_id, "P1", parts=2, version=2)
    assert owners(scenario)[0] == "P1"
    services.lock_territory(planner, scenario.public_id, done.codes[1], is_locked=True, version=3)
    with pytest.raises(Conflict, match="is locked"):
        services.split_territory(planner, scenario.public_id, done.codes[1], version=4)
    with pytest.raises(Conflict, match="is locked"):
        services.merge_territory(planner, scenario.public_id, "P2", into=done.codes[1], version=4)


def test_a_split_of_an_old_version_is_refused(planner: Actor, scenario: Scenario) -> None:
    services.move_units(planner, scenario.public_id, [0], "P2", version=1)
    with pytest.raises(Stale):
        services.split_territory(planner, scenario.public_id, "P1", version=1)


@pytest.mark.parametrize("parts", [0, 1, 51])
def test_parts_have_limits(planner: Actor, scenario: Scenario, parts: int) -> None:
    with pytest.raises(Invalid, match="2 to 50"):
        services.split_territory(planner, scenario.public_id, "P1", parts=parts, version=1)


def test_forbidden_units_stay_out(planner: Actor, scenario: Scenario) -> None:
    services.forbid_units(planner, scenario.public_id, [2, 8], "P1", is_forbidden=True, version=1)
    moved = services.move_units(planner, scenario.public_id, [2, 8, 14], "P1", version=2)
    assert (moved.n_moved, moved.n_forbidden) == (1, 2)
    with pytest.raises(Conflict, match="forbidden in Rep P1"):
        services.move_units(planner, scenario.public_id, [2], "P1", version=3)
    with pytest.raises(Conflict, match="must not be in Rep P1"):
        services.merge_territory(planner, scenario.public_id, "P2", into="P1", version=3)
    services.forbid_units(planner, scenario.public_id, [2, 8], "P1", is_forbidden=False, version=3)
    assert services.move_units(planner, scenario.public_id, [2], "P1", version=4).n_moved == 1
    copy = services.branch(planner, Scenario.objects.get(pk=scenario.pk))
    services.forbid_units(planner, copy.public_id, [3], "P1", is_forbidden=True, version=1)
    again = services.branch(planner, Scenario.objects.get(pk=copy.pk))
    assert scenario_arrays(again).forbidden.tolist() == [[3, 0]]


def test_why_calls_measures_as_the_pages_do(planner: Actor, unit_set: UnitSet, sign_in: SignIn) -> None:
    MeasureDefinition.objects.filter(unit_set=unit_set).update(key="net_sales")
    plan = services.create_plan(planner, unit_set, name="Plan", balance={"net_sales": 0.1})
    made = numbered(2)
    sides = {f"u{i:02d}": made[i // 18].code for i in range(36)}
    scenario = services.create_scenario(planner, plan, name="Sides", territories=made, alignment=sides)
    found = sign_in("planner").get(f"/api/v1/scenarios/{scenario.public_id}/why?unit_idx=2").json()
    assert "net_sales" not in found["text"]
    assert "net sales" in found["text"]


def test_why_tells_as_json(sign_in: SignIn, scenario: Scenario) -> None:
    client, base = sign_in("planner"), f"/api/v1/scenarios/{scenario.public_id}"
    found = client.get(f"{base}/why?unit_idx=2&instead=P1").json()
    assert (found["unit_id"], found["territory_id"], found["instead"]["territory_id"]) == ("u02", "P2", "P1")
    assert found["text"]
    assert (found["cause"], found["version"]) == ("file", 1)
    assert found["tables"]["Where else it could be"][1:]
    assert client.get(f"{base}/why?unit_idx=36").json()["code"] == "unknown_unit"
    assert client.get(f"{base}/why?unit_idx=0&instead=nobody").json()["code"] == "unknown_territory"


def test_why_not_in_a_locked_territory(planner: Actor, sign_in: SignIn, scenario: Scenario) -> None:
    """The engine brings nothing into a locked territory, so the answer must not say that the unit could go there."""
    services.lock_territory(planner, scenario.public_id, "P1", is_locked=True, version=1)
    found = sign_in("planner").get(f"/api/v1/scenarios/{scenario.public_id}/why?unit_idx=2&instead=P1").json()
    assert "it must not go to Rep P1" in found["text"]


def test_every_conflict_is_mended_by_its_call(sign_in: SignIn, planner: Actor, scenario: Scenario) -> None:
    client, base = sign_in("planner"), f"/api/v1/scenarios/{scenario.public_id}"
    assert client.get(f"{base}/conflicts").json() == {"version": 1, "counts": {}, "conflicts": []}
    Unit.objects.filter(code__in=["u14", "u15"]).update(name="Twin", lon=2.5, lat=2.0)
    scenario.plan.unit_set.version += 1  # the units changed, so that they are read again
    store_digest(scenario.plan.unit_set)
    scenario.plan.unit_set.save()
    services.move_units(planner, scenario.public_id, [0, 1, 35], "", version=1)
    services.move_units(planner, scenario.public_id, [24], "P4", version=2)
    services.forbid_units(planner, scenario.public_id, [9], "P3", is_forbidden=True, version=3)
    found = client.get(f"{base}/conflicts").json()
    assert found["counts"] == {"unassigned": 2, "forbidden": 1, "pieces": 1, "duplicate": 1}
    by_kind = {c["kind"]: c for c in found["conflicts"]}
    assert by_kind["forbidden"]["unit_idx"] == [9]
    assert by_kind["pieces"]["unit_idx"] == [24]
    assert by_kind["pieces"]["fix"]["body"]["to"] == "P1"
    assert by_kind["duplicate"]["fix"]["body"] == {"unit_idx": [15], "to": "P2", "reason": "validator"}
    assert sorted(i for c in found["conflicts"] if c["kind"] == "unassigned" for i in c["unit_idx"]) == [0, 1, 35]
    for _ in range(8):
        found = client.get(f"{base}/conflicts").json()
        if not found["conflicts"]:
            break
        fix = found["conflicts"][0]["fix"]
        done = call(client, fix["method"], fix["path"], fix["body"], found["version"])
        assert done.status_code == 200, done.json()
        assert done.json()["n_moved"] == len(fix["body"]["unit_idx"])
    assert found["conflicts"] == []
    assert "" not in owners(scenario)


def test_an_empty_scenario_is_one_finding(sign_in: SignIn, planner: Actor, plan: Any) -> None:
    empty = services.create_scenario(planner, plan, name="Empty", territories=[services.NewTerritory("A", "A")])
    found = sign_in("planner").get(f"/api/v1/scenarios/{empty.public_id}/conflicts").json()
    assert [(c["n_units"], c["fix"]["path"].rsplit("/", 1)[1]) for c in found["conflicts"]] == [(36, "runs")]


def test_the_engine_keeps_forbidden_pairs(planner: Actor, scenario: Scenario) -> None:
    from bailiwick_web.core.jobs import perform

    services.forbid_units(planner, scenario.public_id, [0, 1, 6], "P1", is_forbidden=True, version=1)
    scenario.refresh_from_db()
    run = services.start_run(planner, scenario, mode="anew", time_limit_seconds=3)
    perform(run.job_id)
    run.refresh_from_db()
    assert run.result is not None, run.job.error
    result = scenario_arrays(run.result)
    assert result.forbidden.tolist() == [[0, 0], [1, 0], [6, 0]]
    assert not len(result.in_forbidden)
