"""Files that cannot be used: a clear message, exit code 2, nothing written; never a defect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

BAD = {
    "empty.csv": b"",
    "blank.csv": b"\n\n  \n",
    "header_only.csv": b"id,lat,lon,population\n",
    "binary.csv": bytes(range(256)) * 40,
    "one_long_line.csv": b"x" * 10_000_000,
    "no_position.csv": b"id,population\na,1\nb,2\n",
    "all_impossible.csv": b"id,lat,lon,population\na,900,900,1\nb,-700,500,2\n",
    "truncated.parquet": b"PAR1" + bytes(100),
    "broken.json": b'{"type": "FeatureCollection", "features": [',
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(200),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file(run: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(BAD[name])
    result = run("design", tmp_path / name, "--territories", 2, "--out", tmp_path / "plan")
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert name in result.stderr.replace("\n", "")
    assert len(result.stderr.splitlines()) <= 3
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("folder", ["bad_input", "csv_spectrum", "salesforce_csv"])
def test_files_of_others_never_show_a_defect(run: Any, tmp_path: Path, shared_data: Path, folder: str) -> None:
    for i, path in enumerate(sorted(p for p in (shared_data / folder).rglob("*") if p.is_file())):
        out = tmp_path / str(i)
        result = run("design", path, "--territories", 2, "--out", out, "--no-map", "--no-report", "--time-limit", 0)
        assert result.exit_code in (0, 2, 3), f"{path.name}: {result.output}"
        assert out.exists() == (result.exit_code != 2)
