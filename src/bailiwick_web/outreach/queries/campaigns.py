"""What a lead and a deal that was won cost: by campaign, by kind, by territory, with too few said to be too few."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.models import Lead
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.queries.pages_desk import won_deal
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.models import Campaign

FEW_LEADS, FEW_WON = 10, 5
"""A cost for each of fewer says next to nothing."""


@dataclass
class Yield:
    """What some money brought."""

    name: str
    cost: Decimal = Decimal(0)
    n: int = 0
    n_won: int = 0
    won: Decimal = Decimal(0)
    campaign: Campaign | None = None

    @property
    def per_lead(self) -> Decimal | None:
        """Cost of a lead; none while there are few."""
        return self.cost / self.n if self.n >= FEW_LEADS else None

    @property
    def per_win(self) -> Decimal | None:
        """Cost of a deal that was won; none while there are few."""
        return self.cost / self.n_won if self.n_won >= FEW_WON else None

    def add(self, cost: Decimal, row: dict[str, Any]) -> None:
        """Count some leads in."""
        self.cost, self.n, self.n_won, self.won = (
            self.cost + cost,
            self.n + row["n"],
            self.n_won + row["n_won"],
            self.won + (row["won"] or 0),
        )


@dataclass(frozen=True)
class Costs:
    """What campaigns cost and brought within the scope."""

    campaigns: list[Yield]
    kinds: list[Yield]
    territories: list[Yield]
    is_part: bool
    """Whether others brought leads, too, that are beyond the scope: costs are those of the leads within it, by their number."""


def costs(actor: Actor) -> Costs:
    """Leads by campaign and territory against the cost; of a campaign each lead bears the same part. Three questions."""
    there = list(rows(actor, Campaign))
    by_name = {folded(campaign.name): campaign for campaign in there}
    seen, total = _counted(actor, by_name), _total(by_name)
    campaigns = {key: Yield(campaign.name, campaign=campaign) for key, campaign in by_name.items()}
    territories: dict[str, Yield] = {}
    n_seen: dict[str, int] = defaultdict(int)
    for row in seen:
        cost = by_name[row["key"]].house_cost * row["n"] / total[row["key"]]
        n_seen[row["key"]] += row["n"]
        campaigns[row["key"]].add(cost, row)
        name = row["territory__name"] or str(_("in none"))
        territories.setdefault(name, Yield(name)).add(cost, row)
    kinds: dict[str, Yield] = {}
    for key, campaign in by_name.items():
        found = campaigns[key]
        if not total.get(key):
            found.cost = campaign.house_cost if actor.scope().kind == "all" else Decimal(0)
        kind = kinds.setdefault(campaign.kind, Yield(str(campaign.get_kind_display())))
        kind.add(found.cost, {"n": found.n, "n_won": found.n_won, "won": found.won})
    is_part = any(n_seen[key] < n for key, n in total.items())
    ordered = [sorted(group.values(), key=lambda y: (-y.n, y.name)) for group in (kinds, territories)]
    return Costs(list(campaigns.values()), ordered[0], ordered[1], is_part)


def _total(names: Collection[str]) -> Counter[str]:
    """Leads of each campaign, whoever sees them."""
    found: Counter[str] = Counter()
    spelled = Lead.objects.filter(deleted_at=None).exclude(campaign="").order_by().values_list("campaign").annotate(n=Count("pk"))
    for name, n in spelled:
        if (key := folded(name)) in names:
            found[key] += n
    return found


def _counted(actor: Actor, names: Collection[str]) -> list[dict[str, Any]]:
    """Leads that somebody sees by campaign and territory: the database tells small letters of ASCII only, so names are compared here."""
    won = won_deal(actor)
    leads = visible(actor, Lead).exclude(campaign="").order_by().values("campaign", "territory__name")
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row in leads.annotate(n=Count("pk"), n_won=Count("pk", filter=won), won=Sum("opportunity__house_amount", filter=won)):
        key, territory = folded(row["campaign"]), row["territory__name"]
        if key not in names:
            continue
        group = found.setdefault((key, territory), {"key": key, "territory__name": territory, "n": 0, "n_won": 0, "won": Decimal(0)})
        for name in ("n", "n_won", "won"):
            group[name] += row[name] or 0
    return list(found.values())
