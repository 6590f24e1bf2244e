"""What the pages share."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.http import StreamingHttpResponse

from bailiwick_web.crm.queries.pages_accounts import Echo, guarded

HERE = {"here": "insights"}


def csv_file(name: str, day: date, rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Rows as a file; no cell runs in a spreadsheet."""
    writer = csv.writer(Echo())
    lines = ("\ufeff" * (i == 0) + writer.writerow([guarded(str(cell)) for cell in row]) for i, row in enumerate(rows))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{day:%Y-%m-%d}.csv"'
    return response
