"""The JSON interface: versions, problems, columns, and a description that is kept."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from bailiwick_web.planning.columns import read_columns
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
OPENAPI = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
SignIn = Callable[[str], Client]


def post(client: Client, path: str, body: object = None, version: object = None) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(path, json.dumps(body or {}), content_type="application/json", headers=headers)


def test_the_description_is_the_one_that_is_kept(client: Client) -> None:
    from bailiwick_web.config.api import api

    found = json.dumps(api.get_openapi_schema(), indent=1, sort_keys=True, default=str) + "\n"
    if not OPENAPI.exists():
        OPENAPI.write_text(found, encoding="utf-8")
    assert found == OPENAPI.read_text(encoding="utf-8"), f"the interface changed: delete {OPENAPI}, run again, and read the difference"


def test_a_write_needs_the_version_it_is_based_on(sign_in: SignIn, scenario: Scenario) -> None:
    client, path = sign_in("planner"), f"/api/v1/scenarios/{scenario.public_id}"
    move = {"unit_idx": [0], "to": "P4"}
    missing = post(client, f"{path}/moves", move)
    assert (missing.status_code, missing["Content-Type"], missing.json()["code"]) == (428, "application/problem+json", "version_needed")
    done = post(client, f"{path}/moves", move, 1)
    assert (done.status_code, done["ETag"], done.json()["summary"]) == (200, '"2"', "Unit 0 → Rep P4")
    stale = post(client, f"{path}/moves", {"unit_idx": [1], "to": "P4"}, 1)
    assert (stale.status_code, stale["ETag"], stale.json()["changed_by"]) == (412, '"2"', "A planner")
    assert post(client, f"{path}/undo", version=2).json()["version"] == 3
    assert post(client, f"{path}/redo", version=3).json()["version"] == 4
    assert post(client, f"{path}/locks", {"is_locked": True, "unit_idx": [0]}, 4).json()["version"] == 5
    assert post(client, f"{path}/locks", {"is_locked": True, "territory": "P2"}, 5).json()["summary"] == "Rep P2 locked"
    assert post(client, f"{path}/moves", {"unit_idx": "x"}, 6).status_code == 422
    assert post(client, f"{path}/moves", move, "x").status_code == 422


def test_a_request_from_elsewhere_is_refused(users: Any, scenario: Scenario) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(users["planner"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert post(client, f"/api/v1/scenarios/{scenario.public_id}/undo", version=1).status_code == 403


def test_columns_hold_what_the_database_holds(sign_in: SignIn, scenario: Scenario) -> None:
    client, path = sign_in("planner"), f"/api/v1/scenarios/{scenario.public_id}"
    header, columns = read_columns(gzip.decompress(client.get(f"{path}/ground").content))
    assert (header["n_units"], columns["ids"].tobytes().split(b"\0")[7]) == (36, b"u07")
    assert columns["measure:sales"][:4].tolist() == [1.0, 2.0, 3.0, 1.0]
    assignment = client.get(f"{path}/assignment").json()
    idx = np.frombuffer(base64.b64decode(assignment["territory_idx"]), "<i2")
    assert [assignment["territories"][t]["code"] for t in idx[:6]] == ["P1", "P1", "P2", "P3", "P3", "P4"]
    balances = client.get(f"{path}/balances").json()
    assert balances["measures"][0]["totals"] == [18.0, 18.0, 18.0, 18.0]
    assert balances["n_pieces"] == [1, 1, 1, 1]


def test_a_run_is_accepted_watched_and_cancelled(sign_in: SignIn, scenario: Scenario) -> None:
    client = sign_in("planner")
    started = post(client, f"/api/v1/scenarios/{scenario.public_id}/runs", {"time_limit_seconds": 5})
    assert (started.status_code, started.json()["state"]) == (202, "queued")
    job = started.json()["id"]
    assert client.get(f"/api/v1/jobs/{job}").json()["state"] == "queued"
    assert post(client, f"/api/v1/jobs/{job}/cancel").json()["state"] == "cancelled"


def test_parts_of_a_plan_are_not_shown_to_those_who_may_not_see_the_rest(sign_in: SignIn, scenario: Scenario) -> None:
    Scenario.objects.filter(pk=scenario.pk).update(state="proposed")
    path = f"/api/v1/scenarios/{scenario.public_id}"
    assert sign_in("manager").get(path).status_code == 200
    for part in ("ground", "assignment", "balances"):
        assert sign_in("manager").get(f"{path}/{part}").status_code == 403
        assert sign_in("rep").get(f"{path}/{part}").status_code == 403  # one of the territories is theirs
        assert sign_in("viewer").get(f"{path}/{part}").status_code == 404
        assert Client().get(f"{path}/{part}").status_code == 401


@pytest.mark.parametrize("path", ["moves", "locks", "forbids", "names", "territories", "challenges", "accounts/moves"])
def test_a_number_that_no_database_holds_is_refused_before_it_gets_there(sign_in: SignIn, scenario: Scenario, path: str) -> None:
    client = sign_in("planner")
    client.raise_request_exception = False
    huge = 10**20
    body = {
        "unit_idx": huge if path == "challenges" else [huge],
        "account_idx": [huge],
        "to": "P1",
        "territory": "P1",
        "name": "New",
        "reason": "so",
    }
    address = f"/api/v1/scenarios/{scenario.public_id}/{path}"
    refused = client.post(address, body, content_type="application/json", headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "schema")
    assert client.get(f"/api/v1/scenarios/{scenario.public_id}/why?unit_idx={huge}").status_code == 422


def test_programs_are_told_of_a_defect_in_their_own_form(sign_in: SignIn, scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sign_in("planner")
    client.raise_request_exception = False
    monkeypatch.setattr("bailiwick_web.planning.api.reading.why", None)
    broken = client.get(f"/api/v1/scenarios/{scenario.public_id}/why?unit_idx=0")
    assert (broken.status_code, broken.headers["Content-Type"], broken.json()["code"]) == (500, "application/problem+json", "internal")
