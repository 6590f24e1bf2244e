"""Subscriptions of reports, and goals, over the JSON interface."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from ninja import Router, Schema, Status

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.models import Position
from bailiwick_web.core.rest.requests import one_page
from bailiwick_web.core.roles import Right
from bailiwick_web.crm.visibility import visible
from bailiwick_web.reports import services
from bailiwick_web.reports.models import Goal, Subscription
from bailiwick_web.reports.periods import begun

router = Router(tags=["reports"])


class SubscriptionIn(Schema):
    """A report that is to be sent again and again at a local time; without ``to`` to oneself."""

    report: UUID
    to: str = ""
    every: Literal["day", "week", "month"] = "week"
    weekday: int = 0
    month_day: int = 1
    local_time: str = "07:00"
    time_zone: str = ""
    language: str = ""
    format: Literal["csv", "xlsx", "pdf"] = "xlsx"


class SubscriptionOut(Schema):
    """Who gets which report when; ``weekday`` is 0 for Monday to 6."""

    id: UUID
    version: int
    report: UUID
    report_name: str
    to: str
    every: str
    weekday: int
    month_day: int
    local_time: str
    time_zone: str
    language: str
    format: str
    next_at: datetime
    created_at: datetime


class SubscriptionsOut(Schema):
    """A page of subscriptions; ``next`` is the cursor of the next page."""

    items: list[SubscriptionOut]
    next: int | None


class GoalIn(Schema):
    """What a position is to win in the quarter of a day, in house currency; 0 takes the goal away."""

    position: UUID
    starts_on: date
    amount: Decimal


class GoalOut(Schema):
    """A goal; ``starts_on`` is the first day of its quarter."""

    id: UUID
    version: int
    position: UUID
    position_name: str
    starts_on: date
    amount: Decimal
    changed_at: datetime


class GoalsOut(Schema):
    """A page of goals; ``next`` is the cursor of the next page."""

    items: list[GoalOut]
    next: int | None


@router.get("/report-subscriptions", response=SubscriptionsOut)
def list_report_subscriptions(request: HttpRequest, report: UUID | None = None, after: int | None = None, limit: int | None = None) -> Any:
    """What is sent to the user, and what is sent of the reports that are the user's; newest first."""
    actor = actor_of(request)
    actor.need(Right.LOOK)
    mine = Q(user=actor.user) | Q(report__owner=actor.user)
    found = Subscription.objects.filter(mine, ended_at=None).select_related("report", "user")
    return one_page(found.filter(report__public_id=report) if report else found, _subscription, after=after, limit=limit)


@router.post("/report-subscriptions", response={201: SubscriptionOut})
def post_report_subscription(request: HttpRequest, new: SubscriptionIn) -> Any:
    """Send a report to oneself, or one of one's own to somebody who finds it."""
    actor = actor_of(request)
    given = {name: value for name, value in new.dict(exclude={"report", "to"}).items() if value != ""}
    origin = request.build_absolute_uri("/").rstrip("/")
    return Status(201, _subscription(services.subscribe(actor, new.report, origin=origin, to=new.to, **given)))


@router.delete("/report-subscriptions/{uuid:subscription_id}", response={204: None})
def delete_report_subscription(request: HttpRequest, subscription_id: UUID) -> Any:
    """Send it no more; whoever gets it may, and the owner of the report."""
    actor = actor_of(request)
    actor.need(Right.LOOK)
    services.end(actor, subscription_id)
    return Status(204, None)


def _subscription(found: Subscription) -> dict[str, Any]:
    same = ("version", "every", "weekday", "month_day", "time_zone", "language", "format", "next_at", "created_at")
    about = {"id": found.public_id, "report": found.report.public_id, "report_name": found.report.name, "to": found.user.email}
    return {name: getattr(found, name) for name in same} | about | {"local_time": f"{found.local_time:%H:%M}"}


@router.get("/goals", response=GoalsOut)
def list_goals(
    request: HttpRequest, quarter: date | None = None, position: UUID | None = None, after: int | None = None, limit: int | None = None
) -> Any:
    """Goals of positions within the scope, newest first; ``quarter`` is any day of one."""
    actor = actor_of(request)
    actor.need(Right.LOOK)
    found = Goal.objects.filter(position__in=visible(actor, Position).values("pk")).select_related("position")
    if quarter is not None:
        found = found.filter(starts_on=begun(quarter, "quarter"))
    return one_page(found.filter(position__public_id=position) if position else found, _goal, after=after, limit=limit)


@router.put("/goals", response={200: GoalOut, 204: None})
def put_goal(request: HttpRequest, goal: GoalIn) -> Any:
    """Set the goal of a position for a quarter; those who lead or plan may, within their scope."""
    actor = actor_of(request)
    actor.need(Right.AIM)
    found = services.set_goal(actor, goal.position, starts_on=goal.starts_on, amount=goal.amount)
    return Status(204, None) if found is None else _goal(found)


def _goal(found: Goal) -> dict[str, Any]:
    same = ("version", "starts_on", "amount", "changed_at")
    about = {"id": found.public_id, "position": found.position.public_id, "position_name": found.position.name}
    return {name: getattr(found, name) for name in same} | about
