"""How fast the map workspace is in a real Chromium: first paint, brush, box and lasso with live bars, panning, a million points.

Latencies run from the event of the mouse to the pixels being done (WebGL is waited for). Run: ``python benchmarks/workspace.py``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "e2e")]
from planning_server import running  # noqa: E402
from workspace_data import LOGIN  # noqa: E402

from conftest import FLAGS, find_browser  # noqa: E402

WATCH = """() => {
  const canvas = document.getElementById("map"), gl = canvas.getContext("webgl2"), pixel = new Uint8Array(4);
  window.latencies = [];
  let waiting = 0;
  window.addEventListener("pointermove", (event) => {
    if (event.buttons === 0 || waiting) return;
    waiting = event.timeStamp;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
        window.latencies.push(performance.now() - waiting);
        waiting = 0;
      };
      channel.port2.postMessage(0);
    });
  }, true);
}"""
FRAMES = """() => {
  window.pictures = [];
  if (window.isCounting) return;
  window.isCounting = true;
  const canvas = document.getElementById("map"), gl = canvas.getContext("webgl2"), pixel = new Uint8Array(4);
  const next = (at) => {
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    window.pictures.push(performance.now());
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
WHOLE = """async () => {
  const asked = performance.now(), root = document.getElementById("workspace");
  root.dataset.cost = "";
  document.querySelector('[data-zoom="all"]').click();
  while (root.dataset.cost === "") await new Promise((done) => setTimeout(done, 5));
  return performance.now() - asked;
}"""


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--units", type=int, default=30_000)
    ask.add_argument("--points", type=int, default=1_000_000)
    ask.add_argument("--territories", type=int, nargs="+", default=[10, 300])
    asked = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scenarios = make(Path(folder), asked)
        with running(Path(folder)) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
            page = sign_in(browser, server.base)
            print(f"{asked.units:,} areas, {asked.points:,} accounts; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
            for k, address in scenarios:
                measure(page, f"{server.base}/scenarios/{address}/", k)
            if asked.points:
                million(page, asked.points, f"{server.base}/scenarios/{scenarios[0][1]}/")
            browser.close()


def make(folder: Path, asked: argparse.Namespace) -> list[tuple[int, str]]:
    """Fill a folder; the scenarios by their number of territories."""
    env = {**os.environ, "BAILIWICK_DATA": str(folder), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, str(ROOT / "benchmarks" / "workspace_data.py"), "--units", str(asked.units), "--points", str(asked.points)]
    command += ["--territories", *map(str, asked.territories)]
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("scenario ")]
    return [(int(k), address) for _, k, address in lines]


def sign_in(browser: Browser, base: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.on("pageerror", lambda error: print("error in the page:", error))
    page.goto(f"{base}/accounts/login/")
    page.locator("[name=login]").fill(LOGIN[0])
    page.locator("[name=password]").fill(LOGIN[1])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "login" not in address)
    return page


def poll(page: Page, script: str, seconds: float = 240.0) -> str:
    """Ask again and again: the page's policy allows no code in strings."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := page.evaluate(script):
            return str(found)
        time.sleep(0.1)
    raise SystemExit(f"waited {seconds:.0f} s in vain for {script}")


def measure(page: Page, address: str, k: int) -> None:
    """First paint (the second visit: the server has the columns by then), then every tool."""
    state = "() => document.getElementById('workspace')?.dataset.firstPaint"
    page.goto(address)
    cold = float(poll(page, state))
    page.goto(address)
    warm = float(poll(page, state))
    poll(page, "() => document.getElementById('workspace').dataset.cost")
    time.sleep(4)  # outlines and accounts come after the first picture
    print(f"{k} territories: first paint {warm:,.0f} ms (first visit ever {cold:,.0f} ms)")
    page.evaluate(WATCH)
    for name, key, drag in (("brush", "b", False), ("box", "x", True), ("lasso", "l", True)):
        page.locator("#drag-to").select_option(index=1 if drag else 0)
        page.locator("#map").focus()
        page.keyboard.press(key)
        times = stroke(page, name)
        worst = sorted(times)[int(0.95 * (len(times) - 1))]
        print(f"  {name:6} map and bars: median {median(times):5.0f} ms, 95 % within {worst:5.0f} ms ({len(times)} events)")
        poll(page, "() => document.getElementById('workspace').dataset.saved === 'saved'")
        page.keyboard.press("u")
        time.sleep(0.3)
        poll(page, "() => document.getElementById('workspace').dataset.saved === 'saved'")
        time.sleep(1)
    page.keyboard.press("v")
    for name, hand in (("panning", pan), ("zooming", zoom)):
        print(f"  {name}: {frames(page, hand)}")
    print(f"  one whole picture {page.evaluate(WHOLE):,.0f} ms")


def stroke(page: Page, tool: str) -> list[float]:
    """Drag over a third of the map in 40 steps."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    page.evaluate("() => { window.latencies.length = 0; }")
    page.mouse.move(x + 0.35 * w, y + 0.3 * h)
    page.mouse.down()
    corners = [(0.65, 0.7)] if tool == "box" else [(0.65, 0.3), (0.65, 0.7), (0.35, 0.7), (0.35, 0.35)]
    for cx, cy in corners:
        page.mouse.move(x + cx * w, y + cy * h, steps=40 // len(corners))
        time.sleep(0.05)
    page.mouse.up()
    return [float(t) for t in page.evaluate("() => window.latencies")]


def frames(page: Page, hand: Callable[[Page, float, float], None]) -> str:
    """Time from picture to picture, pixels done, while a hand moves the map."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.evaluate(FRAMES)
    hand(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    at = [float(t) for t in page.evaluate("() => window.pictures")]
    took = sorted(after - before for before, after in pairwise(at))
    middle, worst = median(took), took[int(0.95 * (len(took) - 1))]
    return f"a picture every {middle:.0f} ms ({1000 / middle:.0f} a second), 95 % within {worst:.0f} ms ({len(took)} pictures)"


def pan(page: Page, x: float, y: float) -> None:
    """To and fro."""
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x + 3 * (step % 30), y + 2 * (step % 30))
    page.mouse.up()


def zoom(page: Page, x: float, y: float) -> None:
    """Nearer and farther again by the wheel."""
    page.mouse.move(x, y)
    for step in range(60):
        page.mouse.wheel(0, -60 if step < 30 else 60)


def million(page: Page, n: int, address: str) -> None:
    """The same map with its accounts shown: beside the areas, and alone."""
    page.goto(address)
    paint = float(poll(page, "() => document.getElementById('workspace')?.dataset.firstPaint"))
    poll(page, "() => { const s = document.getElementById('scope'); return s && !s.parentElement.hidden; }")
    there = float(page.evaluate("() => performance.now()"))
    time.sleep(4)
    print(f"{n:,} accounts beside the areas: first paint {paint:,.0f} ms, accounts there after {there:,.0f} ms")
    for scope in ("both", "accounts"):
        page.locator("#scope").select_option(scope)
        time.sleep(2)
        print(f"  shown: {scope}; panning: {frames(page, pan)}")
        print(f"  shown: {scope}; zooming: {frames(page, zoom)}")
        print(f"  shown: {scope}; one whole picture, every point drawn {page.evaluate(WHOLE):,.0f} ms")


if __name__ == "__main__":
    main()
