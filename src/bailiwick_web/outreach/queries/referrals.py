"""Who recommended whom, and what each branch brought: customers, the leads that they recommended, and the customers these became."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Account, Lead, Stage
from bailiwick_web.crm.visibility import visible

MOST = 5_000
DEEPEST = 12


@dataclass
class Branch:
    """A customer who recommended somebody, or who was recommended; ``amount`` is what came of their own lead, in house currency."""

    name: str
    account: UUID | None = None
    lead: UUID | None = None
    status: str = ""
    is_won: bool = False
    amount: Decimal = Decimal(0)
    branches: list[Branch] = field(default_factory=list)

    @property
    def n(self) -> int:
        """Leads of the branch, without its own."""
        return sum(1 + branch.n for branch in self.branches)

    @property
    def n_won(self) -> int:
        """Those of them that were won."""
        return sum(branch.is_won + branch.n_won for branch in self.branches)

    @property
    def brought(self) -> Decimal:
        """What all that was recommended in the branch brought, without its own."""
        return sum((branch.amount + branch.brought for branch in self.branches), Decimal(0))


def tree(actor: Actor, start: Account | None = None) -> list[Branch]:
    """Branches from those whom nobody recommended, or from one customer; who brought most on top. Two questions.

    Leads and customers beyond the scope are in no branch.
    """
    leads = visible(actor, Lead).filter(Q(referrer_account__isnull=False) | Q(referrer__account__isnull=False))
    rows = list(leads.select_related("referrer", "opportunity__stage").order_by("-pk")[:MOST])
    keys = {_by(lead) for lead in rows} | {lead.account_id for lead in rows if lead.account_id}
    names = {a.pk: a for a in visible(actor, Account).filter(pk__in=keys).only("name", "public_id")}
    below: dict[int, list[Lead]] = defaultdict(list)
    for lead in rows:
        if _by(lead) in names:
            below[_by(lead)].append(lead)
    recommended = {lead.account_id for lead in rows if lead.account_id and _by(lead) != lead.account_id}
    roots = [start.pk] if start is not None else [key for key in below if key not in recommended] or list(below)[:1]
    found = [_of_account(names[key], below, names, frozenset()) for key in roots if key in names]
    return sorted(found, key=lambda branch: (-branch.brought, -branch.n, branch.name))


def _by(lead: Lead) -> int:
    """The account that recommended a lead."""
    if lead.referrer_account_id is not None:
        return lead.referrer_account_id
    return (lead.referrer.account_id if lead.referrer is not None else None) or 0


def _of_account(account: Any, below: Any, names: Any, above: frozenset[int]) -> Branch:
    made = Branch(account.name, account=account.public_id)
    _grow(made, account.pk, below, names, above)
    return made


def _grow(branch: Branch, key: int, below: Any, names: Any, above: frozenset[int]) -> None:
    """Add what an account recommended; two that recommended each other end the branch."""
    if key in above or len(above) >= DEEPEST:
        return
    for lead in below.get(key, ()):
        deal = lead.opportunity
        is_won = deal is not None and deal.deleted_at is None and deal.stage.kind == Stage.Kind.WON
        became = names.get(lead.account_id)
        sub = Branch(str(lead), became.public_id if became else None, lead.public_id, str(lead.get_status_display()), is_won)
        sub.amount = (deal.house_amount or Decimal(0)) if is_won and deal is not None else Decimal(0)
        if became is not None and lead.account_id != key:
            _grow(sub, lead.account_id, below, names, above | {key})
        branch.branches.append(sub)
    branch.branches.sort(key=lambda b: (-b.amount - b.brought, b.name))
