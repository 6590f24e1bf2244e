"""``Idempotency-Key``: a POST sent twice has one effect, and the second answer is the first.

The answer is kept in the transaction of the effect. What was refused had no effect and is not kept, so that it can be mended
and sent again with the same key.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError

from bailiwick_web.core.access import actor_of
from bailiwick_web.core.models import IdempotencyKey, User
from bailiwick_web.core.refusals import Conflict, Invalid, Refused
from bailiwick_web.core.rest.limits import tell
from bailiwick_web.core.rest.problems import refused

KEPT = timedelta(hours=24)
LONGEST = 255
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
Run = Callable[..., Any]
_in_flight: set[tuple[int, str]] = set()
_guard = threading.Lock()


def around_operations(run: Run) -> Run:
    """Wrap every operation of an interface: repeats, and the headers of the limit."""

    @wraps(run)
    def guarded(request: HttpRequest, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key", "").strip()
        response = _once(run, request, key, kwargs) if key and request.method == "POST" else run(request, **kwargs)
        tell(request, response)
        return response

    return guarded


def _once(run: Run, request: HttpRequest, key: str, kwargs: dict[str, Any]) -> HttpResponse:
    try:
        user_id = _who(run, request)
        if user_id is None:
            return run(request, **kwargs)  # says that nobody signed
        if len(key) > LONGEST:
            raise Invalid(f"An Idempotency-Key has at most {LONGEST} characters, found {len(key)}.", code="idempotency_key")
        with _alone(user_id, key):
            return _kept(request, user_id, key) or _first(run, request, user_id, key, kwargs)
    except Refused as error:
        return refused(request, error)


def _who(run: Run, request: HttpRequest) -> int | None:
    """The user who signed, found out before the operation runs; None if nobody did, which the operation will say."""
    for callback in run.__self__.auth_callbacks:  # type: ignore[attr-defined]
        try:
            user: User | None = callback(request)
        except (Refused, HttpError):
            return None
        if user is not None:
            return user.pk
    return None


def _first(run: Run, request: HttpRequest, user_id: int, key: str, kwargs: dict[str, Any]) -> HttpResponse:
    with transaction.atomic():
        response: HttpResponse = run(request, **kwargs)
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        IdempotencyKey.objects.filter(created_at__lt=actor_of(request).now - KEPT).delete()
        IdempotencyKey.objects.create(
            user_id=user_id,
            key=key,
            request_digest=_digest(request),
            status=response.status_code,
            headers={name: response[name] for name in KEPT_HEADERS if name in response},
            body=response.content.decode(),
            created_at=actor_of(request).now,
        )
    return response


def _kept(request: HttpRequest, user_id: int, key: str) -> HttpResponse | None:
    """The first answer, if there was one within a day.

    Raises
    ------
    Invalid
        If the key was used for something else.
    """
    kept = IdempotencyKey.objects.filter(user_id=user_id, key=key, created_at__gte=actor_of(request).now - KEPT).first()
    if kept is None:
        return None
    if kept.request_digest != _digest(request):
        raise Invalid("This Idempotency-Key was used for another request; every request needs its own.", code="idempotency_key_reused")
    response = HttpResponse(kept.body, status=kept.status, headers=kept.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


@contextmanager
def _alone(user_id: int, key: str) -> Iterator[None]:
    """Refuse while the first request with the key is still at work, in this process or, on PostgreSQL, in any."""
    with _guard:
        if (user_id, key) in _in_flight:
            raise _busy()
        _in_flight.add((user_id, key))
    try:
        with _lock_of_database(user_id, key):
            yield
    finally:
        with _guard:
            _in_flight.discard((user_id, key))


@contextmanager
def _lock_of_database(user_id: int, key: str) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield  # one process serves an SQLite database
        return
    number = int.from_bytes(hashlib.sha256(f"{user_id}:{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise _busy()
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _busy() -> Conflict:
    return Conflict("The first request with this Idempotency-Key is still at work; ask again in a moment.", code="in_flight", retry_after=1)


def _digest(request: HttpRequest) -> str:
    what = (request.method or "", request.get_full_path(), request.headers.get("If-Match", ""))
    return hashlib.sha256("\0".join(what).encode() + b"\0" + request.body).hexdigest()
