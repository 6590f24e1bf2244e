"""``PATCH`` as Entra and Okta send it (RFC 7644, 3.5.2): operations with and without a path, in any spelling of the operation.

An operation on something that is not kept here – a telephone number, a manager – is passed over, as the RFC allows for attributes that a
service does not have; one that is not understood is refused, so that nobody keeps access by a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bailiwick_web.exchange.scim.refusing import invalid
from bailiwick_web.exchange.scim.users import wanted_of

MOST_OPERATIONS = 1_000
OPERATIONS = ("add", "replace", "remove")
_MEMBER = re.compile(r'members\[value eq "([^"]+)"\]', re.IGNORECASE)
_NAMES = {"name.givenname": "givenName", "name.familyname": "familyName", "name.formatted": "formatted"}
_PLAIN = {"username": "userName", "displayname": "displayName", "active": "active", "externalid": "externalId"}


def operations(document: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """Operation, path in small letters, value.

    Raises
    ------
    Invalid
        If there is none, or one is not understood.
    """
    given = next((value for name, value in document.items() if name.lower() == "operations"), None)
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_OPERATIONS:
        raise invalid("A PATCH holds a list of Operations.", code="invalidSyntax")
    found = []
    for operation in given:
        plain = {str(name).lower(): value for name, value in operation.items()} if isinstance(operation, Mapping) else {}
        word = str(plain.get("op", "")).lower()
        if word not in OPERATIONS:
            raise invalid(f"There is no operation “{word[:20]}”.", code="invalidSyntax")
        found.append((word, str(plain.get("path") or ""), plain.get("value")))
    return found


def user_changes(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a PATCH says of a user, in our words."""
    said: dict[str, Any] = {}
    for word, path, value in operations(document):
        if word == "remove":
            if path.lower() in {"active", "username"}:
                raise invalid(f"“{path}” cannot be removed.", code="mutability")
        elif not path:
            if not isinstance(value, Mapping):
                raise invalid("An operation without a path needs an object.", code="invalidSyntax")
            for name, part in value.items():
                _say(said, str(name), part)
        else:
            _say(said, path, value)
    return wanted_of(said)


def _say(said: dict[str, Any], path: str, value: Any) -> None:
    plain = path.lower().rpartition(":user:")[2] if path.lower().startswith("urn:") else path.lower()
    if plain in _NAMES:
        said.setdefault("name", {})[_NAMES[plain]] = value
    elif plain == "name" and isinstance(value, Mapping):
        said.setdefault("name", {}).update(value)
    elif plain in _PLAIN:
        said[_PLAIN[plain]] = value


def member_changes(document: Mapping[str, Any], present: Iterable[str]) -> tuple[list[str], list[str]]:
    """Who is added to a group and who is taken out."""
    add: list[str] = []
    remove: list[str] = []
    for word, path, value in operations(document):
        one = _MEMBER.fullmatch(path)
        if not path and isinstance(value, Mapping):
            value, path = value.get("members", []), "members" if "members" in value else "displayName"
        if word == "remove" and one is not None:
            remove.append(one[1])
        elif path.lower() == "members":
            ids = member_ids(value)
            if word == "remove":
                remove += ids or list(present)
            else:
                add += ids
                remove += [key for key in present if key not in ids] if word == "replace" else []
        elif path.lower() not in {"displayname", "externalid"}:
            raise invalid(f"Of a group only members can be changed, found “{path[:60]}”.", code="invalidPath")
    return add, remove


def member_ids(value: Any) -> list[str]:
    """Identifiers in a list of members."""
    found = value if isinstance(value, list) else [value] if isinstance(value, Mapping) else []
    return [str(member["value"]) for member in found if isinstance(member, Mapping) and "value" in member]
