"""What the map workspace gets: columns of the ground, accounts over areas, and sums that both sides compute alike."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.test import Client

from bailiwick.domain import Adjacency, UnitTable
from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import stamped
from bailiwick_web.planning.columns import read_columns, write_columns
from bailiwick_web.planning.convert import ScenarioArrays
from bailiwick_web.planning.ground import ground
from bailiwick_web.planning.models import Scenario, TerritoryDefinition
from bailiwick_web.planning.wording import WORDS
from bailiwick_web.territories.convert import UnitArrays, store_digest
from bailiwick_web.territories.models import Unit, UnitSet

SignIn = Callable[[str], Client]
ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "workspace"


def test_columns_come_back_as_they_went() -> None:
    header, columns = read_columns(write_columns({"a": "é"}, {"x": ("f4", np.array([1.5])), "y": ("u2", np.array([1, 2, 3]))}))
    assert header["a"] == "é"
    assert [columns[name].tolist() for name in "xy"] == [[1.5], [1, 2, 3]]
    with pytest.raises(ValueError, match="BWC1"):
        read_columns(b"PK\x03\x04....")
    with pytest.raises(ValueError, match="f4"):
        write_columns({}, {"x": ("c8", np.zeros(1))})


@pytest.mark.django_db
def test_the_ground_holds_units_measures_neighbours_and_segments(unit_set: UnitSet) -> None:
    Unit.objects.filter(unit_set=unit_set, idx__lt=6).update(attributes={"size": "large", "note": "n"})
    Unit.objects.filter(unit_set=unit_set, idx=7).update(attributes={"size": "small"})
    header, columns = read_columns(gzip.decompress(ground(unit_set)))
    assert header["measures"] == ["sales"]
    assert header["attributes"] == [{"key": "size", "categories": ["large", "small"]}]  # a single note is no segment
    assert columns["attribute:size"].tolist()[:8] == [1, 1, 1, 1, 1, 1, 0, 2]
    assert columns["measure:sales"].tolist()[:4] == [1.0, 2.0, 3.0, 1.0]
    assert columns["names"].tobytes().split(b"\0")[:2] == [b"Unit 0", b"Unit 1"]
    assert columns["lon"].tolist()[:7] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 0.0]
    assert len(columns["neighbour_starts"]) == 37
    assert columns["neighbour_starts"][-1] == len(columns["neighbours"])


@pytest.mark.django_db
def test_the_ground_follows_the_units(unit_set: UnitSet) -> None:
    ground(unit_set)
    Unit.objects.filter(unit_set=unit_set, idx__lt=9).update(attributes={"size": "a"})
    Unit.objects.filter(unit_set=unit_set, idx=9).update(attributes={"size": "b"})
    unit_set.version += 1
    unit_set.save()
    header, _ = read_columns(gzip.decompress(ground(unit_set)))
    assert [a["key"] for a in header["attributes"]] == ["size"]
    assert unit_set.files.filter(kind="ground3").count() == 1


@pytest.mark.django_db
def test_the_ground_is_sent_once_and_asked_for_again(sign_in: SignIn, scenario: Scenario) -> None:
    client, path = sign_in("planner"), f"/api/v1/scenarios/{scenario.public_id}/ground"
    answer = client.get(path)
    assert (answer["Content-Type"], answer["Content-Encoding"]) == ("application/octet-stream", "gzip")
    assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert sign_in("rep").get(path).status_code in {403, 404}


@pytest.mark.django_db
def test_accounts_take_the_area_that_they_lie_in(sign_in: SignIn, scenario: Scenario, planner: Actor) -> None:
    client, path = sign_in("planner"), f"/api/v1/scenarios/{scenario.public_id}/accounts"
    assert client.get(path).status_code == 204
    units = list(Unit.objects.filter(unit_set=scenario.plan.unit_set))
    for unit in units:
        unit.area = shapely.to_wkb(shapely.box(unit.lon - 0.5, unit.lat - 0.5, unit.lon + 0.5, unit.lat + 0.5))
    Unit.objects.bulk_update(units, ["area"])
    scenario.plan.unit_set.version += 1
    store_digest(scenario.plan.unit_set)
    scenario.plan.unit_set.save()
    points = UnitSet.objects.create(name="Customers", n_units=3, digest="d", **stamped(planner))
    at = [(0.1, 0.1), (2.4, 1.0), (40.0, 40.0)]
    Unit.objects.bulk_create(Unit(unit_set=points, idx=i, code=str(i), lon=x, lat=y) for i, (x, y) in enumerate(at))
    header, columns = read_columns(gzip.decompress(client.get(path).content))
    assert (header["name"], header["n"], header["n_outside"]) == ("Customers", 2, 1)
    assert columns["unit"].tolist() == [0, 8]


def test_both_sides_compute_the_golden_plan_alike() -> None:
    golden = json.loads((WORKSPACE / "test" / "golden.json").read_text(encoding="utf-8"))
    side = golden["side"]
    n, at = side * side, np.arange(side * side)
    right = np.column_stack([at, at + 1])[at % side < side - 1]
    below = np.column_stack([at, at + side])[at < n - side]
    table = UnitTable(
        ids=np.array([f"u{i}" for i in at], dtype=object),
        coordinates=np.column_stack([at % side, at // side]).astype(float),
        measures={name: np.array(values) for name, values in golden["measures"].items()},
        is_planar=True,
    )
    units = UnitArrays(table, at.astype(np.int64), Adjacency.from_pairs(n, np.vstack([right, below])))
    arrays = ScenarioArrays(
        units=units,
        territories=tuple(TerritoryDefinition(code=f"T{j}", name=f"T{j}", capacity=c) for j, c in enumerate(golden["capacities"])),
        territory_idx=np.array(golden["territory_idx"], np.int32),
        is_locked=np.zeros(n, bool),
        is_named=np.zeros(n, bool),
        causes=np.full(n, "", dtype=object),
        forbidden=np.empty((0, 2), np.int32),
        balance=golden["tolerances"],
        is_contiguous=True,
        version=1,
    )
    expected = golden["expected"]
    assert arrays.totals.tolist() == expected["totals"]
    np.testing.assert_allclose(arrays.deviations, expected["deviations"], atol=1e-12)
    assert arrays.is_outside.any(axis=1).tolist() == expected["is_outside"]
    assert arrays.n_pieces.tolist() == expected["n_pieces"]
    assert arrays.n_unassigned == expected["n_unassigned"]


def test_every_sentence_of_the_workspace_is_offered_for_translation() -> None:
    said: set[str] = set()
    for path in (WORKSPACE / "src").rglob("*.ts"):
        text = path.read_text(encoding="utf-8")
        said |= set(re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', text))
    missing = said - set(WORDS)
    assert missing == set()
    everything = "\n".join(p.read_text(encoding="utf-8") for p in (WORKSPACE / "src").rglob("*.ts"))
    assert [text for text in WORDS if f'"{text}"' not in everything] == []
