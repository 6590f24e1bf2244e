"""Whose accounts are: derived from publications when something changes, kept with its period and its cause, never by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from bailiwick_web.core.access import Actor
from bailiwick_web.core.bulk import let_others_write, save_all
from bailiwick_web.crm.deriving import CHUNK, Belonging, Present, derive, present_of
from bailiwick_web.crm.models import Account, AccountTerritory, Handover
from bailiwick_web.crm.services.grounds import counting, facts_of, known_fields, named_by
from bailiwick_web.crm.services.handing_over import carry_out
from bailiwick_web.planning.models import Publication

AT_ONCE = 500
"""Accounts of one transaction where all follow: others wait for it, on SQLite with every write."""
SAME_BY = ("publication_id", "territory_id", "position_id", "unit_id", "cause", "relation")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whose an account is from when to when."""

    start: datetime
    end: datetime | None
    belonging: Belonging


Prepare = Callable[[Actor, Sequence[int]], None]
_PREPARE: list[Prepare] = []


def before_settling(function: Prepare) -> Prepare:
    """Register what other apps find out about accounts that are new or were changed, before their territory is derived from it."""
    _PREPARE.append(function)
    return function


_later: ContextVar[dict[int, None] | None] = ContextVar("later", default=None)


@contextmanager
def settling_once(actor: Actor) -> Iterator[None]:
    """Derive once, at the end, whose the accounts are that a block of many changes touches; within the transaction of the caller."""
    touched: dict[int, None] = {}
    token = _later.set(touched)
    try:
        yield
    finally:
        _later.reset(token)
    settle(actor, list(touched))


def settle(actor: Actor, keys: Sequence[int], *, hand_over: bool = True, is_prepared: bool = False) -> int:
    """Derive anew whose accounts are from now on, and keep what changed; to be called in the transaction of the change.

    Parameters
    ----------
    is_prepared
        Whether nothing about the accounts themselves has changed that others would find something out from.

    Returns
    -------
    Number of accounts that are somebody else's now, or will be.
    """
    if (later := _later.get()) is not None:
        later.update(dict.fromkeys(keys))
        return 0
    for prepare in _PREPARE if keys and not is_prepared else ():
        prepare(actor, keys)
    publications = counting(actor.now)
    if not publications:
        return 0
    fields = known_fields()
    presents = [present_of(publication, fields) for publication in publications]
    n_changed = 0
    for start in range(0, len(keys), CHUNK):
        handovers = _settle(actor, keys[start : start + CHUNK], presents)
        Handover.objects.bulk_create(handovers, batch_size=1_000)
        n_changed += len(handovers)
    if hand_over and n_changed:
        carry_out(actor)
    return n_changed


def _settle(actor: Actor, keys: Sequence[int], presents: Sequence[Present]) -> list[Handover]:
    facts = facts_of(keys)
    accounts = [fact.key for fact in facts]
    named = named_by(accounts, actor.now)
    belongings = {
        present.publication.pk: dict(zip(accounts, derive(present, facts, named.get(present.publication.plan.layer, {})), strict=True))
        for present in presents
    }
    layers = sorted({present.publication.plan.layer for present in presents})
    created = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "created_at"))
    stored = _stored(accounts, actor.now)
    change = Change(actor)
    for layer in layers:
        of_layer = [present.publication for present in presents if present.publication.plan.layer == layer]
        for account in accounts:
            rows = stored.get((account, layer), [])
            start = _since(rows, created[account], of_layer, actor.now)
            wanted = stretches(of_layer, {p.pk: belongings[p.pk][account] for p in of_layer}, start)
            change.of(account, layer, rows, wanted, start)
    change.write()
    return change.handovers


def _stored(accounts: Sequence[int], now: datetime) -> dict[tuple[int, str], list[AccountTerritory]]:
    """Rows that hold now, will hold, or held last, in the order of time."""
    found: dict[tuple[int, str], list[AccountTerritory]] = {}
    rows = AccountTerritory.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now), account__in=accounts)
    for row in rows.select_related("publication").order_by("valid_from", "pk"):
        found.setdefault((row.account_id, row.layer), []).append(row)
    return found


def _since(rows: Sequence[AccountTerritory], created: datetime, publications: Sequence[Publication], now: datetime) -> datetime:
    """From when on something else may count: the end of a publication that is over, the beginning of what is new, else now."""
    if rows and rows[0].valid_from <= now:
        ended = rows[0].publication.valid_until
        return max(ended, rows[0].valid_from) if ended is not None and ended <= now else now
    return min(now, max(created, publications[0].valid_from))


def stretches(publications: Sequence[Publication], belongings: Mapping[int, Belonging], start: datetime) -> list[Stretch]:
    """Whose an account is from an instant on, by the publications of a layer; neighbours that say the same are one stretch."""
    borders = {start} | {p.valid_from for p in publications if p.valid_from > start}
    borders |= {p.valid_until for p in publications if p.valid_until is not None and p.valid_until > start}
    instants = sorted(borders)
    found: list[Stretch] = []
    for begin, end in zip(instants, [*instants[1:], None], strict=True):
        covering = [belongings[p.pk] for p in publications if p.covers(begin)]
        if not covering:
            continue
        best = min(covering, key=lambda belonging: (belonging.rank, -belonging.publication_id))
        if found and found[-1].end == begin and found[-1].belonging == best:
            found[-1] = Stretch(found[-1].start, end, best)
        else:
            found.append(Stretch(begin, end, best))
    return found


class Change:
    """What has to be written so that the kept rows say what was derived."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.new: list[AccountTerritory] = []
        self.ended: list[AccountTerritory] = []
        self.gone: list[int] = []
        self.handovers: list[Handover] = []

    def of(self, account: int, layer: str, rows: Sequence[AccountTerritory], wanted: Sequence[Stretch], start: datetime) -> None:
        """Compare what is kept of an account in a layer with what shall be."""
        current = rows[0] if rows and rows[0].valid_from <= start else None
        later = [row for row in rows if row is not current]
        remaining = list(wanted)
        if current is not None and remaining and remaining[0].start == start and is_same(current, remaining[0].belonging):
            if current.valid_until != remaining[0].end:
                self._end(current, remaining[0].end)
            remaining = remaining[1:]
        elif current is not None:
            self._cut(current, start)
        for row in later:
            match = next(
                (s for s in remaining if s.start == row.valid_from and s.end == row.valid_until and is_same(row, s.belonging)), None
            )
            if match is None:
                self.gone.append(row.pk)
            else:
                remaining.remove(match)
        self.new += [_row(account, layer, stretch) for stretch in remaining]
        self._tell(account, layer, current, wanted, start)

    def _cut(self, row: AccountTerritory, at: datetime) -> None:
        if row.valid_from == at:
            self.gone.append(row.pk)
        else:
            self._end(row, at)

    def _end(self, row: AccountTerritory, at: datetime | None) -> None:
        row.valid_until = at
        self.ended.append(row)

    def _tell(self, account: int, layer: str, current: AccountTerritory | None, wanted: Sequence[Stretch], start: datetime) -> None:
        """Hand-overs: every change of the position, also one to come; those that wait and no longer come are forgotten in ``write``."""
        before = current.position_id if current is not None else None
        for stretch in wanted:
            after = stretch.belonging.position_id
            if after != before and (current is not None or stretch.start > start):
                self.handovers.append(
                    Handover(account_id=account, layer=layer, before_id=before, after_id=after, at=stretch.start, by=self.actor.user)
                )
            before = after

    def write(self) -> None:
        """Keep it: old rows end before new ones begin, so that no two hold at once."""
        AccountTerritory.objects.filter(pk__in=self.gone).delete()
        save_all(self.ended, ["valid_until"])
        AccountTerritory.objects.bulk_create(self.new, batch_size=1_000)
        waiting = {handover.account_id for handover in self.handovers} | {row.account_id for row in (*self.new, *self.ended)}
        Handover.objects.filter(done_at=None, at__gt=self.actor.now, account__in=waiting).delete()


def is_same(row: AccountTerritory, belonging: Belonging) -> bool:
    """Whether a kept row says what was derived."""
    return all(getattr(row, name) == getattr(belonging, name) for name in SAME_BY)


def _row(account: int, layer: str, stretch: Stretch) -> AccountTerritory:
    values = {name: getattr(stretch.belonging, name) for name in (*SAME_BY, "distance_km")}
    return AccountTerritory(account_id=account, layer=layer, valid_from=stretch.start, valid_until=stretch.end, **values)


def settle_all(actor: Actor, *, tell: Callable[[dict[str, Any]], None] | None = None) -> int:
    """Derive anew whose all accounts are: after a publication, some hundred at a time, so that nobody waits long to write.

    An account follows at once with all of its open work. What ends in between is taken up by being done again. Periods begin with the
    publication whenever the work is done, so that what is asked of a day is answered alike.
    """
    keys = list(Account.objects.filter(deleted_at=None).order_by("pk").values_list("pk", flat=True))
    n_changed = 0
    for start in range(0, len(keys), AT_ONCE):
        with transaction.atomic():
            n_changed += settle(actor, keys[start : start + AT_ONCE], is_prepared=True)
        if tell is not None:
            tell({"phase": "writing", "fraction": min(1.0, (start + AT_ONCE) / len(keys))})
        let_others_write()
    return n_changed
