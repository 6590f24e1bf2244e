"""Customers under load: lists, search and the page of an account, for a rep and for who sees everything.

``python benchmarks/crm.py`` makes 200,000 accounts with addresses and 1,000,000 activities with their timeline in a fresh SQLite and a
fresh PostgreSQL database, serves them with the server that ``bailiwick serve`` uses, and prints requests per second with p50 and p99
beside a page that does nothing (the calibration); then how long it takes until a new lead has its territory and its rep. With
``--date`` the figures go to benchmarks/results/customers.json and into docs/benchmarks-customers.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import crm_data as data
import crm_page as figures_page
from application import N_CLIENTS, database, load, served

N_POSITIONS, SIDE = 100, 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--date", help="day of the measurement, if it is to be kept")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        measure(asked.accounts, asked.activities, asked.seconds, asked.database, asked.date)
        return
    names = ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]
    for name in names:  # a process each: Django has one set of settings
        with database(name) as environment:
            command = [sys.executable, __file__, "--inside", "--database", name, "--seconds", str(asked.seconds)]
            sizes = ["--accounts", str(asked.accounts), "--activities", str(asked.activities)]
            sizes += ["--date", asked.date] if asked.date else []
            subprocess.run([*command, *sizes], env=environment, check=True)


def measure(n_accounts: int, n_activities: int, seconds: float, name: str, date: str | None) -> None:
    """Fill the database, serve it, print the table, and keep it if it has a date."""
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bailiwick_web.config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = time.perf_counter()
    case = Case(n_accounts, n_activities)
    made = f"made in {time.perf_counter() - began:.0f} s"
    print(f"\n{name}: {n_accounts:,} accounts, {n_activities:,} activities ({made}), {N_CLIENTS} clients\n", flush=True)
    print(f"{'request':40} {'per second':>10} {'p50 ms':>9} {'p99 ms':>9} {'alone ms':>9}")
    figures = [row for who, cookie in case.cookies.items() for row in measured(case, who, cookie, seconds)]
    leads = new_leads(case)
    print(f"new lead with territory and rep: first {leads[0]:.0f} ms, then median {leads[1]:.0f} ms")
    if date:
        figures_page.keep(name, date, {"accounts": n_accounts, "activities": n_activities, "clients": N_CLIENTS, "leads": leads}, figures)


def measured(case: Case, who: str, cookie: str, seconds: float) -> Iterator[dict[str, Any]]:
    """A row of figures for every request."""
    with served(cookie) as ask:
        for label, path in case.requests().items():
            ask(path)
            alone = [timed(ask, path) for _ in range(7)]
            times, rate = load(ask, path, seconds)
            p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
            row = {"who": who, "request": label, "per_second": rate, "alone_ms": 1000 * statistics.median(alone)}
            row |= {"p50_ms": 1000 * p50, "p99_ms": 1000 * p99}
            print(f"{who + ': ' + label:40} {rate:10.0f} {row['p50_ms']:9.1f} {row['p99_ms']:9.1f} {row['alone_ms']:9.1f}", flush=True)
            yield row


def timed(ask: Callable[[str], Any], path: str) -> float:
    """Seconds of one request while nobody else asks."""
    began = time.perf_counter()
    ask(path)
    return time.perf_counter() - began


def new_leads(case: Case) -> tuple[float, float]:
    """Milliseconds until a lead has its territory and its rep: the first one of a process, then the median."""
    from bailiwick_web.crm.services.leads import create_lead

    took = []
    for i in range(20):
        began = time.perf_counter()
        lead = create_lead(case.act(), company=f"Lead {i}", lon=0.01 * i, lat=0.01 * i)
        took.append(1000 * (time.perf_counter() - began))
        assert lead.person is not None
    return took[0], statistics.median(took[1:])


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
        self._accounts(n_accounts)
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
            "page: customers": "/customers/",
            "page: customers, search": "/customers/?q=account+77",
            "page: customers, nothing found": "/customers/?q=nowhere",
            "page: one account": f"/customers/{self.account}/",
            "page: day": "/day/",
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

    def _accounts(self, n: int) -> None:
        """One account in each unit as the application makes it, the others as copies of these."""
        from bailiwick_web.core.services import stamped
        from bailiwick_web.crm.models import Account, AccountTerritory, Location
        from bailiwick_web.crm.services.belonging import settle

        actor, n_seeds = self.act(), SIDE * SIDE
        stamps = stamped(actor)
        made = Account.objects.bulk_create(
            Account(name=f"Account {i}", code=f"A{i}", search_text=f"account {i} a{i}", state="customer", **stamps) for i in range(n_seeds)
        )
        Location.objects.bulk_create(
            Location(account=a, is_main=True, lon=0.1 * (i % SIDE), lat=0.1 * (i // SIDE), placed_by="given", **stamps)
            for i, a in enumerate(made)
        )
        settle(self.act(), [a.pk for a in made])
        first, copies = data.first_key(Account), n // n_seeds - 1
        shift, number = f"t.id + i * {n_seeds}", f"(t.id - {first} + i * {n_seeds})"
        names = {"name": f"'Account ' || {number}", "code": f"'A' || {number}"}
        names["search_text"] = f"'account ' || {number} || ' a' || {number}"
        public = {"public_id": data.identifier("t.id * 7919 + i * 104729")}
        changed = {"id": shift, **names, **public, "last_activity_at": data.minutes_before("t.created_at", f"{number} % 500000")}
        data.copy(Account, "1 = 1", copies, changed)
        of_account = {"account_id": f"t.account_id + i * {n_seeds}"}
        data.copy(Location, "1 = 1", copies, of_account | public)
        data.copy(AccountTerritory, "1 = 1", copies, of_account)
        row = AccountTerritory.objects.filter(position__code="P000").select_related("account").first()
        assert row is not None
        self.account = row.account.public_id
        self.first_key, self.n_accounts = first, (copies + 1) * n_seeds

    def _activities(self, n: int) -> None:
        """A done and a planned one as the application keeps them, the others as copies: one of fifty is planned."""
        from bailiwick_web.crm.models import Account, Activity, TimelineEvent
        from bailiwick_web.crm.services import work

        actor = self.act()
        account = Account.objects.get(pk=self.first_key)
        done = work.log_visit(actor, account, subject="Visit 0")
        planned = work.create_activity(actor, account=account, kind="call", subject="Call 0", due_on=actor.now.date())
        whose = {"account_id": f"{self.first_key} + (CAST(i AS bigint) * 7919) % {self.n_accounts}"}
        public = {"public_id": data.identifier("i * 104729")}
        at = {name: data.minutes_before("t.done_at", "i % 500000") for name in ("done_at", "starts_at")}
        changed = {**whose, **public, "subject": "'Visit ' || i"}
        data.copy(Activity, f"t.id = {done.pk}", n - n // 50, changed | at)
        data.copy(Activity, f"t.id = {planned.pk}", n // 50, changed | {"due_on": data.days_before("t.due_on", "i % 400 - 200")})
        event = {**whose, "title": "'Visit ' || i", "happened_at": data.minutes_before("t.happened_at", "i % 500000")}
        seed = TimelineEvent.objects.get(record_id=done.public_id)
        data.copy(TimelineEvent, f"t.id = {seed.pk}", n - n // 50, event | {"record_id": data.identifier("i * 104729")})
        data.settled()


def cookie_of(user: Any) -> str:
    """What a browser of a user sends."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


if __name__ == "__main__":
    main()
