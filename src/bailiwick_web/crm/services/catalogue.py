"""What everybody shares: pipelines and stages, reasons, products, competitors, service levels, criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import AuditEntry
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import entry, stamped, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import (
    Case,
    Competitor,
    CompetitorPresence,
    Criterion,
    OutcomeReason,
    Pipeline,
    Price,
    Product,
    ProductLine,
    ServiceLevel,
    Stage,
)
from bailiwick_web.crm.services import writing
from bailiwick_web.crm.services.fields import free_fields

STAGES = (
    ("Qualify", Stage.Kind.OPEN, 0.10, 21, False),
    ("Meet", Stage.Kind.OPEN, 0.25, 30, False),
    ("Propose", Stage.Kind.OPEN, 0.50, 30, False),
    ("Negotiate", Stage.Kind.OPEN, 0.75, 21, True),
    ("Won", Stage.Kind.WON, 1.0, None, False),
    ("Lost", Stage.Kind.LOST, 0.0, None, False),
)
"""The pipeline that there is until somebody makes another: who negotiates already keeps the deal when the account changes hands."""

PIPELINE = writing.Spec(
    Pipeline,
    {"name": c.needed(120), "place": c.whole(0, 1_000), "is_active": c.yes_no},
    needs=("name",),
    right=Right.ORGANISE,
)
STAGE = writing.Spec(
    Stage,
    {
        "pipeline": c.reference,
        "name": c.needed(120),
        "kind": c.choice(Stage.Kind.values),
        "place": c.whole(0, 1_000),
        "probability": c.fraction,
        "most_days": c.whole(0, 100_000),
        "keeps_rep": c.yes_no,
    },
    needs=("pipeline", "name"),
    right=Right.ORGANISE,
)
REASON = writing.Spec(
    OutcomeReason,
    {
        "kind": c.choice([Stage.Kind.WON, Stage.Kind.LOST]),
        "label": c.needed(120),
        "place": c.whole(0, 1_000),
        "is_active": c.yes_no,
    },
    needs=("kind", "label"),
    right=Right.ORGANISE,
)
PRODUCT_LINE = writing.Spec(
    ProductLine,
    {"code": c.text(80), "name": c.needed(200), "parent": c.reference},
    needs=("name",),
    right=Right.ORGANISE,
)
PRODUCT = writing.Spec(
    Product,
    {
        "code": c.text(80),
        "name": c.needed(300),
        "line": c.reference,
        "unit": c.text(40),
        "description": c.text(20_000),
        "is_active": c.yes_no,
        "needs": c.tags,
        "fields": free_fields("product"),
    },
    needs=("name",),
    right=Right.ORGANISE,
    search=("name", "code"),
)
COMPETITOR = writing.Spec(
    Competitor,
    {
        "name": c.needed(200),
        "website": c.text(300),
        "strengths": c.text(10_000),
        "weaknesses": c.text(10_000),
        "tags": c.tags,
    },
    needs=("name",),
)
PRESENCE = writing.Spec(
    CompetitorPresence,
    {
        "competitor": c.reference,
        "unit": c.reference,
        "layer": c.text(40),
        "territory_code": c.text(80),
        "strength": c.whole(0, 5),
        "source": c.text(300),
        "on": c.day,
    },
    needs=("competitor", "strength", "on"),
)
CRITERION = writing.Spec(
    Criterion,
    {
        "part": c.choice(Criterion.Part.values),
        "least_grade": c.whole(0, 3),
        "most_days_old": c.whole(1, 10_000),
        "is_active": c.yes_no,
    },
    needs=("part", "least_grade"),
    right=Right.ORGANISE,
)
SERVICE_LEVEL = writing.Spec(
    ServiceLevel,
    {"priority": c.choice(Case.Priority.values), "respond_minutes": c.whole(1), "solve_minutes": c.whole(1)},
    needs=("priority", "respond_minutes", "solve_minutes"),
    right=Right.ORGANISE,
)
UNIQUE: dict[str, str] = {"criterion": "part", "servicelevel": "priority"}


@transaction.atomic
def default_pipeline(actor: Actor) -> Pipeline:
    """The pipeline of deals that name none; made with its stages if there is none yet. Recorded then."""
    found = Pipeline.objects.filter(is_default=True).first() or Pipeline.objects.filter(is_active=True).first()
    if found is not None:
        return found
    made = Pipeline.objects.create(name=pgettext("pipeline", "Sales"), is_default=True, **stamped(actor))
    Stage.objects.bulk_create(
        Stage(pipeline=made, name=name, kind=kind, probability=chance, most_days=days, keeps_rep=keeps, place=i, **stamped(actor))
        for i, (name, kind, chance, days, keeps) in enumerate(STAGES)
    )
    return made


@transaction.atomic
def add(actor: Actor, spec: writing.Spec[Any], **given: Any) -> Any:
    """Add something that everybody shares. Recorded, told."""
    if (field := UNIQUE.get(spec.name)) and spec.model.objects.filter(**{field: given.get(field)}).exists():
        raise Conflict(_("There is one for “%(value)s” already.") % {"value": given[field]}, code="taken")
    if spec is REASON and OutcomeReason.objects.filter(kind=given.get("kind"), label=given.get("label")).exists():
        raise Conflict(_("There is one for “%(value)s” already.") % {"value": given["label"]}, code="taken")
    made = writing.create(actor, spec, given) if spec is not PRESENCE else _presence(actor, given)
    if isinstance(made, Pipeline) and not Pipeline.objects.filter(is_default=True).exists():
        made.is_default = True
        made.save(update_fields=["is_default"])
    return made


def _presence(actor: Actor, given: dict[str, Any]) -> CompetitorPresence:
    if bool(given.get("unit")) == bool(given.get("territory_code")):
        raise Invalid(_("Say in which unit, or in which territory, the competitor is."), code="field", field="unit")
    return writing.create(actor, PRESENCE, given)


@transaction.atomic
def change(actor: Actor, spec: writing.Spec[Any], public_id: UUID, *, version: int | None, **given: Any) -> Any:
    """Change something that everybody shares. Recorded field by field, told."""
    found = writing.locked(actor, spec, public_id, version)
    if spec is STAGE:
        _keep_meaning(found, given)
    if isinstance(found, ProductLine) and given.get("parent") is not None:
        _no_ring(found, given["parent"])
    writing.change(actor, spec, found, given)
    return found


def _keep_meaning(stage: Stage, given: dict[str, Any]) -> None:
    """Deals that are won stay won: a stage that holds deals keeps its kind, and its pipeline."""
    is_other = given.get("kind", stage.kind) != stage.kind or given.get("pipeline", stage.pipeline) != stage.pipeline
    if is_other and stage.opportunities.exists():
        raise Conflict(_("There are deals in “%(stage)s”; make another stage.") % {"stage": stage}, code="in_use")


def _no_ring(line: ProductLine, above: ProductLine | None) -> None:
    while above is not None:
        if above.pk == line.pk:
            raise Conflict(_("“%(line)s” would be above itself.") % {"line": line}, code="circle")
        above = above.parent


@transaction.atomic
def remove_stage(actor: Actor, public_id: UUID, *, version: int | None) -> None:
    """Take a stage away that no deal is in or was in; planners may. Recorded."""
    from bailiwick_web.core.services import audit
    from bailiwick_web.crm.models import StageChange

    found = writing.locked(actor, STAGE, public_id, version)
    if (
        found.opportunities.exists()
        or StageChange.objects.filter(before=found).exists()
        or StageChange.objects.filter(after=found).exists()
    ):
        raise Conflict(_("Deals are or were in “%(stage)s”; it stays for their history.") % {"stage": found}, code="in_use")
    audit(actor, "stage.removed", found)
    found.delete()


@transaction.atomic
def set_prices(actor: Actor, public_id: UUID, *, version: int | None, prices: list[dict[str, Any]]) -> Product:
    """Let these be the prices of a product; planners may. Recorded."""
    product = writing.locked(actor, PRODUCT, public_id, version)
    rows, there = prices_of(product, prices), list(product.prices.all())
    product.prices.all().delete()
    Price.objects.bulk_create(rows)
    priced(actor, product, there, rows).save()
    touch(actor, product)
    return product


def prices_of(product: Product, prices: Sequence[Mapping[str, Any]]) -> list[Price]:
    """Prices that are not kept yet, checked."""
    return [_price(product, given) for given in prices]


def priced(actor: Actor, product: Product, before: Sequence[Price], after: Sequence[Price]) -> AuditEntry:
    """What the history tells of other prices, not kept yet."""
    return entry(actor, "product.priced", product, field="prices", before=_listed(before), after=_listed(after))


def _price(product: Product, given: Mapping[str, Any]) -> Price:
    amount, currency = c.decimal("amount", given.get("amount"), 4), c.currency("currency", given.get("currency"))
    start, end = c.day("valid_from", given.get("valid_from")), c.day("valid_until", given.get("valid_until"))
    least = c.decimal("least_quantity", given.get("least_quantity") or 0, 3)
    if amount is None or amount < 0 or not currency or least is None or least < 0:
        raise Invalid(_("A price has an amount and a currency."), code="field", field="amount")
    if start and end and end <= start:
        raise Invalid(_("The period must end after it begins; the day of the end is not part of it."), code="period")
    book = c.text(80)("book", given.get("book")) or "standard"
    return Price(product=product, book=book, amount=amount, currency=currency, least_quantity=least, valid_from=start, valid_until=end)


def _listed(prices: Sequence[Price]) -> str:
    return "; ".join(f"{p.book} {p.amount} {p.currency} ≥ {p.least_quantity}" for p in prices)
