"""Packing of numbers and texts into the page: small columns, deflated, as base64.

The packet is ``BWK1``, the length of the index (uint32), the index as JSON, then the sections one after the other. A
section of whole numbers is a run of LEB128 bytes of zigzag differences; others are little-endian float32, or JSON. The
reader is ``script/decode.js``.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"BWK1"
_LARGEST_WHOLE = 2**31 - 1


def encode_whole(values: NDArray[Any], lag: int = 1) -> bytes:
    """Whole numbers as LEB128 bytes of the zigzag difference to the value ``lag`` places before.

    Parameters
    ----------
    values
        Whole numbers within ±2³¹, shape (n,).
    lag
        1 for a plain column, 2 for interleaved x and y.

    Examples
    --------
    Differences 5, −1, +300 become 10, 1 and the two bytes of 600:

    >>> list(encode_whole(np.array([5, 4, 304])))
    [10, 1, 216, 4]
    """
    values = np.asarray(values, dtype=np.int64).ravel()
    steps = values.copy()
    steps[lag:] -= values[:-lag]
    zigzag = ((steps << 1) ^ (steps >> 63)).astype(np.uint64)
    n_bytes = np.ones(len(zigzag), dtype=np.int64)
    for bits in range(7, 42, 7):
        n_bytes += zigzag >= np.uint64(1) << np.uint64(bits)
    ends = np.cumsum(n_bytes)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    starts = ends - n_bytes
    for place in range(int(n_bytes.max(initial=0))):
        here = n_bytes > place
        more = (n_bytes[here] > place + 1).astype(np.uint8) << 7
        out[starts[here] + place] = ((zigzag[here] >> np.uint64(7 * place)) & np.uint64(127)).astype(np.uint8) | more
    return out.tobytes()


class Packet:
    """Named columns on their way into a page."""

    def __init__(self) -> None:
        self._index: dict[str, dict[str, Any]] = {}
        self._body = bytearray()

    def add_whole(self, name: str, values: NDArray[Any], *, lag: int = 1) -> None:
        """Add whole numbers; read back as Int32Array."""
        self._add(name, encode_whole(values, lag), coding="whole", count=int(np.size(values)), lag=lag)

    def add_numbers(self, name: str, values: NDArray[Any]) -> None:
        """Add numbers: exactly if they are whole and not too large, else to seven digits."""
        values = np.asarray(values, dtype=np.float64)
        if np.isfinite(values).all() and (np.abs(values) <= _LARGEST_WHOLE).all() and (values == np.rint(values)).all():
            self.add_whole(name, np.rint(values))
        else:
            self._add(name, values.astype("<f4").tobytes(), coding="f32", count=len(values))

    def add_json(self, name: str, value: Any) -> None:
        """Add texts or a record."""
        self._add(name, json.dumps(plain(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"), coding="json")

    def to_bytes(self) -> bytes:
        """Return the packet, deflated."""
        index = json.dumps(self._index, separators=(",", ":")).encode()
        packet = _MAGIC + len(index).to_bytes(4, "little") + index + bytes(self._body)
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        return squeeze.compress(packet) + squeeze.flush()

    def to_base64(self) -> str:
        """Return the packet as text."""
        return base64.b64encode(self.to_bytes()).decode("ascii")

    def _add(self, name: str, data: bytes, **entry: Any) -> None:
        self._index[name] = {"at": len(self._body), "bytes": len(data), **entry}
        self._body += data


def plain(value: Any) -> Any:
    """Turn arrays and numpy numbers into what JSON knows: nine digits, None for what is not finite."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(entry) for entry in value.tolist()]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(entry) for entry in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float | np.floating | np.integer):
        return _plain_number(float(value))
    return str(value)


def _plain_number(number: float) -> int | float | None:
    if not math.isfinite(number):
        return None
    is_whole = number == int(number) and abs(number) < 2**53
    return int(number) if is_whole else float(f"{number:.9g}")
