"""From bytes to text."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import pairwise

from charset_normalizer import from_bytes

from bailiwick.domain import Notice
from bailiwick.domain.said import say
from bailiwick.errors import InputError

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SAMPLE_BYTES = 60_000
_CANDIDATES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "shift_jis", "gb18030", "big5", "euc_kr", "euc_jp"]
_WESTERN, _CENTRAL = "cp1252", "cp1250"
_ENOUGH_HIGH_BYTES = 40
_RARE_WESTERN = frozenset("ÝýÞþÐð¥ƒªº")
"""Rare in the West, but what frequent Turkish and Central European letters become when read as Western."""
_WORD = re.compile(r"[^\W\d_]+")
_MULTIBYTE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")


def decode(data: bytes, *, encoding: str | None = None, source: str = "the file") -> tuple[bytes, tuple[Notice, ...]]:
    """Turn the bytes of a text file into UTF-8 without a byte-order mark.

    Parameters
    ----------
    data
        Content of the file.
    encoding
        Name of the encoding if the user knows it; else it is found by byte-order mark, then UTF-8, then by guess.

    Returns
    -------
    UTF-8 bytes, and what should be told about the guess.

    Raises
    ------
    InputError
        If the encoding is unknown or does not fit, or if the bytes are no text.
    """
    if encoding is not None:
        return _decode_as(data, encoding, source), ()
    for mark, name in _MARKS:
        if data.startswith(mark):
            body = data[len(mark) :]
            if name == "utf-8":
                return _decode_utf8(body, source)
            return _decode_as(body, name, source), (_told(name, "byte-order mark"),)
    wide = _wide_without_mark(data)
    if wide is not None:
        return _decode_as(data, wide, source), (_told(wide, "pattern of its bytes"),)
    return _decode_utf8(data, source)


def _decode_as(data: bytes, encoding: str, source: str) -> bytes:
    try:
        return _without_nul(data.decode(encoding).removeprefix("\ufeff").encode("utf-8"), source)
    except LookupError:
        raise InputError(
            say("there is no encoding %(encoding)s; try utf-8, cp1252 or utf-16", encoding=repr(encoding)),
            code="encoding",
            field="encoding",
        ) from None
    except UnicodeError:
        message = say(
            "%(source)s is not written in %(encoding)s; leave the encoding out, so that it is found", source=source, encoding=encoding
        )
        raise InputError(message, code="encoding", field="encoding") from None


def _decode_utf8(data: bytes, source: str) -> tuple[bytes, tuple[Notice, ...]]:
    _without_nul(data, source)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_guessed(data, source, error)
    return data, ()


def _decode_guessed(data: bytes, source: str, error: UnicodeDecodeError) -> tuple[bytes, tuple[Notice, ...]]:
    n_lost = data.decode("utf-8", "replace").count("\ufffd")
    n_multibyte = len(_MULTIBYTE.findall(data))
    row = data.count(b"\n", 0, error.start) + 1
    if n_multibyte > n_lost:
        text = data.decode("utf-8", "bailiwick-western")
        notice = Notice(
            "mixed_encodings",
            say(
                "%(source)s mixes encodings: mostly UTF-8, but %(n_lost)s bytes are not (the first in line %(row)s); "
                "those were read as %(western)s",
                source=source,
                n_lost=str(n_lost),
                row=str(row),
                western=_WESTERN,
            ),
            n_lost,
        )
        return text.encode("utf-8"), (notice,)
    guess = _guess(data)
    text = data.decode(guess, "replace")
    notice = Notice(
        "encoding_guessed",
        say("%(source)s is not UTF-8; it was read as %(guess)s, which is a guess: look at names with accents", source=source, guess=guess),
    )
    return text.encode("utf-8"), (notice,)


def _western_instead(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode(_WESTERN, "replace"), error.end


codecs.register_error("bailiwick-western", _western_instead)


def _guess(data: bytes) -> str:
    """Western European unless another alphabet fits clearly better."""
    lines = [line for line in data.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE_BYTES]
    if _is_short_western(sample):
        return _WESTERN
    matches = from_bytes(sample, cp_isolation=_CANDIDATES, threshold=0.4)
    best = matches.best()
    western = next((m for m in matches if _WESTERN in (m.encoding, *m.could_be_from_charset)), None)
    if best is not None and (western is None or western.chaos > best.chaos or western.coherence < best.coherence):
        return str(best.encoding)
    odd = {name: _odd_characters(sample.decode(name, "replace")) for name in (_WESTERN, _CENTRAL)}
    return _CENTRAL if odd[_CENTRAL] < odd[_WESTERN] else _WESTERN


def _is_short_western(sample: bytes) -> bool:
    """Too little to tell alphabets apart by statistics, and plain western words: single accented letters among plain ones."""
    high = sum(byte >= 0x80 for byte in sample)
    text = sample.decode(_WESTERN, "replace")
    words = [word for word in _WORD.findall(text) if len(word) == 1 or any(c.isascii() for c in word)]
    in_words = sum(not c.isascii() for word in words for c in word)
    return high < _ENOUGH_HIGH_BYTES and in_words == high and not any(c in _RARE_WESTERN for word in words for c in word)


def _odd_characters(text: str) -> int:
    """Signs such as ``£`` and ``³`` right beside letters: what Central European letters become when read as Western."""
    return sum(1 for a, b in pairwise(text) if (a.isalpha() and _is_odd(b)) or (b.isalpha() and _is_odd(a)))


def _is_odd(sign: str) -> bool:
    return sign in "¿¡" or (not sign.isascii() and unicodedata.category(sign) in {"Sc", "No", "Sk", "So", "Cn", "Cc"})


def _wide_without_mark(data: bytes) -> str | None:
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _without_nul(data: bytes, source: str) -> bytes:
    at = data.find(b"\x00")
    if at < 0:
        return data
    if data.count(b"\x00", 0, 65_536) > 8:
        raise InputError(
            say("%(source)s is not a text file (binary content); expected a table such as CSV", source=source), code="binary_file"
        )
    line = data.count(b"\n", 0, at) + 1
    raise InputError(
        say(
            "%(source)s has a NUL character in line %(line)s, which no text holds; the file is damaged or not a table",
            source=source,
            line=str(line),
        ),
        code="nul_character",
        row=line,
    )


def _told(encoding: str, why: str) -> Notice:
    return Notice("encoding", say("read as %(encoding)s (from its %(why)s)", encoding=encoding, why=why))
