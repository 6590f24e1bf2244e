"""Which records of customers somebody sees: the one way by which every read of them goes.

A record is seen by those who see its account, and by those whose own it is. An account is seen by those within whose scope a
position is that has it in any layer today, by its owner and those above the owner, and, while nobody has it, by whoever added it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor, Scope
from bailiwick_web.core.models import Person, Position
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m

M = TypeVar("M", bound=Model)
MOST_KEYS = 2_000


class Reach:
    """What somebody reaches today: their positions and people by key, found once for a request; accounts as a sub-query.

    Accounts are asked for anew in every question, so that what a request adds or hands over counts at once.
    """

    def __init__(self, actor: Actor, scope: Scope, among: QuerySet[Any] | None = None) -> None:
        assert actor.user is not None
        self.among = among
        self.user_id = actor.user.pk
        self.now = actor.now
        self.positions = actor.once("positions", lambda: _few(scope.positions()))
        self.people = actor.once("people", lambda: _few(scope.people(actor.now.date())))

    @property
    def accounts(self) -> QuerySet[Any]:
        """Keys of accounts: three ways to see one, each by its own index; only those among which one is looked for, if it is said."""
        today = present(self.now)
        held = m.AccountTerritory.objects.filter(today, position__in=self.positions)
        owned = m.Account.objects.filter(owner__in=self.people)
        somebodys = m.AccountTerritory.objects.filter(today, position__isnull=False, account=OuterRef("pk"))
        added = m.Account.objects.filter(~Exists(somebodys), created_by=self.user_id)
        if self.among is not None:
            held, owned, added = held.filter(account__in=self.among), owned.filter(pk__in=self.among), added.filter(pk__in=self.among)
        return held.values("account_id").union(owned.values("pk"), added.values("pk"))


def _few(rows: QuerySet[Any]) -> list[int] | QuerySet[Any]:
    """Keys of rows; of very many, a sub-query that finds them, as databases take so many values and no more."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_KEYS + 1])
    return keys if len(keys) <= MOST_KEYS else rows.values("pk")


def present(now: Any, prefix: str = "") -> Q:
    """Periods that hold at an instant."""
    until = f"{prefix}valid_until"
    return Q(**{f"{prefix}valid_from__lte": now}) & (Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gt": now}))


Rule = Callable[[Reach], Q]


def _everybody(reach: Reach) -> Q:
    return Q()


def _of_account(reach: Reach) -> Q:
    return Q(account__in=reach.accounts)


def _of_work(reach: Reach) -> Q:
    """Of an account that is seen, or somebody's own."""
    return Q(account__in=reach.accounts) | Q(position__in=reach.positions) | Q(person__in=reach.people)


RULES: dict[type[Model], Rule] = {
    m.Account: lambda reach: Q(pk__in=reach.accounts),
    m.Location: _of_account,
    m.Contact: lambda reach: Q(account__in=reach.accounts) | Q(account__isnull=True, created_by=reach.user_id),
    m.Lead: lambda reach: Q(position__in=reach.positions) | Q(person__in=reach.people) | Q(created_by=reach.user_id),
    m.Opportunity: _of_work,
    m.Order: lambda reach: Q(account__in=reach.accounts) | Q(position__in=reach.positions),
    m.Activity: _of_work,
    m.ActivitySeries: _of_work,
    m.Case: _of_work,
    m.Attachment: _of_account,
    m.TimelineEvent: _of_account,
    m.NeedAnswer: _of_account,
    m.AccountTerritory: _of_account,
    m.AccountNaming: _of_account,
    m.Handover: _of_account,
    m.Absence: lambda reach: Q(person__in=reach.people),
    m.PositionLimit: lambda reach: Q(position__in=reach.positions),
    m.Pipeline: _everybody,
    m.Stage: _everybody,
    m.OutcomeReason: _everybody,
    m.Criterion: _everybody,
    m.FieldDefinition: _everybody,
    m.ServiceLevel: _everybody,
    m.NeedsTemplate: _everybody,
    m.NeedQuestion: _everybody,
    m.ProductLine: _everybody,
    m.Product: _everybody,
    m.Price: _everybody,
    m.ExchangeRate: _everybody,
    m.Competitor: _everybody,
    m.CompetitorPresence: _everybody,
    Position: lambda reach: Q(pk__in=reach.positions),
    Person: lambda reach: Q(pk__in=reach.people),
}
"""Models that are not here cannot be read this way: what nobody thought of is seen by nobody."""


def visible(actor: Actor, model: type[M], *, with_bin: bool = False, ids: Collection[UUID] | None = None) -> QuerySet[M]:
    """The records of a model that somebody sees; those in the bin only if asked for.

    Parameters
    ----------
    ids
        Identifiers of the only records that are looked for, if they are few: then all that somebody sees needs not be gone through.

    Raises
    ------
    KeyError
        If nobody said who sees such records.
    """
    rule = RULES[model]
    rows = model._default_manager.all()
    if not with_bin:
        rows = _out_of_bin(rows)
    if not actor.may(Right.LOOK):
        return rows.none()
    rows = rows if ids is None else rows.filter(public_id__in=ids)
    scope = actor.scope()
    return rows if scope.kind == "all" else rows.filter(rule(Reach(actor, scope, _accounts_of(model, ids))))


def _accounts_of(model: type[Model], ids: Collection[UUID] | None) -> QuerySet[Any] | None:
    """The accounts that some records hang on; None if none are named."""
    if ids is None:
        return None
    named = model._default_manager.filter(public_id__in=ids)
    if model is m.Account:
        return named.values("pk")
    return named.values("account_id") if any(field.name == "account" for field in model._meta.fields) else None


def _out_of_bin(rows: QuerySet[M]) -> QuerySet[M]:
    """Without what is in the bin, and without what hangs on an account that is."""
    fields = {field.name for field in rows.model._meta.fields}
    if "deleted_at" in fields:
        rows = rows.filter(deleted_at__isnull=True)
    if "account" in fields:
        rows = rows.filter(account__deleted_at__isnull=True)  # so it is, too, where there is no account
    return rows


def find(actor: Actor, model: type[M], public_id: UUID, *, with_bin: bool = False) -> M:
    """One record that somebody sees.

    Raises
    ------
    Missing
        If there is none, or not for this user: the answer is the same.
    """
    found = visible(actor, model, with_bin=with_bin, ids=[public_id]).first()
    if found is None:
        raise Missing(_("There is no such record, or you may not see it."))
    return found


def notes(actor: Actor) -> QuerySet[m.PersonalNote]:
    """Personal notes on contacts that somebody sees; private ones of their own only, whatever their role."""
    mine = Q(is_private=False)
    if actor.user is not None:
        mine |= Q(author=actor.user)
    return m.PersonalNote.objects.filter(mine, contact__in=visible(actor, m.Contact).values("pk"))
