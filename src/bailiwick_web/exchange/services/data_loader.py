"""Mapping files of the Salesforce Data Loader (``.sdl``): Java properties that say which column is which field."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid

_PAIR = re.compile(r"^((?:\\.|[^\\=:])*?)\s*[=:]\s*(.*)$")
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")


def names_of(data: bytes) -> dict[str, str]:
    r"""Column → field of Salesforce; columns without a field and constants are left out.

    Raises
    ------
    Invalid
        If no line of the file maps a column.

    Examples
    --------
    >>> names_of(b"#Mapping values\nFirma\\ GmbH=Name\nX=\n\"Prospect\"=Type\n")
    {'Firma GmbH': 'Name'}
    """
    found: dict[str, str] = {}
    text = data.decode("utf-8-sig", "replace")
    for line in text.splitlines():
        pair = None if line.lstrip().startswith(("#", "!")) else _PAIR.match(line.strip())
        if pair is None:
            continue
        column, field = (_ESCAPED.sub(_plain, part).strip() for part in pair.groups())
        if column and field and not column.startswith('"'):
            found[column] = field.split(",")[0].strip()
    if not found:
        raise Invalid(_("This is no mapping of the Data Loader: no line says “column=field”."), code="mapping")
    return found


def _plain(escaped: re.Match[str]) -> str:
    code = escaped[1]
    return chr(int(code[1:], 16)) if len(code) == 5 and code[0] == "u" else {"t": "\t", "n": "\n"}.get(code, code)
