"""Pages of long lists by the last row that was shown, so that the thousandth page costs what the first one does."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

ROWS = 50
MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Slice:
    """Some rows, and the mark after which the following ones come."""

    rows: list[Any]
    after: str
    n: int
    is_more_than_n: bool
    is_first: bool


def cut(rows: QuerySet[Any], sort: str, after: str, size: int = ROWS) -> Slice:
    """One page of rows, in the order of a field or annotation (``-`` in front: the other way), those without a value last.

    A mark that cannot be read shows the first page: an address that somebody shared must open.
    """
    field, is_down = sort.lstrip("-"), sort.startswith("-")
    counted = rows
    order = F(field).desc(nulls_last=True) if is_down else F(field).asc(nulls_last=True)
    described = rows.query.annotations[field].output_field if field in rows.query.annotations else rows.model._meta.get_field(field)
    nullable = bool(described.null)
    rows = rows.order_by(order if nullable else sort, "pk")
    start = _read(after, described)
    if start is not None:
        rows = rows.filter(_beyond(field, is_down, nullable, *start))
    found = list(rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    mark = "" if last is None else _write(getattr(last, field), last.pk)
    is_all = last is None and start is None
    n = len(found) if is_all else counted.values("pk").order_by()[: MOST_COUNTED + 1].count()
    return Slice(found[:size], mark, min(n, MOST_COUNTED), n > MOST_COUNTED, start is None)


def _beyond(field: str, is_down: bool, nullable: bool, value: Any, pk: int) -> Q:
    if value is None:
        return Q(**{f"{field}__isnull": True}, pk__gt=pk)
    found = Q(**{f"{field}__{'lt' if is_down else 'gt'}": value}) | Q(**{field: value}, pk__gt=pk)
    return found | Q(**{f"{field}__isnull": True}) if nullable else found


def _write(value: Any, pk: int) -> str:
    plain = value.isoformat() if isinstance(value, date | datetime) else value if isinstance(value, int | None) else str(value)
    return urlsafe_b64encode(json.dumps([plain, pk]).encode()).decode().rstrip("=")


def _read(text: str, field: Any) -> tuple[Any, int] | None:
    try:
        value, pk = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(value, str) and field.get_internal_type() == "DateTimeField":
            value = parse_datetime(value)
        elif isinstance(value, str) and field.get_internal_type() == "DateField":
            value = parse_date(value)
        return (field.to_python(value), int(pk)) if text else None
    except Exception:  # whatever somebody wrote there is no mark of ours
        return None


def chosen(given: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """What a list is asked for in its address, without blanks."""
    return {name: given.get(name, "").strip()[:200] for name in names}
