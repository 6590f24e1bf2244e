"""Customers of the demonstration: generated from a seed, not real, and labelled so in every record (``origin`` is ``generated``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
from django.db import transaction
from django.db.models import Model

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import stamped
from bailiwick_web.crm import models as m
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.services.belonging import settle
from bailiwick_web.crm.services.catalogue import default_pipeline
from bailiwick_web.crm.services.money import ONE, house_currency
from bailiwick_web.crm.services.reaching import normal
from bailiwick_web.crm.services.routing import BASE, Duties
from bailiwick_web.crm.services.timeline import event
from bailiwick_web.crm.services.trading import noon
from bailiwick_web.crm.visibility import present
from bailiwick_web.territories.models import MeasureValue, Unit, UnitSet

ORIGIN = "generated"
FIRST = ("Ada", "Ben", "Chen", "Dana", "Elif", "Femi", "Gita", "Hugo", "Ines", "Jonas", "Kai", "Lena", "Mina", "Noor", "Omar", "Pia")
LAST = ("Ito", "Novak", "Okafor", "Park", "Quist", "Rossi", "Silva", "Tanaka", "Unger", "Vega", "Weiss", "Young", "Zhang", "Adler", "Boyd")
TITLES = ("Owner", "Buyer", "Office manager", "Head of purchasing", "Facility manager")
PRODUCTS = (("House blend", 14), ("Espresso roast", 17), ("Single origin", 24), ("Decaf", 16), ("Oat drink", 3), ("Machine service", 180))
REASONS = (("won", "Price"), ("won", "Service"), ("lost", "Price"), ("lost", "No decision"), ("lost", "Competitor"))
DAYS, SEASON, WINTER = 1_095, 0.25, 15
"""How far back orders go; how much more coffee is drunk around the middle of January than in the mean of the year."""
SUBJECTS = {"call": "Ordering for next month", "visit": "Tasting", "email": "Offer sent", "meeting": "Yearly review"}
CASES = (
    ("Delivery incomplete", "complaint", "Sent again."),
    ("Grinder too coarse", "request", "Set anew by the service."),
    ("Which roast for filter machines?", "question", "Recommended the house blend."),
    ("Invoice names the old address", "complaint", "Invoice written anew."),
)
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Draw:
    """What the generator draws from."""

    actor: Actor
    rng: np.random.Generator

    def stamps(self, days_ago: int = 0) -> dict[str, Any]:
        """Who and when, some days ago."""
        then = self.actor.now - timedelta(days=days_ago)
        return {**stamped(self.actor), "created_at": then, "changed_at": then, "origin": ORIGIN}

    def one(self, values: Sequence[Any]) -> Any:
        """One of a few."""
        return values[int(self.rng.integers(len(values)))]


@transaction.atomic
def load_customers(actor: Actor, unit_set: UnitSet, *, seed: int = 7) -> int:
    """Make an account of every unit of a set, with a contact, orders, deals, activities and a few cases; number of accounts."""
    draw = Draw(actor, np.random.Generator(np.random.PCG64(seed)))
    units = list(Unit.objects.filter(unit_set=unit_set).order_by("idx"))
    revenue = dict(MeasureValue.objects.filter(unit__unit_set=unit_set, measure__key="annual_revenue").values_list("unit_id", "value"))
    accounts = _accounts(draw, units, revenue)
    settle(actor, [account.pk for account in accounts], hand_over=False)
    rows = m.AccountTerritory.objects.filter(present(actor.now), layer=BASE).select_related("territory", "position")
    held = {row.account_id: row for row in rows}
    duties = Duties({row.position_id for row in held.values() if row.position_id}, actor.now.date())
    contacts = _contacts(draw, accounts)
    events = [*_orders(draw, accounts, contacts, held, revenue_of(accounts, units, revenue))]
    events += _activities(draw, accounts, contacts, held, duties)
    events += _deals(draw, accounts, contacts, held, duties)
    events += _cases(draw, accounts, contacts, held, duties)
    _make(m.TimelineEvent, events)
    return len(accounts)


def _make(model: type[M], rows: Iterable[M]) -> list[M]:
    return list(model._default_manager.bulk_create(list(rows), batch_size=1_000))


def revenue_of(accounts: Sequence[m.Account], units: Sequence[Unit], revenue: dict[int, float]) -> dict[int, float]:
    """Account → what it buys in a year."""
    return {account.pk: revenue.get(unit.pk, 1_000.0) for account, unit in zip(accounts, units, strict=True)}


def _accounts(draw: Draw, units: Sequence[Unit], revenue: dict[int, float]) -> list[m.Account]:
    made = _make(m.Account, (_account(draw, unit, revenue.get(unit.pk, 0.0)) for unit in units))
    _make(m.Location, (_location(draw, account, unit) for account, unit in zip(made, units, strict=True)))
    return made


def _account(draw: Draw, unit: Unit, revenue: float) -> m.Account:
    about = unit.attributes
    domain = f"{unit.code.lower()}.example.com"
    account = m.Account(
        name=unit.name or unit.code,
        code=unit.code,
        state=m.Account.State.CUSTOMER if revenue > 0 else m.Account.State.PROSPECT,
        segment=str(about.get("segment", ""))[:120],
        industry=str(about.get("type", ""))[:200],
        tier="A" if revenue > 20_000 else "B" if revenue > 5_000 else "C",
        employees=int(float(about.get("employees", 0) or 0)) or None,
        website=f"https://{domain}",
        domain=domain,
        tags=["generated"],
        **draw.stamps(400),
    )
    account.search_text = folded(account.name, account.code, account.domain, account.industry, account.segment)
    return account


def _location(draw: Draw, account: m.Account, unit: Unit) -> m.Location:
    where = {name: str(unit.attributes.get(key, "")) for name, key in (("city", "city"), ("region", "state"))}
    position = {"lon": unit.lon, "lat": unit.lat, "placed_by": "given"}
    return m.Location(account=account, is_main=True, country="US", **where, **position, **draw.stamps(400))


def _contacts(draw: Draw, accounts: Sequence[m.Account]) -> dict[int, m.Contact]:
    made = _make(m.Contact, (_contact(draw, account) for account in accounts))
    points = [(contact, f"{contact.first_name}@{account.domain}".lower()) for contact, account in zip(made, accounts, strict=True)]
    _make(
        m.ContactPoint,
        (m.ContactPoint(contact=contact, channel="email", value=value, normal=normal("email", value)) for contact, value in points),
    )
    return {contact.account_id: contact for contact in made if contact.account_id is not None}


def _contact(draw: Draw, account: m.Account) -> m.Contact:
    first, last, title = draw.one(FIRST), draw.one(LAST), draw.one(TITLES)
    names = {"first_name": first, "last_name": last, "name": f"{first} {last}", "search_text": folded(first, last, title)}
    return m.Contact(account=account, job_title=title, is_main=True, **names, **draw.stamps(400))


Held = dict[int, m.AccountTerritory]
Contacts = dict[int, m.Contact]


def _orders(draw: Draw, accounts: Sequence[m.Account], contacts: Contacts, held: Held, revenue: dict[int, float]) -> list[m.TimelineEvent]:
    """Orders of three years for every second account, each in a rhythm of its own; a fifth stopped on the way, one in forty is a return."""
    stamps = draw.stamps()
    line = m.ProductLine.objects.create(name="Coffee", code="COFFEE", **stamps)
    products = _make(m.Product, (m.Product(name=name, line=line, search_text=folded(name), **stamps) for name, _price in PRODUCTS))
    orders: list[m.Order] = []
    lines: list[m.OrderLine] = []
    for account in accounts[::2]:
        for days_ago in _rhythm(draw.rng):
            number = f"{len(orders):06d}"
            order, row = _order(draw, account, contacts[account.pk], held.get(account.pk), products, revenue[account.pk], number, days_ago)
            orders.append(order)
            lines.append(row)
    _make(m.Order, orders)
    _make(m.OrderLine, lines)
    return [_order_event(draw.actor, order) for order in orders]


def _rhythm(rng: np.random.Generator) -> list[int]:
    """Days ago of the orders of one account, the oldest first; at least one."""
    usual = rng.lognormal(np.log(130), 0.35)
    begins = rng.uniform(60, DAYS)
    ends = rng.uniform(0, begins) if rng.random() < 0.2 else 0.0
    days_ago, found = begins, [round(begins)]
    while (days_ago := days_ago - usual * rng.lognormal(0, 0.3)) >= max(ends, 1.0):
        found.append(round(days_ago))
    return found


def _order(
    draw: Draw,
    account: m.Account,
    contact: m.Contact,
    row: m.AccountTerritory | None,
    products: Sequence[m.Product],
    revenue: float,
    number: str,
    days_ago: int,
) -> tuple[m.Order, m.OrderLine]:
    which = int(draw.rng.integers(len(products)))
    price = Decimal(PRODUCTS[which][1])
    on = draw.actor.now.date() - timedelta(days=days_ago)
    season = 1 + SEASON * float(np.cos(2 * np.pi * (on.timetuple().tm_yday - WINTER) / 365))
    quantity = Decimal(max(1, round(revenue / 4 / float(price) * season * draw.rng.lognormal(0, 0.3))))
    if draw.rng.random() < 1 / 40:
        quantity = -Decimal(max(1, round(quantity / 10)))
    money = {"currency": house_currency(), "rate": ONE, "amount": quantity * price, "house_amount": quantity * price}
    credit = {"territory": row.territory, "position": row.position} if row else {}
    order = m.Order(account=account, contact=contact, number=number, ordered_on=on, state="invoiced", **money, **credit, **draw.stamps())
    return order, m.OrderLine(order=order, product=products[which], quantity=quantity, price=price, amount=quantity * price)


def _order_event(actor: Actor, order: m.Order) -> m.TimelineEvent:
    shown = {"amount": str(order.amount), "currency": order.currency, "on": order.ordered_on.isoformat(), "state": order.state}
    return event(actor, "order", order, account=order.account, contact=order.contact, at=noon(order.ordered_on), **shown)


def _work_of(row: m.AccountTerritory | None, duties: Duties) -> dict[str, Any]:
    return {"position": row.position, "person": duties.of(row.position_id).person} if row and row.position else {}


def _activities(draw: Draw, accounts: Sequence[m.Account], contacts: Contacts, held: Held, duties: Duties) -> list[m.TimelineEvent]:
    """Something done with two accounts of three, something planned with one of five."""
    done, planned, touched = [], [], []
    today = draw.actor.now.date()
    for i, account in enumerate(accounts):
        work = _work_of(held.get(account.pk), duties)
        kind = draw.one(tuple(SUBJECTS))
        about = {"account": account, "contact": contacts[account.pk], "kind": kind, "subject": SUBJECTS[kind], **work, **draw.stamps()}
        if i % 3:
            day = today - timedelta(days=int(draw.rng.integers(1, 120)))
            at = datetime.combine(day, time(14 + int(draw.rng.integers(6))), UTC)
            minutes = int(draw.rng.integers(2, 12)) * 5
            done.append(m.Activity(state="done", starts_at=at, done_at=at, duration_minutes=minutes, outcome="Interested", **about))
            account.last_activity_at = at
            touched.append(account)
        if i % 5 == 0:
            planned.append(m.Activity(state="planned", due_on=today + timedelta(days=int(draw.rng.integers(-5, 30))), **about))
    _make(m.Activity, [*done, *planned])
    m.Account.objects.bulk_update(touched, ["last_activity_at"], batch_size=500)
    return [_activity_event(draw.actor, activity) for activity in done]


def _activity_event(actor: Actor, activity: m.Activity) -> m.TimelineEvent:
    assert activity.done_at is not None
    account, contact = activity.account, activity.contact
    kind = f"activity.{activity.kind}"
    return event(actor, kind, activity, account=account, contact=contact, at=activity.done_at, outcome=activity.outcome)


def _deals(draw: Draw, accounts: Sequence[m.Account], contacts: Contacts, held: Held, duties: Duties) -> list[m.TimelineEvent]:
    """A deal with every twelfth account, in all stages."""
    pipeline = default_pipeline(draw.actor)
    stages = list(pipeline.stages.all())
    reasons = [m.OutcomeReason.objects.create(kind=kind, label=label, **stamped(draw.actor)) for kind, label in REASONS]
    deals = []
    for account in accounts[::12]:
        stage, row = draw.one(stages), held.get(account.pk)
        amount = Decimal(int(draw.rng.lognormal(9, 0.8)) // 100 * 100)
        since = draw.actor.now - timedelta(days=int(draw.rng.integers(1, 60)))
        is_open = stage.kind == m.Stage.Kind.OPEN
        closes = (since + timedelta(days=0 if not is_open else int(draw.rng.integers(60, 150)))).date()
        closed = {} if is_open else {"closed_at": since, "territory": row.territory if row else None}
        money = {"amount": amount, "currency": house_currency(), "rate": ONE, "rate_day": since.date(), "house_amount": amount}
        name = f"{account.name}: yearly contract"
        deals.append(
            m.Opportunity(
                account=account,
                contact=contacts[account.pk],
                name=name,
                search_text=folded(name),
                pipeline=pipeline,
                stage=stage,
                stage_since=since,
                close_on=closes,
                **money,
                **closed,
                **_work_of(row, duties),
                **draw.stamps(90),
            )
        )
    _make(m.Opportunity, deals)
    _make(m.StageChange, (step for deal in deals for step in _way(draw, deal, stages)))
    for deal in deals:
        if fitting := [reason for reason in reasons if reason.kind == deal.stage.kind]:
            deal.reasons.add(draw.one(fitting))
    shown = ((deal, {"before": "", "after": deal.stage.name, "outcome": deal.stage.kind}) for deal in deals)
    return [event(draw.actor, "stage", d, account=d.account, contact=d.contact, at=d.stage_since, **more) for d, more in shown]


def _way(draw: Draw, deal: m.Opportunity, stages: Sequence[m.Stage]) -> list[m.StageChange]:
    """The steps of a deal to where it is: won ones went through all stages, lost ones through some of them."""
    still = [stage for stage in stages if stage.kind == m.Stage.Kind.OPEN]
    n = {m.Stage.Kind.WON.value: len(still), m.Stage.Kind.LOST.value: 1 + int(draw.rng.integers(len(still)))}.get(deal.stage.kind)
    before = still[:n] if n is not None else still[: still.index(deal.stage)]
    at = deal.stage_since
    steps = [m.StageChange(opportunity=deal, after=deal.stage, before=before[-1] if before else None, at=at, amount=deal.house_amount)]
    for i in range(len(before) - 1, -1, -1):
        at -= timedelta(days=float(draw.rng.lognormal(2, 0.7)))
        steps.append(m.StageChange(opportunity=deal, after=before[i], before=before[i - 1] if i else None, at=at, amount=deal.house_amount))
    return steps[::-1]


def _cases(draw: Draw, accounts: Sequence[m.Account], contacts: Contacts, held: Held, duties: Duties) -> list[m.TimelineEvent]:
    """Questions and complaints in all states: new, in work, waiting for the customer, solved, closed."""
    cases = []
    for i, account in enumerate(accounts[::60]):
        state = tuple(m.Case.State.values)[i % len(m.Case.State.values)]
        opened = draw.actor.now - timedelta(hours=int(draw.rng.integers(1, 60)))
        subject, about, solution = CASES[i % len(CASES)]
        clock = {"opened_at": opened, "respond_by": opened + timedelta(days=1), "solve_by": opened + timedelta(days=3)}
        what = {"account": account, "contact": contacts[account.pk], "subject": subject, "about": about, "state": state}
        what |= {"priority": draw.one(tuple(m.Case.Priority.values)), **_how_far(draw.actor, state, opened, solution)}
        cases.append(m.Case(**what, **clock, **_work_of(held.get(account.pk), duties), **draw.stamps()))
    _make(m.Case, cases)
    return [event(draw.actor, "case.opened", case, account=case.account, contact=case.contact, at=case.opened_at) for case in cases]


def _how_far(actor: Actor, state: str, opened: datetime, solution: str) -> dict[str, Any]:
    """What the clock of a case says in a state."""
    found: dict[str, Any] = {} if state == m.Case.State.NEW else {"first_response_at": opened + (actor.now - opened) / 2}
    if state == m.Case.State.WAITING:
        found["waiting_since"] = opened + (actor.now - opened) / 2
    if state in {m.Case.State.SOLVED, m.Case.State.CLOSED}:
        found |= {"solved_at": actor.now, "solution": solution}
    return found | ({"closed_at": actor.now} if state == m.Case.State.CLOSED else {})
