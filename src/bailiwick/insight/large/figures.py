"""What key figures, classes by orders and segments are made of, as expressions over order lines."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from bailiwick.insight.segments.rfm import CLASSES

if TYPE_CHECKING:
    import ibis.expr.types as ir

Lines = Any
"""An expression with the columns customer, date, amount, group."""
_FIFTHS = 5


def by_customer(lines: Lines, start: date, end: date, before: date) -> ir.Table:
    """What is known of every customer with a purchase up to the end of a period: a row each, from two looks at the lines.

    The first look adds up by customer and group, so that the group in which most was bought is known; the second counts the days with a
    purchase, for which customer and day are enough. No row per customer and day is kept.

    Parameters
    ----------
    start, end, before
        The period is ``[start, end]``, the one before ``[before, start)``.

    Returns
    -------
    ``customer``, ``group``; ``now`` and ``past``, what was bought in both less what came back; ``is_now`` and ``is_past``, whether anything
    was bought; ``amount`` and ``last`` up to the end; ``orders`` and ``orders_now``, days with a purchase up to the end and in the period.
    """
    seen = lines.filter(lines.date <= end)
    sums, days = _sums(seen, start, before), _days(seen, start)
    joined = days.inner_join(sums, "customer")
    return joined.select(*(sums[name] for name in sums.columns), days["orders"], days["orders_now"])


def _sums(seen: Lines, start: date, before: date) -> ir.Table:
    """Money of each customer, and the group in which most was bought in the period, else in the one before."""
    import ibis

    is_now = seen.date >= start
    is_past = (seen.date >= before) & ~is_now
    bought = ibis.ifelse(seen.amount > 0, seen.amount, 0.0)
    by_group = seen.group_by(["customer", "group"]).aggregate(
        now=ibis.ifelse(is_now, seen.amount, 0.0).sum(),
        past=ibis.ifelse(is_past, seen.amount, 0.0).sum(),
        bought_now=ibis.ifelse(is_now, bought, 0.0).sum(),
        bought_past=ibis.ifelse(is_past, bought, 0.0).sum(),
        amount=seen.amount.sum(),
        last=ibis.ifelse(seen.amount > 0, seen.date, ibis.null("date")).max(),
    )
    found = by_group.group_by("customer").aggregate(
        now=by_group.now.sum(),
        past=by_group.past.sum(),
        is_now=by_group.bought_now.max() > 0,
        is_past=by_group.bought_past.max() > 0,
        home_now=by_group.group.argmax(by_group.bought_now),
        home_past=by_group.group.argmax(by_group.bought_past),
        amount=by_group.amount.sum(),
        last=by_group["last"].max(),
    )
    return found.mutate(group=ibis.ifelse(found.is_now, found.home_now, found.home_past)).drop("home_now", "home_past")


def _days(seen: Lines, start: date) -> ir.Table:
    """Days with a purchase of each customer who bought at all."""
    import ibis

    days = seen.filter(seen.amount > 0).select("customer", "date").distinct()
    return days.group_by("customer").aggregate(orders=days.count(), orders_now=ibis.ifelse(days.date >= start, 1, 0).sum())


def period_measures(customers: Any) -> ir.Table:
    """Measures of each group in a period and the one before, by the names of the key figures; as `change_between` has them."""
    import ibis

    def total(condition: Any, value: Any = 1.0) -> Any:
        return ibis.ifelse(condition, value, 0.0).sum()

    active = customers.filter(customers.is_now | customers.is_past)
    is_new, is_kept, is_lost = active.is_now & ~active.is_past, active.is_now & active.is_past, active.is_past & ~active.is_now
    more = active.now - active.past
    return active.group_by("group").aggregate(
        revenue=total(active.is_now, active.now),
        revenue_before=total(active.is_past, active.past),
        customers=total(active.is_now),
        customers_before=total(active.is_past),
        customers_new=total(is_new),
        customers_kept=total(is_kept),
        customers_lost=total(is_lost),
        new=total(is_new, active.now),
        expansion=total(is_kept & (more > 0), more),
        contraction=total(is_kept & (more < 0), -more),
        churn=total(is_lost, active.past),
        orders=active.orders_now.cast("float64").sum(),
    )


def rfm_scores(customers: Any, until: date) -> ir.Table:
    """Recency, frequency and money of each customer up to a day, their scores 1 to 5, and the class.

    Money is what was bought less what came back.
    """
    import ibis

    # whole days by an integer: engines differ in what a difference of dates is
    since = ibis.literal(until).cast("date").epoch_seconds() // 86_400 - customers["last"].epoch_seconds() // 86_400
    known = customers.select("customer", "orders", "amount", days_since=since.cast("int64"))
    scored = known.mutate(
        recency=_fifth(known, -known.days_since),
        frequency=_fifth(known, known.orders),
        money=_fifth(known, known.amount),
    )
    return scored.mutate(segment=_class(scored))


def _fifth(table: Any, value: Any) -> Any:
    """Score 1 for the lowest fifth to 5; equal values get one: the fifth in which their middle lies."""
    import ibis

    below = ibis.rank().over(ibis.window(order_by=value))
    ties = table.count().over(ibis.window(group_by=value))
    share = (below + ties / 2.0) / table.count().over(ibis.window())
    return ibis.least((share * _FIFTHS).floor().cast("int64") + 1, ibis.literal(_FIFTHS, "int64"))


def _class(scored: Any) -> Any:
    """Name of the class by the scores, as `bailiwick.insight.segments.rfm` has them."""
    import ibis

    r, f, m = scored.recency, scored.frequency, scored.money
    worth = ibis.greatest(f, m)
    names = [name for name, _meaning in CLASSES]
    conditions = [
        (r >= 4) & (f >= 4) & (m >= 4),
        (r >= 3) & (worth >= 4),
        (r >= 4) & (f <= 2),
        r >= 3,
        (r == 2) & (worth >= 3),
        worth >= 4,
    ]
    return ibis.cases(*zip(conditions, names, strict=False), else_=names[-1])


def segment_table(scored: Any) -> ir.Table:
    """Customers, orders and money of each class."""
    return scored.group_by("segment").aggregate(
        accounts=scored.count(), orders=scored.orders.sum(), amount=scored.amount.sum(), days_since=scored.days_since.mean()
    )
