"""Fixtures for tests and for the examples in docstrings alike."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation


@pytest.fixture(autouse=True)
def _nobodys_language() -> None:
    """A request leaves its reader's language and time zone behind; the next test starts without."""
    translation.deactivate()
    timezone.deactivate()
