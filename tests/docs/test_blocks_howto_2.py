"""Commands and scripts in the how-to guides run: part 2 of 3."""

from __future__ import annotations

from pathlib import Path

import pytest
from guide_blocks import PARTS, name_of, run_blocks


@pytest.mark.parametrize("path", PARTS["howto_2"], ids=name_of)
def test_blocks_run(path: Path, tmp_path: Path) -> None:
    run_blocks(path, tmp_path)
