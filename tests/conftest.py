"""Fixtures for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data made by others, which is not part of the project."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("needs the real data in ../shared/data, which are not part of the project")
    return folder


@pytest.fixture(scope="session")
def shared_bench() -> Path:
    """The folder of benchmark inputs with their independent judge, which is not part of the project."""
    folder = SHARED / "bench"
    if not folder.is_dir():
        pytest.skip("needs the benchmark inputs in ../shared/bench, which are not part of the project")
    return folder
