"""Take a file in: to a folder of ours, after a first look that it does no harm; and throw it away again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import file_of, folder_of, forget_file, read_file
from bailiwick_web.exchange.services.finding import batch_of

AUTO, RECORDS = "auto", "records"
"""Find out what the rows are: of the plan, or of the records of customers."""
ABANDONED = timedelta(days=7)
"""A file that nobody imports for so long is thrown away."""
State, Kind = ImportBatch.State, ImportBatch.Kind


def receive(actor: Actor, kind: str, filename: str, chunks: Iterable[bytes], *, options: dict[str, Any] | None = None) -> ImportBatch:
    """Take a file in; planners may. Recorded. Sheets of a workbook become imports that follow the first one.

    Raises
    ------
    Invalid
        If it is too large, no table, damaged, locked, named wrongly or could do harm. Nothing of it is kept then.
    """
    actor.need(Right.IMPORT)
    if kind not in {*Kind.values, AUTO, RECORDS}:
        raise Invalid(_("There is no kind of file “%(kind)s”.") % {"kind": kind}, code="unknown_kind")
    forget_abandoned(actor.now)
    batch, seen = take_in(actor, filename, chunks, options=options)
    try:
        batch.kind = {AUTO: seen["kind"], RECORDS: seen["record_kind"]}.get(kind, kind)
        with transaction.atomic():
            _save(actor, batch, seen["parts"] if kind == AUTO else [])
    except BaseException:
        forget_file(batch)
        raise
    return batch


def take_in(
    actor: Actor, filename: str, chunks: Iterable[bytes], *, options: dict[str, Any] | None = None
) -> tuple[ImportBatch, dict[str, Any]]:
    """A file in a folder of ours, as an import that is not stored yet, and what a first look found; see :func:`receive`."""
    batch = ImportBatch(kind=Kind.UNITS, state=State.UPLOADED, filename=shown_name(filename), options=options or {}, **stamped(actor))
    folder_of(batch).mkdir(parents=True, mode=0o700)
    try:
        batch.digest = store_file(file_of(batch), chunks)
        seen = read_file(file_of(batch), "look", folder_of(batch), {**batch.options, "filename": batch.filename})
        if "error" in seen:
            raise Invalid(seen["error"]["message"], code=seen["error"]["code"])
    except BaseException:
        forget_file(batch)
        raise
    return batch, seen


def _save(actor: Actor, batch: ImportBatch, parts: list[dict[str, Any]]) -> None:
    if len(parts) > 1:
        parts = sorted(parts, key=lambda part: part["kind"] != Kind.UNITS)
        batch.kind, batch.options = parts[0]["kind"], {**batch.options, "sheet": parts[0]["sheet"]}
    batch.save()
    audit(actor, "import.uploaded", batch)
    kinds = {batch.kind}
    for part in parts[1:]:
        if part["kind"] in kinds:  # a second sheet of customers is no part of this import: the page offers it
            continue
        kinds.add(part["kind"])
        follow(actor, batch, part["kind"], {"sheet": part["sheet"]})


def follow(actor: Actor, main: ImportBatch, kind: str, options: dict[str, Any]) -> ImportBatch:
    """A part of the same file that is imported together with another; the caller holds the transaction."""
    part = ImportBatch(
        kind=kind, state=State.UPLOADED, filename=main.filename, digest=main.digest, options=options, main=main, **stamped(actor)
    )
    folder_of(part).mkdir(parents=True, mode=0o700)
    _link(file_of(main), file_of(part))
    part.save()
    return part


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # some file systems know no such links
        shutil.copyfile(source, target)


def store_file(path: Path, chunks: Iterable[bytes]) -> str:
    """Write a file as it comes, up to the allowed size; returns its SHA-256."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as stream:
        for chunk in chunks:
            size += len(chunk)
            if size > settings.MAX_UPLOAD_BYTES:
                raise Invalid(
                    _("The file is larger than the %(most)s MB that are allowed; split it.")
                    % {"most": settings.MAX_UPLOAD_BYTES // 1_000_000},
                    code="too_large",
                )
            digest.update(chunk)
            stream.write(chunk)
    return digest.hexdigest()


def shown_name(filename: str) -> str:
    """A file name as it can be shown and stored: no folders, no control characters."""
    base = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(c if c.isprintable() else "�" for c in base)[-255:] or "file"


def discard(actor: Actor, public_id: UUID) -> None:
    """Throw a file away that was not imported; planners may. Recorded."""
    actor.need(Right.IMPORT)
    with transaction.atomic():
        batch = batch_of(public_id, is_locked=True)
        batch = batch.main or batch
        if not batch.is_open:
            raise Conflict(_("This file was imported; take the import back instead."), code="state")
        if batch.is_busy:
            raise Conflict(_("This file is being worked on; stop that first."), code="busy")
        audit(actor, "import.discarded", batch)
        parts = [batch, *batch.followers.all()]
        batch.delete()
    for part in parts:
        forget_file(part)


def forget_abandoned(now: datetime) -> int:
    """Throw away files that were taken in a week ago and never imported."""
    old = ImportBatch.objects.filter(
        main=None, state__in=[State.UPLOADED, State.CHECKED, State.REFUSED], changed_at__lt=now - ABANDONED
    ).select_related("job")
    gone = [batch for batch in old if not batch.is_busy]
    for batch in gone:
        parts = [batch, *batch.followers.all()]
        batch.delete()
        for part in parts:
            forget_file(part)
    return len(gone)
