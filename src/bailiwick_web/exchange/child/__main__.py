"""One file, one task: ``look`` before it is taken in, or read it as ``units``, ``reps`` or an ``alignment``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any


class _Needless(MetaPathFinder):
    """Big libraries that others would load if they are installed, though nothing here needs them: half of the start."""

    names = frozenset({"pandas", "geopandas"})

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        """Tell that they are not there."""
        if fullname in self.names:
            raise ImportError(fullname)


sys.meta_path.insert(0, _Needless())
Task = Callable[[Path, Path, dict[str, Any]], dict[str, Any]]


def main(arguments: list[str]) -> int:
    """Do one task; problems of the file are facts, not failures."""
    name, path, out = arguments[0], Path(arguments[1]), Path(arguments[2])
    options: dict[str, Any] = json.loads(arguments[3])
    from bailiwick.errors import BailiwickError
    from bailiwick_web.exchange.record_kinds import RECORD_KINDS

    try:
        facts = _task(name)(path, out, options)
    except BailiwickError as error:
        facts = _refusal(error, path, options)
        if name in {"units", "reps", "alignment", *RECORD_KINDS}:
            facts |= _what_can_be_seen(path, name, options)
    (out / "facts.json").write_text(_plain(json.dumps(facts, ensure_ascii=False)), encoding="utf-8", errors="replace")
    return 0


def _task(name: str) -> Task:
    if name == "look":
        from bailiwick_web.exchange.child.look import look

        return look
    if name == "table":
        from bailiwick_web.exchange.child.plain import read_plain

        return read_plain
    from bailiwick_web.exchange.child.readers import READERS

    return READERS[name]


def _refusal(error: Exception, path: Path, options: dict[str, Any]) -> dict[str, Any]:
    from bailiwick_web.exchange.child.readers import for_the_page

    name = options.get("filename") or path.name
    origin = error.args[0].made_of if error.args and hasattr(error.args[0], "made_of") else None

    def for_people(text: str) -> str:
        for ours in (str(path.resolve()), str(path), path.name):
            text = text.replace(ours, name)
        return for_the_page(text)

    return {
        "error": {
            "message": for_people(str(error)),
            "made_of": _everywhere(origin, for_people),
            "code": getattr(error, "code", "input"),
            "field": getattr(error, "field", None),
        }
    }


def _everywhere(found: Any, change: Callable[[str], str]) -> Any:
    """A document with every text in it changed, but for the patterns, by which their translations are found."""
    if isinstance(found, dict):
        return {name: value if name == "says" else _everywhere(value, change) for name, value in found.items()}
    if isinstance(found, list):
        return [_everywhere(value, change) for value in found]
    return change(found) if isinstance(found, str) else found


def _what_can_be_seen(path: Path, kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """Columns and layout of a file that cannot be used as it is, so that the user can say how to read it."""
    from bailiwick.errors import BailiwickError
    from bailiwick_web.exchange.child.readers import what_is_there

    try:
        return what_is_there(path, kind, options)
    except BailiwickError:
        return {}


def _plain(text: str) -> str:
    from bailiwick_web.exchange.child.tables import KEPT

    return text.replace(KEPT, "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
