"""Take an import back: everything is as it was, or there is a reason why not."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Person, Position, Staffing
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.exchange import services
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.planning.models import Scenario, UnitAssignment
from bailiwick_web.planning.services import branch
from bailiwick_web.territories.convert import content_digest, store_digest, unit_arrays
from bailiwick_web.territories.models import MeasureDefinition, MeasureValue, Unit, UnitSet

pytestmark = pytest.mark.django_db
GRID = "id,name,lon,lat,sales\n" + "".join(f"u{i:02d},Unit {i},{i % 6},{i // 6},{1 + i % 3}\n" for i in range(36))


def bring(actor: Actor, text: str, kind: str = "units", **options: object) -> ImportBatch:
    batch = services.upload(actor, kind, "file.csv", [text.encode()], options=dict(options))
    assert batch.state == "checked", batch.facts.get("error")
    return services.run_import(actor, batch.public_id)


def picture(*models: type[Model], but: tuple[str, ...] = ("id", "version", "changed_at", "public_id")) -> dict[str, Any]:
    """Everything that is stored, without keys and versions."""
    found = {}
    for model in models:
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in but and not f.attname.endswith("by_id")]
        found[model.__name__] = sorted(map(repr, model._default_manager.values_list(*names)))
    return found


UNITS = (Unit, MeasureValue, MeasureDefinition, UnitSet)


def test_created_updated_and_new_measures_go_back(planner: Actor, scenario: Scenario) -> None:
    before, digest = picture(*UNITS, UnitAssignment), UnitSet.objects.get().digest
    text = GRID.replace("sales", "sales,visits").replace("\n", ",7\n").replace("sales,visits,7", "sales,visits")
    batch = bring(planner, text.replace("Unit 4,", "Other,") + "new,New,3,3,5,7\n")
    assert batch.counts == {"created": 1, "updated": 36, "unchanged": 0, "failed": 0}
    assert MeasureDefinition.objects.count() == 2
    services.revert(planner, batch.public_id)
    assert UnitSet.objects.get().digest == digest
    assert picture(*UNITS, UnitAssignment) == before


def test_the_digest_in_memory_is_the_one_of_the_database(planner: Actor, unit_set: UnitSet) -> None:
    bring(planner, GRID.replace(",2\n", ",9\n") + "new,New,3,3,5\n")
    stored = UnitSet.objects.get()
    told = (stored.digest, stored.n_units)
    store_digest(stored)
    assert (stored.digest, stored.n_units) == told
    assert content_digest(unit_arrays(stored).table) == told[0]


def test_units_that_got_a_territory_stay(planner: Actor, scenario: Scenario) -> None:
    batch = bring(planner, GRID + "new,New,3,3,5\n")
    row = UnitAssignment.objects.get(scenario=scenario, unit__code="new")
    row.territory = scenario.territories.first()
    row.save()
    with pytest.raises(Conflict, match="in use by now"):
        services.revert(planner, batch.public_id)
    assert Unit.objects.filter(code="new").exists()
    row.territory = None
    row.save()
    services.revert(planner, batch.public_id)
    assert not Unit.objects.filter(code="new").exists()
    assert UnitAssignment.objects.filter(scenario=scenario).count() == 36


def test_later_imports_of_the_same_records_come_first(planner: Actor, unit_set: UnitSet) -> None:
    first = bring(planner, GRID + "new,New,3,3,5\n")
    second = bring(planner, GRID + "new,New,3,3,6\n")
    with pytest.raises(Conflict, match="take that back first"):
        services.revert(planner, first.public_id)
    services.revert(planner, second.public_id)
    services.revert(planner, first.public_id)
    assert Unit.objects.count() == 36


def test_a_journal_keeps_the_places_of_its_units(planner: Actor, scenario: Scenario) -> None:
    """Units in the middle cannot go once moves count the ones behind them by their place."""
    from bailiwick_web.planning.models import Move

    first = bring(planner, GRID + "a,A,3,3,5\n")
    bring(planner, GRID + "a,A,3,3,5\nb,B,4,4,5\n")
    Move.objects.create(scenario=scenario, seq=1, kind="move", at=planner.now, by=planner.user, summary="1 unit", changes={})
    with pytest.raises(Conflict, match="journal"):
        services.revert(planner, first.public_id)


def test_reps_go_back_with_people_and_regions(planner: Actor) -> None:
    before = picture(Position, Person, Staffing, Node)
    batch = bring(planner, "rep_id,name,lon,lat,capacity,region\nA,Ann,1,2,1,East\nB,Bo,3,4,1,West\n", "reps")
    assert (Position.objects.count(), Node.objects.count()) == (2, 3)
    update = bring(planner, "rep_id,name,capacity\nA,Ann Lee,0.5\n", "reps")
    ann = Position.objects.get(code="A")
    assert (ann.name, ann.capacity, ann.home_lon) == ("Ann Lee", 0.5, 1.0)
    services.revert(planner, update.public_id)
    assert Position.objects.get(code="A").name == "Ann"
    services.revert(planner, batch.public_id)
    assert picture(Position, Person, Staffing, Node) == before


def test_reps_with_territories_stay(planner: Actor, scenario: Scenario) -> None:
    batch = bring(planner, "rep_id,name,lon,lat,capacity\nA,Ann,1,2,1\n", "reps")
    scenario.territories.filter(code="P1").update(position=Position.objects.get(code="A"))
    with pytest.raises(Conflict, match="territor"):
        services.revert(planner, batch.public_id)


def test_territories_go_back_until_somebody_builds_on_them(planner: Actor, scenario: Scenario) -> None:
    lines = "".join(f"u{i:02d},{'P1' if i < 18 else 'P2'}\n" for i in range(36))
    batch = bring(planner, "unit_id,territory_id\n" + lines, "alignment")
    made = Scenario.objects.exclude(pk=scenario.pk).get()
    copy = branch(planner, made, name="Mine")
    with pytest.raises(Conflict, match="Work stands on"):
        services.revert(planner, batch.public_id)
    copy.delete()
    services.revert(planner, batch.public_id)
    assert Scenario.objects.get() == scenario


def test_imports_and_undos_one_after_the_other_leave_what_was_there(planner: Actor, unit_set: UnitSet) -> None:
    """Random files, some taken back at once: the state is always that of the files that stand."""
    import random

    chance = random.Random(3)
    history: list[tuple[ImportBatch, dict[str, Any]]] = []
    for step in range(12):
        before = picture(*UNITS)
        rows = [f"u{i:02d},Unit {i},{i % 6},{i // 6},{chance.randint(0, 9)}\n" for i in chance.sample(range(36), 8)]
        rows += [f"x{step}{j},New,{chance.randint(0, 5)},{chance.randint(0, 5)},{j}\n" for j in range(chance.randint(0, 3))]
        history.append((bring(planner, "id,name,lon,lat,sales\n" + "".join(rows), unit_set=str(unit_set.public_id)), before))
        if chance.random() < 0.5:
            batch, before = history.pop()
            services.revert(planner, batch.public_id)
            assert picture(*UNITS) == before
            assert [u.idx for u in Unit.objects.order_by("idx")] == list(range(Unit.objects.count()))
    while history:
        batch, before = history.pop()
        services.revert(planner, batch.public_id)
        assert picture(*UNITS) == before
