"""What the pages of imports show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from bailiwick_web.core.jobs import sign_of_life_now
from bailiwick_web.core.models import Job, Position
from bailiwick_web.core.retelling import retold
from bailiwick_web.exchange.error_file import columns_at_fault, examples
from bailiwick_web.exchange.field_words import TYPES, field_words
from bailiwick_web.exchange.forms import ENCODINGS, SEPARATORS, TEXT
from bailiwick_web.exchange.models import ImportBatch, MappingTemplate
from bailiwick_web.exchange.reasons import REASONS
from bailiwick_web.exchange.record_names import FIELDS as RECORD_FIELDS
from bailiwick_web.exchange.services import OF_OWNERS
from bailiwick_web.exchange.services.matching import BY_DOMAIN, BY_SHORT_ID, BY_ZEROS
from bailiwick_web.exchange.services.matching import BY_NAME as BY_PLACE
from bailiwick_web.exchange.vocabulary import (
    ALIGNMENT_FIELDS,
    ATTRIBUTES,
    MEASURE,
    MONEY,
    NUMBERS,
    OWNER,
    REP_FIELDS,
    SKIP,
    UNIT_FIELDS,
)
from bailiwick_web.territories.models import UnitSet

SHOWN = 1_000
FIRST_SHOWN = 10
PHASES = {
    "reading": _("reading the file"),
    "understanding": _("understanding its rows"),
    "describing": _("describing its columns"),
    "comparing": _("comparing with what is here"),
    "writing": _("writing"),
}
QUALITY = {
    "coordinates": _("by their coordinates"),
    "shape": _("by their shape"),
    "postcode": _("by their postcode, within a few kilometres"),
    "place": _("by the name of their city, roughly"),
}
REFERRED = {
    "no_account": _("accounts"),
    "no_contact": _("contacts"),
    "no_lead": _("leads"),
    "no_deal": _("opportunities"),
    "no_product": _("products"),
    "no_category": _("product lines"),
    "no_order": _("orders"),
    "no_case": _("cases"),
    "no_person": _("people"),
    "no_survey": _("surveys"),
    "no_question": _("questions"),
}
KNOWN_BY = {
    "id": _("identifier"),
    "number": _("number"),
    "e-mail address": _("e-mail address"),
    "domain": _("domain"),
    "name": _("name"),
    "name and address": _("name and address"),
    **{text: _(text) for text in (BY_SHORT_ID, BY_ZEROS, BY_DOMAIN, BY_PLACE)},
}
LIST_PRICE = "list price"
_FIELDS = {"units": UNIT_FIELDS, "reps": REP_FIELDS, "alignment": ALIGNMENT_FIELDS}
_FIELDS |= {kind: tuple(fields) for kind, fields in RECORD_FIELDS.items()}


def data_page() -> dict[str, Any]:
    """What is here, and every import."""
    imports = ImportBatch.objects.filter(main=None).select_related("created_by", "unit_set", "job").prefetch_related("followers")
    return {
        "unit_sets": UnitSet.objects.prefetch_related("measures").order_by("-pk"),
        "positions": Position.objects.select_related("node").order_by("code")[:200],
        "n_positions": Position.objects.count(),
        "imports": imports[:50],
        "templates": MappingTemplate.objects.select_related("changed_by"),
    }


def import_page(batch: ImportBatch, *, shown: int = FIRST_SHOWN) -> dict[str, Any]:
    """What was understood of a file, and what importing it would do; or what it did."""
    facts = batch.facts
    main = batch.main or batch
    family = [main, *main.followers.order_by("pk")]
    is_records = batch.kind in RECORD_FIELDS
    totals, is_many = _totals(family), is_records and len(family) > 1
    return {
        "batch": batch,
        "main": main,
        "family": family if len(family) > 1 else [],
        "can_leave_out": is_records and main.is_open and len(family) > 1 and not any(part.is_busy for part in family),
        "owners": next((part for part in family if part.options.get(OF_OWNERS)), None),
        "is_of_owners": bool(batch.options.get(OF_OWNERS)),
        "facts": facts,
        "layout": facts.get("layout") or {},
        "groups": field_groups(batch.kind),
        **columns_shown(batch, [_column(column, batch.kind) for column in facts.get("columns", [])]),
        "rejected": examples(batch, shown),
        "n_rejected": facts.get("n_shown", facts.get("n_rejected", 0)),
        "reasons": [(REASONS.get(code, code.replace("_", " ")), n) for code, n in (facts.get("rejected") or {}).items()],
        "fixes": fixes_of(batch),
        "totals": totals,
        "is_many": is_many,
        "sums": totals if is_many else batch.counts,
        "record_kinds": [(kind, label) for kind, label in ImportBatch.Kind.choices if kind in RECORD_FIELDS] if is_records else [],
        "refs": [(REFERRED[name], KNOWN_BY.get(how, how), n) for name, how, n in facts.get("refs") or []],
        "not_understood": [(c, sum(n.values()), ", ".join(list(n)[:5])) for c, n in (facts.get("not_understood") or {}).items()],
        "how": [(KNOWN_BY.get(how, how), n) for how, n in (facts.get("how") or {}).items() if how != LIST_PRICE],
        "constants": [(field_words(field), value) for field, value in (facts.get("constants") or {}).items()],
        "n_listed": (facts.get("how") or {}).get(LIST_PRICE, 0),
        "quality": [(QUALITY.get(how, how), n) for how, n in (facts.get("placed_by") or {}).items()],
        "encodings": _with_found(ENCODINGS, facts.get("layout", {}).get("encoding")),
        "separators": _with_found(SEPARATORS, _separator(facts)),
        "separator": _separator(facts),
        "unit_sets": UnitSet.objects.order_by("-pk") if batch.kind == "units" and batch.is_open else [],
        "n_reps": Position.objects.count(),
        **work_of(batch, main),
    }


def columns_shown(batch: ImportBatch, columns: list[dict[str, Any]]) -> dict[str, Any]:
    """The columns, and apart those that somebody should look at: at fault, or not recognised while nothing was said of them."""
    at_fault = columns_at_fault(batch)
    is_said = bool(batch.options.get("is_complete"))
    doubtful = [c for c in columns if c["name"] in at_fault or (c["field"] == TEXT and not is_said)]
    return {"columns": columns, "doubtful": doubtful, "understood": [c for c in columns if c not in doubtful]}


def _column(column: dict[str, Any], kind: str) -> dict[str, Any]:
    """A column of the file; its range with the separators of the language only where the numbers are amounts, not years or ids."""
    field = column["field"] or TEXT
    is_amount = column["type"] == "number" or field in {MEASURE, MONEY} or field in NUMBERS
    shown = {"field": field, "field_words": field_words(field, kind), "type_words": TYPES.get(column["type"], column["type"])}
    return column | shown | {"is_amount": is_amount}


def _totals(family: list[ImportBatch]) -> dict[str, int]:
    """What all parts do together: the four add up to the records. A row whose owner is a part of its own brings two of them."""
    return {name: sum(int(part.counts.get(name, 0)) for part in family) for name in ("created", "updated", "unchanged", "failed")} | {
        "read": sum(part.n_read for part in family),
        "rows": sum(part.n_read for part in family if not part.options.get(OF_OWNERS)),
    }


def fixes_of(batch: ImportBatch) -> list[dict[str, Any]]:
    """What may be mended, and what the user agreed to mend."""
    agreed = [
        {"column": column, "found": found, "meant": meant, "n": None, "is_agreed": True}
        for column, meant_by_found in (batch.options.get("fixes") or {}).items()
        for found, meant in meant_by_found.items()
    ]
    offered = [{**fix, "is_agreed": False} for fix in batch.facts.get("fixes") or []]
    return [{**fix, "value": json.dumps([fix["column"], fix["found"], fix["meant"]])} for fix in [*agreed, *offered]]


def work_of(batch: ImportBatch, main: ImportBatch) -> dict[str, Any]:
    """What is going on with a file, or how it ended: jobs belong to the first part, but each part can be taken back alone."""
    job = batch.job if batch.is_busy or main.job is None else main.job
    is_busy = job is not None and not job.is_over
    family = [main, *main.followers.all()] if main.is_partial or batch.is_partial else []
    return {"is_busy": is_busy, "progress": progress_of(job), "ending": ending_of(job, main), "course": course_of(family)}


def course_of(family: Sequence[ImportBatch]) -> dict[str, Any]:
    """How far an import, or its way back, is that is neither whole nor nothing: slices and records; nothing of any other."""
    parts = [part for part in family if part.is_partial]
    if not parts:
        return {}
    is_back = parts[0].state == ImportBatch.State.REVERTING
    done, of = ("back", "back_of") if is_back else ("done", "of")
    return {
        "is_back": is_back,
        "done": sum(part.course[done] for part in parts),
        "of": sum(part.course[of] for part in parts),
        "written": sum(part.course["written"] for part in parts),
        "waiting": sum(part.state == ImportBatch.State.CHECKED for part in family),
    }


def _with_found(choices: tuple[tuple[str, str], ...], found: str | None) -> list[tuple[str, str]]:
    return list(choices) if not found or any(found == value for value, _ in choices) else [*choices, (found, found)]


def _separator(facts: dict[str, Any]) -> str:
    separator = str((facts.get("layout") or {}).get("separator", ""))
    return "tab" if separator == "\t" else "" if separator == "\x1f" else separator


def field_groups(kind: str) -> list[tuple[Any, list[tuple[str, str]]]]:
    """What a column can be, in groups for a select box."""
    known = [(field, field_words(field, kind)) for field in _FIELDS[kind]]
    groups: list[tuple[Any, list[tuple[str, str]]]] = [(_("What and where"), known)]
    if kind == "units":
        groups.append((_("Planning"), [(field, field_words(field)) for field in (MEASURE, MONEY, OWNER)]))
    if kind in {"units", "reps"}:
        groups.append(
            (_("More about it"), sorted(((field, field_words(field)) for field in ATTRIBUTES), key=lambda pair: pair[1].casefold()))
        )
    return [*groups, (_("Neither"), [(TEXT, str(_("Kept as text"))), (SKIP, field_words(SKIP))])]


def progress_of(job: Job | None) -> dict[str, Any]:
    """How far a job is, in words and as a width."""
    if job is None:
        return {}
    fraction = min(max(float(job.progress.get("fraction", 0)), 0.02), 1.0)
    phase = PHASES.get(str(job.progress.get("phase", "")), _("starting") if job.state == "running" else _("waiting for a worker"))
    return {
        "fraction": fraction,
        "width": f"{100 * fraction:.1f}",
        "phase": phase,
        "title": retold(job.made_of.get("title"), job.title),
        "what": job.params.get("what", ""),
        "sign_of_life": sign_of_life_now(job),
    }


def ending_of(job: Job | None, main: ImportBatch) -> str:
    """How the last job ended, if that needs a word; what it left half done is told beside, with what can be done."""
    if job is None or not job.is_over:
        return ""
    if job.state == Job.State.FAILED:
        return retold(job.made_of.get("error"), job.error)
    if job.state == Job.State.CANCELLED or job.result.get("is_stopped"):
        done = {"check": _("It was not looked at to the end."), "run": _("Nothing was imported."), "revert": _("Nothing was taken back.")}
        told = "" if main.is_partial else str(done.get(job.params.get("what", ""), ""))
        return " ".join(filter(None, [str(_("Stopped.")), told]))
    return ""
