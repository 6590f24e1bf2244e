"""Areas that lie over one another and gaps between them: found, told in words, mended by a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from django.test import Client

from bailiwick.domain import UnitTable
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.planning import services
from bailiwick_web.planning.conflicts import conflicts
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Scenario
from bailiwick_web.territories.convert import UnitArrays, store_digest
from bailiwick_web.territories.faults import Faults, faults_of
from bailiwick_web.territories.models import Unit

SignIn = Callable[[str], Client]
SQUARES = [shapely.box(x, y, x + 1, y + 1) for y in (0, 1) for x in (0, 1)]
MIDDLE = shapely.box(0.9, 0.9, 1.1, 1.1)


def faults(*areas: shapely.Geometry) -> Faults:
    shapes = np.empty(len(areas), dtype=object)
    shapes[:] = areas
    at = np.array([[area.centroid.x, area.centroid.y] for area in areas])
    table = UnitTable(np.array([f"u{i}" for i in range(len(areas))], dtype=object), at, shapes=shapes, is_planar=True)
    return faults_of(UnitArrays(table, np.arange(len(areas)), None))  # type: ignore[arg-type]


def test_areas_that_meet_have_no_fault() -> None:
    found = faults(*SQUARES)
    assert (found.overlaps, found.gaps) == ((), ())


def test_overlaps_are_told_with_their_share_and_the_same_area_as_such() -> None:
    [found] = faults(SQUARES[0], shapely.box(0.8, 0, 2.8, 1), *SQUARES[2:]).overlaps
    assert (found.small, found.large, round(found.share, 6), found.is_same) == (0, 1, 0.2, False)
    [same] = faults(*SQUARES, SQUARES[3]).overlaps
    assert ({same.small, same.large}, same.is_same) == ({3, 4}, True)


def test_a_hole_is_a_gap_a_large_one_is_a_lake() -> None:
    [gap] = faults(*(square - MIDDLE for square in SQUARES)).gaps
    assert gap.hole.equals(MIDDLE)
    assert sorted(gap.beside) == [0, 1, 2, 3]
    lake = shapely.box(0.4, 0.4, 1.6, 1.6)
    assert faults(*(square - lake for square in SQUARES)).gaps == ()
    notched = [SQUARES[0] - shapely.box(0.4, 0.5, 0.6, 1), *SQUARES[1:]]
    assert [gap.beside[0] for gap in faults(*notched).gaps] == [0]


@pytest.fixture
def areas(scenario: Scenario, planner: Actor) -> Scenario:
    """The grid as squares of a degree; the last of the first row reaches into its neighbour, and a corner is missing."""
    unit_set = scenario.plan.unit_set
    cut = {7: shapely.box(0.5, 0.5, 0.6, 0.6)}
    for unit in Unit.objects.filter(unit_set=unit_set):
        area = shapely.box(unit.lon - 0.5, unit.lat - 0.5, unit.lon + 0.5, unit.lat + 0.5)
        if unit.idx == 1:
            area = shapely.box(0.5, -0.5, 1.7, 0.5)
        if unit.idx in cut:
            area = area - cut[unit.idx]
        Unit.objects.filter(pk=unit.pk).update(area=shapely.to_wkb(area))
    unit_set.version += 1
    store_digest(unit_set)
    unit_set.save()
    return scenario


def found(scenario: Scenario, actor: Actor, kind: str) -> list[Any]:
    fresh = Scenario.objects.select_related("plan__unit_set").get(pk=scenario.pk)
    return [c for c in conflicts(fresh, scenario_arrays(fresh), actor.now) if c.kind == kind]


@pytest.mark.django_db
def test_an_overlap_of_two_territories_is_mended_by_a_move(areas: Scenario, planner: Actor, sign_in: SignIn) -> None:
    [overlap] = found(areas, planner, "overlap")
    assert overlap.words == "“Unit 2” and “Unit 1” lie over one another (20 % of the smaller) and are not in one territory."
    page = sign_in("planner").get(f"/scenarios/{areas.public_id}/validator").content.decode()
    assert "Areas over one another" in page
    move = {"act": "/moves", "units": "2", "to": "P1", "version": "1"}
    sign_in("planner").post(f"/scenarios/{areas.public_id}/mend", move)
    assert found(areas, planner, "overlap") == []


@pytest.mark.django_db
def test_a_gap_is_closed_in_the_area_itself(areas: Scenario, planner: Actor, sign_in: SignIn) -> None:
    [gap] = found(areas, planner, "gap")
    assert "“Unit 7”" in gap.words
    assert gap.fix.path == "/gaps"
    other = services.branch(planner, areas)
    client, path = sign_in("planner"), f"/api/v1/scenarios/{areas.public_id}/gaps"
    body = gap.fix.body
    answer = client.post(path, body, content_type="application/json", headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.content
    assert found(areas, planner, "gap") == []
    before = other.version
    other.refresh_from_db()
    assert other.version == before + 1
    with pytest.raises(Conflict, match="no gap"):
        services.close_gap(planner, areas.public_id, 7, version=2)


@pytest.mark.django_db
def test_the_same_area_under_the_same_name_is_told_once(planner: Actor, scenario: Scenario) -> None:
    unit_set = scenario.plan.unit_set
    for unit in Unit.objects.filter(unit_set=unit_set):
        area = shapely.box(unit.lon - 0.5, unit.lat - 0.5, unit.lon + 0.5, unit.lat + 0.5)
        Unit.objects.filter(pk=unit.pk).update(area=shapely.to_wkb(area))
    twin = Unit.objects.get(unit_set=unit_set, idx=0)  # P1 has it; u35, the twin, stays with P4
    same = {"lon": twin.lon, "lat": twin.lat, "area": shapely.to_wkb(shapely.box(-0.5, -0.5, 0.5, 0.5))}
    Unit.objects.filter(unit_set=unit_set, idx=35).update(name=twin.name, **same)
    unit_set.version += 1
    store_digest(unit_set)
    unit_set.save()
    [told] = found(scenario, planner, "duplicate")
    assert set(told.unit_idx.tolist()) == {0, 35}
    Unit.objects.filter(unit_set=unit_set, idx=35).update(name="Another name")
    unit_set.version += 1
    store_digest(unit_set)
    unit_set.save()
    [by_area] = found(scenario, planner, "duplicate")
    assert "the same area" in by_area.words
