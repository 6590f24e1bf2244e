"""Single accounts of a plan of areas: given to a territory against their area, and everything that follows from it."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from django.test import Client
from openpyxl import load_workbook

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.services import stamped
from bailiwick_web.crm.deriving import Facts, derive, present_of
from bailiwick_web.planning import accounts, comparing, mine, owning, services
from bailiwick_web.planning.columns import read_columns
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import NamedAccount, Publication, Scenario
from bailiwick_web.planning.named import areas_at
from bailiwick_web.planning.runs import find_plan, replace_labels
from bailiwick_web.planning.services.moves import Moved
from bailiwick_web.planning.services.runs import keep_result
from bailiwick_web.territories.convert import store_digest, unit_arrays
from bailiwick_web.territories.models import MeasureDefinition, MeasureValue, Unit, UnitSet

SignIn = Callable[[str], Client]
SALES = (0.5, 5.0, 0.25)
"""Of the accounts in u00 (P1, sales 1), u08 (P2, sales 3, so that 5 is more than the area has) and u05 (P4)."""


@pytest.fixture
def areas(planner: Actor, scenario: Scenario) -> Scenario:
    """The units are squares; three accounts lie in them, one outside of all."""
    units = list(Unit.objects.filter(unit_set=scenario.plan.unit_set))
    for unit in units:
        unit.area = shapely.to_wkb(shapely.box(unit.lon - 0.5, unit.lat - 0.5, unit.lon + 0.5, unit.lat + 0.5))
    Unit.objects.bulk_update(units, ["area"])
    scenario.plan.unit_set.version += 1
    store_digest(scenario.plan.unit_set)
    scenario.plan.unit_set.save()
    points = UnitSet.objects.create(name="Customers", **stamped(planner))
    at = [(0.1, 0.1), (2.1, 1.1), (5.2, 0.2), (40.0, 40.0)]
    made = Unit.objects.bulk_create(
        Unit(unit_set=points, idx=i, code=f"C{i}", name=f"Customer {i}", lon=x, lat=y) for i, (x, y) in enumerate(at)
    )
    sales = MeasureDefinition.objects.create(unit_set=points, key="Sales")
    MeasureValue.objects.bulk_create(MeasureValue(unit=unit, measure=sales, value=value) for unit, value in zip(made, SALES, strict=False))
    store_digest(points)
    points.save()
    return scenario


def _fresh(scenario: Scenario) -> Scenario:
    return Scenario.objects.select_related("plan__unit_set", "parent").get(pk=scenario.pk)


def _totals(scenario: Scenario) -> dict[str, float]:
    arrays = scenario_arrays(_fresh(scenario))
    return dict(zip(arrays.codes, arrays.totals[:, 0].tolist(), strict=True))


def _move(planner: Actor, scenario: Scenario, accounts: list[int], to: str, **more: Any) -> Moved:
    return services.move_accounts(planner, scenario.public_id, accounts, to, version=_fresh(scenario).version, **more)


def test_what_goes_along_is_taken_from_the_area_and_never_more_than_it_has(planner: Actor, areas: Scenario) -> None:
    before = _totals(areas)
    done = _move(planner, areas, [0, 1], "P4", reason="knows them")
    assert (done.n_moved, done.summary) == (2, "2 accounts → Rep P4")
    after = _totals(areas)
    assert after["P1"] == before["P1"] - 0.5
    assert after["P2"] == before["P2"] - 3.0
    assert after["P4"] == before["P4"] + 3.5
    arrays = scenario_arrays(_fresh(areas))
    assert sum(after.values()) == pytest.approx(sum(before.values())) == pytest.approx(arrays.targets.sum())
    assert arrays.measures["sales"][0] == 0.5
    assert list(NamedAccount.objects.filter(scenario=areas).values_list("unit__code", "reason")) == [
        ("C0", "knows them"),
        ("C1", "knows them"),
    ]


def test_an_area_that_moves_leaves_its_named_accounts(planner: Actor, areas: Scenario) -> None:
    _move(planner, areas, [0], "P4")
    before = _totals(areas)
    services.move_units(planner, areas.public_id, [0], "P2", version=_fresh(areas).version)
    after = _totals(areas)
    assert (after["P1"], after["P2"], after["P4"]) == (before["P1"] - 0.5, before["P2"] + 0.5, before["P4"])


def test_it_is_undone_and_done_again_exactly(planner: Actor, areas: Scenario) -> None:
    before = _totals(areas)
    _move(planner, areas, [0], "P4", reason="first")
    _move(planner, areas, [0], "P3", reason="second")
    moved = _totals(areas)
    for expected in ("first", None):
        services.undo(planner, areas.public_id, version=_fresh(areas).version)
        assert NamedAccount.objects.filter(scenario=areas).values_list("reason", flat=True).first() == expected
    assert _totals(areas) == before
    for _ in range(2):
        services.redo(planner, areas.public_id, version=_fresh(areas).version)
    assert _totals(areas) == moved
    back = _move(planner, areas, [0], "")
    assert (back.n_moved, back.summary, _totals(areas)) == (1, "Customer 0 back with its area", before)


def test_what_is_locked_stays(planner: Actor, areas: Scenario) -> None:
    services.lock_units(planner, areas.public_id, [0], is_locked=True, version=_fresh(areas).version)
    with pytest.raises(Conflict, match="The account is locked"):
        _move(planner, areas, [0], "P4")
    done = _move(planner, areas, [0, 2], "P2")
    assert (done.n_moved, done.n_locked) == (1, 1)
    services.lock_territory(planner, areas.public_id, "P2", is_locked=True, version=_fresh(areas).version)
    for to in ("P4", ""):
        with pytest.raises(Conflict, match="locked"):
            _move(planner, areas, [2], to)
    with pytest.raises(Conflict, match="Rep P2 is locked"):
        _move(planner, areas, [1], "P2")


def test_what_cannot_be_moved_is_said(planner: Actor, areas: Scenario) -> None:
    with pytest.raises(Invalid, match="Customer 3 lies in no area"):
        _move(planner, areas, [3], "P4")
    with pytest.raises(Invalid, match="no account number 77"):
        _move(planner, areas, [77], "P4")
    _move(planner, areas, [0], "P4")
    with pytest.raises(Conflict, match="1 accounts are named for Rep P4"):
        services.delete_territory(planner, areas.public_id, "P4", version=_fresh(areas).version)


def test_the_engine_keeps_them_and_counts_them(planner: Actor, areas: Scenario) -> None:
    _move(planner, areas, [0, 1], "P3")
    source = _fresh(areas)
    run = services.start_run(planner, source, mode="anew", time_limit_seconds=5)
    arrays = scenario_arrays(source)
    plan = find_plan(arrays, run.params, _Handle())  # type: ignore[arg-type]
    result = keep_result(planner, run, arrays, replace_labels(arrays, plan), colours=["#8097e3"] * 4, summary={})
    after = scenario_arrays(_fresh(result))
    assert {str(code): after.codes[j] for code, j in zip(after.accounts.ids, after.accounts.territory_idx, strict=True)} == {
        "C0": "P3",
        "C1": "P3",
    }
    assert after.totals.sum() == pytest.approx(arrays.totals.sum())
    assert np.abs(after.deviations).max() <= 0.1 + 1 / 18  # the tolerance, and one unit that cannot be divided
    assert [r["territories"] for r in comparing.account_rows(comparing.side_by_side([source, _fresh(result)]))] == []


class _Handle:
    """What a run tells, heard by nobody."""

    def tell(self, *_: Any, **__: Any) -> None:
        """Not needed."""

    def should_stop(self) -> bool:
        """Never."""
        return False


def test_a_comparison_shows_them(planner: Actor, areas: Scenario, sign_in: SignIn) -> None:
    copy = services.branch(planner, areas, name="Other")
    _move(planner, copy, [0], "P4", reason="big")
    client = sign_in("planner")
    path = f"/api/v1/compare?id={areas.public_id}&id={copy.public_id}"
    found = client.get(path).json()
    assert [(r["unit"], r["territories"], r["causes"][1], r["values"]) for r in found["accounts"]] == [("C0", ["P1", "P4"], "named", [0.5])]
    assert [(s["n_moved"], s["n_accounts"], s["moved"]) for s in found["scenarios"]] == [(0, 0, [0.0]), (0, 1, [0.5])]
    page = client.get(f"/scenarios/compare?id={areas.public_id}&id={copy.public_id}").content.decode()
    assert "1 account moves alone" in page
    assert "Customer 0" in page
    assert "C0,Customer 0,P1,P4" in client.get(f"/scenarios/compare.csv?id={areas.public_id}&id={copy.public_id}").content.decode()
    book = load_workbook(io.BytesIO(client.get(f"/scenarios/{copy.public_id}/alignment.xlsx").content))
    assert [cell.value for cell in book["Named accounts"][2]][:5] == ["C0", "Customer 0", "P4", "Unit 0", "big"]


def test_who_wins_and_loses_one_is_told(planner: Actor, areas: Scenario, act: Callable[[str], Actor]) -> None:
    copy = services.branch(planner, areas, name="Other")
    _move(planner, copy, [0], "P4", reason="big")
    _move(planner, copy, [2], "P1")
    rep = act("rep")  # holds P1
    changes, _ = mine.changes_between(rep, areas, _fresh(copy))
    assert [(c.code, c.is_gain, c.values) for c in changes] == [("C0", False, (0.5,)), ("C2", True, (0.25,))]
    assert mine.came_and_went(rep, areas, _fresh(copy)) == (1, 1)


def test_who_had_an_account_on_a_day(planner: Actor, areas: Scenario) -> None:
    _move(planner, areas, [0], "P4", reason="big")
    services.propose(planner, areas.public_id, version=_fresh(areas).version)
    Scenario.objects.filter(pk=areas.pk).update(state=Scenario.State.APPROVED)
    services.publish(planner, areas.public_id, version=_fresh(areas).version)
    named, plain = Unit.objects.get(code="C0"), Unit.objects.get(code="C1")
    periods = [owning.owner_on(unit, planner.now, areas.plan) for unit in (named, plain)]
    assert [p and (p.document()["territory"], p.document()["why"]) for p in periods] == [
        ("P4", "named account: big"),
        ("P2", "came with the data"),
    ]
    publication = Publication.objects.get(scenario=areas)
    facts = [Facts(1, codes=("C0",), lon=0.1, lat=0.1), Facts(2, codes=("C1",), lon=2.1, lat=1.1)]
    found = derive(present_of(publication, frozenset()), facts, {})  # whose the customers of the other part are
    codes = [areas.territories.get(pk=one.territory_id).code for one in found]
    assert list(zip(codes, [one.cause for one in found], [one.relation for one in found], strict=True)) == [
        ("P4", "named", "same"),
        ("P2", "file", "inside"),
    ]


def test_over_the_interface(areas: Scenario, sign_in: SignIn) -> None:
    client, path = sign_in("planner"), f"/api/v1/scenarios/{areas.public_id}"
    headers = {"If-Match": f'"{_fresh(areas).version}"'}
    body = {"account_idx": [1], "to": "P4", "reason": "big", "id": "0197f1a0-0000-7000-8000-000000000001"}
    done = client.post(f"{path}/accounts/moves", body, "application/json", headers=headers)
    assert (done.status_code, done.json()["n_moved"]) == (200, 1)
    again = client.post(f"{path}/accounts/moves", body, "application/json", headers={"If-Match": done.headers["ETag"]})
    assert (again.status_code, again.json()["n_moved"]) == (200, 0)
    named = client.get(f"{path}/assignment").json()["accounts"]
    assert [(a["account_idx"], a["unit_idx"], a["territory"], a["amounts"]) for a in named] == [(1, 8, 3, [3.0])]
    rows = client.get(f"{path}/accounts/rows?territory=P4").json()
    assert [(r["id"], r["area"], r["is_named"], r["reason"]) for r in rows["items"]] == [
        ("C1", "Unit 8", True, "big"),
        ("C2", "Unit 5", False, ""),
    ]
    assert [r["id"] for r in client.get(f"{path}/accounts/rows?text=customer+2").json()["items"]] == ["C2"]
    assert [r["id"] for r in client.get(f"{path}/accounts/rows?named=1").json()["items"]] == ["C1"]
    assert [r["id"] for r in client.get(f"{path}/accounts/rows?idx=0&idx=2").json()["items"]] == ["C0", "C2"]
    page = client.get(f"{path}/accounts/rows?limit=2").json()
    assert (page["n"], len(page["items"]), page["next"]) == (3, 2, 2)
    assert client.get(f"{path}/names").json()["items"] == []


def test_the_page_of_rules_gives_one_back(planner: Actor, areas: Scenario, sign_in: SignIn) -> None:
    _move(planner, areas, [0], "P4", reason="big")
    client, path = sign_in("planner"), f"/scenarios/{areas.public_id}/rules"
    assert 'value="give_back"' in client.get(path).content.decode()
    answer = client.post(f"{path}/change", {"act": "give_back", "account": "0", "version": _fresh(areas).version}, follow=True)
    assert "Customer 0 back with its area" in answer.content.decode()
    assert not NamedAccount.objects.filter(scenario=areas).exists()


def test_an_area_shows_the_segment_that_most_of_its_accounts_have(planner: Actor, areas: Scenario) -> None:
    points = UnitSet.objects.get(name="Customers")
    before = accounts.accounts(areas.plan.unit_set, points)
    kinds = ("Shop", "Farm", "Shop")
    Unit.objects.bulk_create(
        Unit(unit_set=points, idx=4 + i, code=f"D{i}", lon=0.1, lat=0.2, attributes={"Kind": kind}) for i, kind in enumerate(kinds)
    )
    Unit.objects.filter(unit_set=points, code="C1").update(attributes={"Kind": "Farm"})
    points.n_units, points.version = 7, points.version + 1
    store_digest(points)
    points.save()
    content = accounts.accounts(areas.plan.unit_set, points)
    assert content != before
    header, columns = read_columns(gzip.decompress(content))
    (kind,) = header["segments"]
    home = areas_at(unit_arrays(areas.plan.unit_set), np.array([(0.1, 0.1), (2.1, 1.1)]))
    most = columns["segment:Kind"]
    assert [kind["categories"][most[i] - 1] for i in home] == ["Shop", "Farm"]
    assert np.count_nonzero(most) == 2
    assert len(most) == areas.plan.unit_set.n_units
