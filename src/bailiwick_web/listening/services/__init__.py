"""The one write path to what was heard."""

from __future__ import annotations

from bailiwick_web.listening.services import mentions, surveys, visits

__all__ = ["mentions", "surveys", "visits"]
