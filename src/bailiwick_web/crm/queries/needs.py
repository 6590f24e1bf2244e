"""What an account needs, as far as it was asked; and which products answer it, beside what it bought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Max, Sum

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import models as m
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.visibility import visible

SHOWN, MOST = 8, 200
"""Products that a card shows, and a page."""


@dataclass(frozen=True)
class Asked:
    """A question, and what an account answered."""

    question: m.NeedQuestion
    answer: m.NeedAnswer | None


@dataclass(frozen=True)
class Assessment:
    """The questions of a template with the answers of an account."""

    template: m.NeedsTemplate
    asked: list[Asked]

    @property
    def n_answered(self) -> int:
        """How many were answered."""
        return sum(one.answer is not None for one in self.asked)


def assessments(actor: Actor, account: m.Account) -> list[Assessment]:
    """Every question that is asked now, or was answered, by template; whoever asks has found the account."""
    answers = m.NeedAnswer.objects.filter(account=account, deleted_at=None).select_related("contact", "changed_by")
    there = {answer.question_id: answer for answer in answers}
    questions = m.NeedQuestion.objects.filter(deleted_at=None, template__deleted_at=None).select_related("template")
    found: dict[int, Assessment] = {}
    for question in questions.order_by("template__name", "template", "place", "pk"):
        answer = there.get(question.pk)
        if answer is not None or (question.is_active and question.template.is_active):
            found.setdefault(question.template_id, Assessment(question.template, [])).asked.append(Asked(question, answer))
    return list(found.values())


@dataclass(frozen=True)
class Fit:
    """A product that answers needs of an account.

    Attributes
    ----------
    needs
        Those of the account that it answers: why it fits.
    bought_on
        When it was last ordered, if the account has some of it.
    in_deals
        Whether it stands in an open deal with the account.
    in_deal
        Whether it stands in the deal that is looked at.
    """

    product: m.Product
    needs: list[str]
    bought_on: date | None = None
    in_deals: bool = False
    in_deal: bool = False


@dataclass(frozen=True)
class Fits:
    """What fits an account.

    Attributes
    ----------
    needs
        Of the account.
    new, bought
        Products that answer some, which it does not have yet, and which it has.
    unanswered
        Needs that no product answers.
    """

    needs: list[str]
    new: list[Fit] = field(default_factory=list)
    bought: list[Fit] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)


def fits(actor: Actor, account: m.Account, deal: m.Opportunity | None = None) -> Fits:
    """Products in use that answer needs of an account, those that answer most first; in at most four queries."""
    wanted = {folded(need): need for need in account.needs}
    if not wanted:
        return Fits([])
    offered = m.Product.objects.filter(deleted_at=None, is_active=True).exclude(needs=[])
    answers = {product: [wanted[key] for key in wanted if key in set(map(folded, product.needs))] for product in offered}
    answers = {product: needs for product, needs in answers.items() if needs}
    keys = [product.pk for product in answers]
    bought, open_deals = _bought(account, keys), _in_deals(actor, account, keys)
    found = [
        Fit(
            product,
            needs,
            bought.get(product.pk),
            product.pk in open_deals,
            deal is not None and deal.pk in open_deals.get(product.pk, ()),
        )
        for product, needs in sorted(answers.items(), key=lambda pair: (-len(pair[1]), pair[0].name, pair[0].pk))
    ]
    answered = {need for needs in answers.values() for need in needs}
    return Fits(
        list(account.needs),
        [fit for fit in found if fit.bought_on is None],
        [fit for fit in found if fit.bought_on is not None],
        [need for need in wanted.values() if need not in answered],
    )


def _bought(account: m.Account, products: Sequence[int]) -> dict[int, date]:
    """Product → when an account last ordered it, of those of which it did not give everything back."""
    lines = m.OrderLine.objects.filter(order__account=account, order__deleted_at=None, product__in=products)
    lines = lines.exclude(order__state=m.Order.State.CANCELLED)
    found = lines.values("product").annotate(n=Sum("quantity"), last=Max("order__ordered_on")).order_by()
    return {row["product"]: row["last"] for row in found if (row["n"] or Decimal(0)) > 0}


def _in_deals(actor: Actor, account: m.Account, products: Iterable[int]) -> dict[int, set[int]]:
    """Product → open deals with an account in which it stands, as far as somebody sees them."""
    deals = visible(actor, m.Opportunity).filter(account=account, stage__kind=m.Stage.Kind.OPEN)
    lines = m.OpportunityLine.objects.filter(opportunity__in=deals.values("pk"), product__in=list(products))
    found: dict[int, set[int]] = {}
    for product, deal in lines.values_list("product_id", "opportunity_id"):
        found.setdefault(product, set()).add(deal)
    return found
