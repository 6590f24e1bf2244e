"""Columns of numbers and texts in one binary file, as the map workspace reads them: no row by row, no base64."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"BWC1"
KINDS = ("f4", "f8", "i2", "u1", "u2", "u4")
EDGE = 8
"""Every column begins at a multiple of this, so that a browser can look at it without copying."""


def write_columns(header: Mapping[str, Any], columns: Mapping[str, tuple[str, NDArray[Any]]]) -> bytes:
    """A file: ``BWC1``, the length of the header (u4), the header (JSON), the columns; all little-endian.

    Parameters
    ----------
    header
        What is not a column. The key ``columns`` is added: name → [kind, offset in the data, number of values].
    columns
        Name → kind (one of ``KINDS``) and values.

    Examples
    --------
    >>> file = write_columns({"n": 2}, {"x": ("f4", np.array([1.0, 2.0]))})
    >>> header, columns = read_columns(file)
    >>> header["n"], columns["x"].tolist()
    (2, [1.0, 2.0])
    """
    places: dict[str, tuple[str, int, int]] = {}
    parts: list[bytes] = []
    offset = 0
    for name, (kind, values) in columns.items():
        if kind not in KINDS:
            raise ValueError(f"column {name}: expected a kind of {', '.join(KINDS)}, found {kind!r}")
        data = np.ascontiguousarray(values).astype(f"<{kind}").tobytes()
        places[name] = (kind, offset, len(data) // int(kind[1]))
        data += b"\0" * (-len(data) % EDGE)
        parts.append(data)
        offset += len(data)
    text = json.dumps({**header, "columns": places}, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-(len(MAGIC) + 4 + len(text)) % EDGE)
    return b"".join([MAGIC, len(text).to_bytes(4, "little"), text, *parts])


def read_columns(file: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Header and columns of a file of :func:`write_columns`.

    Raises
    ------
    ValueError
        If it is no such file.
    """
    if file[:4] != MAGIC:
        raise ValueError(f"expected a file that begins with {MAGIC!r}, found {file[:4]!r}")
    start = 8 + int.from_bytes(file[4:8], "little")
    header = json.loads(file[8:start])
    columns = {
        name: np.frombuffer(file, dtype=f"<{kind}", count=count, offset=start + offset)
        for name, (kind, offset, count) in header["columns"].items()
    }
    return header, columns


def text_column(texts: NDArray[np.object_]) -> tuple[str, NDArray[Any]]:
    """Texts as one column of UTF-8 bytes with a NUL between two of them.

    >>> text_column(np.array(["a", "b"], dtype=object))[1].tolist()
    [97, 0, 98]
    """
    joined = "\0".join(str(text).replace("\0", " ") for text in texts.tolist())
    return "u1", np.frombuffer(joined.encode(), dtype=np.uint8)
