"""Records that stand twice: found over all of them, and while a new one is entered; what people say to it is remembered."""

from __future__ import annotations

from bailiwick_web.crm.services.duplicates.entering import Alike, alike, look_at_new
from bailiwick_web.crm.services.duplicates.judging import dismiss, reopen
from bailiwick_web.crm.services.duplicates.reading import MODELS, pairs
from bailiwick_web.crm.services.duplicates.searching import SEARCH, ask, running, search

__all__ = ["MODELS", "SEARCH", "Alike", "alike", "ask", "dismiss", "look_at_new", "pairs", "reopen", "running", "search"]
