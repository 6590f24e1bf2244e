"""What a row of the table of permissions says; see ``permission_rows.py``."""

from __future__ import annotations

from dataclasses import dataclass

from bailiwick_web.core.roles import Right

PAGE = frozenset({200})
SENT = frozenset({200, 201, 202, 204, 302, 409, 412, 422, 428})
NONE = frozenset({404})


@dataclass(frozen=True)
class Row:
    """What is expected of one address."""

    right: Right | str
    target: str = ""
    ok: frozenset[int] = PAGE
    method: str = "GET"
    scope: str = "part"
    """``part``: whoever sees a part gets in; ``whole``: only who sees every territory of the scenario."""
    body: str = "{}"
    """Of the interface: one that makes sense, as what makes none is refused before anybody asks who it comes from."""


def post(right: Right | str, target: str = "", **more: str) -> Row:
    return Row(right, target, SENT, "POST", **more)


def put(method: str, right: Right, target: str = "", ok: frozenset[int] = SENT, body: str = "{}") -> Row:
    """A row of the interface that changes something."""
    return Row(right, target, ok, method, body=body)
