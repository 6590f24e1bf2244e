"""Mapping files of the Salesforce Data Loader (``.sdl``): Java properties that say which column is which field."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Invalid

_PAIR = re.compile(r"^((?:\\.|[^\\=:])*?)\s*[=:]\s*(.*)$")
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")


@dataclass(frozen=True)
class Mapping:
    """What a mapping says.

    Attributes
    ----------
    names
        Column → field of Salesforce.
    constants
        Field of Salesforce → what every row gets there.
    """

    names: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)


def mapping_of(data: bytes) -> Mapping:
    r"""Columns and constants of a mapping; columns without a field are left out.

    Raises
    ------
    Invalid
        If no line of the file maps a column or a constant.

    Examples
    --------
    >>> mapping_of(b"#Mapping values\nFirma\\ GmbH=Name\nX=\n\"Hot\\ Prospect\"=Type,Rating\n")
    Mapping(names={'Firma GmbH': 'Name'}, constants={'Type': 'Hot Prospect', 'Rating': 'Hot Prospect'})
    """
    found = Mapping()
    text = data.decode("utf-8-sig", "replace")
    for line in text.splitlines():
        pair = None if line.lstrip().startswith(("#", "!")) else _PAIR.match(line.strip())
        if pair is None:
            continue
        column, said = (_ESCAPED.sub(_plain, part).strip() for part in pair.groups())
        fields = [part.strip() for part in said.split(",") if part.strip()]
        if len(column) > 1 and column[0] == column[-1] == '"':
            found.constants.update(dict.fromkeys(fields, column[1:-1]))
        elif column and fields:
            found.names[column] = fields[0]
    if not (found.names or found.constants):
        raise Invalid(_("This is no mapping of the Data Loader: no line says “column=field”."), code="mapping")
    return found


def _plain(escaped: re.Match[str]) -> str:
    code = escaped[1]
    return chr(int(code[1:], 16)) if len(code) == 5 and code[0] == "u" else {"t": "\t", "n": "\n"}.get(code, code)
