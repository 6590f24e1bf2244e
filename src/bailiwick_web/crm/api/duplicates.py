"""Records that stand twice, and what was merged: over the interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from bailiwick_web.core.refusals import Invalid, Missing
from bailiwick_web.core.rest.records import JobOut, job_out
from bailiwick_web.core.rest.requests import VERSIONED, if_match, one_page, tag
from bailiwick_web.crm.api.common import reader, writer
from bailiwick_web.crm.models import DuplicatePair, Merge
from bailiwick_web.crm.queries import duplicates as queries
from bailiwick_web.crm.services import duplicates, merging

router = Router(tags=["customers"])


class EvidenceOut(Schema):
    """How one field of two records agrees; ``weight`` is the logarithm to base 2 of the odds that it adds."""

    field: str
    agreement: str
    weight: float


class PairOut(Schema):
    """Two records that may be one."""

    id: UUID
    version: int
    record_type: str
    one: UUID
    other: UUID
    probability: float
    evidence: list[EvidenceOut]
    state: str
    found: str
    found_at: datetime


class PairsOut(Schema):
    """A page of pairs; ``next`` is the cursor of the next page."""

    items: list[PairOut]
    next: int | None


class MergeOut(Schema):
    """What was merged; ``left`` says what stayed when it was undone, as somebody had changed it since."""

    id: UUID
    version: int
    record_type: str
    kept: UUID
    gone: UUID
    at: datetime
    by: str
    probability: float | None
    evidence: list[EvidenceOut]
    undone_at: datetime | None
    undone_by: str
    left: list[dict[str, Any]]


class MergesOut(Schema):
    """A page of merges; ``next`` is the cursor of the next page."""

    items: list[MergeOut]
    next: int | None


class MergeIn(Schema):
    """The record that is to become part of this one, its version, and whose value survives: field → kept, gone or both."""

    other: UUID
    other_version: int
    choices: dict[str, str] = {}


class SearchIn(Schema):
    """What is to be searched: account or contact."""

    record_type: str = "account"


class CheckIn(Schema):
    """A record that is about to be added, as far as it is known."""

    name: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""


class AlikeOut(Schema):
    """A record that may be the one that is about to be added."""

    record_type: str
    id: UUID
    probability: float
    evidence: list[EvidenceOut]


ROLES = {
    "first_name": "given",
    "last_name": "family",
    "company": "company",
    "email": "email",
    "phone": "phone",
    "website": "website",
    "street": "street",
    "postal_code": "postcode",
    "city": "place",
}


def _evidence(found: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(("field", "agreement", "weight"), entry, strict=True)) for entry in found]


def _pairs(kind: str, found: Sequence[DuplicatePair]) -> list[dict[str, Any]]:
    names = ("version", "record_type", "probability", "state", "found", "found_at")
    return [
        {"id": p.pair.public_id, "one": p.one.public_id, "other": p.other.public_id, "evidence": _evidence(p.pair.evidence)}
        | {name: getattr(p.pair, name) for name in names}
        for p in queries.with_records(kind, list(found))
    ]


def _merge(merge: Merge) -> dict[str, Any]:
    same = ("version", "record_type", "at", "probability", "undone_at", "left")
    who = {"by": str(merge.by or ""), "undone_by": str(merge.undone_by or "")}
    told = {"id": merge.public_id, "kept": merge.kept_id, "gone": merge.gone_id, "evidence": _evidence(merge.evidence)}
    return {name: getattr(merge, name) for name in same} | who | told


def _kind(text: str) -> str:
    if text not in duplicates.MODELS:
        raise Invalid(f"record_type: expected account or contact, found {text[:40]!r}.", code="field", field="record_type")
    return text


@router.get("/duplicates", response=PairsOut)
def list_duplicates(
    request: HttpRequest,
    record_type: str = "account",
    q: str = "",
    state: str = "open",
    least: float = 0.0,
    after: int | None = None,
    limit: int | None = None,
) -> Any:
    """Pairs of records that may be one, newest first; ``least`` is the least probability. You see those whose records you see both."""
    actor, kind = reader(request), _kind(record_type)
    found = queries.searched(kind, duplicates.pairs(actor, kind).filter(state=state, probability__gte=least), q)
    page = one_page(found, lambda pair: pair, after=after, limit=limit)
    return page | {"items": _pairs(kind, page["items"])}


@router.post("/duplicates/search", response={202: JobOut})
def post_search(request: HttpRequest, wanted: SearchIn) -> Any:
    """Compare all accounts or contacts that you see with each other, in the background."""
    return Status(202, job_out(duplicates.ask(writer(request), wanted.record_type)))


@router.post("/duplicates/{uuid:pair_id}/dismiss", response=PairOut, openapi_extra=VERSIONED)
def post_dismiss(request: HttpRequest, response: HttpResponse, pair_id: UUID) -> Any:
    """Remember that the two are not the same; needs ``If-Match``."""
    return _judged(response, duplicates.dismiss(writer(request), pair_id, version=if_match(request)))


@router.post("/duplicates/{uuid:pair_id}/reopen", response=PairOut, openapi_extra=VERSIONED)
def post_reopen(request: HttpRequest, response: HttpResponse, pair_id: UUID) -> Any:
    """Let the pair be looked at again; needs ``If-Match``."""
    return _judged(response, duplicates.reopen(writer(request), pair_id, version=if_match(request)))


def _judged(response: HttpResponse, pair: DuplicatePair) -> dict[str, Any]:
    tag(response, pair.version)
    return _pairs(pair.record_type, [pair])[0]


@router.post("/accounts/check", response=list[AlikeOut])
def check_account(request: HttpRequest, new: CheckIn) -> Any:
    """Is this account here already? Nothing is added. The likeliest first, among those that you see."""
    return _alike(request, ("account",), new)


@router.post("/contacts/check", response=list[AlikeOut])
def check_contact(request: HttpRequest, new: CheckIn) -> Any:
    """Is this person here already? Nothing is added. The likeliest first, among those that you see."""
    return _alike(request, ("contact",), new)


@router.post("/leads/check", response=list[AlikeOut])
def check_lead(request: HttpRequest, new: CheckIn) -> Any:
    """Is this lead an account or a contact already? Nothing is added. The likeliest first, among those that you see."""
    return _alike(request, ("account", "contact"), new)


def _alike(request: HttpRequest, kinds: Sequence[str], new: CheckIn) -> list[dict[str, Any]]:
    actor = reader(request)
    given: Mapping[str, str] = {role: getattr(new, name)[:300] for name, role in ROLES.items()}
    given = {**given, "full_name": new.name[:300], "name": (new.company or new.name)[:300] if len(kinds) > 1 else new.name[:300]}
    return [
        {"record_type": kind, "id": a.record.public_id, "probability": a.probability, "evidence": _evidence(a.evidence)}
        for kind in kinds
        for a in duplicates.alike(actor, kind, given)
    ]


@router.post("/accounts/{uuid:account_id}/merge", response={201: MergeOut}, openapi_extra=VERSIONED)
def merge_account(request: HttpRequest, response: HttpResponse, account_id: UUID, wanted: MergeIn) -> Any:
    """Let another account become part of this one, with everything that hangs on it; needs ``If-Match``."""
    return _merged(request, response, "account", account_id, wanted)


@router.post("/contacts/{uuid:contact_id}/merge", response={201: MergeOut}, openapi_extra=VERSIONED)
def merge_contact(request: HttpRequest, response: HttpResponse, contact_id: UUID, wanted: MergeIn) -> Any:
    """Let another contact become part of this one, with everything that hangs on it; needs ``If-Match``."""
    return _merged(request, response, "contact", contact_id, wanted)


def _merged(request: HttpRequest, response: HttpResponse, kind: str, kept: UUID, wanted: MergeIn) -> Any:
    actor = writer(request)
    versions = {"version": if_match(request), "gone_version": wanted.other_version}
    made = merging.merge(actor, kind, kept, wanted.other, choices=wanted.choices, **versions)
    tag(response, made.version)
    return Status(201, _merge(made))


@router.get("/merges", response=MergesOut)
def list_merges(request: HttpRequest, record_type: str | None = None, after: int | None = None, limit: int | None = None) -> Any:
    """What was merged, newest first; also what was undone."""
    kind = None if record_type is None else _kind(record_type)
    return one_page(queries.merges(reader(request), kind), _merge, after=after, limit=limit)


@router.get("/merges/{uuid:merge_id}", response=MergeOut)
def get_merge(request: HttpRequest, response: HttpResponse, merge_id: UUID) -> Any:
    """What was merged; the ``ETag`` is its version."""
    found = queries.merges(reader(request)).filter(public_id=merge_id).first()
    if found is None:
        raise Missing("There is no such record, or you may not see it.")
    tag(response, found.version)
    return _merge(found)


@router.post("/merges/{uuid:merge_id}/undo", response=MergeOut, openapi_extra=VERSIONED)
def post_undo(request: HttpRequest, response: HttpResponse, merge_id: UUID) -> Any:
    """Make two records of one again, within 90 days; needs ``If-Match`` with the version of the merge."""
    made = merging.undo(writer(request), merge_id, version=if_match(request))
    tag(response, made.version)
    return _merge(made)
