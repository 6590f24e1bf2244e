"""Every act of the map has a key, a place on the screen, and a line in the list of keys."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "workspace" / "src"
LIST = ROOT / "src" / "bailiwick_web" / "planning" / "templates" / "planning" / "_keys.html"
SPOKEN = {"−": "-", '{% translate "Space" %}': " ", "Esc": "Escape"}
ELSEWHERE = {"Enter", "y", "=", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"}
"""Second keys for acts that are listed under their first one: why, redo, nearer, the arrows."""
ENTRIES = {
    "tool": "iconButton(tool",
    "pan": 'id: "map"',
    "zoom": "iconButton(how",
    "step": 'iconButton("undo"',
    "move": 't("Move to…")',
    "lock": 'button(t("Lock")',
    "found": 't("New territory")',
    "why": 't("Why here?")',
    "grow": "radius",
    "space": "isSpace",
    "leave": 'button(t("Clear")',
    "visit": "class Table",
    "territory": 't("Change {name}"',
    "forbid": 't("Forbid in the territory chosen")',
    "conflicts": 'this.fact("conflicts"',
    "outside": 'this.fact("outside"',
    "look": 't("Colour by")',
}
"""Act → what stands on the screen for it."""


def keys() -> str:
    return (SOURCE / "keys.ts").read_text(encoding="utf-8")


def test_the_list_of_keys_is_whole_and_holds_no_key_that_does_nothing() -> None:
    text = keys()
    handled = set(re.findall(r'key === "([^"]+)"', text)) | set(re.findall(r"(\w): \"\w+\"", re.search(r"TOOLS.*?};", text, re.S)[0]))  # type: ignore[index]
    shown = set(re.findall(r"<kbd>([^<]+)</kbd>", LIST.read_text(encoding="utf-8"))) - {"↑ ↓ ← →"}
    assert {SPOKEN.get(key, key) for key in shown} == handled - ELSEWHERE


def test_every_act_has_a_key_and_an_entry_on_the_screen() -> None:
    text = keys()
    acts = set(re.findall(r"^  (\w+)\(", re.search(r"interface KeyEvents \{.*?\n\}", text, re.S)[0], re.M))  # type: ignore[index]
    assert acts == set(ENTRIES)
    called = set(re.findall(r"events\.(\w+)\(", text))
    assert acts == called
    panels = "".join(file.read_text(encoding="utf-8") for file in SOURCE.rglob("*.ts"))
    assert [act for act, entry in ENTRIES.items() if entry not in panels] == []
    served = (SOURCE / "workspace.ts").read_text(encoding="utf-8")
    assert [act for act in acts if f"{act}: (" not in served] == []


def test_every_act_of_a_planner_is_within_reach_of_a_key() -> None:
    """What `Acts` can do is called by a key, or by a dialog that a key opens."""
    acts = (SOURCE / "acts.ts").read_text(encoding="utf-8")
    names = set(re.findall(r"^  (?:async )?(\w+)\(", acts, re.M)) - {"constructor"}
    served = (SOURCE / "workspace.ts").read_text(encoding="utf-8")
    by_key = set(re.findall(r"this\.acts\.(\w+)\(", served[served.index("listenToKeys(") :]))
    by_dialog = {"menu", "lockTerritory", "forbid"}
    assert names - by_key == by_dialog
    assert "this.menu(" in acts
    assert "this.lockTerritory(" in acts
