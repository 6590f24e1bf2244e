"""Answers ⇄ rows: tables as Arrow, pictures as Vega-Lite and, drawn once by the job, as SVG in every language."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.feather as feather

from bailiwick.api import Findings
from bailiwick.domain import Notice
from bailiwick.domain.said import Said
from bailiwick_web.core.retelling import made_of, retold
from bailiwick_web.insights.charts import drawn
from bailiwick_web.insights.models import Study, StudyPart

if TYPE_CHECKING:
    import pandas as pd

_KEPT_ROWS = 1_000_000
_SAID = "made of: "
"""In front of the name of a column: what its sentences were made of."""
Kind = StudyPart.Kind


def store(study: Study, found: Findings) -> None:
    """Keep an answer in the place of what was there; the caller holds the transaction and saves the facts."""
    document = found.document()
    short = {name for name in found.tables if name not in found.long_tables}
    study.facts = {name: value for name, value in document.items() if name not in short}
    study.facts["interval_said"] = origin_of(found.facts.get("interval", ""))
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
    kept = frame.head(_KEPT_ROWS)
    table = pa.Table.from_pandas(kept, preserve_index=False)
    for name in table.column_names:
        if pa.types.is_string(table[name].type) or pa.types.is_large_string(table[name].type):
            origins = [json.dumps(value.made_of) if isinstance(value, Said) and value.made_of else None for value in kept[name]]
            table = table.append_column(_SAID + name, pa.array(origins, pa.string())) if any(origins) else table
    out = io.BytesIO()
    feather.write_feather(table, out, compression="zstd")
    return out.getvalue()


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value).encode())


def table(study: Study, name: str, called: Callable[[str], str] = str) -> pa.Table | None:
    """A table of an answer, its sentences in the present language, columns in them as they are called; None if there is none."""
    part = study.parts.filter(kind=Kind.TABLE, name=name).first()
    return None if part is None else _retold_table(feather.read_table(io.BytesIO(bytes(part.content))), called)


def _retold_table(found: pa.Table, called: Callable[[str], str]) -> pa.Table:
    """What cells were made of, said again in their places."""
    for hidden in [name for name in found.column_names if name.startswith(_SAID)]:
        name = hidden.removeprefix(_SAID)
        pairs = zip(found[hidden].to_pylist(), found[name].to_pylist(), strict=True)
        texts = [text if origin is None else retold(_with_names(json.loads(origin), called), text) for origin, text in pairs]
        found = found.set_column(found.column_names.index(name), name, pa.array(texts, pa.string())).drop_columns([hidden])
    return found


def _with_names(origin: Any, called: Callable[[str], str]) -> Any:
    """Columns are called in sentences as they are in headings."""
    if not isinstance(origin, dict):
        return origin
    if "all" in origin:
        return origin | {"all": [_with_names(part, called) for part in origin["all"]]}
    values = origin.get("with", {})
    return origin | {"with": values | {"column": called(str(values["column"]))}} if "column" in values else origin


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
