"""The types of records that reports are made of, and all that can be asked of each."""

from __future__ import annotations

from typing import Any

from django.db.models import ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible
from bailiwick_web.reports.registry.kinds import Field, Ground, Kind, Make, Subject, path
from bailiwick_web.reports.registry.parts import (
    account_fields,
    choice,
    credited_field,
    day,
    days_since,
    holder_field,
    hours_between,
    instant,
    number,
    rep_fields,
    text,
    whether,
)

HOUSE, OWN = _("Amount"), _("Amount in its own currency")


def _money(key: str, label: Any, make: Make, **more: Any) -> Field:
    return Field(key, label, Kind.MONEY, make, **more)


def _yes_no(key: str, label: Any, make: Make) -> Field:
    return Field(key, label, Kind.YES_NO, make)


def _record(key: str, label: Any, to: str, order: tuple[str, ...] = (), **more: Any) -> Field:
    called = "label" if to == "reasons" else "name"
    return Field(key, label, Kind.RECORD, path(f"{to}__public_id"), name=path(f"{to}__{called}"), order=order, **more)


def _seen(model: Any) -> Any:
    """The one scope of a model."""
    return lambda actor: visible(actor, model)


ADDED = (instant("created_at", _("Added"), "created_at"), instant("changed_at", _("Changed"), "changed_at"))
FROM = Field("origin", _("Where it came from"), Kind.TEXT, path("origin"), right=Right.IMPORT)
CURRENCY = text("currency", _("Currency"))

ACCOUNTS = Subject(
    "account",
    _("Accounts"),
    m.Account,
    _seen(m.Account),
    (
        *account_fields(""),
        holder_field(),
        text("code", _("Number")),
        number("employees", _("Employees"), path("employees")),
        number("health", _("Health"), path("health")),
        _money("annual_revenue", _("Annual revenue"), path("annual_revenue"), currency="currency"),
        CURRENCY,
        instant("last_activity_at", _("Last contact"), "last_activity_at"),
        number("silent_days", _("Days since the last contact"), days_since("last_activity_at"), "days"),
        *ADDED,
        FROM,
    ),
    ("account", "account_state", "account_segment", "territory", "rep", "last_activity_at"),
    "customer",
    free="account",
)
CONTACTS = Subject(
    "contact",
    _("Contacts"),
    m.Contact,
    lambda actor: visible(actor, m.Contact).filter(erased_at__isnull=True),
    (
        text("name", _("Name")),
        choice("role", _("Role"), m.Contact.Role.choices),
        text("job_title", _("Function")),
        text("department", _("Department")),
        text("language", _("Language")),
        _yes_no("is_main", _("Main contact"), path("is_main")),
        instant("last_activity_at", _("Last contact"), "last_activity_at"),
        *ADDED,
        FROM,
        *account_fields("account"),
    ),
    ("name", "job_title", "account", "last_activity_at"),
    "contact",
    free="contact",
)
LEADS = Subject(
    "lead",
    _("Leads"),
    m.Lead,
    _seen(m.Lead),
    (
        text("company", _("Company")),
        text("name", _("Name")),
        choice("status", _("State"), m.Lead.Status.choices),
        text("source", _("Source")),
        text("campaign", _("Campaign")),
        Field(
            "recommended_by",
            _("Recommended by"),
            Kind.RECORD,
            lambda ground: ground.seen("referrer_account", F("referrer_account__public_id")),
            name=lambda ground: ground.seen("referrer_account", F("referrer_account__name")),
            model=m.Account,
        ),
        text("industry", _("Industry")),
        text("city", _("City")),
        text("region", _("State or province")),
        text("country", _("Country")),
        number("employees", _("Employees"), path("employees")),
        _yes_no("is_hot", _("Hot"), path("is_hot")),
        _yes_no("is_qualified", _("Qualified"), path("is_qualified")),
        _yes_no("is_converted", _("Converted"), lambda ground: whether(Q(status=m.Lead.Status.CONVERTED))),
        _money("estimated_amount", _("Estimated amount"), path("estimated_amount"), currency="currency"),
        CURRENCY,
        _money("won_amount", _("Won from it"), lambda ground: _won_from(ground)),
        number("answer_hours", _("Hours to the first answer"), hours_between("created_at", "responded_at"), "hours"),
        _yes_no("is_answered_in_time", _("Answered in time"), lambda ground: _answered(ground)),
        instant("converted_at", _("Converted on"), "converted_at"),
        *ADDED,
        Field("territory", _("Territory"), Kind.TERRITORY, path("territory__code"), heading=_("Who and where")),
        *rep_fields(),
        FROM,
    ),
    ("company", "name", "status", "source", "territory", "rep"),
    "lead",
    free="lead",
)


def _won_from(ground: Ground) -> Any:

    won = visible(ground.actor, m.Opportunity).filter(pk=OuterRef("opportunity"), stage__kind=m.Stage.Kind.WON)
    return Subquery(won.values("house_amount")[:1])


def _answered(ground: Ground) -> Any:
    waits = Q(responded_at__isnull=True) & (Q(respond_by__isnull=True) | Q(respond_by__gt=ground.now))
    return whether(Q(responded_at__lte=F("respond_by")), waits | Q(respond_by__isnull=True))


def _chance() -> Any:
    return Coalesce(F("probability"), F("stage__probability"))


def _weighted(ground: Ground) -> Any:
    return ExpressionWrapper(Cast("house_amount", FloatField()) * _chance(), output_field=FloatField())


UNPRICED = Q(amount__isnull=False, house_amount__isnull=True)
DEALS = Subject(
    "opportunity",
    _("Deals"),
    m.Opportunity,
    _seen(m.Opportunity),
    (
        text("name", _("Deal")),
        _record("stage", _("Stage"), "stage", ("stage__pipeline__place", "stage__place"), model=m.Stage),
        choice("outcome", _("Outcome"), m.Stage.Kind.choices, "stage__kind"),
        _record("pipeline", _("Pipeline"), "pipeline", ("pipeline__place",), model=m.Pipeline),
        _money("amount", HOUSE, path("house_amount"), unpriced=UNPRICED),
        _money("weighted", _("Weighted amount"), _weighted, unpriced=UNPRICED),
        _money("own_amount", OWN, path("amount"), currency="currency"),
        CURRENCY,
        Field("chance", _("Chance"), Kind.NUMBER, lambda ground: _chance(), unit="share"),
        text("source", _("Source")),
        _record("reason", _("Reason"), "reasons", model=m.OutcomeReason, is_many=True, about=_("A deal with several counts with each.")),
        _record("lost_to", _("Lost to"), "lost_to", model=m.Competitor),
        day("close_on", _("Closes on"), "close_on"),
        instant("closed_at", pgettext_lazy("deal", "Closed"), "closed_at"),
        instant("stage_since", _("In this stage since"), "stage_since"),
        number("stage_days", _("Days in this stage"), days_since("stage_since"), "days"),
        number("cycle_days", _("Days until it closed"), days_since("created_at", "closed_at"), "days"),
        *ADDED,
        *account_fields("account"),
        credited_field(),
        *rep_fields(),
        FROM,
    ),
    ("name", "account", "stage", "amount", "close_on", "rep"),
    "deal",
    free="opportunity",
)
ORDERS = Subject(
    "order",
    _("Orders"),
    m.Order,
    _seen(m.Order),
    (
        text("number", _("Number")),
        choice("state", _("State"), m.Order.State.choices),
        _money("amount", HOUSE, path("house_amount")),
        _money("own_amount", OWN, path("amount"), currency="currency"),
        CURRENCY,
        day("ordered_on", _("Ordered on"), "ordered_on"),
        day("due_on", _("Due on"), "due_on"),
        *account_fields("account"),
        credited_field(),
        *rep_fields(person=False),
        FROM,
    ),
    ("number", "account", "ordered_on", "state", "amount"),
    "customer",
    "account__public_id",
    free="order",
)


def _lines(actor: Actor) -> QuerySet[m.OrderLine]:
    """Lines of the orders that somebody sees."""
    return m.OrderLine.objects.filter(order__in=visible(actor, m.Order).values("pk"))


def _in_house(name: str) -> Make:
    product = Cast(name, FloatField()) * Cast("order__rate", FloatField())
    return lambda ground: ExpressionWrapper(product, output_field=FloatField())


LINES = Subject(
    "order-line",
    _("Order lines"),
    m.OrderLine,
    _lines,
    (
        _record("product", _("Product"), "product", ("product__name",), model=m.Product),
        _record("product_line", _("Product line"), "product__line", ("product__line__name",), model=m.ProductLine),
        text("text", _("Text")),
        number("quantity", _("Quantity"), path("quantity")),
        Field("discount", _("Discount"), Kind.NUMBER, path("discount"), unit="share"),
        _money("amount", HOUSE, _in_house("amount")),
        _money("cost", _("Cost"), _in_house("cost")),
        _money("own_amount", OWN, path("amount"), currency="currency"),
        Field("currency", _("Currency"), Kind.TEXT, path("order__currency")),
        choice("state", _("State"), m.Order.State.choices, "order__state"),
        Field("number", _("Number of the order"), Kind.TEXT, path("order__number")),
        day("ordered_on", _("Ordered on"), "order__ordered_on"),
        *account_fields("order__account"),
        credited_field("order__territory"),
        *rep_fields("order", person=False),
    ),
    ("number", "product", "text", "quantity", "amount", "account"),
    "customer",
    "order__account__public_id",
)
ACTIVITIES = Subject(
    "activity",
    _("Activities"),
    m.Activity,
    _seen(m.Activity),
    (
        text("subject", _("Subject")),
        choice("kind", _("Kind"), m.Activity.Kind.choices),
        choice("state", _("State"), m.Activity.State.choices),
        text("outcome", _("Outcome")),
        number("duration_minutes", _("Minutes"), path("duration_minutes"), "minutes"),
        instant("done_at", _("Done"), "done_at"),
        instant("starts_at", _("Starts"), "starts_at"),
        day("due_on", _("Due on"), "due_on"),
        *ADDED,
        *account_fields("account"),
        *rep_fields(),
        FROM,
    ),
    ("subject", "kind", "state", "account", "done_at", "rep"),
    "customer",
    "account__public_id",
    free="activity",
)


def _in_time(done: str, by: str) -> Make:
    """Whether something was done before a clock ran out; unknown as long as it runs."""

    def make(ground: Ground) -> Any:
        runs = Q(**{f"{done}__isnull": True, f"{by}__gt": Value(ground.now)})
        return whether(Q(**{f"{done}__lte": F(by)}), runs)

    return make


CASES = Subject(
    "case",
    _("Cases"),
    m.Case,
    _seen(m.Case),
    (
        text("subject", _("Subject")),
        choice("about", _("What it is"), m.Case.About.choices),
        choice("priority", _("Priority"), m.Case.Priority.choices),
        choice("state", _("State"), m.Case.State.choices),
        _yes_no("is_answered_in_time", _("Answered in time"), _in_time("first_response_at", "respond_by")),
        _yes_no("is_solved_in_time", _("Solved in time"), _in_time("solved_at", "solve_by")),
        number("answer_hours", _("Hours to the first answer"), hours_between("opened_at", "first_response_at"), "hours"),
        number("solve_hours", _("Hours to the solution"), hours_between("opened_at", "solved_at"), "hours"),
        number("escalation", _("Escalation"), path("escalation")),
        instant("opened_at", _("Opened"), "opened_at"),
        instant("solve_by", _("To be solved by"), "solve_by"),
        instant("solved_at", _("Solved"), "solved_at"),
        *account_fields("account"),
        *rep_fields(),
        FROM,
    ),
    ("subject", "priority", "state", "account", "solve_by", "rep"),
    "case",
    free="case",
)
SUBJECTS = {found.key: found for found in (DEALS, ACCOUNTS, LEADS, ORDERS, LINES, ACTIVITIES, CASES, CONTACTS)}
