"""A small country to design: 36 towns on a grid, with reps, neighbours and an alignment made elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bailiwick.cli.app import app

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run the command line in this process."""
    runner = CliRunner()
    return lambda *args: runner.invoke(app, [str(a) for a in args])


@pytest.fixture
def country(tmp_path: Path) -> Path:
    """Folder with towns.csv, reps.csv, neighbours.csv and elsewhere.csv."""
    towns, pairs, labels = ["id,name,x,y,population,shops,rep,county"], ["unit_a,unit_b"], ["unit_id,territory_id"]
    for row in range(6):
        for column in range(6):
            i = row * 6 + column
            rep = "R1" if i == 35 else ""
            towns.append(f"{i:03d},Town {i},{column},{row},{10 + i % 5},{1 + i % 3},{rep},{'north' if i < 2 else ''}")
            labels.append(f"{i:03d},{'west' if column < 3 else 'east'}")
            if column < 5:
                pairs.append(f"{i:03d},{i + 1:03d}")
            if row < 5:
                pairs.append(f"{i:03d},{i + 6:03d}")
    reps = ["rep_id,name,x,y,capacity", "R1,Ada Diaz,0,0,1", "R2,Bo Ito,5,5,1", "R3,Cy Khan,0,5,0.5"]
    for name, lines in {"towns": towns, "neighbours": pairs, "elsewhere": labels, "reps": reps}.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path
