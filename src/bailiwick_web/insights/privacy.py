"""What becomes of the texts of this app when somebody is erased: tables that were brought in, and answers, may hold anybody."""

from __future__ import annotations

import io
import json
import re
import zlib
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather

from bailiwick_web.core.access import Actor
from bailiwick_web.core.erasing import ERASED, Told, declare, forgets, without
from bailiwick_web.insights import models as m
from bailiwick_web.insights.reading import folder_of, rows_file

declare(m.DataTable, names=("name", "filename", "columns", "roles"), nobody=("digest",))
declare(m.Study, names=("name", "options", "inputs", "facts"), nobody=("kind", "scope_key"))
declare(m.StudyPart, goes=("content",), nobody=("name",))
declare(m.AccountScore, nobody=("reasons",))
declare(m.HealthSaid, names=("why",))
declare(m.Segmentation, nobody=("name", "scheme"))
declare(m.AccountSegment, nobody=("segment",))


@forgets
def forget(actor: Actor, contact: Any, told: Told) -> None:
    """Take the words that tell of somebody out of the rows of every table, and out of every answer."""
    if not told.words:
        return
    pattern = re.compile("|".join(map(re.escape, sorted(told.words, key=len, reverse=True))), re.IGNORECASE)
    for table in m.DataTable.objects.all():
        path = rows_file(table)
        for other in folder_of(table).glob("*"):  # what the reader found, and the file itself: it was read
            if other != path and pattern.search(other.read_bytes().decode("utf-8", "replace")):
                other.unlink()
        if path.exists() and (cleaned := _cleaned(feather.read_table(path, memory_map=False), pattern)) is not None:
            feather.write_feather(cleaned, path, compression="zstd")
    for part in m.StudyPart.objects.iterator(chunk_size=20):
        if (content := _content(part, pattern)) is not None:
            m.StudyPart.objects.filter(pk=part.pk).update(content=content)


def _content(part: m.StudyPart, pattern: re.Pattern[str]) -> bytes | None:
    """A part of an answer without the words; None if it does not hold them."""
    if part.kind == m.StudyPart.Kind.TABLE:
        cleaned = _cleaned(feather.read_table(io.BytesIO(bytes(part.content))), pattern)
        if cleaned is None:
            return None
        out = io.BytesIO()
        feather.write_feather(cleaned, out, compression="zstd")
        return out.getvalue()
    value = json.loads(zlib.decompress(bytes(part.content)))
    cleaned_value = without(value, pattern)
    return None if cleaned_value == value else zlib.compress(json.dumps(cleaned_value).encode())


def _cleaned(table: pa.Table, pattern: re.Pattern[str]) -> pa.Table | None:
    """A table without the words; None if no text of it holds them."""
    is_other = False
    for i, field in enumerate(table.schema):
        if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
            continue
        column = table.column(i)
        held = pc.any(pc.match_substring_regex(column, pattern.pattern, ignore_case=True)).as_py()
        if held:
            values = pc.replace_substring_regex(column, f"(?i){pattern.pattern}", ERASED)
            table, is_other = table.set_column(i, field, values), True
    return table if is_other else None
