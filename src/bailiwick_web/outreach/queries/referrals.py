"""Who recommended whom, and what each branch brought: customers, the leads that they recommended, and the customers these became."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, Value, When

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Account, Lead
from bailiwick_web.crm.queries.pages_desk import won_deal
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

    Leads and customers beyond the scope are in no branch, and no deal beyond it counts; who was recommended by somebody whom one does not
    see begins a branch. Of those who recommended one another, one begins it. In a branch each customer has its own branches once.
    """
    leads = visible(actor, Lead).filter(Q(referrer_account__isnull=False) | Q(referrer__account__isnull=False))
    leads = leads.annotate(is_won=Case(When(won_deal(actor), then=Value(True)), default=Value(False)))
    rows = list(leads.select_related("referrer", "opportunity").order_by("-pk")[:MOST])
    keys = {_by(lead) for lead in rows} | {lead.account_id for lead in rows if lead.account_id}
    names = {a.pk: a for a in visible(actor, Account).filter(pk__in=keys).only("name", "public_id")}
    below: dict[int, list[Lead]] = defaultdict(list)
    for lead in rows:
        if _by(lead) in names:
            below[_by(lead)].append(lead)
    roots = _roots(below, names) if start is None else [start.pk]
    found = [_grown(names[key], below, names) for key in roots if key in names]
    return sorted(found, key=lambda branch: (-branch.brought, -branch.n, branch.name))


def _by(lead: Lead) -> int:
    """The account that recommended a lead."""
    if lead.referrer_account_id is not None:
        return lead.referrer_account_id
    return (lead.referrer.account_id if lead.referrer is not None else None) or 0


def _roots(below: Mapping[int, list[Any]], names: Mapping[int, Any]) -> list[int]:
    """Those whom nobody recommended, and one of each circle that no other reaches: who recommended first."""
    led = {key: {lead.account_id for lead in leads if lead.account_id in names} - {key} for key, leads in below.items()}
    recommended = set().union(*led.values())
    roots = [key for key in below if key not in recommended]
    reached, more = _reached(roots, led), list[int]()
    for key in sorted(below, key=lambda key: below[key][-1].pk):
        if key not in reached:
            new = _reached([key], led)
            more = [*(root for root in more if root not in new), key]
            reached |= new
    return roots + more


def _reached(roots: Iterable[int], led: Mapping[int, set[int]]) -> set[int]:
    """Accounts that some lead to, with them."""
    found = set(roots)
    waiting = list(found)
    while waiting:
        new = led.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _grown(account: Any, below: Mapping[int, list[Any]], names: Mapping[int, Any]) -> Branch:
    """The branch of an account: what an account recommended grows once, where it is nearest, so that no money counts twice."""
    root = Branch(account.name, account=account.public_id)
    grown, waiting, order = {account.pk}, deque([(root, account.pk, 1)]), [root]
    while waiting:
        branch, key, depth = waiting.popleft()
        for lead in below.get(key, ()):
            became = names.get(lead.account_id)
            sub = Branch(str(lead), became.public_id if became else None, lead.public_id, str(lead.get_status_display()), lead.is_won)
            sub.amount = (lead.opportunity.house_amount or Decimal(0)) if lead.is_won else Decimal(0)
            branch.branches.append(sub)
            order.append(sub)
            if became is not None and lead.account_id not in grown and depth < DEEPEST:
                grown.add(lead.account_id)
                waiting.append((sub, lead.account_id, depth + 1))
    for branch in reversed(order):
        branch.branches.sort(key=lambda b: (-b.amount - b.brought, b.name))
    return root
