"""When to say thank you: anniversaries of the first order, and the n-th order."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.models import Account, Activity, Order
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.crm.services import work
from bailiwick_web.crm.services.looking_after import looked_after_by
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.services.gifts import rules

ORDERS = (10, 25, 50, 100, 250, 500, 1_000)
RECENT = timedelta(days=14)
MOST = 500


@dataclass(frozen=True)
class Milestone:
    """A day to thank a customer, and for what."""

    account: Account
    on: date
    years: int = 0
    n_orders: int = 0
    is_planned: bool = False

    @property
    def origin(self) -> str:
        """How its task is marked, so that there is one only."""
        return f"milestone:{'years' if self.years else 'orders'}:{self.years or self.n_orders}"

    @property
    def what(self) -> str:
        """In words."""
        told = {"account": self.account.name, "n": self.years or self.n_orders}
        if self.years == 1:
            return _("Thank %(account)s: customer for a year") % told
        return _("Thank %(account)s: customer for %(n)s years") % told if self.years else _("Thank %(account)s: %(n)s orders") % told


def upcoming(actor: Actor, days: int, most: int | None = MOST) -> list[Milestone]:
    """Milestones of customers within the scope: anniversaries to come, and orders of the last fortnight that made a number full."""
    today = local_day(actor.now)
    accounts = visible(actor, Account).filter(state=Account.State.CUSTOMER, merged_into=None)
    orders = Order.objects.filter(account__in=accounts.values("pk"), deleted_at=None, ordered_on__lte=today).exclude(
        state=Order.State.CANCELLED
    )
    counted: Any = orders.order_by().values("account").annotate(first=Min("ordered_on"), last=Max("ordered_on"), n=Count("pk"))
    is_full = Q(n__in=ORDERS, last__gte=today - RECENT)
    rows = list(counted.filter(_falls_within(today, days) | is_full).order_by("account")[:most])
    there = {account.pk: account for account in Account.objects.filter(pk__in=[row["account"] for row in rows]).select_related("owner")}
    planned = _planned(list(there))
    found = []
    for row in rows:
        account, first = there[row["account"]], row["first"]
        on = next((d for d in (today + timedelta(days=i) for i in range(days + 1)) if _same_day(first, d) and d.year > first.year), None)
        if on is not None:
            found.append(Milestone(account, on, years=on.year - first.year))
        if row["n"] in ORDERS and row["last"] >= today - RECENT:
            found.append(Milestone(account, row["last"], n_orders=row["n"]))
    marked = [Milestone(m.account, m.on, m.years, m.n_orders, (m.account.pk, m.origin) in planned) for m in found]
    return sorted(marked, key=lambda m: (m.on, m.account.name))


def _same_day(first: date, day: date) -> bool:
    """The 29th of February is kept on the 28th in other years."""
    is_leap_day = (first.month, first.day) == (2, 29) and not calendar.isleap(day.year)
    return (day.month, day.day) == ((2, 28) if is_leap_day else (first.month, first.day))


def _falls_within(today: date, days: int) -> Q:
    """First orders whose day and month come within some days."""
    there = [today + timedelta(days=i) for i in range(days + 1)]
    wanted = [(day.month, day.day) for day in there]
    if any((day.month, day.day) == (2, 28) and not calendar.isleap(day.year) for day in there):
        wanted.append((2, 29))
    return reduce(or_, (Q(first__month=month, first__day=day) for month, day in wanted))


def _planned(keys: Sequence[int]) -> set[tuple[int, str]]:
    """Accounts and marks of tasks that were made already, also of those that were put away."""
    rows = Activity.objects.filter(account__in=list(keys), origin__startswith="milestone:")
    return set(rows.values_list("account_id", "origin"))


@transaction.atomic
def plan_thanks(actor: Actor, milestone: Milestone) -> Activity:
    """A task of whoever looks after the customer. Sellers may. Recorded, told.

    Raises
    ------
    Conflict
        If there is one already.
    """
    Account.objects.select_for_update().get(pk=milestone.account.pk)
    if (milestone.account.pk, milestone.origin) in _planned([milestone.account.pk]):
        raise Conflict(_("There is a task for that already."), code="planned")
    about: dict[str, Any] = {"account": milestone.account, "kind": Kind.TASK, "subject": milestone.what[:300]}
    due = max(milestone.on, local_day(actor.now))
    return work.create_activity(actor, due_on=due, person=looked_after_by(milestone.account, actor), origin=milestone.origin, **about)


def remind(actor: Actor) -> int:
    """Make the tasks that the rules ask for; how many are made now."""
    days = getattr(rules(), "remind_days", None)
    if days is None:
        return 0
    fresh = [milestone for milestone in upcoming(actor, days, most=None) if not milestone.is_planned]
    for milestone in fresh:
        plan_thanks(actor, milestone)
    return len(fresh)
