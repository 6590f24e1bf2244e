"""The search over everything that somebody sees: a job, as it takes minutes; pairs are kept with their evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick import api
from bailiwick_web.core.access import Actor
from bailiwick_web.core.jobs import enqueue
from bailiwick_web.core.models import Job
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit
from bailiwick_web.crm.models import DuplicatePair
from bailiwick_web.crm.services.duplicates.reading import KINDS, MODELS, ROLES, in_chunks, texts_of
from bailiwick_web.crm.visibility import visible

SEARCH = "crm.duplicates"
THRESHOLD = 0.5
Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Found:
    """A pair of keys, the lesser first, with what speaks for it."""

    one: int
    other: int
    probability: float
    evidence: list[list[Any]]


@transaction.atomic
def ask(actor: Actor, kind: str) -> Job:
    """Queue a search over all accounts or contacts that somebody sees, unless their last one is still at work. Sellers may. Recorded."""
    actor.need(Right.SELL)
    if kind not in KINDS:
        message = _("%(field)s: expected %(expected)s, found “%(found)s”.")
        raise Invalid(message % {"field": "record_type", "expected": ", ".join(KINDS), "found": kind}, code="field", field="record_type")
    at_work = running(actor, kind)
    if at_work is not None:
        return at_work
    title = _("Look for duplicate accounts") if kind == "account" else _("Look for duplicate contacts")
    job = enqueue(actor, SEARCH, title=title, params={"kind": kind})
    audit(actor, "duplicates.searched", job, field=kind)
    return job


def running(actor: Actor, kind: str) -> Job | None:
    """The search of somebody that is not over yet."""
    jobs = Job.objects.filter(kind=SEARCH, created_by=actor.user, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return next((job for job in jobs if job.params.get("kind") == kind), None)


def search(actor: Actor, kind: str, tell: Tell = lambda progress: None) -> dict[str, Any]:
    """Compare all records that somebody sees, and keep the pairs that are probably one. Pairs that no longer are go, unless judged."""
    table, keys = _table(actor, kind, tell)
    tell({"step": "compare", "n": len(keys)})
    pairs = _found(kind, table) if len(keys) > 1 else []
    tell({"step": "keep", "n": len(keys)})
    n_new = keep(actor, kind, set(keys), pairs)
    return {"kind": kind, "n_records": len(keys), "n_pairs": len(pairs), "n_new": n_new}


def _table(actor: Actor, kind: str, tell: Tell) -> tuple[dict[str, list[str]], list[int]]:
    columns: dict[str, list[str]] = {name: [] for name in ("id", *ROLES[kind])}
    keys: list[int] = []
    for records in in_chunks(visible(actor, MODELS[kind])):
        for record, texts in zip(records, texts_of(kind, records), strict=True):
            columns["id"].append(str(record.pk))
            keys.append(record.pk)
            for name, text in texts.items():
                columns[name].append(text)
        tell({"step": "read", "n": len(keys)})
    return columns, keys


def _found(kind: str, table: dict[str, list[str]]) -> list[Found]:
    known = {name: values for name, values in table.items() if name == "id" or sum(map(bool, values)) > 1}
    if len(known) < 2:
        return []
    mapped = {name: name for name in known}
    found = api.find_duplicates(known, column_map=mapped, kind=KINDS[kind], threshold=THRESHOLD)
    evidence: dict[tuple[str, str], list[list[Any]]] = {}
    for row in found["evidence"].itertuples(index=False):
        evidence.setdefault((row.id_a, row.id_b), []).append([row.comparison, row.agreement, round(float(row.weight), 1)])
    pairs = []
    for row in found["pairs"].itertuples(index=False):
        one, other = sorted((int(row.id_a), int(row.id_b)))
        pairs.append(Found(one, other, float(row.probability), evidence.get((row.id_a, row.id_b), [])))
    return pairs


@transaction.atomic
def keep(actor: Actor, kind: str, examined: set[int], pairs: Iterable[Found], *, how: str = DuplicatePair.Found.SEARCH) -> int:
    """Keep pairs; what somebody said stays said. Of those examined, open pairs that were not found again go. Returns how many are new."""
    there = {(p.one_key, p.other_key): p for p in DuplicatePair.objects.filter(record_type=kind)}
    new, changed, seen = [], [], set()
    for found in pairs:
        seen.add((found.one, found.other))
        pair = there.get((found.one, found.other))
        if pair is None:
            pair = DuplicatePair(record_type=kind, one_key=found.one, other_key=found.other, found=how)
            new.append(pair)
        else:
            changed.append(pair)
        pair.probability, pair.evidence, pair.found_at = found.probability, found.evidence, actor.now
    DuplicatePair.objects.bulk_create(new, batch_size=500)
    DuplicatePair.objects.bulk_update(changed, ["probability", "evidence", "found_at"], batch_size=200)
    if how == DuplicatePair.Found.SEARCH:
        gone = [p.pk for key, p in there.items() if key not in seen and p.state == "open" and {*key} <= examined]
        for start in range(0, len(gone), 500):
            DuplicatePair.objects.filter(pk__in=gone[start : start + 500]).delete()
    return len(new)
