"""Materials as pages show them: which fit an account or a deal and why, how often each was used, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.zones import local_day
from bailiwick_web.crm.models import Account, Opportunity, OpportunityLine, OrderLine, Stage
from bailiwick_web.crm.queries.lists import rows, tagged
from bailiwick_web.crm.queries.pages_paging import Slice, chosen, cut
from bailiwick_web.crm.visibility import visible
from bailiwick_web.outreach.models import Material, MaterialShare
from bailiwick_web.outreach.queries.shares import share

FILTERS = ("q", "segment", "stage")
MOST = 500
SHOWN = 6
BOUGHT = timedelta(days=365)


@dataclass(frozen=True)
class Usage:
    """How often a material was shared within the scope, and what became of deals that it was shared in."""

    n: int = 0
    n_accounts: int = 0
    n_closed: int = 0
    n_won: int = 0

    @property
    def won_share(self) -> float | None:
        """Won of those that ended; none while there are few."""
        return share(self.n_won, self.n_closed)


@dataclass(frozen=True)
class Fit:
    """A material that fits, why, and whether the account has it already."""

    material: Material
    reasons: Sequence[str]
    usage: Usage
    shared_at: Any = None


@dataclass(frozen=True)
class _About:
    """What decides which materials fit."""

    segment: str
    stages: frozenset[str]
    products: Mapping[int, str] = field(default_factory=dict)


def library(actor: Actor, given: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[Material, Usage]]]:
    """Materials that somebody asked for, each with its use."""
    asked = chosen(given, FILTERS)
    found: QuerySet[Material] = rows(actor, Material, q=asked["q"])
    for name, column in (("segment", "segments"), ("stage", "stages")):
        if asked[name]:
            found = tagged(found, asked[name], column)
    there = list(found.prefetch_related("versions", "products")[:MOST])
    used = usage(actor, there)
    return asked, [(material, used.get(material.pk, Usage())) for material in there]


def usage(actor: Actor, materials: Sequence[Material]) -> dict[int, Usage]:
    """Material → how it was used, in one question."""
    ended = Q(opportunity__deleted_at=None) & ~Q(opportunity__stage__kind=Stage.Kind.OPEN) & Q(opportunity__isnull=False)
    won = Q(opportunity__deleted_at=None, opportunity__stage__kind=Stage.Kind.WON)
    counted: Any = visible(actor, MaterialShare).filter(material__in=[m.pk for m in materials]).order_by().values("material")
    counted = counted.annotate(
        n=Count("pk"),
        accounts=Count("account", distinct=True),
        closed=Count("opportunity", filter=ended, distinct=True),
        won=Count("opportunity", filter=won, distinct=True),
    )
    return {row["material"]: Usage(row["n"], row["accounts"], row["closed"], row["won"]) for row in counted}


def shares(actor: Actor, material: Material, after: str) -> Slice:
    """With whom it was shared, the latest first."""
    return cut(rows(actor, MaterialShare).filter(material=material), "-shared_at", after[:500])


def fitting(actor: Actor, account: Account, deal: Opportunity | None = None) -> list[Fit]:
    """Materials that fit an account, or a deal of it, best first; a tag that does not fit rules a material out."""
    about = _about(actor, account, deal)
    there = list(rows(actor, Material, is_active=True).prefetch_related("products", "versions")[:MOST])
    found = [(material, reasons) for material in there if (reasons := _why(material, about)) is not None]
    used = usage(actor, [material for material, _reasons in found])
    sent: dict[int, Any] = {}
    for row in MaterialShare.objects.filter(account=account, deleted_at=None).order_by("shared_at"):
        sent[row.material_id] = row.shared_at
    fits = [Fit(m, reasons, used.get(m.pk, Usage()), sent.get(m.pk)) for m, reasons in found]
    return sorted(fits, key=lambda fit: (fit.shared_at is not None, -len(fit.reasons), -fit.usage.n, fit.material.name))


def _about(actor: Actor, account: Account, deal: Opportunity | None) -> _About:
    """Segment, stages of open deals, and what is talked about or was bought in a year."""
    deals = Opportunity.objects.filter(account=account, deleted_at=None, stage__kind=Stage.Kind.OPEN)
    deals = Opportunity.objects.filter(pk=deal.pk) if deal is not None else deals
    stages = frozenset(deals.values_list("stage__name", flat=True))
    lines = OpportunityLine.objects.filter(opportunity__in=deals.values("pk"), product__isnull=False)
    products = dict(lines.values_list("product", "product__name"))
    if deal is None:
        since = local_day(actor.now) - BOUGHT
        bought = OrderLine.objects.filter(
            order__account=account, order__deleted_at=None, order__ordered_on__gt=since, product__isnull=False
        )
        products |= dict(bought.values_list("product", "product__name"))
    return _About(account.segment, stages, products)


def _why(material: Material, about: _About) -> list[str] | None:
    """What of it fits, in words; None if it does not fit."""
    reasons = []
    if material.segments:
        if about.segment not in material.segments:
            return None
        reasons.append(_("segment %(name)s") % {"name": about.segment})
    if material.stages:
        if not (same := sorted(about.stages & set(material.stages))):
            return None
        reasons.append(_("stage %(name)s") % {"name": ", ".join(same)})
    tagged_with = {product.pk for product in material.products.all()}
    if tagged_with:
        if not (names := sorted(name for key, name in about.products.items() if key in tagged_with)):
            return None
        reasons.append(_("product %(name)s") % {"name": ", ".join(names)})
    return reasons
