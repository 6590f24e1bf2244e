"""The call list, what came of calls, numbers that must not be called, who recommended whom."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from bailiwick_web.core.roles import Right
from bailiwick_web.crm.api.common import reader, writer
from bailiwick_web.crm.api.work import ActivityOut, shown_activities
from bailiwick_web.crm.models import Account, Contact, Lead
from bailiwick_web.crm.views.common import me
from bailiwick_web.crm.visibility import find
from bailiwick_web.outreach.queries.calling import Call, call_list
from bailiwick_web.outreach.queries.referrals import Branch, tree
from bailiwick_web.outreach.services import calling

router = Router(tags=["outreach"])


class CallOut(Schema):
    """Somebody to call, or why not: ``obstacle`` is empty, or names what speaks against it."""

    contact: UUID | None
    lead: UUID | None
    name: str
    account_name: str | None
    number: str
    obstacle: str


class CallListOut(Schema):
    """Whom to call, who waits longest first, and who was left out with the reason: the first of them; ``n_left_out`` are all."""

    calls: list[CallOut]
    left_out: list[CallOut]
    n_left_out: int
    has_more: bool


class CallListFilter(Schema):
    """Whom to call: ``who`` is empty (own open leads), leads or contacts; ``days``: not called for so long, 7 unless said otherwise."""

    who: Literal["", "leads", "contacts"] = ""
    q: str = ""
    state: str = ""
    segment: str = ""
    territory: str = ""
    days: int = 7


class CallIn(Schema):
    """What came of a call that was just made."""

    outcome: Literal["reached", "nobody", "later", "no_interest", "never"]
    note: str = ""


class NumbersIn(Schema):
    """Numbers that must not be called."""

    numbers: list[str]


class NumbersOut(Schema):
    """How many there were, each counted once."""

    n: int


class BranchOut(Schema):
    """A customer, or a lead that was recommended, and what it recommended; amounts are in the currency of the house."""

    name: str
    account: UUID | None
    lead: UUID | None
    is_won: bool
    amount: Decimal
    n: int
    n_won: int
    brought: Decimal
    branches: list[BranchOut]


def _call(call: Call) -> dict[str, Any]:
    key = {"contact": None, "lead": None, call.word: call.who.public_id}
    account = call.who.account.name if call.who.account else None
    return {**key, "name": str(call.who), "account_name": account, "number": call.way.value, "obstacle": call.way.obstacle}


@router.get("/call-list", response=CallListOut)
def get_call_list(request: HttpRequest, wanted: Query[CallListFilter]) -> Any:
    """Whom to call within the scope, and who was left out with the reason."""
    actor = reader(request)
    asked = {name: str(value) for name, value in wanted.dict().items()}
    found = call_list(actor, asked, None if wanted.who else me(actor))
    lists = {"calls": [_call(c) for c in found.calls], "left_out": [_call(c) for c in found.left_out]}
    return {**lists, "n_left_out": found.n_left_out, "has_more": found.has_more}


@router.post("/contacts/{uuid:record_id}/calls", response={201: ActivityOut})
def post_call_to_contact(request: HttpRequest, record_id: UUID, call: CallIn) -> Any:
    """Keep what came of a call to a contact."""
    actor = writer(request)
    made = calling.log_call(actor, find(actor, Contact, record_id), **call.dict())
    return Status(201, shown_activities(actor, [made])[0])


@router.post("/leads/{uuid:record_id}/calls", response={201: ActivityOut})
def post_call_to_lead(request: HttpRequest, record_id: UUID, call: CallIn) -> Any:
    """Keep what came of a call to a lead."""
    actor = writer(request)
    made = calling.log_call(actor, find(actor, Lead, record_id), **call.dict())
    return Status(201, shown_activities(actor, [made])[0])


@router.post("/blocked-numbers", response=NumbersOut)
def post_blocked_numbers(request: HttpRequest, new: NumbersIn) -> Any:
    """Let numbers never be called, whoever has them; only digests are kept."""
    return {"n": calling.block_numbers(writer(request, Right.ORGANISE), new.numbers)}


@router.get("/referrals", response=list[BranchOut])
def get_referrals(request: HttpRequest, account: UUID | None = None) -> list[Branch]:
    """Who recommended whom and what it brought, within the scope; from one account on, if it is named."""
    actor = reader(request)
    return tree(actor, find(actor, Account, account) if account else None)
