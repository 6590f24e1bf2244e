"""What the start of the application refuses before it does anything."""

from __future__ import annotations

import argparse
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bailiwick_web.serving import serve


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
