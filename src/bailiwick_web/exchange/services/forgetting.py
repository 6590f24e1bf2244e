"""Let imports forget a person who is erased: the files that hold them go, and what was told of their rows."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.erasing import ERASED, Told, unname
from bailiwick_web.core.models import Job
from bailiwick_web.crm.models import Contact, ExternalId
from bailiwick_web.exchange.models import ImportBatch
from bailiwick_web.exchange.reading import FILE, folder_of

Pair = frozenset[str]
_ENCODINGS = ("utf-8", "utf-16-le", "cp1252")
_LEAST = 4
_ROWS, _REJECTED = "rows.arrow", "rejected.arrow"


def forget(actor: Actor, contact: Contact, told: Told) -> None:
    """Take every kept file that holds the person away, their rows out of the files of rejected rows, their words out of what was told.

    An import that was not made yet is refused then: its file must come again, without them.
    """
    words = _words(contact, told.texts)
    pair = frozenset(name.casefold() for name in (contact.first_name, contact.last_name) if name)
    if not words:
        return
    for batch in ImportBatch.objects.all():
        in_files = _in_files(folder_of(batch), words, pair)
        in_words = any(_holds(text, words) for text in (json.dumps([batch.facts, batch.options], ensure_ascii=False), batch.filename))
        if in_files:
            _drop_files(folder_of(batch), words, pair)
        if in_files or in_words:
            _scrub(batch, [*words, *(name for name in pair if len(name) >= _LEAST)], pair)


def _words(contact: Contact, told: Sequence[str]) -> list[str]:
    """What tells of them: names, addresses, identifiers elsewhere; words that are too short would hit others."""
    ids = ExternalId.objects.filter(record_type="contact", record_key=contact.pk).values_list("external_id", flat=True)
    found = [*told, *(f"{contact.last_name}{sign}{contact.first_name}" for sign in (",", ";", "\t", ", ")), *ids]
    found += [f"{contact.first_name}{sign}{contact.last_name}" for sign in (",", ";", "\t") if contact.first_name and contact.last_name]
    return [word.casefold() for word in dict.fromkeys(found) if len(word.strip(",;\t ")) >= _LEAST]


def _holds(text: str, words: Sequence[str]) -> bool:
    folded = text.casefold()
    return any(word in folded for word in words)


def _in_files(folder: Path, words: Sequence[str], pair: Pair) -> bool:
    if not folder.is_dir():
        return False
    return any(_in_table(folder / name, words, pair) for name in (_ROWS, _REJECTED)) or any(
        _in_bytes(content, words) for path in folder.glob(f"{FILE}*") for content in _contents(path)
    )


def _in_table(path: Path, words: Sequence[str], pair: Pair) -> bool:
    if not path.exists():
        return False
    return any(_row_holds(row, words, pair) for row in _rows(path))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for part in feather.read_table(path, memory_map=False).to_batches(max_chunksize=10_000):
        yield from part.to_pylist()


def _row_holds(row: dict[str, Any], words: Sequence[str], pair: Pair) -> bool:
    """Whether a cell tells of them, or two cells are their first and their last name."""
    cells = [str(value) for value in row.values() if isinstance(value, str)]
    is_named = len(pair) == 2 and pair <= {cell.strip().casefold() for cell in cells}
    return is_named or _holds("\n".join([*cells, ",".join(cells)]), words)


def _contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file; of a packed one, those of what is packed in it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                yield archive.read(member)
    elif path.suffix == ".gz":
        yield gzip.decompress(path.read_bytes())
    else:
        yield path.read_bytes()


def _in_bytes(content: bytes, words: Sequence[str]) -> bool:
    return any(_holds(content.decode(encoding, "replace"), words) for encoding in _ENCODINGS)


def _drop_files(folder: Path, words: Sequence[str], pair: Pair) -> None:
    rejected = folder / _REJECTED
    for path in folder.iterdir():  # the file, its rows, what the reader told of it
        if path != rejected:
            path.unlink()
    if rejected.exists():
        table = feather.read_table(rejected, memory_map=False)
        kept = [i for i, row in enumerate(table.to_pylist()) if not _row_holds(row, words, pair)]
        feather.write_feather(table.take(pa.array(kept, pa.int64())), rejected)


def _scrub(batch: ImportBatch, words: Sequence[str], pair: Pair) -> None:
    """A batch that holds them: in its words even one of their names is told of them."""
    batch.facts, batch.options = _without(batch.facts, words, pair), _without(batch.options, words, pair)
    if _holds(batch.filename, words):
        batch.filename = ERASED
        unname(batch.public_id)
        if batch.job_id is not None:
            Job.objects.filter(pk=batch.job_id).update(title=ERASED, made_of={})
    if batch.is_open:
        batch.state = ImportBatch.State.REFUSED
        message = _("Somebody who stands in this file was erased; bring it again without them.")
        batch.facts["error"] = {"message": message, "code": "erased", "field": None}
    batch.save(update_fields=["facts", "options", "filename", "state"])


def _without(value: Any, words: Sequence[str], pair: Pair) -> Any:
    """The same with a dash for every text that holds one of the words, or is one of their names."""
    if isinstance(value, dict):
        return {ERASED if _holds(key, words) else key: _without(inner, words, pair) for key, inner in value.items()}
    if isinstance(value, list):
        if all(isinstance(cell, str) for cell in value) and _holds(",".join(value), words):
            return [ERASED] * len(value)
        return [_without(inner, words, pair) for inner in value]
    if not isinstance(value, str):
        return value
    return ERASED if value.strip().casefold() in pair or _holds(value, words) else value
