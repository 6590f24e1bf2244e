"""Refusals that programs of identity providers read, and their administrators: in English, as everything on this interface."""

from __future__ import annotations

from bailiwick_web.core.refusals import Conflict, Invalid, Missing


def invalid(message: str, code: str) -> Invalid:
    """What was sent cannot be used; the code is a ``scimType`` of RFC 7644."""
    return Invalid(message, code=code)


def missing(message: str) -> Missing:
    """There is none."""
    return Missing(message)


def conflict(message: str) -> Conflict:
    """It is taken."""
    return Conflict(message, code="uniqueness")
