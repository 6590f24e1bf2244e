"""Files read by the readers themselves, without a process of their own for each: for tests of what comes after the reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bailiwick.errors import BailiwickError
from bailiwick_web.exchange.child.look import look
from bailiwick_web.exchange.child.readers import READERS
from bailiwick_web.exchange.services import checking, receiving


def read_here(path: Path, task: str, out: Path, options: Mapping[str, Any], **_others: Callable[..., Any]) -> dict[str, Any]:
    """Like ``read_file``: the same readers, the same files."""
    try:
        return (look if task == "look" else READERS[task])(path, out, dict(options))
    except BailiwickError as error:
        return {"error": {"message": str(error), "code": getattr(error, "code", "input"), "field": None}}


@pytest.fixture
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (checking, receiving):
        monkeypatch.setattr(module, "read_file", read_here)
