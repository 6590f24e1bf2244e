"""What is to be done again and again: each thing by one worker, however many there are, as the cache gives the turn once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

log = logging.getLogger(__name__)
Work = Callable[[datetime], object]


@dataclass(frozen=True)
class Tick:
    """Something that is done every so many seconds."""

    name: str
    seconds: int
    work: Work


_TICKS: dict[str, Tick] = {}


def every(seconds: int, name: str) -> Callable[[Work], Work]:
    """Register a function; it is given the time."""

    def register(function: Work) -> Work:
        _TICKS[name] = Tick(name, seconds, function)
        return function

    return register


def tick(now: datetime) -> list[str]:
    """Do what is due and nobody else does; a failure of one keeps no other from being done. Returns the names of what was done."""
    done = []
    for found in _TICKS.values():
        if not cache.add(f"tick:{found.name}", now.isoformat(), timeout=found.seconds):
            continue
        try:
            found.work(now)
        except Exception:
            log.exception("%s failed; it is tried again in %s s", found.name, found.seconds)
        else:
            done.append(found.name)
    return done
