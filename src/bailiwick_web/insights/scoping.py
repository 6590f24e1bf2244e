"""Whose records an answer was made from: it is shown to those only who see the same."""

from __future__ import annotations

import hashlib

from bailiwick_web.core.access import Actor

WHOLE = "all"
"""The scope of those who see every record."""


def scope_key(actor: Actor) -> str:
    """The part of the organisation that somebody sees today, in few characters; it changes when that does."""
    scope = actor.scope()
    if scope.kind == WHOLE:
        return WHOLE
    said = f"{scope.kind} {sorted(scope.paths)} {sorted(scope.position_ids)} {scope.user_id}"
    return f"{scope.user_id}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"
