"""What an app does when another one tells of something: in the same transaction, so keep it short, and queue a job for what is long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bailiwick_web.core.access import Actor

Listener = Callable[["Actor", dict[str, Any]], None]
_LISTENERS: dict[str, list[Listener]] = {}


def listens(kind: str) -> Callable[[Listener], Listener]:
    """Register a function for events of a kind."""

    def register(function: Listener) -> Listener:
        _LISTENERS.setdefault(kind, []).append(function)
        return function

    return register


def pass_on(actor: Actor, kind: str, payload: dict[str, Any]) -> None:
    """Tell those who listen."""
    for function in _LISTENERS.get(kind, ()):
        function(actor, payload)
