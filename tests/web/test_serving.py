"""What the start of the application refuses before it does anything."""

from __future__ import annotations

import argparse
import itertools
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bailiwick_web.serving import _wait_for, serve


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody answers on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def asked(port: int) -> argparse.Namespace:
    return argparse.Namespace(host="127.0.0.1", port=port, demo=False, no_browser=True)


def test_a_port_in_use_is_told(taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert serve(asked(taken)) == 2
    assert f"port {taken} of 127.0.0.1 is in use" in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("BAILIWICK_DATA", str(tmp_path / "file" / "data"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert serve(asked(port)) == 2
    assert "cannot be made: Not a directory; name another one in BAILIWICK_DATA" in capsys.readouterr().err


class Process:
    """One that runs for so many looks at it."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def poll(self) -> int | None:
        self.looks -= 1
        return None if self.looks >= 0 else 1


def test_the_address_is_told_on_a_slow_machine_too(monkeypatch: pytest.MonkeyPatch) -> None:
    minutes = itertools.count(0, 60)
    tries = itertools.count()

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        if next(tries) < 5:
            raise ConnectionRefusedError
        return socket.socket()

    monkeypatch.setattr(time, "monotonic", lambda: next(minutes))
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert _wait_for("127.0.0.1", 1, Process(20))  # type: ignore[arg-type]
    tries = itertools.count()
    assert not _wait_for("127.0.0.1", 1, Process(3))  # type: ignore[arg-type]
