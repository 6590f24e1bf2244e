"""A planning application with 36 areas in four territories, and in 36, and 72 accounts over them; run in a process of its own."""

from __future__ import annotations

import os
import sys

LOGIN = ("ada@example.org", "four plain words here")
SIDE = 6
KINDS = ("Clinic", "Shop")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bailiwick_web.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    fill()


def fill() -> None:
    """Squares of one degree; two accounts in each, of 4 hours out of 10; the left column has clinics, the rest shops."""
    import shapely
    from django.utils import timezone

    from bailiwick_web.core.access import Actor
    from bailiwick_web.core.models import User
    from bailiwick_web.planning import services
    from bailiwick_web.planning.services.scenarios import numbered

    user = User.objects.create_user(LOGIN[0], "Ada Stone", role="planner", password=LOGIN[1])
    actor = Actor(user, timezone.now(), "story")
    squares = [(-100 + c, 36 + r) for r in range(SIDE) for c in range(SIDE)]
    areas = [
        {"code": f"A{i:02d}", "name": f"Area {i}", "lon": x + 0.5, "lat": y + 0.5, "area": shapely.to_wkb(shapely.box(x, y, x + 1, y + 1))}
        for i, (x, y) in enumerate(squares)
    ]
    places = [(x + 0.25 + 0.5 * k, y + 0.25) for x, y in squares for k in (0, 1)]
    accounts = [
        {"code": f"C{i:02d}", "name": f"Customer {i}", "lon": x, "lat": y, "attributes": {"Kind": KINDS[int(x > -99)]}}
        for i, (x, y) in enumerate(places)
    ]
    made = _units(actor, "Areas", areas, 10.0)
    _units(actor, "Accounts", accounts, 4.0)
    plan = services.create_plan(actor, made, name="Plan", balance={"Workload hours": 0.05})
    for name, parts in (("Next year", 2), ("Many", SIDE)):
        new = numbered(parts * parts)
        cell = [parts * (i // SIDE * parts // SIDE) + i % SIDE * parts // SIDE for i in range(len(areas))]
        alignment = {f"A{i:02d}": new[c].code for i, c in enumerate(cell)}
        scenario = services.create_scenario(actor, plan, name=name, territories=new, alignment=alignment)
        sys.stdout.write(f"{scenario.public_id}\n")


def _units(actor: object, name: str, rows: list[dict[str, object]], hours: float) -> object:
    from bailiwick_web.core.services import stamped
    from bailiwick_web.territories.convert import store_digest
    from bailiwick_web.territories.models import MeasureDefinition, MeasureValue, Unit, UnitSet

    found = UnitSet.objects.create(name=name, is_generated=True, **stamped(actor))
    units = Unit.objects.bulk_create(Unit(unit_set=found, idx=i, **row) for i, row in enumerate(rows))
    measure = MeasureDefinition.objects.create(unit_set=found, key="Workload hours")
    MeasureValue.objects.bulk_create(MeasureValue(unit=unit, measure=measure, value=hours) for unit in units)
    store_digest(found)
    found.save()
    return found


if __name__ == "__main__":
    main()
