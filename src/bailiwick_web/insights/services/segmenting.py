"""Segments in force for our customers: put into force, written to the accounts, given to new ones in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from uuid import UUID

import pyarrow as pa
from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick import api
from bailiwick.errors import InputError
from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict, Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, stamped, tell, touch
from bailiwick_web.crm.models import Account
from bailiwick_web.crm.queries import tables as crm
from bailiwick_web.crm.services.belonging import before_settling, settle
from bailiwick_web.crm.services.segments import keep_segments
from bailiwick_web.insights.finding import study_of
from bailiwick_web.insights.models import AccountSegment, Segmentation, Study
from bailiwick_web.insights.storing import rows

WRITE = "insights.segments"
ORIGIN = "insights:segments"
BY_ORDERS = "orders"
NONE, NEVER_BOUGHT = "(none)", "Never bought"
_CHUNK = 2_000


def in_force() -> Segmentation | None:
    """The segments that hold now."""
    return Segmentation.objects.select_related("study").filter(is_in_force=True).first()


@transaction.atomic
def use_segments(actor: Actor, study_id: UUID, *, takes_all: bool = False) -> Segmentation:
    """Put the segments of an answer into force for our customers; a job writes them to the accounts. Planners may. Recorded.

    Parameters
    ----------
    takes_all
        Whether a segment that was entered or imported is replaced, too.

    Raises
    ------
    Invalid
        If the answer is none of segments.
    Conflict
        If none of its accounts is one of ours.
    """
    actor.need(Right.PLAN)
    study = study_of(actor, study_id)
    scheme = study.facts.get("scheme") if study.kind == "segments" else None
    if not scheme:
        raise Invalid(_("This answer has no segments."), code="no_segments")
    if not _members(actor, study):
        raise Conflict(_("No account of this answer is one of our customers; the ids differ."), code="no_common_ids")
    _end(actor)
    made = Segmentation.objects.create(study=study, name=study.name, scheme=scheme, takes_all=takes_all, **stamped(actor))
    audit(actor, "segments.in_force", made, after=", ".join(scheme["names"])[:300], reason=str(study.public_id))
    tell(actor, "segments.in_force", segmentation=str(made.public_id), study=str(study.public_id))
    _write_later(actor, made)
    return made


@transaction.atomic
def end_segments(actor: Actor) -> None:
    """No segments are in force any more; what stands on the accounts stays. Planners may. Recorded."""
    actor.need(Right.PLAN)
    _end(actor)


def _end(actor: Actor) -> None:
    for before in Segmentation.objects.select_for_update().filter(is_in_force=True):
        before.is_in_force, before.ended_at = False, actor.now
        touch(actor, before, "is_in_force", "ended_at")
        audit(actor, "segments.ended", before)


def write_later(actor: Actor) -> None:
    """Find the segments of all accounts anew: orders and sizes have changed meanwhile. Nothing where none are in force."""
    found = in_force()
    if found is not None:
        _write_later(actor, found)


def _write_later(actor: Actor, segmentation: Segmentation) -> None:
    title = _("Segments of our customers: %(name)s") % {"name": segmentation.name}
    jobs.enqueue(actor, WRITE, title=title, params={"segmentation": str(segmentation.public_id)})


def write_all(actor: Actor, segmentation: Segmentation) -> int:
    """Write its segment to every account, in parts; safe to be done again. Their territories follow. Recorded.

    What somebody entered is left alone, but at the first time where that was wished.
    """
    is_first = segmentation.written_at is None
    found = _members(actor, segmentation.study) if is_first and segmentation.study is not None else _found(actor, segmentation)
    replaces = is_first and segmentation.takes_all
    for part in _parts(found):
        with transaction.atomic():
            settle(actor, _keep(actor, part, replaces=replaces), is_prepared=True)
    segmentation.n_accounts = AccountSegment.objects.count()
    segmentation.written_at = actor.now
    touch(actor, segmentation, "n_accounts", "written_at")
    return len(found)


def _members(actor: Actor, study: Study) -> dict[int, str]:
    """Account → segment, of the accounts of an answer that are ours."""
    keys = crm.account_keys(actor)
    return {keys[name]: str(row["segment"]) for row in rows(study, "members") if (name := str(row["account"])) in keys}


def _found(actor: Actor, segmentation: Segmentation) -> dict[int, str]:
    """The segments of all accounts as of today."""
    keys = crm.account_keys(actor)
    if segmentation.scheme["by"] != BY_ORDERS:
        table = pa.table({name: pa.array(column, from_pandas=True) for name, column in crm.accounts(actor).items()})
        names = [str(name) for name in table["account"].to_pylist()]
        segments = api.assign_segments(table, segmentation.scheme, column_map={"id": "account"}).tolist()
        return {keys[name]: segment for name, segment in zip(names, segments, strict=True) if name in keys}
    lines = {name: pa.array(column, from_pandas=True) for name, column in crm.order_lines(actor).items()}
    if not lines:
        return {}
    called = segmentation.scheme.get("called", {})
    members = api.segment_accounts(orders=pa.table(lines), class_names=called)["members"]
    bought = dict(zip(members["account"].astype(str), members["segment"], strict=True))
    return {key: bought.get(name, called.get(NEVER_BOUGHT, NEVER_BOUGHT)) for name, key in keys.items()}


@before_settling
def assign_at_once(actor: Actor, keys: Sequence[int]) -> None:
    """Accounts that are new or were changed get their segment before their territory is derived, which may depend on it.

    By orders only accounts without any have a segment at once; the others are found anew every night.
    """
    segmentation = in_force()
    if segmentation is None:
        return
    system = Actor(None, actor.now, actor.request_id)
    wanted = list(keys)
    if segmentation.scheme["by"] == BY_ORDERS:
        wanted = list(Account.objects.filter(pk__in=keys, orders__isnull=True).values_list("pk", flat=True))
    if not wanted:
        return
    columns = crm.accounts_of(system, wanted)
    if not columns:
        return
    table = pa.table({name: pa.array(column, from_pandas=True) for name, column in columns.items()})
    try:
        segments = api.assign_segments(table, segmentation.scheme, column_map={"id": "account"}).tolist()
    except InputError:  # made of columns that our accounts do not have; the page of the answer says so
        return
    _keep(actor, dict(zip(map(int, columns["account"]), segments, strict=True)), replaces=False)


def _keep(actor: Actor, found: Mapping[int, str], *, replaces: bool) -> list[int]:
    """Keep what was found and write it to the accounts where nobody else has written one; the accounts that changed."""
    there = dict(Account.objects.filter(pk__in=found).values_list("pk", "segment"))
    before = dict(AccountSegment.objects.filter(account__in=found).values_list("account_id", "segment"))
    ours = {key: found[key] for key, stands in there.items() if replaces or not stands or stands == before.get(key)}
    kept = [AccountSegment(account_id=key, segment=found[key][:120], found_at=actor.now) for key in there]
    AccountSegment.objects.bulk_create(kept, update_conflicts=True, unique_fields=["account"], update_fields=["segment", "found_at"])
    return keep_segments(actor, {key: "" if segment == NONE else segment for key, segment in ours.items()}, reason=ORIGIN)


def _parts(found: Mapping[int, str]) -> Iterator[dict[int, str]]:
    items = iter(found.items())
    while part := dict(islice(items, _CHUNK)):
        yield part
