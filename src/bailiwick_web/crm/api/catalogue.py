"""What everybody shares, over the interface: pipelines, stages, reasons, products, competitors, free fields, criteria, service levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.core.rest.requests import VERSIONED, if_match, tag
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import models as m
from bailiwick_web.crm.api.catalogue_schemas import (
    CatalogueFilter,
    Changed,
    CompetitorIn,
    CompetitorOut,
    CompetitorPatch,
    CriterionIn,
    CriterionOut,
    CriterionPatch,
    FieldFilter,
    FieldIn,
    FieldOut,
    FieldPatch,
    LevelIn,
    LevelOut,
    LevelPatch,
    PipelineIn,
    PipelineOut,
    PipelinePatch,
    PresenceFilter,
    PresenceIn,
    PresenceOut,
    PriceIn,
    ProductFilter,
    ProductIn,
    ProductLineIn,
    ProductLineOut,
    ProductLinePatch,
    ProductOut,
    ProductPatch,
    ReasonIn,
    ReasonOut,
    ReasonPatch,
    StageFilter,
    StageIn,
    StageOut,
    StagePatch,
)
from bailiwick_web.crm.api.common import Resource, add_routes, external_ids, plain, writer
from bailiwick_web.crm.services import catalogue, fields, naming, writing
from bailiwick_web.crm.visibility import find

router = Router(tags=["catalogue"])
Show = Callable[[Actor, Sequence[Any]], list[dict[str, Any]]]


def _of(*names: str) -> Show:
    return lambda actor, found: [plain(record, *names, "version") for record in found]


def _products(actor: Actor, found: Sequence[m.Product]) -> list[dict[str, Any]]:
    ids = external_ids(m.Product, found)
    prices: dict[int, list[dict[str, Any]]] = {}
    for price in m.Price.objects.filter(product__in=[p.pk for p in found]):
        prices.setdefault(price.product_id, []).append({name: getattr(price, name) for name in PriceIn.model_fields})
    own = (*ProductPatch.model_fields, "version")
    return [plain(p, *own, prices=prices.get(p.pk, []), external_ids=ids.get(p.pk, {})) for p in found]


def _presences(actor: Actor, found: Sequence[m.CompetitorPresence]) -> list[dict[str, Any]]:
    names = ("version", "competitor", "strength", "on", "territory_code", "layer", "source")
    return [plain(p, *names, unit=p.unit.code if p.unit else None) for p in found]


def _shared(path: str, one: str, many: str, spec: writing.Spec[Any], **schemas: Any) -> Resource:
    """A resource that is written by the services of the catalogue."""
    can_go = hasattr(spec.model, "deleted_at")
    return Resource(
        path=path,
        one=one,
        many=many,
        model=spec.model,
        create=_create(spec),
        change=_change(spec),
        archive=_later(writing.archive, spec) if can_go else schemas.pop("archive", None),
        restore=_later(writing.restore, spec) if can_go else None,
        right=spec.right,
        **schemas,
    )


def _create(spec: writing.Spec[Any]) -> Callable[..., Any]:
    return lambda actor, **given: catalogue.add(actor, spec, **given)


def _change(spec: writing.Spec[Any]) -> Callable[..., Any]:
    return lambda actor, record_id, *, version, **given: catalogue.change(actor, spec, record_id, version=version, **given)


def _later(function: Callable[..., Any], spec: writing.Spec[Any]) -> Callable[..., Any]:
    return lambda actor, record_id, *, version: function(actor, spec, record_id, version=version)


LINE_FIELDS = tuple(ProductLinePatch.model_fields)
PIPELINE: dict[str, Any] = {"new": PipelineIn, "patch": PipelinePatch, "out": PipelineOut, "filters": Changed}
STAGE: dict[str, Any] = {"new": StageIn, "patch": StagePatch, "out": StageOut, "filters": StageFilter, "archive": catalogue.remove_stage}
REASON: dict[str, Any] = {"new": ReasonIn, "patch": ReasonPatch, "out": ReasonOut, "filters": Changed}
LINE: dict[str, Any] = {"new": ProductLineIn, "patch": ProductLinePatch, "out": ProductLineOut, "filters": CatalogueFilter}
PRODUCT: dict[str, Any] = {"new": ProductIn, "patch": ProductPatch, "out": ProductOut, "filters": ProductFilter}
COMPETITOR: dict[str, Any] = {"new": CompetitorIn, "patch": CompetitorPatch, "out": CompetitorOut, "filters": CatalogueFilter}
CRITERION: dict[str, Any] = {"new": CriterionIn, "patch": CriterionPatch, "out": CriterionOut, "filters": Changed}
LEVEL: dict[str, Any] = {"new": LevelIn, "patch": LevelPatch, "out": LevelOut, "filters": Changed}
PRESENCE: dict[str, Any] = {"new": PresenceIn, "out": PresenceOut, "filters": PresenceFilter, "show": _presences}
SHARED = (
    _shared("pipelines", "A pipeline", "Pipelines", catalogue.PIPELINE, **PIPELINE, show=_of("name", "place", "is_active", "is_default")),
    _shared("stages", "A stage", "Stages", catalogue.STAGE, **STAGE, show=_of("pipeline", *StagePatch.model_fields)),
    _shared("outcome-reasons", "A reason", "Reasons", catalogue.REASON, **REASON, show=_of("kind", *ReasonPatch.model_fields)),
    _shared(
        "product-lines",
        "A product line",
        "Product lines",
        catalogue.PRODUCT_LINE,
        **LINE,
        references={"parent": m.ProductLine},
        show=_of(*LINE_FIELDS),
    ),
    _shared("products", "A product", "Products", catalogue.PRODUCT, **PRODUCT, show=_products),
    _shared("competitors", "A competitor", "Competitors", catalogue.COMPETITOR, **COMPETITOR, show=_of(*CompetitorPatch.model_fields)),
    _shared("competitor-presences", "A presence", "Where competitors are", catalogue.PRESENCE, **PRESENCE),
    _shared("lead-criteria", "A criterion", "Criteria of leads", catalogue.CRITERION, **CRITERION, show=_of(*CriterionIn.model_fields)),
    _shared("service-levels", "A service level", "Service levels", catalogue.SERVICE_LEVEL, **LEVEL, show=_of(*LevelIn.model_fields)),
    Resource(
        path="fields",
        one="A free field",
        many="Free fields",
        model=m.FieldDefinition,
        new=FieldIn,
        patch=FieldPatch,
        out=FieldOut,
        filters=FieldFilter,
        show=_of(*FieldIn.model_fields),
        create=fields.define_field,
        change=fields.change_field,
        right=Right.ORGANISE,
    ),
)
for resource in SHARED:
    add_routes(router, resource)


class PricesIn(Schema):
    """All prices of a product."""

    prices: list[PriceIn]


@router.put("/products/{uuid:product_id}/prices", response=ProductOut, openapi_extra=VERSIONED)
def put_prices(request: HttpRequest, response: HttpResponse, product_id: UUID, new: PricesIn) -> Any:
    """Let these be the prices of a product; needs ``If-Match``."""
    actor = writer(request, Right.ORGANISE)
    product = catalogue.set_prices(actor, product_id, version=if_match(request), prices=[price.dict() for price in new.prices])
    tag(response, product.version)
    return _products(actor, [product])[0]


class LimitIn(Schema):
    """How many open leads a position takes; null for no limit."""

    most_open_leads: int | None


@router.put("/positions/{uuid:position_id}/lead-limit", response=LimitIn)
def put_limit(request: HttpRequest, position_id: UUID, new: LimitIn) -> Any:
    """Say how many open leads a position takes; further ones go to the manager."""
    actor = writer(request, Right.ORGANISE)
    made = naming.limit_leads(actor, find(actor, Position, position_id), most_open_leads=new.most_open_leads)
    return {"most_open_leads": made.most_open_leads if made else None}
