"""Customers under load: lists, search and the page of an account, for a rep and for who sees everything.

``python benchmarks/crm.py`` makes 200,000 accounts with addresses and 1,000,000 activities with their timeline in a fresh SQLite and a
fresh PostgreSQL database, serves them with the server that ``bailiwick serve`` uses, and prints requests per second with p50 and p99
beside a page that does nothing (the calibration); then how long it takes until a new lead has its territory and its rep.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from application import N_CLIENTS, database, load, served

N_POSITIONS, SIDE = 100, 40
BATCH = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        measure(asked.accounts, asked.activities, asked.seconds, asked.database)
        return
    names = ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]
    for name in names:  # a process each: Django has one set of settings
        with database(name) as environment:
            command = [sys.executable, __file__, "--inside", "--database", name, "--seconds", str(asked.seconds)]
            sizes = ["--accounts", str(asked.accounts), "--activities", str(asked.activities)]
            subprocess.run([*command, *sizes], env=environment, check=True)


def measure(n_accounts: int, n_activities: int, seconds: float, name: str) -> None:
    """Fill the database, serve it, and print the table."""
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick_web.config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = time.perf_counter()
    case = Case(n_accounts, n_activities)
    made = f"made in {time.perf_counter() - began:.0f} s, territories derived in {case.settled_seconds:.0f} s"
    print(f"\n{name}: {n_accounts:,} accounts, {n_activities:,} activities ({made}), {N_CLIENTS} clients\n")
    print(f"{'request':40} {'per second':>10} {'p50 ms':>9} {'p99 ms':>9}")
    for who, cookie in case.cookies.items():
        with served(cookie) as ask:
            for label, path in case.requests().items():
                ask(path)
                times, rate = load(ask, path, seconds)
                p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
                print(f"{who + ': ' + label:40} {rate:10.0f} {1000 * p50:9.1f} {1000 * p99:9.1f}")
    print_leads(case)


def print_leads(case: Case) -> None:
    """How long it takes until a lead has its territory and its rep, with the first one of a process apart."""
    from bailiwick_web.crm.services.leads import create_lead

    took = []
    for i in range(20):
        began = time.perf_counter()
        lead = create_lead(case.act(), company=f"Lead {i}", lon=0.01 * i, lat=0.01 * i)
        took.append(time.perf_counter() - began)
        assert lead.person is not None
    print(f"new lead with territory and rep: first {1000 * took[0]:.0f} ms, then median {1000 * statistics.median(took[1:]):.0f} ms")


class Case:
    """A published plan over a grid, a rep in every position, accounts spread over the grid, activities spread over the accounts."""

    def __init__(self, n_accounts: int, n_activities: int) -> None:
        from django.utils import timezone

        from bailiwick_web.core.access import Actor
        from bailiwick_web.core.models import User

        self.boss = User.objects.create_user("boss@example.org", "Boss", role="administrator")
        self.rep = User.objects.create_user("rep@example.org", "Rep", role="rep")
        self.act: Callable[[], Actor] = lambda: Actor(self.boss, timezone.now(), "benchmark")
        self._plan()
        self.settled_seconds = self._accounts(n_accounts)
        self._activities(n_activities)
        self.cookies = {"all": cookie_of(self.boss), "rep": cookie_of(self.rep)}

    def requests(self) -> dict[str, str]:
        """What is asked; the account is one of the rep."""
        return {
            "bare page (calibration)": "/healthz",
            "accounts": "/api/v1/accounts",
            "accounts, search": "/api/v1/accounts?q=account+77",
            "accounts, nothing found": "/api/v1/accounts?q=nowhere",
            "activities": "/api/v1/activities",
            "activities, planned and late": "/api/v1/activities?overdue=true",
            "one account": f"/api/v1/accounts/{self.account}",
            "timeline of an account": f"/api/v1/accounts/{self.account}/timeline",
        }

    def _plan(self) -> None:
        from bailiwick_web.core.models import Person, Position, Staffing
        from bailiwick_web.core.organisation.services import add_node
        from bailiwick_web.core.services import stamped
        from bailiwick_web.planning import services
        from bailiwick_web.territories.convert import store_digest
        from bailiwick_web.territories.models import MeasureDefinition, MeasureValue, Unit, UnitSet

        actor = self.act()
        unit_set = UnitSet.objects.create(name="Grid", **stamped(actor))
        measure = MeasureDefinition.objects.create(unit_set=unit_set, key="sales")
        at = [(0.1 * x, 0.1 * y) for y in range(SIDE) for x in range(SIDE)]
        units = Unit.objects.bulk_create(Unit(unit_set=unit_set, idx=i, code=f"u{i}", lon=x, lat=y) for i, (x, y) in enumerate(at))
        MeasureValue.objects.bulk_create(MeasureValue(unit=unit, measure=measure, value=1.0) for unit in units)
        store_digest(unit_set)
        unit_set.save()
        root = add_node(actor, name="Nation")
        regions = [add_node(actor, name=f"Region {i}", parent=root) for i in range(10)]
        positions = [
            Position.objects.create(code=f"P{i:03d}", name=f"Job {i}", node=regions[i % 10], **stamped(actor)) for i in range(N_POSITIONS)
        ]
        for i, position in enumerate(positions):
            person = Person.objects.create(name=f"Rep {i}", user=None if i else self.rep, **stamped(actor))
            Staffing.objects.create(person=person, position=position, valid_from="2020-01-01", **stamped(actor))
        plan = services.create_plan(actor, unit_set, name="Plan", balance={"sales": 0.1})
        territories = [services.NewTerritory.of_position(p) for p in positions]
        alignment = {f"u{i}": positions[i * N_POSITIONS // len(at)].code for i in range(len(at))}
        scenario = services.create_scenario(actor, plan, name="Now", territories=territories, alignment=alignment)
        version = services.propose(actor, scenario.public_id, version=1).version
        version = services.decide(actor, scenario.public_id, version=version, is_approved=True).version
        services.publish(self.act(), scenario.public_id, version=version)

    def _accounts(self, n: int) -> float:
        from bailiwick_web.core.services import stamped
        from bailiwick_web.crm.models import Account, AccountTerritory, Location
        from bailiwick_web.crm.services.belonging import settle

        actor = self.act()
        stamps = stamped(actor)
        for batch in batches(n):
            made = Account.objects.bulk_create(
                Account(name=f"Account {i}", code=f"A{i}", search_text=f"account {i} a{i}", state="customer", **stamps) for i in batch
            )
            Location.objects.bulk_create(
                Location(account=a, is_main=True, lon=0.1 * (i * 7 % SIDE), lat=0.1 * (i // 11 % SIDE), placed_by="given", **stamps)
                for i, a in zip(batch, made, strict=True)
            )
        began = time.perf_counter()
        settle(self.act(), list(Account.objects.order_by("pk").values_list("pk", flat=True)))
        took = time.perf_counter() - began
        row = AccountTerritory.objects.filter(position__code="P000").select_related("account").first()
        assert row is not None
        self.account = row.account.public_id
        self.first_key = Account.objects.order_by("pk").values_list("pk", flat=True)[0]
        self.n_accounts = n
        return took

    def _activities(self, n: int) -> None:
        from bailiwick_web.core.services import stamped
        from bailiwick_web.crm.models import Activity, TimelineEvent

        actor = self.act()
        stamps = stamped(actor)
        for batch in batches(n):
            rows = [self._activity(Activity, i, actor.now, stamps) for i in batch]
            Activity.objects.bulk_create(rows)
            TimelineEvent.objects.bulk_create(
                TimelineEvent(
                    account_id=a.account_id,
                    happened_at=a.done_at,
                    kind="activity.call",
                    title=a.subject,
                    record_type="activity",
                    record_id=a.public_id,
                )
                for a in rows
                if a.done_at
            )

    def _activity(self, model: Any, i: int, now: Any, stamps: dict[str, Any]) -> Any:
        account = self.first_key + i * 7919 % self.n_accounts
        at = now - timedelta(minutes=i % 500_000)
        when = {"state": "planned", "due_on": at.date()} if i % 50 == 0 else {"state": "done", "starts_at": at, "done_at": at}
        return model(account_id=account, kind="call", subject=f"Call {i}", **when, **stamps)


def batches(n: int) -> Iterator[range]:
    """0…n−1 in parts."""
    for start in range(0, n, BATCH):
        yield range(start, min(n, start + BATCH))


def cookie_of(user: Any) -> str:
    """What a browser of a user sends."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


if __name__ == "__main__":
    main()
