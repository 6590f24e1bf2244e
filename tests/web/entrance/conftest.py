"""Who comes in, and the clock by which the codes go."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from front_door import PASSWORD

from bailiwick_web.core.models import User


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@example.org", "Ann", role="planner", password=PASSWORD)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The clock of the codes stands still until it is moved."""
    hand = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", SimpleNamespace(time=lambda: hand.now))
    return hand
