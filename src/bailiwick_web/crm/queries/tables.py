"""Records of customers as columns, for whoever computes with them: each read within the scope of the reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Staffing
from bailiwick_web.crm import models as m
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.visibility import present, visible

Columns = dict[str, list[Any]]
NOBODY = "(none)"
"""The group of what no territory has."""
YEAR = timedelta(days=365)
_TOUCHES = ("call", "visit", "email", "meeting")


def count(actor: Actor, model: Any) -> int:
    """How many records of a kind somebody sees."""
    return _counted(actor, model).count()


def stamp(actor: Actor) -> str:
    """What changes whenever a record within the scope does: for knowing whether an answer is still that of today."""
    parts = [actor.now.date().isoformat()]
    for model in (m.Account, m.Order, m.Opportunity, m.Lead, m.Activity, m.Case):
        rows = visible(actor, model)
        newest = rows.order_by("-changed_at").values_list("changed_at", flat=True).first()
        parts.append(f"{model._meta.model_name} {rows.count()} {newest}")
    newest_home = visible(actor, m.AccountTerritory).order_by("-pk").values_list("pk", flat=True).first()
    return " · ".join([*parts, f"home {newest_home}"])


def _counted(actor: Actor, model: Any) -> QuerySet[Any]:
    rows = visible(actor, model)
    return rows.exclude(state=m.Order.State.CANCELLED) if model is m.Order else rows


class Names:
    """What an account is called in a table: its customer number where nobody else has the same, else its identifier."""

    def __init__(self) -> None:
        shared = m.Account.objects.exclude(code="").values("code").annotate(n=Count("pk")).filter(n__gt=1)
        self._shared = set(shared.values_list("code", flat=True))

    def __call__(self, code: str, public_id: UUID) -> str:
        """The name of one account."""
        return code if code and code not in self._shared else str(public_id)


def account_keys(actor: Actor) -> dict[str, int]:
    """Name in a table → key of every account that somebody sees."""
    names = Names()
    return {names(code, public_id): pk for pk, code, public_id in visible(actor, m.Account).values_list("pk", "code", "public_id")}


def homes(actor: Actor) -> dict[int, str]:
    """Account → its territory today."""
    return dict(_at_home(actor).values_list("account_id", "territory__name"))


def _at_home(actor: Actor) -> QuerySet[Any]:
    return visible(actor, m.AccountTerritory).filter(present(actor.now), layer=BASE, territory__isnull=False)


def find_accounts(actor: Actor, keys: Iterable[str]) -> dict[str, tuple[UUID, str]]:
    """Name in a table → identifier and name of the accounts that somebody sees."""
    wanted = {key for key in keys if key}
    ids = {key for key in wanted if _is_identifier(key)}
    names, found = Names(), {}
    rows = visible(actor, m.Account).filter(Q(code__in=wanted) | Q(public_id__in=ids))
    for code, public_id, name in rows.values_list("code", "public_id", "name"):
        key = names(code, public_id)
        if key in wanted:
            found[key] = (public_id, name)
    return found


def _is_identifier(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


_OF_ORDER = ("account_id", "account__code", "account__public_id", "account__segment", "account__industry", "number", "ordered_on")
_CREDITED = ("territory__name", "position__name")


def order_lines(actor: Actor) -> Columns:
    """Lines of orders that were not cancelled, in house currency; an order without lines is one line."""
    whole = _counted(actor, m.Order)
    lines = m.OrderLine.objects.filter(order__in=whole.values("pk"))
    bare = whole.filter(~Exists(m.OrderLine.objects.filter(order=OuterRef("pk"))))
    of_line = [f"order__{name}" for name in (*_OF_ORDER, *_CREDITED)]
    rows = lines.values_list(*of_line, F("amount") * F("order__rate"), "quantity", "product__name", "product__line__name").iterator()
    alone = ((*row, None, None, None) for row in bare.values_list(*_OF_ORDER, *_CREDITED, "house_amount").iterator())
    names, home = Names(), homes(actor)
    found: Columns = defaultdict(list)
    for row in chain(rows, alone):
        account, code, public_id, segment, industry, number, on, territory, position, amount, quantity, product, line = row
        record = {"customer": names(code, public_id), "order": number, "date": on, "amount": float(amount)}
        record |= {"quantity": _number(quantity), "product": product, "product_line": line}
        record |= {"territory": territory or NOBODY, "territory_today": home.get(account, NOBODY), "rep": position or NOBODY}
        _add(found, record | {"segment": segment, "industry": industry})
    return found


def territory_months(actor: Actor) -> Columns:
    """Sales of every territory, as they were credited, in every whole month from its first one on; months without any have 0."""
    sums: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    rows = _counted(actor, m.Order).filter(ordered_on__lt=actor.now.date().replace(day=1), territory__isnull=False)
    for name, on, amount in rows.values_list("territory__name", "ordered_on", "house_amount").iterator():
        sums[name][on.replace(day=1)] += float(amount)
    months = sorted({month for by_month in sums.values() for month in by_month})
    found: Columns = {"territory": [], "month": [], "revenue": []}
    for name, by_month in sorted(sums.items()):
        for month in months:
            _add(found, {"territory": name, "month": month, "revenue": by_month.get(month, 0.0)})
    return found


def _add(columns: Columns, record: Mapping[str, Any]) -> None:
    for name, value in record.items():
        columns[name].append(value)


def accounts(actor: Actor) -> Columns:
    """Accounts with what is known of them, and what they bought in the last twelve months."""
    names = Names()
    return _accounts(actor, visible(actor, m.Account), lambda row: names(row["code"], row["public_id"]))


def accounts_of(actor: Actor, keys: Sequence[int]) -> Columns:
    """The same of some accounts that somebody sees, each called by its key: one way for the whole and for a single new one."""
    return _accounts(actor, visible(actor, m.Account).filter(pk__in=keys), lambda row: str(row["pk"]))


def _accounts(actor: Actor, rows: QuerySet[Any], name_fn: Callable[[dict[str, Any]], str]) -> Columns:
    since, keys = actor.now.date() - YEAR, rows.values("pk")
    orders = _counted(actor, m.Order).filter(ordered_on__gt=since, account__in=keys).values("account_id").annotate(sum=Sum("house_amount"))
    sales = {row["account_id"]: float(row["sum"]) for row in orders}
    mains = visible(actor, m.Location).filter(is_main=True, account__in=keys)
    places = {place.pop("account_id"): place for place in mains.values("account_id", *_PLACE)}
    home = dict(_at_home(actor).filter(account__in=keys).values_list("account_id", "territory__name"))
    found: Columns = defaultdict(list)
    about = ("industry", "segment", "employees")
    for row in rows.order_by("pk").values("pk", "code", "public_id", "name", "state", *about):
        record = {"account": name_fn(row), "name": row["name"]}
        record |= {"is_customer": "yes" if row["state"] == m.Account.State.CUSTOMER else "no"}
        record |= {name: row[name] for name in about} | places.get(row["pk"], dict.fromkeys(_PLACE, ""))
        _add(found, record | {"territory": home.get(row["pk"], NOBODY), "sales": sales.get(row["pk"])})
    return found


_PLACE = ("city", "region", "country")


def deals(actor: Actor) -> Columns:
    """Deals with their stage: ``won``, ``lost``, or the name of an open one."""
    rows = visible(actor, m.Opportunity)
    reasons: dict[int, list[str]] = defaultdict(list)
    of_deals = m.Opportunity.reasons.through.objects.filter(opportunity__in=rows.values("pk"))
    for deal, label in of_deals.values_list("opportunity_id", "outcomereason__label"):
        reasons[deal].append(label)
    names, home = Names(), homes(actor)
    found: Columns = defaultdict(list)
    fields = ("pk", "public_id", "name", "account_id", "account__code", "account__public_id", "stage__kind", "stage__name", "house_amount")
    more = ("created_at", "closed_at", "close_on", "source", "territory__name", "position__name")
    about = ("industry", "segment", "employees")
    for row in rows.order_by("pk").values(*fields, *more, *(f"account__{name}" for name in about)):
        is_open, closed = row["stage__kind"] == m.Stage.Kind.OPEN, row["closed_at"]
        record = {"deal": str(row["public_id"]), "name": row["name"], "account": names(row["account__code"], row["account__public_id"])}
        record |= {"stage": row["stage__name"] if is_open else row["stage__kind"], "value": _number(row["house_amount"])}
        record |= {"start": row["created_at"].date(), "end": row["close_on"] if is_open or closed is None else closed.date()}
        record |= {"source": row["source"], "rep": row["position__name"] or NOBODY, "reason": "; ".join(reasons[row["pk"]])}
        record |= {"territory": row["territory__name"] or home.get(row["account_id"], NOBODY)}
        _add(found, record | {name: row[f"account__{name}"] for name in about})
    return found


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


_OUTCOMES: dict[str, str] = {m.Lead.Status.CONVERTED: "won", m.Lead.Status.DISQUALIFIED: "lost"}
_GRADES = ("budget", "authority", "need", "timing")


def leads(actor: Actor) -> Columns:
    """Leads with what became of them: ``won`` if converted, ``lost`` if not qualified, nothing while open."""
    found: Columns = defaultdict(list)
    about = ("source", "campaign", "industry", "employees", "region", "country")
    fields = ("public_id", "company", "name", "status", "estimated_amount", "bant", "is_hot", "territory__name", *about)
    for row in visible(actor, m.Lead).order_by("pk").values(*fields):
        record = {"lead": str(row["public_id"]), "name": row["company"] or row["name"], "outcome": _OUTCOMES.get(row["status"], "")}
        record |= {name: row[name] for name in about}
        record |= {"value": _number(row["estimated_amount"]), "is_hot": "yes" if row["is_hot"] else "no"}
        record |= {part: (row["bant"].get(part) or {}).get("grade") for part in _GRADES}
        _add(found, record | {"territory": row["territory__name"] or NOBODY})
    return found


def qualification(actor: Actor) -> Columns:
    """Of open leads the grades of budget, authority, need and timeline, each with the day of the answer."""
    found: Columns = defaultdict(list)
    for row in visible(actor, m.Lead).exclude(status__in=_OUTCOMES).order_by("pk").values("public_id", "bant"):
        record: dict[str, Any] = {"lead": str(row["public_id"])}
        for part in _GRADES:
            answer, name = row["bant"].get(part) or {}, "timeline" if part == "timing" else part
            record |= {name: answer.get("grade"), f"{name}_date": answer.get("on") or None}
        _add(found, record)
    return found


def contacts_made(actor: Actor) -> Columns:
    """Calls, visits, messages and meetings that took place."""
    rows = visible(actor, m.Activity).filter(state=m.Activity.State.DONE, kind__in=_TOUCHES, account__isnull=False, done_at__isnull=False)
    names = Names()
    found: Columns = {"customer": [], "date": [], "kind": []}
    for code, public_id, at, kind in rows.values_list("account__code", "account__public_id", "done_at", "kind").iterator():
        assert at is not None
        _add(found, {"customer": names(code, public_id), "date": at.date(), "kind": kind})
    return found


def cases(actor: Actor) -> Columns:
    """Cases: when they came, and when they were solved."""
    names = Names()
    found: Columns = {"customer": [], "opened": [], "solved": [], "about": []}
    fields = ("account__code", "account__public_id", "opened_at", "solved_at", "closed_at", "about")
    for code, public_id, opened, solved, closed, about in visible(actor, m.Case).values_list(*fields):
        over = solved or closed
        _add(found, {"customer": names(code, public_id), "opened": opened.date(), "solved": over.date() if over else None, "about": about})
    return found


def seats(actor: Actor) -> dict[str, list[tuple[str, str, str]]]:
    """Position → who filled it, from when to when (empty: until today), of positions within the scope."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    rows = Staffing.objects.filter(position__in=actor.scope().positions()).order_by("valid_from")
    for position, person, since, until in rows.values_list("position__name", "person__name", "valid_from", "valid_until"):
        found[str(position)].append((person, since.isoformat(), until.isoformat() if until else ""))
    return dict(found)


_MEASURES = ("calls", "hours", "days_worked", "won", "lost", "open_value")


def measures(actor: Actor, start: date, end: date) -> Columns:
    """Per territory in a period: calls, hours and days of work, deals won and lost; and what is open now."""
    found: dict[str, dict[str, float]] = defaultdict(
        lambda: dict.fromkeys(("calls", "hours", "days_worked", "won", "lost", "open_value"), 0.0)
    )
    home = homes(actor)
    done = visible(actor, m.Activity).filter(state=m.Activity.State.DONE, kind__in=_TOUCHES, done_at__date__range=(start, end))
    days: set[tuple[str, Any, date]] = set()
    for account, person, at, minutes in done.values_list("account_id", "person_id", "done_at", "duration_minutes").iterator():
        assert at is not None
        row = found[home.get(account, NOBODY)]
        row["calls"] += 1
        row["hours"] += (minutes or 0) / 60
        days.add((home.get(account, NOBODY), person, at.date()))
    for territory, _person, _day in days:
        found[territory]["days_worked"] += 1
    fields = ("account_id", "territory__name", "stage__kind", "house_amount", "closed_at")
    for account, territory, kind, amount, closed in visible(actor, m.Opportunity).values_list(*fields).iterator():
        row = found[territory or home.get(account, NOBODY)]
        if kind == m.Stage.Kind.OPEN:
            row["open_value"] += float(amount or 0)
        elif closed is not None and start <= closed.date() <= end:
            row[str(kind)] += 1
    names = list(found)
    columns: Columns = {"territory": names}
    for key in _MEASURES:
        values = [found[name][key] for name in names]
        if any(values):
            columns[key] = values
    return columns
