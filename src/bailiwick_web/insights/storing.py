"""Answers ⇄ rows: tables as Arrow, pictures as Vega-Lite and, drawn once by the job, as SVG in every language."""

from __future__ import annotations

import io
import json
import zlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.feather as feather

from bailiwick.api import Findings
from bailiwick.domain import Notice
from bailiwick_web.core.retelling import made_of
from bailiwick_web.insights.charts import drawn
from bailiwick_web.insights.models import Study, StudyPart

if TYPE_CHECKING:
    import pandas as pd

_KEPT_ROWS = 1_000_000
Kind = StudyPart.Kind


def store(study: Study, found: Findings) -> None:
    """Keep an answer in the place of what was there; the caller holds the transaction and saves the facts."""
    document = found.document()
    short = {name for name in found.tables if name not in found.long_tables}
    study.facts = {name: value for name, value in document.items() if name not in short}
    study.facts["said"] = [origin_of(sentence) for sentence in found.sentences]
    study.facts["warnings"] = [_retellable(told, notice) for told, notice in zip(document["warnings"], found.notices, strict=True)]
    study.parts.all().delete()
    parts = [
        StudyPart(study=study, kind=Kind.TABLE, name=name, place=place, n_rows=len(frame), content=_packed_table(frame))
        for place, (name, frame) in enumerate(found.tables.items())
    ]
    for place, (name, spec) in enumerate(found.pictures.items()):
        parts.append(StudyPart(study=study, kind=Kind.CHART, name=name, place=place, content=_packed(spec)))
        parts.append(StudyPart(study=study, kind=Kind.PICTURE, name=name, place=place, content=_packed(drawn(name, spec))))
    StudyPart.objects.bulk_create(parts)


def origin_of(sentence: str) -> Any:
    """What a sentence was made of; None for a plain text."""
    return made_of(it=sentence).get("it")


def _retellable(told: dict[str, Any], notice: Notice) -> dict[str, Any]:
    """A notice with what its sentence was made of, so that everybody reads it in the own language."""
    origin = origin_of(notice.message)
    return told | {"made_of": origin} if origin else told


def _packed_table(frame: pd.DataFrame) -> bytes:
    table = pa.Table.from_pandas(frame.head(_KEPT_ROWS), preserve_index=False)
    out = io.BytesIO()
    feather.write_feather(table, out, compression="zstd")
    return out.getvalue()


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value).encode())


def table(study: Study, name: str) -> pa.Table | None:
    """A table of an answer; None if there is none of that name."""
    part = study.parts.filter(kind=Kind.TABLE, name=name).first()
    return None if part is None else feather.read_table(io.BytesIO(bytes(part.content)))


def rows(study: Study, name: str) -> list[dict[str, Any]]:
    """The rows of a short table; none if it is not there."""
    found = table(study, name)
    return [] if found is None else list(found.to_pylist())


def specification(study: Study, name: str) -> dict[str, Any] | None:
    """A picture as Vega-Lite; None if there is none of that name."""
    part = study.parts.filter(kind=Kind.CHART, name=name).first()
    return None if part is None else _unpacked(part)


def pictures(study: Study, language: str) -> dict[str, dict[str, Any]]:
    """Name → title, wide and narrow picture in a language, in their order."""
    parts = study.parts.filter(kind=Kind.PICTURE)
    every = {part.name: _unpacked(part) for part in parts}
    return {name: by_language.get(language) or by_language["en"] for name, by_language in every.items()}


def _unpacked(part: StudyPart) -> Any:
    return json.loads(zlib.decompress(bytes(part.content)))
