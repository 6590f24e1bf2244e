"""An import from the upload to its undoing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, tell, touch
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import folder_of, forget_file, read_file, rows_of
from bailiwick_web.exchange.services import alignments, reps, units
from bailiwick_web.exchange.services.rows import CREATED, FAILED, UPDATED
from bailiwick_web.territories.models import UnitSet

REVERTIBLE = timedelta(days=90)
State, Kind = ImportBatch.State, ImportBatch.Kind
FILE = "file"


def upload(actor: Actor, kind: str, filename: str, chunks: Iterable[bytes], *, options: dict[str, Any] | None = None) -> ImportBatch:
    """Take a file in and check it; planners may. Nothing but the file is stored until :func:`run_import`. Recorded."""
    actor.need(Right.IMPORT)
    if kind not in Kind.values:
        raise Invalid(f"There is no kind of file {kind!r}.", code="unknown_kind")
    batch = ImportBatch(kind=kind, filename=filename[-255:], options=options or {}, **stamped(actor))
    folder = folder_of(batch)
    folder.mkdir(parents=True, mode=0o700)
    try:
        batch.digest = _store(folder, chunks)
    except Invalid:
        forget_file(batch)
        raise
    batch.save()
    audit(actor, "import.uploaded", batch)
    return check(actor, batch, options=batch.options)


def _store(folder: Any, chunks: Iterable[bytes]) -> str:
    digest, size = hashlib.sha256(), 0
    with (folder / FILE).open("wb") as stream:
        for chunk in chunks:
            size += len(chunk)
            if size > settings.MAX_UPLOAD_BYTES:
                raise Invalid(f"The file is larger than {settings.MAX_UPLOAD_BYTES // 1_000_000} MB.", code="too_large")
            digest.update(chunk)
            stream.write(chunk)
    return digest.hexdigest()


def check(actor: Actor, batch: ImportBatch, *, options: dict[str, Any]) -> ImportBatch:
    """Read the file again with other options and count what importing it would do; planners may. A dry run."""
    actor.need(Right.IMPORT)
    if batch.state not in {State.CHECKED, State.REFUSED}:
        raise Conflict("This file was imported already.", code="state")
    folder = folder_of(batch)
    path = folder / FILE
    if not path.exists():
        raise Conflict("The file is not kept any more; upload it again.", code="file_gone")
    batch.options = options
    batch.facts = read_file(_named(path, batch.filename), batch.kind, folder, {**options, "filename": batch.filename})
    if "error" in batch.facts:
        batch.state, batch.counts = State.REFUSED, {}
    else:
        batch.state, batch.counts = State.CHECKED, _count(batch)
    batch.save()
    return batch


def _named(path: Any, filename: str) -> Any:
    """The file under a name with the ending of the user's: some formats are known by it. The rest of the name is ours."""
    ending = "".join(c for c in filename[filename.rfind(".") :].lower() if c.isalnum() or c == ".")[:12] if "." in filename else ""
    named = path.with_name(FILE + ending)
    if ending and not named.exists():
        named.hardlink_to(path)
    return named


def _count(batch: ImportBatch) -> dict[str, int]:
    rows = rows_of(batch)
    failed = batch.facts["n_rejected"]
    if batch.kind == Kind.UNITS:
        found = units.incoming(rows)
        target = _target(batch, {row.code for row in found})
        batch.unit_set = target
        return {**units.counts(found, target), FAILED: failed}
    if batch.kind == Kind.REPS:
        return {**reps.counts(reps.incoming(rows)), FAILED: failed}
    known, n_strangers, batch.unit_set = alignments.counts(rows)
    return {**known, FAILED: failed + n_strangers}


def _target(batch: ImportBatch, codes: set[str]) -> UnitSet | None:
    wanted = batch.options.get("unit_set")
    if wanted == "new":
        return None
    if wanted:
        return UnitSet.objects.filter(public_id=UUID(wanted)).first()
    return units.unit_sets_with(codes)


@transaction.atomic
def run_import(actor: Actor, public_id: UUID, *, version: int | None = None) -> ImportBatch:
    """Import a checked file, all of its usable rows or nothing; planners may. Recorded, told, can be taken back for 90 days."""
    actor.need(Right.IMPORT)
    batch = ImportBatch.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
    if batch is None:
        raise Missing("There is no such import.")
    if batch.state != State.CHECKED:
        raise Conflict(f"This file is {batch.state}; only a checked file can be imported.", code="state")
    rows = rows_of(batch)
    batch.counts = _count(batch)
    if batch.kind == Kind.UNITS:
        units.write(actor, batch, units.incoming(rows))
    elif batch.kind == Kind.REPS:
        reps.write(actor, batch, reps.incoming(rows))
    else:
        alignments.write(actor, batch, rows)
    batch.state = State.IMPORTED
    touch(actor, batch, "state", "counts", "unit_set", "made_unit_set", "facts")
    audit(actor, "import.done", batch, after=", ".join(f"{n:,} {what}" for what, n in batch.counts.items()))
    tell(actor, "import.done", batch=str(batch.public_id), counts=batch.counts)
    return batch


@transaction.atomic
def revert(actor: Actor, public_id: UUID) -> ImportBatch:
    """Take an import back: what it made goes, what it changed is as before; planners may, for 90 days. Recorded."""
    actor.need(Right.IMPORT)
    batch = ImportBatch.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
    if batch is None:
        raise Missing("There is no such import.")
    if batch.state != State.IMPORTED or batch.changed_at < actor.now - REVERTIBLE:
        raise Conflict("Only an import of the last 90 days can be taken back, once.", code="state")
    later = ImportBatch.objects.filter(
        kind=batch.kind, state=State.IMPORTED, pk__gt=batch.pk, rows__key__in=batch.rows.filter(outcome=UPDATED).values("key")
    ).first()
    if later is not None:
        raise Conflict(f"“{later}” changed the same records later; take that back first.", code="later_import")
    if batch.kind == Kind.UNITS:
        units.take_back(actor, batch)
    elif batch.kind == Kind.REPS:
        reps.take_back(actor, batch)
    else:
        alignments.take_back(actor, batch)
    batch.state = State.REVERTED
    touch(actor, batch, "state", "unit_set")
    n_created = batch.rows.filter(outcome=CREATED).count()
    audit(actor, "import.reverted", batch, after=f"{n_created:,} removed, {batch.rows.filter(outcome=UPDATED).count():,} restored")
    return batch
