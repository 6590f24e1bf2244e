"""Who did what: the page, its filters, and the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.models import AuditEntry, User
from bailiwick_web.core.roles import Right

PAGE = 100
COLUMNS = ("at", "who", "request_id", "action", "record_type", "record_id", "record_name", "field", "before", "after", "reason")
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
SYSTEM = "-"
"""Who: the application itself."""


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which entries are shown."""

    text: str = ""
    record: str = ""
    record_type: str = ""
    action: str = ""
    who: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def of(cls, parameters: Any) -> HistoryFilter:
        """From the address; what is no date is no filter."""
        days = [_date(parameters.get(name, "")) for name in ("from", "to")]
        texts = {name: parameters.get(key, "").strip()[:100] for name, key in _TEXTS.items()}
        return cls(**texts, first=days[0], last=days[1])

    def entries(self) -> QuerySet[AuditEntry]:
        """The entries that fit, newest first."""
        found = AuditEntry.objects.select_related("actor")
        if self.text:
            parts = ("record_name", "action", "before", "after", "reason")
            fits = Q()
            for part in parts:
                fits |= Q(**{f"{part}__icontains": self.text})
            found = found.filter(fits)
        for name in ("record_type", "action"):
            if value := getattr(self, name):
                found = found.filter(**{name: value})
        if self.record:
            found = found.filter(record_id=self.record)
        if self.who == SYSTEM:
            found = found.filter(actor=None)
        elif self.who:
            found = found.filter(actor__public_id=self.who) if _is_uuid(self.who) else found.none()
        if self.first:
            found = found.filter(at__gte=_start(self.first))
        if self.last:
            found = found.filter(at__lt=_start(self.last + timedelta(days=1)))
        return found


_TEXTS = {"text": "q", "record": "record", "record_type": "type", "action": "action", "who": "who"}


@access(Right.AUDIT)
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first."""
    wanted = HistoryFilter.of(request.GET)
    page = Paginator(wanted.entries(), PAGE).get_page(request.GET.get("page"))
    context = {
        "here": "audit",
        "page": page,
        "filter": wanted,
        "is_filtered": wanted != HistoryFilter(),
        "actions": _distinct("action"),
        "types": _distinct("record_type"),
        "users": User.objects.order_by("name"),
        "system": SYSTEM,
    }
    return render(request, "core/history.html", context)


@access(Right.AUDIT)
@require_GET
def history_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same entries as a file, all of them, oldest first; cells cannot be taken for formulas."""
    entries = HistoryFilter.of(request.GET).entries().order_by("pk")
    response = StreamingHttpResponse(_lines(entries), content_type="text/csv; charset=utf-8")
    day = f"{actor_of(request).now:%Y-%m-%d}"
    response.headers["Content-Disposition"] = f'attachment; filename="history-{day}.csv"'
    return response


def _lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for e in entries.iterator(chunk_size=2000):
        values = (e.at.isoformat(), e.actor or "Bailiwick", *(getattr(e, name) for name in COLUMNS[2:]))
        yield writer.writerow([_safe(str(value)) for value in values])


class _Echo:
    """A file that gives back what is written."""

    def write(self, text: str) -> str:
        return text


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text


def _distinct(field: str) -> list[str]:
    return list(AuditEntry.objects.order_by(field).values_list(field, flat=True).distinct())


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _is_uuid(text: str) -> bool:
    from uuid import UUID

    try:
        UUID(text)
    except ValueError:
        return False
    return True
