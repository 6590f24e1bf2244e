"""Where the application keeps its files."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path


def data_folder(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """``$BAILIWICK_DATA``, else the folder for data of the user.

    Examples
    --------
    >>> str(data_folder({"HOME": "/home/ann"}, platform="linux"))
    '/home/ann/.local/share/bailiwick'
    """
    if environ.get("BAILIWICK_DATA"):
        return Path(environ["BAILIWICK_DATA"]).expanduser().absolute()
    home = Path(environ.get("HOME") or Path.home())
    if platform == "darwin":
        return home / "Library" / "Application Support" / "Bailiwick"
    if platform.startswith("win"):
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Bailiwick"
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "bailiwick"


def secret_key(folder: Path) -> str:
    """The key that signs sessions: made once, readable by its owner only."""
    file = folder / "secret_key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(48))
    return file.read_text(encoding="ascii").strip()
