"""Read a file as the user says, and count what importing it would do: the dry run."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Refused
from bailiwick_web.core.roles import Right
from bailiwick_web.exchange.child.rejecting import origin, told
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import file_of, folder_of, read_file, refusal, rows_of
from bailiwick_web.exchange.record_kinds import RECORD_KINDS
from bailiwick_web.exchange.services import records
from bailiwick_web.exchange.services.preparing import Prepared, prepare, seer_of
from bailiwick_web.exchange.services.receiving import follow
from bailiwick_web.exchange.services.rows import FAILED, Late, Watch
from bailiwick_web.exchange.services.templates import fitting_template

State, Kind = ImportBatch.State, ImportBatch.Kind
OF_OWNERS = "of_owners"
"""Option of the part that is made from the owner column of the customers."""
_LATE = "late.json"
READING = ("encoding", "separator", "header_row", "sheet", "layer", "decimal", "missing_measure", "currency")


def check(actor: Actor, batch: ImportBatch, *, options: dict[str, Any], watch: Watch | None = None) -> ImportBatch:
    """Read the file with these options and count what importing it would do; planners may. Nothing is changed by it.

    What is imported together with it is checked, too.
    """
    actor.need(Right.IMPORT)
    if not batch.is_open:
        raise Conflict(_("This file was imported already."), code="state")
    if not file_of(batch).exists():
        raise Conflict(_("The file is not kept any more; upload it again."), code="file_gone")
    watch = watch or Watch()
    if batch.kind in RECORD_KINDS:
        _check_records(batch, options, watch)
        return batch
    _check_one(batch, options, watch)
    _offer_owners(actor, batch)
    for part in batch.followers.all():
        _check_one(part, part.options, watch)
    return batch


def _check_records(batch: ImportBatch, options: dict[str, Any], watch: Watch) -> None:
    """All parts, those first that others name: what one brings, the next one finds."""
    batch.options = options
    parts = in_order(batch)
    lookups = records.Lookups(seer_of(batch), is_shared=len(parts) > 1)
    for part in parts:
        _check_one(part, part.options, watch, lookups)


def in_order(batch: ImportBatch) -> list[ImportBatch]:
    """The parts of an import of records that can still be changed, in the order in which they are written."""
    main = batch.main or batch
    parts = [batch if part.pk == batch.pk else part for part in (main, *main.followers.order_by("pk"))]
    return sorted((part for part in parts if part.is_open), key=lambda part: (RECORD_KINDS.index(part.kind), part.pk))


def _check_one(batch: ImportBatch, options: dict[str, Any], watch: Watch, lookups: records.Lookups | None = None) -> None:
    batch.options = options
    facts = _read(batch, watch)
    batch.unit_set, batch.counts, batch.state = None, {}, State.REFUSED
    if "error" not in facts:
        try:
            prepared = prepare(batch, Watch(watch.tell), facts, lookups)  # the files are those of this reading: no stop from here
            batch.counts = {**prepared.counts, FAILED: facts["n_rejected"] + len(prepared.late)}
            facts |= keep_late(batch, facts, prepared, Watch())
            batch.state = State.CHECKED
        except Refused as error:
            facts = {**facts, **refusal(error.message, error.code)}
    batch.facts = facts
    batch.save(update_fields=["kind", "options", "facts", "counts", "state", "unit_set"])


def _read(batch: ImportBatch, watch: Watch) -> dict[str, Any]:
    """Facts of the file; where nothing was said of its columns, as the template of its header says."""
    if batch.options.get(OF_OWNERS):
        return _owners_of(batch)
    facts = _read_once(batch, batch.options, watch)
    if batch.options.get("columns") or batch.options.get("no_template"):
        return facts
    template = fitting_template(batch.kind, [c["name"] for c in facts.get("columns", ())])
    if template is None:
        return facts
    said = {**template.reading, **{k: v for k, v in batch.options.items() if k in READING}}
    again = _read_once(batch, {**said, "columns": template.columns, "is_complete": True}, watch)
    if "error" in again:
        return facts
    return {**again, "template": template.name}


def _read_once(batch: ImportBatch, options: dict[str, Any], watch: Watch) -> dict[str, Any]:
    asked = {**options, "filename": batch.filename}
    return read_file(file_of(batch), batch.kind, folder_of(batch), asked, tell=watch.tell, should_stop=watch.should_stop)


def keep_late(batch: ImportBatch, facts: dict[str, Any], prepared: Prepared, watch: Watch) -> dict[str, Any]:
    """Add the rows that do not fit what is here to the file of rejected rows; returns the facts that change."""
    said = {"how": dict(prepared.how), "n_territories": prepared.territories, "n_late": len(prepared.late)}
    if prepared.late and not batch.options.get(OF_OWNERS):
        (folder_of(batch) / _LATE).write_text(
            json.dumps([[r.row, r.column, r.code, r.reason, origin(r.reason)] for r in prepared.late]), encoding="utf-8"
        )
        done = read_file(
            file_of(batch),
            "pick",
            folder_of(batch),
            {**batch.options, "kind": batch.kind, "filename": batch.filename},
            should_stop=watch.should_stop,
        )
        if "error" in done:
            return {**facts, **done}
        return {**said, "n_shown": done["n_rejected"], "rejected": done["rejected"]}
    return {**said, "n_shown": facts["n_rejected"] + len(prepared.late), "rejected": _with_late(facts.get("rejected", {}), prepared.late)}


def late_before(batch: ImportBatch) -> list[Late]:
    """The rows that did not fit what is here when they were compared last."""
    if not batch.facts.get("n_late") or not (folder_of(batch) / _LATE).exists():
        return []
    kept = json.loads((folder_of(batch) / _LATE).read_text(encoding="utf-8"))
    return [Late(row, column, code, told(*reason)) for row, column, code, *reason in kept]


def _with_late(counts: dict[str, int], late: list[Late]) -> dict[str, int]:
    found = dict(counts)
    for row in late:
        found[row.code] = found.get(row.code, 0) + 1
    return found


def _owners_of(batch: ImportBatch) -> dict[str, Any]:
    """The part that is made from the owner column: unit and owner of every usable row of the customers."""
    main = batch.main
    assert main is not None
    rows = rows_of(main)
    if "owner" not in rows.column_names:
        return refusal(say("The file of customers has no owner column any more."), "no_owner")
    owners = [str(owner).strip() for owner in rows.column("owner").to_pylist()]
    keep = [i for i, owner in enumerate(owners) if owner]
    table = {name: pa.array([rows.column(name)[i].as_py() for i in keep]) for name in ("row", "code")}
    feather.write_feather(pa.table({**table, "territory": pa.array([owners[i] for i in keep])}), folder_of(batch) / "rows.arrow")
    return {
        "n_read": len(keep),
        "n_rejected": 0,
        "rejected": {},
        "n_used": len(keep),
        "columns": [],
        "notices": [],
        "owner": main.facts["owner"],
    }


def _offer_owners(actor: Actor, batch: ImportBatch) -> None:
    """Where customers come with an owner column, offer territories and reps from it; take the offer back where there is none."""
    if batch.kind != Kind.UNITS:
        return
    offered = [part for part in batch.followers.all() if part.options.get(OF_OWNERS)]
    others = [part for part in batch.followers.all() if part.kind == Kind.ALIGNMENT and not part.options.get(OF_OWNERS)]
    wanted = batch.state == State.CHECKED and bool(batch.facts.get("owner")) and batch.facts.get("has_ids") and not others
    if wanted and not offered:
        with transaction.atomic():
            follow(actor, batch, Kind.ALIGNMENT, {OF_OWNERS: True, "makes_positions": True})
    elif not wanted:
        for part in offered:
            part.delete()
