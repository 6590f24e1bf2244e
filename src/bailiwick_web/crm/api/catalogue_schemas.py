"""What everybody shares, as the interface takes and shows it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Schema


class PipelinePatch(Schema):
    """What shall be different; what is left out stays."""

    name: str | None = None
    place: int | None = None
    is_active: bool | None = None


class PipelineIn(PipelinePatch):
    """An order of stages."""

    name: str


class PipelineOut(PipelineIn):
    """An order of stages."""

    id: UUID
    version: int
    is_default: bool


class StagePatch(Schema):
    """What shall be different; what is left out stays."""

    name: str | None = None
    kind: str | None = None
    place: int | None = None
    probability: float | None = None
    most_days: int | None = None
    keeps_rep: bool | None = None


class StageIn(StagePatch):
    """A step of a pipeline: open, won or lost."""

    pipeline: UUID
    name: str


class StageOut(StageIn):
    """A step of a pipeline."""

    id: UUID
    version: int


class StageFilter(Schema):
    """What a list of stages can be asked."""

    pipeline: UUID | None = None
    kind: str | None = None


class ReasonPatch(Schema):
    """What shall be different; what is left out stays."""

    label: str | None = None
    place: int | None = None
    is_active: bool | None = None


class ReasonIn(ReasonPatch):
    """Why deals are won or lost."""

    kind: str
    label: str


class ReasonOut(ReasonIn):
    """Why deals are won or lost."""

    id: UUID
    version: int


class ProductLinePatch(Schema):
    """What shall be different; what is left out stays."""

    code: str | None = None
    name: str | None = None
    parent: UUID | None = None


class ProductLineIn(ProductLinePatch):
    """A line of products or services."""

    name: str


class ProductLineOut(ProductLineIn):
    """A line of products or services."""

    id: UUID
    version: int


class PriceIn(Schema):
    """What a product costs in a price book, from a quantity on."""

    amount: Decimal
    currency: str
    book: str = "standard"
    least_quantity: Decimal = Decimal(0)
    valid_from: date | None = None
    valid_until: date | None = None


class ProductPatch(Schema):
    """What shall be different; what is left out stays."""

    code: str | None = None
    name: str | None = None
    line: UUID | None = None
    unit: str | None = None
    description: str | None = None
    is_active: bool | None = None
    needs: list[str] | None = None
    fields: dict[str, Any] | None = None


class ProductIn(ProductPatch):
    """What is sold."""

    name: str


class ProductOut(ProductIn):
    """What is sold, and what it costs."""

    id: UUID
    version: int
    prices: list[PriceIn]
    external_ids: dict[str, str]


class CatalogueFilter(Schema):
    """What a list can be asked."""

    q: str | None = None
    changed_since: datetime | None = None


class ProductFilter(CatalogueFilter):
    """What a list of products can be asked."""

    code: str | None = None
    line: UUID | None = None
    need: str | None = None
    is_active: bool | None = None
    external_id: str | None = None


class CompetitorPatch(Schema):
    """What shall be different; what is left out stays."""

    name: str | None = None
    website: str | None = None
    strengths: str | None = None
    weaknesses: str | None = None
    tags: list[str] | None = None


class CompetitorIn(CompetitorPatch):
    """Somebody who sells what we sell."""

    name: str


class CompetitorOut(CompetitorIn):
    """Somebody who sells what we sell."""

    id: UUID
    version: int


class PresenceIn(Schema):
    """How strong a competitor is in a territory: 0 none to 5 dominant, who says so, and since when."""

    competitor: UUID
    strength: int
    on: date
    territory_code: str
    layer: str = "base"
    source: str = ""


class PresenceOut(Schema):
    """How strong a competitor is in a unit or a territory."""

    id: UUID
    version: int
    competitor: UUID
    strength: int
    on: date
    territory_code: str
    unit: str | None
    layer: str
    source: str


class PresenceFilter(Schema):
    """What a list can be asked."""

    competitor: UUID | None = None
    territory_code: str | None = None
    layer: str | None = None


class FieldPatch(Schema):
    """What shall be different; what is left out stays."""

    label: str | None = None
    choices: list[str] | None = None
    place: int | None = None
    is_active: bool | None = None


class FieldIn(FieldPatch):
    """A free field of a record type: text, number, date, yes-no or choice."""

    record_type: str
    key: str
    label: str
    kind: str = "text"


class FieldOut(FieldIn):
    """A free field of a record type."""

    id: UUID
    version: int


class FieldFilter(Schema):
    """What a list can be asked."""

    record_type: str | None = None


class CriterionPatch(Schema):
    """What shall be different; what is left out stays."""

    least_grade: int | None = None
    most_days_old: int | None = None
    is_active: bool | None = None


class CriterionIn(CriterionPatch):
    """What makes a lead qualified: budget, authority, need or timing has at least this grade."""

    part: str
    least_grade: int


class CriterionOut(CriterionIn):
    """What makes a lead qualified."""

    id: UUID
    version: int


class LevelPatch(Schema):
    """What shall be different; what is left out stays."""

    respond_minutes: int | None = None
    solve_minutes: int | None = None


class LevelIn(Schema):
    """How fast a case of a priority is answered and solved."""

    priority: str
    respond_minutes: int
    solve_minutes: int


class LevelOut(LevelIn):
    """How fast a case of a priority is answered and solved."""

    id: UUID
    version: int


class Changed(Schema):
    """What a list can be asked: what changed since an instant, for those who keep a copy."""

    changed_since: datetime | None = None
