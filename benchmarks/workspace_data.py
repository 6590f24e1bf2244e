"""A planning application with many areas, accounts and territories, for ``workspace.py``. Run in a process of its own."""

from __future__ import annotations

import argparse
import os

import numpy as np

LOGIN = ("planner@example.org", "four plain words here")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--units", type=int, required=True)
    ask.add_argument("--points", type=int, required=True)
    ask.add_argument("--territories", type=int, nargs="+", required=True)
    asked = ask.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bailiwick_web.config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    fill(asked.units, asked.points, asked.territories)


def fill(n_units: int, n_points: int, territories: list[int]) -> None:
    """One set of areas with a scenario per number of territories, one set of points over it."""
    from django.utils import timezone

    from bailiwick_web.core.access import Actor
    from bailiwick_web.core.models import User
    from bailiwick_web.planning import services
    from bailiwick_web.planning.services.scenarios import numbered

    user = User.objects.create_user(LOGIN[0], "Pat Planner", role="planner", password=LOGIN[1])
    actor = Actor(user, timezone.now(), "benchmark")
    rng = np.random.default_rng(7)
    side = round(np.sqrt(n_units))
    areas = _areas(actor, side, rng)
    if n_points:
        _points(actor, n_points, rng)
    plan = services.create_plan(actor, areas, name="Benchmark", balance={"workload_hours": 0.05, "revenue": 0.1})
    for k in territories:
        columns = int(np.ceil(np.sqrt(k)))
        rows = int(np.ceil(k / columns))
        at = np.arange(side * side)
        cell = (at // side) * rows // side * columns + (at % side) * columns // side
        new = numbered(k)
        alignment = {f"A{i:05d}": new[min(int(c), k - 1)].code for i, c in enumerate(cell)}
        made = services.create_scenario(actor, plan, name=f"{k} territories", territories=new, alignment=alignment)
        print("scenario", k, made.public_id, flush=True)


def _areas(actor: object, side: int, rng: np.random.Generator) -> object:
    """Cells with shared, crooked corners, three points to an edge."""
    import shapely

    from bailiwick_web.core.services import stamped
    from bailiwick_web.territories.convert import store_digest
    from bailiwick_web.territories.models import MeasureDefinition, MeasureValue, Unit, UnitSet

    n = 2 * side + 1
    lon, lat = np.meshgrid(np.linspace(-110, -80, n), np.linspace(30, 46, n))
    lon, lat = lon + rng.uniform(-4, 4, lon.shape) / side, lat + rng.uniform(-2, 2, lat.shape) / side
    around = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]
    rows, columns = np.divmod(np.arange(side * side), side)
    corners = [np.column_stack([lon[2 * rows + dy, 2 * columns + dx], lat[2 * rows + dy, 2 * columns + dx]]) for dy, dx in around]
    shapes = shapely.polygons(np.stack(corners, axis=1))
    inside = shapely.get_coordinates(shapely.point_on_surface(shapes))
    found = UnitSet.objects.create(name="Areas", is_generated=True, **stamped(actor))
    wkb = shapely.to_wkb(shapes)
    Unit.objects.bulk_create(
        (
            Unit(unit_set=found, idx=i, code=f"A{i:05d}", name=f"Area {i}", lon=x, lat=y, area=wkb[i], attributes={"zone": f"Zone {i % 7}"})
            for i, (x, y) in enumerate(inside.tolist())
        ),
        batch_size=5_000,
    )
    keys = list(Unit.objects.filter(unit_set=found).order_by("idx").values_list("pk", flat=True))
    for position, key in enumerate(("workload_hours", "revenue")):
        measure = MeasureDefinition.objects.create(unit_set=found, key=key, position=position)
        values = rng.gamma(2.0, 10.0, len(keys)).round(1)
        MeasureValue.objects.bulk_create(
            (MeasureValue(unit_id=k, measure=measure, value=v) for k, v in zip(keys, values.tolist(), strict=True)), batch_size=5_000
        )
    store_digest(found)
    found.save()
    return found


def _points(actor: object, n: int, rng: np.random.Generator) -> None:
    from bailiwick_web.core.services import stamped
    from bailiwick_web.territories.models import Unit, UnitSet

    found = UnitSet.objects.create(name="Accounts", is_generated=True, n_units=n, digest=f"generated {n}", **stamped(actor))
    at = np.column_stack([rng.uniform(-110, -80, n), rng.uniform(30, 46, n)])
    for start in range(0, n, 100_000):
        rows = (
            Unit(unit_set=found, idx=i, code=f"C{i}", lon=x, lat=y) for i, (x, y) in enumerate(at[start : start + 100_000].tolist(), start)
        )
        Unit.objects.bulk_create(rows, batch_size=10_000)


if __name__ == "__main__":
    main()
