"""Mappings that are kept for the next file with the same header."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, touch
from bailiwick_web.exchange.models import ImportBatch, MappingTemplate

READING = ("encoding", "separator", "decimal", "missing_measure")


def header_digest(names: Iterable[str]) -> str:
    """What files with the same columns share, in whatever order these stand.

    Examples
    --------
    >>> header_digest(["a", "b"]) == header_digest(["b", "a"]) != header_digest(["ab"])
    True
    """
    return hashlib.sha256("\0".join(sorted(names)).encode()).hexdigest()


def fitting_template(kind: str, names: list[str]) -> MappingTemplate | None:
    """The template of files with this header, if there is one."""
    return MappingTemplate.objects.filter(kind=kind, header=header_digest(names)).first() if names else None


@transaction.atomic
def save_template(actor: Actor, batch: ImportBatch, *, name: str) -> MappingTemplate:
    """Keep what the columns of a checked file are for the next one with the same header; planners may. Recorded."""
    actor.need(Right.IMPORT)
    name = name.strip()[:200]
    if not name:
        raise Invalid(_("Give the template a name."), code="no_name")
    columns = batch.facts.get("columns") or []
    if not columns or "error" in batch.facts:
        raise Conflict(_("Only the columns of a file that was understood can be kept."), code="state")
    values = {
        "name": name,
        "columns": columns_said(batch),
        "reading": {key: batch.options[key] for key in READING if batch.options.get(key)},
    }
    header = header_digest(column["name"] for column in columns)
    template = MappingTemplate.objects.select_for_update().filter(kind=batch.kind, header=header).first()
    if template is None:
        template = MappingTemplate.objects.create(kind=batch.kind, header=header, **values, **stamped(actor))
    else:
        for field, value in values.items():
            setattr(template, field, value)
        touch(actor, template, *values)
    audit(actor, "template.saved", template)
    return template


def columns_said(batch: ImportBatch) -> dict[str, str]:
    """Field → column for every column of a checked file that is something."""
    said = dict(batch.facts.get("fields") or {})
    for column in batch.facts.get("columns") or []:
        field = column["field"]
        if field in {"measure", "money", "skip"}:
            said[f"{field}:{column['name']}"] = column["name"]
        elif field:
            said.setdefault(field, column["name"])
    return said


@transaction.atomic
def delete_template(actor: Actor, public_id: UUID) -> None:
    """Forget a template; planners may. Recorded."""
    actor.need(Right.IMPORT)
    template = MappingTemplate.objects.filter(public_id=public_id).first()
    if template is None:
        raise Missing(_("There is no such template."))
    audit(actor, "template.deleted", template)
    template.delete()


def count_use(batch: ImportBatch) -> None:
    """A file was imported with a template."""
    header = header_digest(column["name"] for column in batch.facts.get("columns") or [])
    if batch.facts.get("template"):
        MappingTemplate.objects.filter(kind=batch.kind, header=header).update(n_used=F("n_used") + 1)
