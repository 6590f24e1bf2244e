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


def customer_days(lines: Lines) -> ir.Table:
    """What each customer bought on each day: a row per customer and day with a line."""
    import ibis

    bought = ibis.ifelse(lines.amount > 0, lines.amount, 0.0)
    return lines.group_by(["customer", "date"]).aggregate(amount=lines.amount.sum(), bought=bought.sum())


def period_sides(lines: Lines, start: date, end: date, before: date) -> ir.Table:
    """What each customer bought in a period and the one before, in all, and the group in which most was bought.

    Parameters
    ----------
    start, end, before
        The period is ``[start, end]``, the one before ``[before, start)``.
    """
    import ibis

    wanted = lines.filter((lines.date >= before) & (lines.date <= end))
    is_now = wanted.date >= start
    positive = ibis.ifelse(wanted.amount > 0, wanted.amount, 0.0)
    by_group = wanted.group_by(["customer", "group"]).aggregate(
        now=ibis.ifelse(is_now, wanted.amount, 0.0).sum(),
        past=ibis.ifelse(is_now, 0.0, wanted.amount).sum(),
        bought_now=ibis.ifelse(is_now, positive, 0.0).sum(),
        bought_past=ibis.ifelse(is_now, 0.0, positive).sum(),
    )
    sides = by_group.group_by("customer").aggregate(
        now=by_group.now.sum(),
        past=by_group.past.sum(),
        is_now=by_group.bought_now.max() > 0,
        is_past=by_group.bought_past.max() > 0,
        home_now=by_group.group.argmax(by_group.bought_now),
        home_past=by_group.group.argmax(by_group.bought_past),
    )
    active = sides.filter(sides.is_now | sides.is_past)
    return active.mutate(group=ibis.ifelse(active.is_now, active.home_now, active.home_past)).drop("home_now", "home_past")


def period_measures(sides: Any, days: Any, start: date, end: date) -> ir.Table:
    """Measures of each group in a period and the one before, by the names of the key figures; as `change_between` has them."""
    import ibis

    def total(condition: Any, value: Any = 1.0) -> Any:
        return ibis.ifelse(condition, value, 0.0).sum()

    ordered = days.filter((days.date >= start) & (days.date <= end) & (days.bought > 0))
    orders = ordered.group_by("customer").aggregate(orders=ordered.count())
    joined = sides.left_join(orders, "customer").select(*(sides[name] for name in sides.columns), orders["orders"])
    is_new, is_kept, is_lost = joined.is_now & ~joined.is_past, joined.is_now & joined.is_past, joined.is_past & ~joined.is_now
    more = joined.now - joined.past
    return joined.group_by("group").aggregate(
        revenue=total(joined.is_now, joined.now),
        revenue_before=total(joined.is_past, joined.past),
        customers=total(joined.is_now),
        customers_before=total(joined.is_past),
        customers_new=total(is_new),
        customers_kept=total(is_kept),
        customers_lost=total(is_lost),
        new=total(is_new, joined.now),
        expansion=total(is_kept & (more > 0), more),
        contraction=total(is_kept & (more < 0), -more),
        churn=total(is_lost, joined.past),
        orders=joined.orders.fill_null(0).cast("float64").sum(),
    )


def rfm_scores(days: Any, until: date) -> ir.Table:
    """Recency, frequency and money of each customer up to a day, their scores 1 to 5, and the class.

    A customer without a day of purchase has none; money is what was bought less what came back.
    """
    import ibis

    seen = days.filter(days.date <= until)
    is_bought = seen.bought > 0
    customers = seen.group_by("customer").aggregate(
        last=ibis.ifelse(is_bought, seen.date, ibis.null("date")).max(),
        orders=ibis.ifelse(is_bought, 1, 0).sum(),
        amount=seen.amount.sum(),
    )
    known = customers.filter(customers.orders > 0)
    # whole days by an integer: engines differ in what a difference of dates is
    since = ibis.literal(until).cast("date").epoch_seconds() // 86_400 - known["last"].epoch_seconds() // 86_400
    known = known.mutate(days_since=since.cast("int64"))
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
