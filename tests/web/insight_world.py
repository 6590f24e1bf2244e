"""Tables of orders and questions about them, for the tests of the insights."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import numpy as np

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.insights import services
from bailiwick_web.insights.models import DataTable, Study
from bailiwick_web.planning.models import Scenario

TERRITORIES = ("Rep P1", "Rep P2", "Rep P3", "Rep P4")


def text_of(columns: dict[str, list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue()


def bring(actor: Actor, columns: dict[str, list[Any]], name: str = "orders.csv", kind: str = "auto") -> DataTable:
    return services.receive_table(actor, name, [text_of(columns).encode()], kind=kind)


def orders(n: int = 400, months: int = 24) -> dict[str, list[Any]]:
    """Customers of four territories who buy every few weeks; u00 … u35 are the units of the grid."""
    rng = np.random.default_rng(7)
    customers = rng.integers(0, 36, n)
    days = rng.integers(0, months * 30, n)
    return {
        "customer": [f"u{c:02d}" for c in customers],
        "date": [(date(2024, 1, 1) + timedelta(int(d))).isoformat() for d in days],
        "amount": [round(float(a), 2) for a in rng.gamma(3, 40, n)],
        "territory": [TERRITORIES[c % 4] for c in customers],
    }


def ask(actor: Actor, key: str, options: dict[str, Any] | None = None, scenario: Scenario | None = None, **tables: DataTable) -> Study:
    """Ask, let the job answer, and look again."""
    given = {name: table.public_id for name, table in tables.items()}
    study = services.ask(actor, key, options=options or {}, tables=given, scenario=scenario.public_id if scenario else None)
    assert study.job is not None
    jobs.perform(study.job.pk)
    return Study.objects.select_related("job", "scenario").get(pk=study.pk)


def answered(actor: Actor, key: str, options: dict[str, Any] | None = None, scenario: Scenario | None = None, **tables: DataTable) -> Study:
    study = ask(actor, key, options, scenario, **tables)
    assert study.job is not None
    assert study.answered_at is not None, study.job.error
    return study
