"""Several files of one import: taken in together, each as what it seems to be; archives of tables are unpacked, mappings applied."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import file_of, forget_file
from bailiwick_web.exchange.record_kinds import OUT_FOLDER, RECORD_KINDS
from bailiwick_web.exchange.services.checking import OF_OWNERS
from bailiwick_web.exchange.services.data_loader import mapping_of
from bailiwick_web.exchange.services.finding import batch_of
from bailiwick_web.exchange.services.receiving import AUTO, RECORDS, forget_abandoned, receive, take_in

MOST_FILES = 20
CHUNK = 1 << 20
_MAPPING = ".sdl"
_MOST_MAPPING = 200_000


@dataclass(frozen=True)
class Upload:
    """A file as it comes."""

    name: str
    chunks: Iterable[bytes]


def receive_together(actor: Actor, files: Sequence[Upload], *, kind: str = RECORDS) -> ImportBatch:
    """Take several files of records in; planners may. Recorded. The first one leads, the others follow: all or nothing.

    Each is what its columns and its name say, unless all are said to be of one kind. A mapping of the Data Loader (``.sdl``) says what
    the columns of the others are called in Salesforce, and what every row gets.

    Raises
    ------
    Invalid
        If one of them is refused; nothing of any is kept then.
    """
    actor.need(Right.IMPORT)
    forget_abandoned(actor.now)
    options: dict[str, Any] = {}
    taken: list[ImportBatch] = []
    try:
        for file in files:
            if file.name.lower().endswith(_MAPPING):
                said = mapping_of(_whole(file))
                options = {name: {**options.get(name, {}), **getattr(said, name)} for name in ("names", "constants")}
            else:
                taken += _take(actor, file, kind)
            if len(taken) > MOST_FILES:
                raise Invalid(_("More than %(most)s tables at once; bring them in parts.") % {"most": MOST_FILES}, code="too_many")
        if not taken:
            raise Invalid(_("Choose a table, too: a mapping alone brings nothing."), code="no_file")
        return _save(actor, taken, options)
    except BaseException:
        for batch in taken:
            forget_file(batch)
        raise


def receive_one(actor: Actor, file: Upload, *, kind: str) -> ImportBatch:
    """Take one file in; planners may. Recorded. What it is may be found out: an archive of several tables brings records.

    Raises
    ------
    Invalid
        If it is refused; nothing of it is kept then.
    """
    if kind != AUTO or not file.name.lower().endswith(".zip"):
        return receive(actor, kind, file.name, file.chunks)
    actor.need(Right.IMPORT)
    batch, seen = take_in(actor, file.name, file.chunks)
    try:
        again = Upload(file.name, _stored(batch))
        return receive_together(actor, [again]) if len(seen["members"]) > 1 else receive(actor, kind, again.name, again.chunks)
    finally:
        forget_file(batch)


def _take(actor: Actor, file: Upload, kind: str) -> Iterator[ImportBatch]:
    """The tables of one file: itself, its sheets, or what an archive holds."""
    batch, seen = take_in(actor, file.name, file.chunks)
    try:
        if seen["members"]:
            for member in (one for one in seen["members"] if PurePosixPath(one).parts[0] != OUT_FOLDER):
                yield from _take(actor, Upload(PurePosixPath(member).name, _unpacked(batch, member)), kind)
            forget_file(batch)
            return
        sheets = seen["parts"] if len(seen["parts"]) > 1 else [{"record_kind": seen["record_kind"], "sheet": ""}]
        for sheet in sheets[1:]:
            other, _seen = take_in(actor, file.name, _stored(batch))
            yield _as(other, sheet, kind)
    except BaseException:
        forget_file(batch)
        raise
    yield _as(batch, sheets[0], kind)


def _as(batch: ImportBatch, part: dict[str, Any], kind: str) -> ImportBatch:
    batch.kind = kind if kind in RECORD_KINDS else part["record_kind"]
    if part["sheet"]:
        batch.options = {"sheet": part["sheet"]}
    return batch


def _unpacked(batch: ImportBatch, member: str) -> Iterator[bytes]:
    """A table of an archive, that was found harmless; no more than an upload may have."""
    with zipfile.ZipFile(file_of(batch)) as archive, archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _stored(batch: ImportBatch) -> Iterator[bytes]:
    with file_of(batch).open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _whole(file: Upload) -> bytes:
    data = b"".join(file.chunks)
    if len(data) > min(_MOST_MAPPING, settings.MAX_UPLOAD_BYTES):
        raise Invalid(_("“%(name)s” is too large for a mapping.") % {"name": file.name}, code="too_large")
    return data


@transaction.atomic
def _save(actor: Actor, taken: list[ImportBatch], options: dict[str, Any]) -> ImportBatch:
    main, *others = sorted(taken, key=lambda batch: RECORD_KINDS.index(batch.kind))
    for batch in (main, *others):
        batch.options = {**batch.options, **options}
        batch.main = None if batch is main else main
        batch.save()
        audit(actor, "import.uploaded", batch)
    return main


@transaction.atomic
def _part_away(actor: Actor, public_id: UUID) -> tuple[ImportBatch, ImportBatch | None]:
    part = batch_of(public_id, is_locked=True)
    main = part.main or part
    others = [other for other in (main, *main.followers.order_by("pk")) if other.pk != part.pk and not other.options.get(OF_OWNERS)]
    if not main.is_open:
        raise Conflict(_("This file was imported; take the import back instead."), code="state")
    if main.is_busy or part.is_busy:
        raise Conflict(_("This file is being worked on; stop that first."), code="busy")
    audit(actor, "import.discarded", part)
    leads = next(iter(sorted(others, key=lambda other: (RECORD_KINDS.index(other.kind), other.pk))), None) if part is main else main
    for other in others:
        if leads is not None:
            other.main = None if other.pk == leads.pk else leads
            other.save(update_fields=["main"])
    part.delete()
    return part, ImportBatch.objects.get(pk=leads.pk) if leads is not None else None


def leave_out(actor: Actor, public_id: UUID) -> ImportBatch | None:
    """Throw one part of an import away, the others stay; planners may. Recorded. Returns the part that leads the others now."""
    actor.need(Right.IMPORT)
    part, leads = _part_away(actor, public_id)
    forget_file(part)
    return leads


def call(actor: Actor, batch: ImportBatch, kind: str) -> None:
    """Say that the rows of an open file are records of another kind; planners may. What its columns are is found anew then."""
    actor.need(Right.IMPORT)
    if not batch.is_open or kind not in RECORD_KINDS or batch.kind not in RECORD_KINDS:
        raise Conflict(_("The rows of this file cannot be called something else now."), code="state")
    batch.kind = kind
    batch.save(update_fields=["kind"])
