"""The customers that are measured: a published plan over a grid, reps and managers, accounts and activities by the hundred thousand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import crm_data as data

N_POSITIONS, SIDE = 100, 40
USERS = {"all": "boss", "manager": "manager", "rep": "rep"}


class Case:
    """A published plan over a grid, a rep in every position, accounts spread over the grid, activities spread over the accounts."""

    def __init__(self, n_accounts: int, n_activities: int) -> None:
        from django.utils import timezone

        from bailiwick_web.core.access import Actor
        from bailiwick_web.core.models import User
        from bailiwick_web.crm.models import AccountTerritory

        self.is_new = not User.objects.filter(email="boss@example.org").exists()
        self.n_accounts, self.n_activities = n_accounts, n_activities
        if self.is_new:
            User.objects.create_user("boss@example.org", "Boss", role="administrator")
            User.objects.create_user("manager@example.org", "Manager", role="manager")
            User.objects.create_user("rep@example.org", "Rep", role="rep")
        self.users = {who: User.objects.get(email=f"{name}@example.org") for who, name in USERS.items()}
        self.act: Callable[[], Actor] = lambda: Actor(self.users["all"], timezone.now(), "benchmark")
        if self.is_new:
            self._plan()
            self._accounts(n_accounts)
            self._activities(n_activities)
        row = AccountTerritory.objects.filter(position__code="P000", valid_until=None).select_related("account").order_by("pk")[0]
        self.account = row.account.public_id
        self.cookies = {who: cookie_of(user) for who, user in self.users.items()}

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
            person = Person.objects.create(name=f"Rep {i}", user=None if i else self.users["rep"], **stamped(actor))
            Staffing.objects.create(person=person, position=position, valid_from="2020-01-01", **stamped(actor))
        leader = Person.objects.create(name="Manager", user=self.users["manager"], **stamped(actor))
        Staffing.objects.create(person=leader, node=regions[0], valid_from="2020-01-01", **stamped(actor))
        plan = services.create_plan(actor, unit_set, name="Plan", balance={"sales": 0.1})
        territories = [services.NewTerritory.of_position(p) for p in positions]
        alignment = {f"u{i}": positions[i * N_POSITIONS // len(at)].code for i in range(len(at))}
        scenario = services.create_scenario(actor, plan, name="Now", territories=territories, alignment=alignment)
        version = services.propose(actor, scenario.public_id, version=1).version
        version = services.decide(actor, scenario.public_id, version=version, is_approved=True).version
        services.publish(self.act(), scenario.public_id, version=version)

    def _accounts(self, n: int) -> None:
        """One account in each unit as the application makes it, the others as copies of these."""
        from bailiwick_web.core.models import Person
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
        changed["created_by_id"] = f"CASE WHEN {number} % 1000 = 1 THEN {self.users['rep'].pk} ELSE t.created_by_id END"
        changed["changed_at"] = data.minutes_before("t.changed_at", f"100 + {number} % 500000")
        changed["owner_id"] = f"CASE WHEN {number} % 200 = 7 THEN {data.first_key(Person)} + ({number} / 200) % {N_POSITIONS} END"
        data.copy(Account, "1 = 1", copies, changed)
        of_account = {"account_id": f"t.account_id + i * {n_seeds}"}
        data.copy(Location, "1 = 1", copies, of_account | public | {"changed_at": changed["changed_at"].replace(number, "t.id")})
        data.copy(AccountTerritory, "1 = 1", copies, of_account)
        self.first_key, self.n_accounts = first, (copies + 1) * n_seeds

    def _activities(self, n: int) -> None:
        """A done and a planned one as the application keeps them, the others as copies for who has the account; one of fifty planned."""
        from bailiwick_web.core.models import Person, Position
        from bailiwick_web.crm.models import Account, Activity, TimelineEvent
        from bailiwick_web.crm.services import work

        actor = self.act()
        account = Account.objects.get(pk=self.first_key)
        done = work.log_visit(actor, account, subject="Visit 0")
        planned = work.create_activity(actor, account=account, kind="call", subject="Call 0", due_on=actor.now.date())
        offset = f"(CAST(i AS bigint) * 7919) % {self.n_accounts}"
        whose = {"account_id": f"{self.first_key} + {offset}"}
        rep = f"({offset}) % {SIDE * SIDE} / {SIDE * SIDE // N_POSITIONS}"
        worker = {"position_id": f"{data.first_key(Position)} + {rep}", "person_id": f"{data.first_key(Person)} + {rep}"}
        public = {"public_id": data.identifier("i * 104729")}
        at = {name: data.minutes_before("t.done_at", "i % 500000") for name in ("done_at", "starts_at")}
        changed = {
            **whose,
            **worker,
            **public,
            "subject": "'Visit ' || i",
            "changed_at": data.minutes_before("t.changed_at", "100 + i % 500000"),
        }
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
