"""Two planners on one scenario, over HTTP, as fast as they can: every write is kept, or refused with the name of who was faster."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client

from bailiwick_web.core.models import AuditEntry
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.journal import Edit
from bailiwick_web.planning.models import Move, Presence, Scenario
from bailiwick_web.planning.services.presence import PRESENT

N_WRITES = 15


class Planner(threading.Thread):
    """Writes of all kinds by one user, each based on what was just read."""

    def __init__(self, client: Client, base: str, seed: int) -> None:
        super().__init__()
        self.client, self.base, self.dice = client, base, random.Random(seed)
        self.accepted: list[str] = []
        self.losses: list[dict[str, Any]] = []
        self.strange: list[Any] = []

    def run(self) -> None:
        try:
            for i in range(N_WRITES):
                self.write(i)
        except Exception as error:
            self.strange.append(error)
        finally:
            connection.close()

    def write(self, i: int) -> None:
        version = self.client.get(self.base).json()["version"]
        path, body = self.some_call(i)
        headers = {"If-Match": f'"{version}"'}
        answer = self.client.post(self.base + path, json.dumps(body), content_type="application/json", headers=headers)
        if answer.status_code == 412:
            self.losses.append(answer.json())
        elif answer.status_code == 200 and answer.json()["version"] > version:
            self.accepted.append(answer.json()["summary"])
        elif answer.status_code not in {200, 409}:
            self.strange.append((answer.status_code, answer.content))

    def some_call(self, i: int) -> tuple[str, object]:
        units = self.dice.sample(range(36), 3)
        calls: list[tuple[str, object]] = [
            ("/moves", {"unit_idx": units, "to": self.dice.choice(["P1", "P2", "P3", "P4", ""])}),
            ("/moves", {"unit_idx": units, "to": self.dice.choice(["P1", "P2", "P3", "P4"])}),
            ("/territories", {"name": f"{self.name} {i}", "unit_idx": units}),
            ("/locks", {"is_locked": self.dice.random() < 0.3, "unit_idx": units}),
            ("/forbids", {"is_forbidden": True, "unit_idx": units, "territory": "P4"}),
            ("/undo", {}),
        ]
        return self.dice.choice(calls)


@pytest.mark.django_db(transaction=True)
def test_no_update_is_lost_silently(sign_in: Callable[[str], Client], scenario: Scenario) -> None:
    base = f"/api/v1/scenarios/{scenario.public_id}"
    start = scenario_arrays(scenario)
    planners = {role: Planner(sign_in(role), base, seed) for seed, role in enumerate(("planner", "administrator"))}
    for planner in planners.values():
        planner.start()
    for planner in planners.values():
        planner.join()
    journal = list(Move.objects.filter(scenario=scenario).select_related("by").order_by("seq"))
    for role, planner in planners.items():
        assert planner.strange == []
        assert [m.summary for m in journal if m.by and m.by.role == role] == planner.accepted
        assert all(told["changed_by"] and told["differences"] for told in planner.losses)
    assert [m.seq for m in journal] == list(range(1, len(journal) + 1))
    assert [m.version for m in journal] == list(range(2, len(journal) + 2))
    owners = [[*start.codes, ""][t] for t in start.territory_idx]
    for move in journal:
        changes = Edit.read(move.changes).changes
        if changes is not None:
            codes = [*changes.codes, ""]
            for unit, before, after in zip(changes.unit_idx, changes.from_idx, changes.to_idx, strict=True):
                assert owners[unit] == codes[before]
                owners[unit] = codes[after]
    scenario.refresh_from_db()
    end = scenario_arrays(scenario)
    assert owners == [[*end.codes, ""][t] for t in end.territory_idx]


@pytest.mark.django_db
def test_planners_see_who_else_has_the_scenario_open(sign_in: Callable[[str], Client], scenario: Scenario) -> None:
    path = f"/api/v1/scenarios/{scenario.public_id}/presence"
    planner, other = sign_in("planner"), sign_in("administrator")
    assert planner.post(path).json() == {"version": 1, "others": []}
    assert other.post(path).json() == {"version": 1, "others": ["A planner"]}
    assert planner.post(path).json()["others"] == ["A administrator"]
    Presence.objects.filter(user__role="administrator").update(seen_at=F("seen_at") - PRESENT)
    assert planner.post(path).json()["others"] == []
    assert Presence.objects.count() == 1
    assert sign_in("rep").post(path).status_code in {403, 404}
    assert AuditEntry.objects.filter(record_id=str(scenario.public_id), action__contains="presence").count() == 0
