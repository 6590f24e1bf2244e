"""No more than a hundred requests in ten seconds per token, counted in the memory of the server process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from math import ceil

from django.http import HttpRequest, HttpResponse

from bailiwick_web.core.rest.problems import TooMany

MOST, SECONDS = 100, 10.0
REMEMBERED = 5_000
_times: OrderedDict[int, deque[float]] = OrderedDict()
_guard = threading.Lock()


def count(request: HttpRequest, token_id: int, *, now: float | None = None) -> None:
    """Count a request of a token.

    Raises
    ------
    TooMany
        With the seconds after which there is room again.
    """
    now = time.monotonic() if now is None else now
    with _guard:
        times = _times.setdefault(token_id, deque())
        _times.move_to_end(token_id)
        while len(_times) > REMEMBERED:
            _times.popitem(last=False)
        while times and times[0] <= now - SECONDS:
            times.popleft()
        is_full = len(times) >= MOST
        if not is_full:
            times.append(now)
        left, wait = MOST - len(times), max(1, ceil(times[0] + SECONDS - now))
    request.rate = (left, wait)  # type: ignore[attr-defined]
    if is_full:
        message = f"More than {MOST} requests in {SECONDS:.0f} seconds with one token; go on in {wait} s."
        raise TooMany(message, retry_after=wait)


def forget() -> None:
    """Count from the beginning."""
    with _guard:
        _times.clear()


def tell(request: HttpRequest, response: HttpResponse) -> None:
    """Headers that say how much is left."""
    if (rate := getattr(request, "rate", None)) is not None:
        response.headers["X-RateLimit-Limit"] = str(MOST)
        response.headers["X-RateLimit-Remaining"] = str(rate[0])
        response.headers["X-RateLimit-Reset"] = str(rate[1])
