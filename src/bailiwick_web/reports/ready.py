"""Reports that are there from the first day; they can be copied and changed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.refusals import Missing
from bailiwick_web.reports.asking import Definition, Filter, Group, Measure
from bailiwick_web.reports.registry.kinds import Text

COUNT = Measure("count")


@dataclass(frozen=True)
class Ready:
    """A report with a name."""

    key: str
    name: Text
    about: Text
    definition: Definition


READY = (
    Ready(
        "pipeline",
        gettext_lazy("Pipeline by stage and rep"),
        gettext_lazy("What is open, what it is worth, and what it is worth by its chances."),
        Definition(
            "opportunity",
            (Filter("outcome", "is", ("open",)),),
            (Group("stage"), Group("rep")),
            (Measure("sum", "amount"), Measure("sum", "weighted"), COUNT),
            chart="stacked",
        ),
    ),
    Ready(
        "reasons",
        gettext_lazy("Won and lost by reason"),
        gettext_lazy("Why deals of the last year ended as they did."),
        Definition(
            "opportunity",
            (Filter("outcome", "is", ("won", "lost")), Filter("closed_at", "last", ("12 months",))),
            (Group("reason"), Group("outcome")),
            (COUNT, Measure("sum", "amount"), Measure("share")),
            chart="stacked",
        ),
    ),
    Ready(
        "lead-sources",
        gettext_lazy("Leads by source"),
        gettext_lazy("Where leads of the last year came from, how many became customers, and what was won with them."),
        Definition(
            "lead",
            (Filter("created_at", "last", ("12 months",)),),
            (Group("source"),),
            (COUNT, Measure("mean", "is_converted"), Measure("sum", "won_amount"), Measure("mean", "answer_hours")),
        ),
    ),
    Ready(
        "recommendations",
        gettext_lazy("Customers who recommend you"),
        gettext_lazy("Leads by the customer who recommended them, how many became customers, and what was won with them."),
        Definition(
            "lead",
            (Filter("recommended_by", "known"),),
            (Group("recommended_by"),),
            (COUNT, Measure("mean", "is_converted"), Measure("sum", "won_amount")),
        ),
    ),
    Ready(
        "campaigns",
        gettext_lazy("Campaigns by territory"),
        gettext_lazy("Leads of the last year by campaign and territory, how many became customers, and what was won with them."),
        Definition(
            "lead",
            (Filter("created_at", "last", ("12 months",)), Filter("campaign", "known")),
            (Group("campaign"), Group("territory")),
            (COUNT, Measure("mean", "is_converted"), Measure("sum", "won_amount")),
            chart="stacked",
        ),
    ),
    Ready(
        "cases",
        gettext_lazy("Cases by priority and clock"),
        gettext_lazy("How many came in the last 90 days, and how many were answered and solved in time."),
        Definition(
            "case",
            (Filter("opened_at", "last", ("90 days",)),),
            (Group("priority"),),
            (COUNT, Measure("mean", "is_answered_in_time"), Measure("mean", "is_solved_in_time"), Measure("mean", "solve_hours")),
        ),
    ),
    Ready(
        "orders",
        gettext_lazy("Orders by month"),
        gettext_lazy("What came in over the last 12 months; returns are taken off."),
        Definition(
            "order",
            (Filter("ordered_on", "last", ("12 months",)), Filter("state", "is_not", ("cancelled",))),
            (Group("ordered_on", "month"),),
            (Measure("sum", "amount"), COUNT, Measure("distinct", "account")),
        ),
    ),
    Ready(
        "activities",
        gettext_lazy("Activities by rep"),
        gettext_lazy("What was done in the last 30 days, by whom and how."),
        Definition(
            "activity",
            (Filter("state", "is", ("done",)), Filter("done_at", "last", ("30 days",))),
            (Group("rep"), Group("kind")),
            (COUNT, Measure("distinct", "account")),
            chart="stacked",
        ),
    ),
    Ready(
        "silent",
        gettext_lazy("Customers nobody spoke to for 90 days"),
        gettext_lazy("Customers without a call, visit or message, the quietest first."),
        Definition(
            "account",
            (Filter("account_state", "is", ("customer",)), Filter("last_activity_at", "not_last", ("90 days",))),
            columns=("account", "account_segment", "account_tier", "territory", "rep", "last_activity_at", "silent_days"),
            sort="-silent_days",
            chart="table",
        ),
    ),
    Ready(
        "close-dates",
        gettext_lazy("Open deals whose day is past"),
        gettext_lazy("Deals that should have closed: to be closed, or to get an honest day."),
        Definition(
            "opportunity",
            (Filter("outcome", "is", ("open",)), Filter("close_on", "past")),
            columns=("name", "account", "stage", "amount", "close_on", "rep"),
            sort="close_on",
            chart="table",
        ),
    ),
)


def ready_of(key: str) -> Ready:
    """One of them.

    Raises
    ------
    Missing
        If there is none of that name.
    """
    found = next((ready for ready in READY if ready.key == key), None)
    if found is None:
        raise Missing(_("There is no such report."))
    return found
