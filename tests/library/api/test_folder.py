"""A plan folder is written whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from bailiwick.api.folder import check_folder, whole_folder
from bailiwick.errors import InputError


def write(folder: Path, text: str) -> None:
    with whole_folder(folder) as fresh:
        (fresh / "plan.json").write_text(text)


def test_a_new_folder_with_parents(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b", "1")
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b"]
    assert (tmp_path / "a" / "b" / "plan.json").read_text() == "1"


def test_an_older_plan_is_replaced(tmp_path: Path) -> None:
    write(tmp_path / "plan", "1")
    (tmp_path / "plan" / "map.html").write_text("old map")
    write(tmp_path / "plan", "2")
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]
    assert [(p.name, p.read_text()) for p in (tmp_path / "plan").iterdir()] == [("plan.json", "2")]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "plan").mkdir()
    write(tmp_path / "plan", "1")
    assert (tmp_path / "plan" / "plan.json").exists()


def test_foreign_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"does not write \(notes.txt\)") as caught:
        write(tmp_path / "plan", "1")
    assert caught.value.code == "foreign_files"
    assert (tmp_path / "plan" / "notes.txt").read_text() == "mine"


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("a file")
    with pytest.raises(InputError, match="is a file"):
        write(tmp_path / "plan", "1")


def test_nothing_is_left_after_an_error(tmp_path: Path) -> None:
    write(tmp_path / "plan", "1")

    def fail() -> None:
        with whole_folder(tmp_path / "plan") as fresh:
            (fresh / "alignment.csv").write_text("half")
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]
    assert [p.name for p in (tmp_path / "plan").iterdir()] == ["plan.json"]


def test_a_file_above_the_folder_is_seen_before_the_search(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("a file")
    with pytest.raises(InputError, match="notes is a file; name another folder"):
        check_folder(tmp_path / "notes" / "deep" / "plan")


def test_a_name_that_no_disk_takes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name another folder") as caught:
        check_folder(tmp_path / ("z" * 300))
    assert caught.value.code == "unwritable"


def test_a_folder_that_cannot_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan").mkdir()
    rename = Path.rename

    def is_mounted(path: Path, target: Path) -> Path:
        if path.name == "plan":
            raise OSError(errno.EBUSY, "Device or resource busy")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", is_mounted)
    with pytest.raises(InputError, match="busy; name another folder"):
        write(tmp_path / "plan", "1")
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]


def test_an_interruption_while_folders_change_places_keeps_the_older_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "plan", "1")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if ".new" in self.name:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "plan", "2")
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]
    assert (tmp_path / "plan" / "plan.json").read_text() == "1"
