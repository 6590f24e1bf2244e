"""What an app does when another one tells of something: in the same transaction, so keep it short, and queue a job for what is long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bailiwick_web.core.access import Actor

Listener = Callable[["Actor", dict[str, Any]], None]
ListenerToMany = Callable[["Actor", Sequence[dict[str, Any]]], None]
_LISTENERS: dict[str, list[Listener]] = {}
_LISTENERS_TO_MANY: dict[str, list[ListenerToMany]] = {}


def listens(kind: str) -> Callable[[Listener], Listener]:
    """Register a function for events of a kind."""

    def register(function: Listener) -> Listener:
        _LISTENERS.setdefault(kind, []).append(function)
        return function

    return register


def listens_to_many(kind: str) -> Callable[[ListenerToMany], ListenerToMany]:
    """Register a function that is told of all events of a kind in one go: for what an import brings by the thousand."""

    def register(function: ListenerToMany) -> ListenerToMany:
        _LISTENERS_TO_MANY.setdefault(kind, []).append(function)
        return function

    return register


def pass_on(actor: Actor, kind: str, payloads: Sequence[dict[str, Any]]) -> None:
    """Tell those who listen."""
    for function in _LISTENERS.get(kind, ()):
        for payload in payloads:
            function(actor, payload)
    for together in _LISTENERS_TO_MANY.get(kind, ()) if payloads else ():
        together(actor, payloads)
