"""Everything that the screens do, over the JSON interface."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.jobs import perform
from bailiwick_web.planning import services
from bailiwick_web.planning.models import Run, Scenario
from bailiwick_web.territories.models import UnitSet

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
API = "/api/v1"


class Caller:
    """A client that sends JSON and remembers no versions."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __call__(self, method: str, path: str, body: object = None, *, version: object = None, status: int = 200) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer = self.client.generic(method, API + path, json.dumps(body or {}), content_type="application/json", headers=headers)
        assert answer.status_code == status, (method, path, answer.status_code, answer.content[:500])
        return json.loads(answer.content) if answer.content else None


@pytest.fixture
def call(sign_in: SignIn) -> Caller:
    return Caller(sign_in("planner"))


def test_from_units_to_a_published_plan_and_back(call: Caller, sign_in: SignIn, unit_set: UnitSet, organisation: Any) -> None:
    assert [u["name"] for u in call("GET", "/unit-sets")["items"]] == ["Grid"]
    plan = call("POST", "/plans", {"name": "P", "unit_set": str(unit_set.public_id), "balance": {"sales": 0.1}}, status=201)
    alignment = {f"u{i:02d}": ("P1", "P2", "P3", "P4")[i // 9] for i in range(36)}
    made = call("POST", f"/plans/{plan['id']}/scenarios", {"name": "Now", "alignment": alignment}, status=201)
    assert (made["n_territories"], made["layer"]) == (4, "base")
    path = f"/scenarios/{made['id']}"
    renamed = call("PATCH", path, {"notes": "by rows"}, version=1)
    assert (renamed["name"], renamed["notes"], renamed["version"]) == ("Now", "by rows", 2)
    call("PATCH", path, {"notes": "x"}, version=1, status=412)
    call("PATCH", path, {"notes": "x"}, status=428)
    call("POST", f"{path}/propose", version=2)
    manager = Caller(sign_in("manager"))
    doubt = manager("POST", f"{path}/challenges", {"unit_idx": 0, "wanted": "P2", "reason": "nearer"}, status=201)
    assert call("GET", f"{path}/challenges")["items"][0]["unit"] == "u00"
    answered = call("POST", f"/challenges/{doubt['id']}/answer", {"is_accepted": True}, version=3)
    assert answered["state"] == "accepted"
    version = call("GET", path)["version"]
    assert [m["act"] for m in call("GET", f"{path}/moves")["items"]] == ["units.locked", "units.moved"]
    version = call("POST", f"{path}/propose", version=version)["version"]
    call("POST", f"{path}/decisions", {"is_approved": True}, version=version, status=403)
    boss = Caller(sign_in("administrator"))
    version = boss("POST", f"{path}/decisions", {"is_approved": True, "comment": "fine"}, version=version)["version"]
    assert call("GET", f"{path}/decisions")["items"][0]["comment"] == "fine"
    first = call("POST", f"{path}/publish", {"reason": "start"}, version=version, status=201)
    owner = call("GET", f"/plans/{plan['id']}/owner?unit=u00&on={first['valid_from'].replace('+', '%2B')}")
    assert (owner["territory"], owner["position"], owner["why"], owner["layer"]) == ("P2", "P2", "moved by hand", "base")
    assert len(call("GET", f"/plans/{plan['id']}/owners?unit=u00")) == 1
    assert call("GET", "/publications")["items"][0]["scenario_name"] == "Now"
    assert call("POST", f"/publications/{first['id']}/roll-back", {"reason": "again"}, status=409)["code"] == "state"
    history = call("GET", f"/history?record={made['id']}")["items"]
    assert {"scenario.published", "scenario.approved", "units.locked"} <= {entry["action"] for entry in history}


def test_branch_delete_restore_and_pages(call: Caller, scenario: Scenario) -> None:
    copies = [call("POST", f"/scenarios/{scenario.public_id}/branches", {"name": f"C{i}"}, status=201)["id"] for i in range(5)]
    page = call("GET", "/scenarios?limit=2")
    seen = [s["name"] for s in page["items"]]
    while page["next"] is not None:
        page = call("GET", f"/scenarios?limit=2&after={page['next']}")
        seen += [s["name"] for s in page["items"]]
    assert seen == ["C4", "C3", "C2", "C1", "C0", "Now"]
    call("DELETE", f"/scenarios/{copies[0]}", version=1, status=204)
    call("GET", f"/scenarios/{copies[0]}", status=404)
    assert call("POST", f"/scenarios/{copies[0]}/restore")["name"] == "C0"
    assert call("GET", "/scenarios?limit=0", status=422)["code"] == "limit"
    assert call("GET", "/scenarios?limit=x", status=422)["code"] == "schema"


def test_three_scenarios_side_by_side(call: Caller, planner: Actor, scenario: Scenario) -> None:
    one, two = services.branch(planner, scenario), services.branch(planner, scenario)
    services.move_units(planner, one.public_id, [0, 1], "P2", version=1)
    services.move_units(planner, two.public_id, [1, 35], "P3", version=1)
    ids = "&".join(f"id={s.public_id}" for s in (scenario, one, two))
    found = call("GET", f"/compare?{ids}")
    assert [s["n_moved"] for s in found["scenarios"]] == [0, 2, 2]
    assert [s["moved"] for s in found["scenarios"]] == [[0.0], [3.0], [5.0]]  # sales of u00, u01, u35: 1, 2, 3
    assert [s["moved_share"][0] for s in found["scenarios"]] == [0.0, 3 / 72, 5 / 72]
    assert [(m["unit"], m["territories"], m["causes"]) for m in found["moved"]] == [
        ("u35", ["P4", "P4", "P3"], ["file", "file", "manual"]),
        ("u01", ["P1", "P2", "P3"], ["file", "manual", "manual"]),
        ("u00", ["P1", "P2", "P1"], ["file", "manual", "file"]),
    ]
    mask = np.frombuffer(base64.b64decode(found["difference"][2]), "u1")
    assert np.flatnonzero(mask).tolist() == [1, 35]
    assert call("GET", f"/compare?id={scenario.public_id}", status=422)["code"] == "compare"


def test_a_run_is_replayed_from_the_state_of_then(call: Caller, planner: Actor, scenario: Scenario) -> None:
    started = call(
        "POST", f"/scenarios/{scenario.public_id}/runs", {"mode": "few-changes", "seed": 3, "time_limit_seconds": 30}, status=202
    )
    perform(Run.objects.get(job__public_id=started["id"]).job_id)
    result = Run.objects.get(job__public_id=started["id"]).result
    assert result is not None
    services.move_units(planner, scenario.public_id, [0, 6, 12], "P4", version=1)
    again = call("POST", f"/scenarios/{result.public_id}/replay", status=202)
    run = Run.objects.get(job__public_id=again["id"])
    assert run.scenario.name == "Now, as of version 1"
    perform(run.job_id)
    run.refresh_from_db()
    assert run.summary["is_same"] is True
    assert call("GET", f"/runs/{run.public_id}")["summary"]["is_same"] is True
    assert call("POST", f"/scenarios/{scenario.public_id}/replay", status=409)["code"] == "no_run"
    UnitSet.objects.update(digest="other")
    assert call("POST", f"/scenarios/{result.public_id}/replay", status=409)["code"] == "input_changed"


def test_nobody_sees_more_over_the_interface_than_on_the_pages(sign_in: SignIn, scenario: Scenario) -> None:
    paths = ("ground", "assignment", "balances", "conflicts", "why?unit_idx=0", "names", "rules", "rules/preview", "moves", "runs")
    for role in ("manager", "rep", "viewer"):
        caller = Caller(sign_in(role))
        assert caller("GET", "/scenarios")["items"] == []
        assert caller("GET", "/publications")["items"] == []
        assert caller("GET", "/plans")["items"] == []
        for path in paths:
            answer = caller.client.get(f"{API}/scenarios/{scenario.public_id}/{path}")
            assert answer.status_code in {403, 404}, (role, path)
        for path in ("unit-sets", "imports", "jobs", "history"):
            assert caller.client.get(f"{API}/{path}").status_code == 403, (role, path)
    for path in ("plans", "scenarios", "jobs", "history", "imports", "positions"):
        answer = Client().get(f"{API}/{path}")
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_imports_can_be_read(call: Caller) -> None:
    assert call("GET", "/imports") == {"items": [], "next": None}
    assert call("GET", "/jobs")["items"] == []


def test_no_address_hides_another() -> None:
    """Methods of one address must stand in one router, or the first router takes all requests."""
    from bailiwick_web.config.api import api
    from bailiwick_web.config.urls import api as same

    assert api is same
    routers: dict[str, set[int]] = {}
    for bound in api._get_bound_routers():
        for path in bound.path_operations:
            routers.setdefault(path, set()).add(id(bound))
    assert len(routers) > 40
    assert {path for path, owners in routers.items() if len(owners) > 1} == set()
