"""Imports over the JSON interface: what came in and what became of it; files are uploaded on the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.rest.requests import one_page
from bailiwick_web.core.roles import Right
from bailiwick_web.exchange.models import ImportBatch

router = Router(tags=["imports"])


class ImportOut(Schema):
    """One file; ``counts`` add up to its rows."""

    id: UUID
    kind: str
    state: str
    filename: str
    digest: str
    counts: dict[str, Any]
    unit_set: UUID | None
    created_at: datetime
    created_by: str


class ImportsOut(Schema):
    """A page of imports; ``next`` is the cursor of the next page."""

    items: list[ImportOut]
    next: int | None


@router.get("/imports", response=ImportsOut)
def list_imports(request: HttpRequest, after: int | None = None, limit: int | None = None) -> Any:
    """Files that were brought in, newest first."""
    actor_of(request).need(Right.IMPORT)
    return one_page(ImportBatch.objects.select_related("unit_set", "created_by"), _import, after=after, limit=limit)


@router.get("/imports/{uuid:import_id}", response=ImportOut)
def get_import(request: HttpRequest, import_id: UUID) -> Any:
    """One file that was brought in."""
    actor_of(request).need(Right.IMPORT)
    found = ImportBatch.objects.select_related("unit_set", "created_by").filter(public_id=import_id).first()
    if found is None:
        raise Missing(_("There is no such import."))
    return _import(found)


def _import(batch: ImportBatch) -> dict[str, Any]:
    plain = {name: getattr(batch, name) for name in ("kind", "state", "filename", "digest", "counts", "created_at")}
    unit_set = batch.unit_set.public_id if batch.unit_set else None
    return plain | {"id": batch.public_id, "unit_set": unit_set, "created_by": str(batch.created_by or "")}
