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
    """What is known of every customer with a purchase up to the end of a period: a row each, from one look at the lines.

    The look adds up by customer, group and day, purchases and returns apart; a row of that is all that the rest needs. Only those who
    bought in several groups are looked at once more: a day with a purchase in two groups is one day.

    Parameters
    ----------
    start, end, before
        The period is ``[start, end]``, the one before ``[before, start)``.

    Returns
    -------
    ``customer``, ``group``, that in which most was bought in the period, else in the one before; ``now`` and ``past``, what was bought in
    both less what came back; ``is_now`` and ``is_past``, whether anything was bought; ``amount`` and ``last`` up to the end, ``last`` in
    days after the start; ``orders`` and ``orders_now``, days with a purchase up to the end and in the period.
    """
    seen = lines.filter(lines.date <= end)
    by_group = _by_group(_by_day(seen, start), _code(before, start))
    found = by_group.group_by("customer").aggregate(
        n_groups=by_group.count(),
        group=by_group.group.max(),
        now=by_group.now.sum().coalesce(0.0),
        past=by_group.past.sum().coalesce(0.0),
        is_now=by_group.orders_now.sum() > 0,
        is_past=by_group.orders_past.sum() > 0,
        amount=by_group.amount.sum(),
        last=by_group["last"].max(),
        orders=by_group.orders.sum(),
        orders_now=by_group.orders_now.sum(),
    )
    found = found.filter(found.orders > 0)
    mixed = found.filter(found.n_groups > 1).select("customer")
    bought = seen.filter(seen.amount > 0).semi_join(mixed, "customer")
    return _corrected(found, _homes(bought, start, before), _days(bought, start))


def _code(day: date, start: date) -> int:
    """Lowest code of a day, see `_by_day`."""
    return 2 * (day - start).days


def _by_day(seen: Lines, start: date) -> ir.Table:
    """Money by customer, group and code: twice the days after the start, and one more for what was bought rather than came back.

    One small whole number instead of a date and a sign makes the keys short, and of the sums one is enough.
    """
    import ibis

    is_bought = (seen.amount > 0).cast("int64")
    coded = seen.select("customer", "group", "amount", code=seen.date.delta(ibis.literal(start), unit="day") * 2 + is_bought)
    return coded.group_by(["customer", "group", "code"]).aggregate(money=coded.amount.sum())


def _by_group(days: Any, earlier: int) -> ir.Table:
    """Money and days with a purchase of each customer in each group; codes from 0 are in the period, those from `earlier` before."""
    is_now, is_past, is_bought = days.code >= 0, (days.code >= earlier) & (days.code < 0), (days.code & 1) == 1
    return days.group_by(["customer", "group"]).aggregate(
        now=days.money.sum(where=is_now),
        past=days.money.sum(where=is_past),
        amount=days.money.sum(),
        last=(days.code.max(where=is_bought) - 1) // 2,
        orders=days.count(where=is_bought),
        orders_now=days.count(where=is_now & is_bought),
        orders_past=days.count(where=is_past & is_bought),
    )


def _homes(bought: Lines, start: date, before: date) -> ir.Table:
    """Groups in which most was bought, in both periods."""
    is_now = bought.date >= start
    by_group = bought.group_by(["customer", "group"]).aggregate(
        now=bought.amount.sum(where=is_now).coalesce(0.0),
        past=bought.amount.sum(where=(bought.date >= before) & ~is_now).coalesce(0.0),
    )
    return by_group.group_by("customer").aggregate(
        home_now=by_group.group.argmax(by_group.now), home_past=by_group.group.argmax(by_group.past)
    )


def _days(bought: Lines, start: date) -> ir.Table:
    """Days with a purchase of each customer, whatever the group."""
    days = bought.select("customer", "date").distinct()
    return days.group_by("customer").aggregate(days=days.count(), days_now=days.count(where=days.date >= start))


def _corrected(found: Any, homes: Any, days: Any) -> ir.Table:
    """Group and days of those with several groups in place of the first guess."""
    import ibis

    joined = found.left_join(homes, "customer").left_join(days, found.customer == days.customer)
    is_one = found.n_groups == 1
    return joined.select(
        *(found[name] for name in ("customer", "now", "past", "is_now", "is_past", "amount", "last")),
        group=ibis.ifelse(is_one, found.group, ibis.ifelse(found.is_now, homes.home_now, homes.home_past)),
        orders=ibis.ifelse(is_one, found.orders, days.days),
        orders_now=ibis.ifelse(is_one, found.orders_now, days.days_now),
    )


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


def rfm_scores(customers: Any, start: date, until: date) -> ir.Table:
    """Recency, frequency and money of each customer up to a day, their scores 1 to 5, and the class; ``last`` counts from the start.

    Money is what was bought less what came back.
    """
    known = customers.select("customer", "orders", "amount", days_since=(until - start).days - customers["last"])
    scored = known
    for score, column in (("recency", "days_since"), ("frequency", "orders"), ("money", "amount")):
        scored = scored.inner_join(_fifths(known, column, score, is_low_best=score == "recency"), column)
    return scored.mutate(segment=_class(scored))


def _fifths(table: Any, column: str, name: str, *, is_low_best: bool) -> ir.Table:
    """Score 1 for the lowest fifth to 5 of each value of a column; equal values get one: the fifth in which their middle lies.

    Values are fewer than rows, so that only they are brought into order.
    """
    import ibis

    values = table.group_by(column).aggregate(n=table.count())
    order = -values[column] if is_low_best else values[column]
    up_to = values.n.sum().over(ibis.cumulative_window(order_by=order))
    share = (up_to - values.n / 2.0) / values.n.sum().over(ibis.window())
    score = ibis.least((share * _FIFTHS).floor().cast("int64") + 1, ibis.literal(_FIFTHS, "int64"))
    return values.select(column, score.name(name))


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
