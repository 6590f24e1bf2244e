"""Named accounts and rules: total precedence, a preview that tells the truth, and nothing that undo does not cover."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.planning import services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import NamedAccount, Scenario
from bailiwick_web.territories.models import Unit

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture
def hospitals(scenario: Scenario) -> Scenario:
    """Every third unit is a hospital, the others are offices, the last has no industry."""
    for unit in Unit.objects.filter(unit_set=scenario.plan.unit_set):
        industry = "" if unit.idx == 35 else ("Hospital" if unit.idx % 3 == 0 else "Office")
        Unit.objects.filter(pk=unit.pk).update(attributes={"industry": industry, "employees": str(10 * unit.idx)})
    return scenario


def state(scenario: Scenario) -> tuple[list[str], list[str]]:
    scenario.refresh_from_db()
    arrays = scenario_arrays(scenario)
    return [[*arrays.codes, ""][t] for t in arrays.territory_idx], arrays.causes.tolist()


def rule(planner: Actor, scenario: Scenario, **given: Any) -> Any:
    scenario.refresh_from_db()
    return services.save_rule(planner, scenario.public_id, version=scenario.version, **given)


def test_named_before_rule_before_unit(planner: Actor, hospitals: Scenario) -> None:
    before = state(hospitals)
    rule(planner, hospitals, name="Big hospitals", condition="industry = 'hospital' and employees >= 200", territory="P3")
    rule(planner, hospitals, name="Hospitals", condition="industry = 'hospital'", territory="P4")
    hospitals.refresh_from_db()
    services.name_units(planner, hospitals.public_id, [21, 1], "P2", version=hospitals.version, reason="key account")
    found = services.preview_rules(Scenario.objects.get(pk=hospitals.pk))
    keys = [r.key for r in found.rules]
    assert [found.ruling.n_matches[k] for k in keys] == [5, 12]  # 21, 24, 27, 30, 33; every third
    assert [found.ruling.n_taken[k] for k in keys] == [4, 7]  # 21 is named
    assert found.ruling.blanks == {"industry": 1}
    hospitals.refresh_from_db()
    done = services.apply_rules(planner, hospitals.public_id, version=hospitals.version)
    owners, causes = state(hospitals)
    assert [owners[i] for i in (21, 1)] == ["P2", "P2"]
    assert [causes[i] for i in (21, 1)] == ["named", "named"]
    assert all(owners[i] == "P3" and causes[i] == f"rule:{keys[0]}" for i in (24, 27, 30, 33))
    assert all(owners[i] == "P4" for i in range(0, 21, 3))
    assert [owners[i] for i in range(36) if i % 3 and i != 1] == [before[0][i] for i in range(36) if i % 3 and i != 1]
    moved = sum(a != b for a, b in zip(before[0], owners, strict=True)) - (before[0][21] != "P2") - (before[0][1] != "P2")
    assert done.n_moved == moved
    again = services.apply_rules(planner, hospitals.public_id, version=hospitals.version)
    assert (again.n_moved, again.version) == (0, hospitals.version)
    for _ in range(4):
        hospitals.refresh_from_db()
        services.undo(planner, hospitals.public_id, version=hospitals.version)
    assert state(hospitals) == before
    assert not hospitals.rules.exists()
    assert not NamedAccount.objects.exists()


def test_named_units_stay_whatever_is_done(planner: Actor, hospitals: Scenario) -> None:
    services.name_units(planner, hospitals.public_id, [0], "P1", version=1, reason="since 1998")
    with pytest.raises(Conflict, match="locked"):
        services.move_units(planner, hospitals.public_id, [0], "P4", version=2)
    for name, more in (("delete_territory", {}), ("merge_territory", {"into": "P2"})):
        with pytest.raises(Conflict, match="1 units of Rep P1 are named for it"):
            getattr(services, name)(planner, hospitals.public_id, "P1", version=2, **more)
    copy = services.branch(planner, Scenario.objects.get(pk=hospitals.pk))
    assert NamedAccount.objects.get(scenario=copy).reason == "since 1998"
    services.name_units(planner, hospitals.public_id, [0], "", version=2)
    assert state(hospitals)[1][0] == "manual"
    assert services.move_units(planner, hospitals.public_id, [0], "P4", version=3).n_moved == 1


def test_rules_respect_locks_and_forbidden_places(planner: Actor, hospitals: Scenario) -> None:
    services.lock_units(planner, hospitals.public_id, [0], is_locked=True, version=1)
    services.forbid_units(planner, hospitals.public_id, [3], "P4", is_forbidden=True, version=2)
    rule(planner, hospitals, name="H", condition="industry = 'Hospital'", territory="P4")
    hospitals.refresh_from_db()
    done = services.apply_rules(planner, hospitals.public_id, version=hospitals.version)
    assert (done.n_locked, done.n_forbidden) == (1, 1)
    owners = state(hospitals)[0]
    assert (owners[0], owners[3], owners[6]) == ("P1", "P3", "P4")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "x", "condition": "industri = 'A'", "territory": "P1"}, "unknown_column"),
        ({"name": "x", "condition": "industry == ", "territory": "P1"}, "rule"),
        ({"name": "x", "condition": "industry = 'A'", "territory": "P9"}, "unknown_territory"),
        ({"name": " ", "condition": "industry = 'A'", "territory": "P1"}, "no_name"),
    ],
)
def test_what_is_no_rule_is_refused(planner: Actor, hospitals: Scenario, given: dict[str, Any], code: str) -> None:
    from bailiwick.errors import InputError

    with pytest.raises((Invalid, InputError)) as error:
        rule(planner, hospitals, **given)
    assert error.value.code == code
    assert not hospitals.rules.exists()


def test_a_value_that_no_unit_has_is_flagged(planner: Actor, hospitals: Scenario) -> None:
    rule(planner, hospitals, name="Typo", condition="industry in ('Hospitl', 'Office')", territory="P1")
    found = services.preview_rules(Scenario.objects.get(pk=hospitals.pk))
    assert found.ruling.strangers == [("Typo", "industry", "Hospitl")]


def test_rules_over_http(sign_in: SignIn, hospitals: Scenario) -> None:
    client, base = sign_in("planner"), f"/api/v1/scenarios/{hospitals.public_id}"

    def send(method: str, path: str, body: object, version: int) -> Any:
        headers = {"If-Match": f'"{version}"'}
        return client.generic(method, base + path, json.dumps(body), content_type="application/json", headers=headers)

    made = send("POST", "/rules", {"name": "H", "condition": "industry = 'Hospital'", "territory": "P4"}, 1)
    assert (made.status_code, made["ETag"]) == (201, '"2"')
    key = made.json()["id"]
    assert client.get(f"{base}/rules").json()["rules"][0]["id"] == key
    assert {"industry", "employees", "sales", "code"} <= set(client.get(f"{base}/rules").json()["fields"])
    preview = client.get(f"{base}/rules/preview").json()
    gained = {t["code"]: (t["n_gained"], t["n_lost"]) for t in preview["territories"]}
    assert gained == {"P1": (0, 6), "P3": (0, 6), "P4": (12, 0)}  # columns 0 and 3 hold the hospitals
    assert (preview["n_moved"], preview["unit_idx"][:2]) == (12, [0, 3])
    assert preview["version"] == 2
    changed = send("PATCH", f"/rules/{key}", {"condition": "industry = 'Hospital' or sales > 2"}, 2)
    assert changed.json()["summary"] == "Rule “H” changed"
    applied = send("POST", "/rules/apply", {}, 3)
    assert applied.json()["n_moved"] == len(client.get(f"{base}/rules/preview").json()["rules"]) * 24 - 6
    assert send("DELETE", f"/rules/{key}", {}, 4).status_code == 200
    named = send("POST", "/names", {"unit_idx": [1], "territory": "P2", "reason": "r"}, 5)
    assert named.json()["n_moved"] == 1
    assert client.get(f"{base}/names").json()["items"] == [{"unit": "u01", "unit_idx": 1, "territory": "P2", "reason": "r"}]


def test_the_engine_leaves_names_and_rules_alone(planner: Actor, hospitals: Scenario) -> None:
    from bailiwick_web.core.jobs import perform

    services.name_units(planner, hospitals.public_id, [0], "P4", version=1)
    rule(planner, hospitals, name="R", condition="code = 'u35'", territory="P1")
    hospitals.refresh_from_db()
    services.apply_rules(planner, hospitals.public_id, version=hospitals.version)
    hospitals.refresh_from_db()
    run = services.start_run(planner, hospitals, mode="anew", time_limit_seconds=3)
    perform(run.job_id)
    run.refresh_from_db()
    assert run.result is not None, run.job.error
    owners, causes = state(run.result)
    assert (owners[0], causes[0], owners[35], causes[35][:5]) == ("P4", "named", "P1", "rule:")
    assert run.result.rules.count() == run.result.named.count() == 1


def test_fields_are_meant_in_any_case_and_those_of_the_units_before_those_of_customers(planner: Actor, hospitals: Scenario) -> None:
    """Customers have a field ``region``, too: a rule for units with a column *Region* once matched none of them."""
    for unit in Unit.objects.filter(unit_set=hospitals.plan.unit_set):
        Unit.objects.filter(pk=unit.pk).update(attributes={"Region": "N" if unit.idx < 12 else "S", "Credit rating": "A"})
    rule(planner, hospitals, name="North", condition="region = 'n' and credit_rating = 'A'", territory="P3")
    rule(planner, hospitals, name="Later", condition="tier = 'A'", territory="P4")
    found = services.preview_rules(Scenario.objects.get(pk=hospitals.pk))
    assert [found.ruling.n_matches[r.key] for r in found.rules] == [12, 0]
    assert found.of_customers == ("tier",)


def test_a_rule_that_cannot_be_read_is_told_beside_what_was_typed(sign_in: SignIn, hospitals: Scenario) -> None:
    client, page = sign_in("planner"), f"/scenarios/{hospitals.public_id}/rules"
    typed = {"name": "Big ones", "condition": "industry == Hospital", "territory": "P3", "precedence": "7", "act": "add"}
    answer = client.post(f"{page}/change", typed | {"version": hospitals.version})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "cannot be read at character 13" in text
    for kept in ('value="Big ones"', "industry == Hospital</textarea>", '<option value="P3" selected>', 'value="7"'):
        assert kept in text


def test_rules_applied_on_the_page_are_undone_there(sign_in: SignIn, planner: Actor, hospitals: Scenario) -> None:
    rule(planner, hospitals, name="Hospitals", condition="industry = 'hospital'", territory="P4")
    before = state(hospitals)
    client, base = sign_in("planner"), f"/scenarios/{hospitals.public_id}"
    client.post(f"{base}/rules/change", {"act": "apply", "version": hospitals.version})
    assert state(hospitals) != before
    assert "Undo the last step" in client.get(f"{base}/rules").content.decode()
    back = client.post(f"{base}/mend", {"act": "undo", "page": "rules", "version": hospitals.version})
    assert back["Location"] == f"{base}/rules"
    assert state(hospitals) == before
