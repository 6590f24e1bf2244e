"""The file of layers: what it says, and where it says what it cannot mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from bailiwick.errors import InputError
from bailiwick.formats.layer_file import line_of, read_layers

GOOD = """balance = "hours:10%"

[band.size]
column = "employees"
cuts = [50, 250]
classes = ["small", "medium", "large"]

[[layer]]
name = "sales"
  [[layer.named]]
  column = "key_owner"
  [[layer.named]]
  owner = "Kim"
  accounts = ["a", "b"]
  [[layer.rule]]
  name = "health"
  where = "industry = 'Health' and size = 'large'"
  territories = 3
  contiguity = "none"
  [layer.rest]
  reps = "reps.csv"

[[layer]]
name = "service"
where = "machines > 0"
  [layer.rest]
  territories = 2
  balance = ["visits"]
"""


def test_a_file_is_read_as_it_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "layers.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    plan, folder = read_layers(path)
    assert folder == tmp_path
    sales, service = plan.layers
    assert plan.balance == ("hours:10%",)
    assert [named.words for named in sales.named] == ["column key_owner", "list of Kim"]
    assert [step.name for step in sales.steps] == ["health", "rest"]
    assert [step.contiguity for step in sales.steps] == [False, True]
    assert service.where is not None
    assert plan.columns() == ("employees", "key_owner", "industry", "machines")


@pytest.mark.parametrize(
    ("old", "new", "line", "where"),
    [
        ("territories = 3", "territories = 0", 18, "layer[1].rule[1].territories"),
        ("territories = 3", 'territories = "three"', 18, "layer[1].rule[1].territories"),
        ("territories = 3", "teritories = 3", 18, "layer[1].rule[1].teritories"),
        ('territories = 3\n  contiguity = "none"', "", 15, "layer[1].rule[1]"),
        ("industry = 'Health' and", "industry 'Health' and", 17, "layer[1].rule[1].where"),
        ('contiguity = "none"', 'contiguity = "maybe"', 19, "layer[1].rule[1].contiguity"),
        ('contiguity = "none"', 'need = "skill"', 15, "layer[1].rule[1]"),
        ('column = "key_owner"', 'colum = "key_owner"', 11, "layer[1].named[1].colum"),
        ('accounts = ["a", "b"]', "", 12, "layer[1].named[2]"),
        ('accounts = ["a", "b"]', "accounts = [1]", 14, "layer[1].named[2].accounts"),
        ('name = "service"', 'name = "sales"', 23, "layer[2]"),
        ('name = "service"', "", 23, "layer[2]"),
        ('where = "machines > 0"', "where = 3", 25, "layer[2].where"),
        ("cuts = [50, 250]", "cuts = [50]", None, "band.size"),
        ("cuts = [50, 250]", 'cuts = ["50"]', 5, "band.size.cuts"),
        ('balance = "hours:10%"', "balance = 3", 1, "balance"),
        ('balance = "hours:10%"', "ballance = 3", 1, "ballance"),
    ],
)
def test_a_mistake_is_told_with_line_table_and_key(tmp_path: Path, old: str, new: str, line: int | None, where: str) -> None:
    path = tmp_path / "layers.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_layers(path)
    assert error.value.code == "layers"
    assert error.value.field == where
    if line is not None:
        assert f"line {line}, {where}" in str(error.value)


@pytest.mark.parametrize("text", ["= 1", "layer = 3", "", "[layer]\nname = 'x'", "a = [[[", "\xff", "[[layer]]\nname = 'x'"])
def test_what_is_no_file_of_layers_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "layers.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(InputError):
        read_layers(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_layers(tmp_path / "none.toml")
    assert error.value.code == "no_such_file"


def test_lines_count_repeated_tables() -> None:
    assert line_of(GOOD, "layer[2].rest.territories") == 27
    assert line_of(GOOD, "layer[3].name") is None
