"""A database that others keep for too long: told as that, on pages and to programs, and nothing is changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client

from bailiwick_web.core.busy import refusal_of
from bailiwick_web.crm.models import Account
from bailiwick_web.crm.services import writing
from bailiwick_web.exchange import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def locked(tmp_path: Path) -> OperationalError:
    """What SQLite says while another connection writes."""
    writer, other = (sqlite3.connect(tmp_path / "kept.sqlite3", timeout=0, isolation_level=None) for _ in range(2))
    writer.execute("CREATE TABLE t (x)")
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as told:
        other.execute("INSERT INTO t VALUES (1)")
    writer.close()
    other.close()
    return OperationalError(str(told.value))


def test_a_page_and_a_program_are_told_to_try_again(
    sign_in: Callable[[str], Client], locked: OperationalError, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("planner")

    def kept(*_: object, **__: object) -> None:
        raise locked

    monkeypatch.setattr(writing, "create", kept)
    answer = client.post("/api/v1/accounts", {"name": "Acme"}, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "30", "database_busy")
    monkeypatch.setattr(queries, "data_page", kept)
    answer = client.get("/data/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "try again in half a minute" in answer.content.decode()
    assert not Account.objects.exists()


def test_other_trouble_is_no_lock(locked: OperationalError) -> None:
    assert refusal_of(locked) is not None
    assert refusal_of(OperationalError("disk I/O error")) is None
    deadlock = OperationalError("deadlock detected")
    deadlock.__cause__ = _with_state("40P01")
    assert refusal_of(deadlock) is not None
    deadlock.__cause__ = _with_state("53100")
    assert refusal_of(deadlock) is None


def _with_state(state: str) -> DatabaseError:
    error = DatabaseError()
    error.sqlstate = state  # type: ignore[attr-defined]
    return error
