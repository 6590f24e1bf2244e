"""Three approaches to one base, and a recommendation that follows its numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bailiwick as bw
from bailiwick.api.layers.carve import NOBODY
from bailiwick.errors import InputError

N = 60
RNG = np.random.default_rng(8)


def base(worth: np.ndarray, segment: list[str], **more: Any) -> dict[str, Any]:
    place = RNG.permutation(N)
    return {
        "id": [f"a{i:02d}" for i in range(N)],
        "x": [float(p % 10) for p in place],
        "y": [float(p // 10) for p in place],
        "hours": [1.0 + i % 2 for i in range(N)],
        "revenue": worth.tolist(),
        "kind": segment,
        **more,
    }


EVEN = base(100 + RNG.uniform(0, 5, N), ["A" if i % 2 else "B" for i in range(N)])
FEW = base(np.where(np.arange(N) < 5, 5000.0, 10.0), ["A" if i % 2 else "B" for i in range(N)])
TWO_KINDS = base(np.where(np.arange(N) % 2 == 0, 100.0, 30.0), ["shop" if i % 2 == 0 else "kiosk" for i in range(N)])


def compared(accounts: dict[str, Any], **options: Any) -> bw.ApproachComparison:
    settings = {"territories": 5, "balance": "hours:25", "potential": "revenue", "segment": "kind", "is_planar": True, **options}
    return bw.compare_approaches(accounts, **settings)


@pytest.fixture(scope="module")
def even() -> bw.ApproachComparison:
    return compared(EVEN)


def test_each_approach_serves_every_account_with_the_same_number_of_territories(even: bw.ApproachComparison) -> None:
    for approach in even.approaches:
        assert approach.evaluation.problem.n_territories == 5
        assert not (approach.designed.carving.step_idx == NOBODY).any()
    assert even.assignments.columns.tolist() == ["unit_id", "geographic", "demographic", "account-based"]
    assert even.assignments.notna().all(axis=None)


def test_an_even_base_is_geographic(even: bw.ApproachComparison) -> None:
    assert even.recommended == "geographic"
    assert even.concentration < 0.2
    geographic = even.table.set_index("approach")["mean_distance_km"]
    assert geographic["geographic"] == geographic.min()


def test_a_concentrated_base_is_account_based_unless_it_travels_too_far() -> None:
    found = compared(FEW)
    assert found.concentration > 0.9
    travel = found.table.set_index("approach")["mean_distance_km"]
    expected = "account-based" if travel["account-based"] <= 2 * travel["geographic"] else "geographic"
    assert found.recommended == expected
    assert "The largest 10%" in found.reasons()[1]
    if expected == "geographic":
        assert "account-based approach, but it travels" in found.reasons()[2]


def test_different_segments_are_demographic_unless_it_travels_too_far() -> None:
    found = compared(TWO_KINDS)
    assert found.diversity == pytest.approx(1.0)
    assert found.segment_evenness > 0.7
    travel = found.table.set_index("approach")["mean_distance_km"]
    assert found.recommended == ("demographic" if travel["demographic"] <= 2 * travel["geographic"] else "geographic")


def test_no_territory_of_the_demographic_approach_mixes_segments(even: bw.ApproachComparison) -> None:
    rows = even.assignments.assign(kind=EVEN["kind"])
    assert (rows.groupby("demographic")["kind"].nunique() == 1).all()


def test_clusters_stand_in_for_segments_but_prove_nothing() -> None:
    plain = {name: values for name, values in TWO_KINDS.items() if name != "kind"}
    found = compared(plain, segment=None)
    assert not found.segments.is_given
    assert found.diversity == 0
    assert found.recommended != "demographic"


def test_files_hold_table_picture_words_and_plans(even: bw.ApproachComparison, tmp_path: Path) -> None:
    files = even.to_files(tmp_path / "three")
    assert {file.name for file in files} == {
        *("approaches.md", "approaches.csv", "approaches.svg", "approaches.json", "assignments.csv", "plans", "rejected.csv")
    }
    document = json.loads((tmp_path / "three" / "approaches.json").read_text(encoding="utf-8"))
    assert document["recommended"] == "geographic"
    assert [row["approach"] for row in document["approaches"]] == ["geographic", "demographic", "account-based"]
    assert "<svg" in (tmp_path / "three" / "approaches.svg").read_text(encoding="utf-8")
    assert "| Mean distance (km) |" in (tmp_path / "three" / "approaches.md").read_text(encoding="utf-8")
    assert (tmp_path / "three" / "plans" / "geographic" / "1-rest" / "map.html").exists()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"potential": "nothing"}, "unknown_measure"),
        ({"segment": "nowhere"}, "unknown_column"),
        ({"territories": 99}, "too_many_territories"),
    ],
)
def test_what_cannot_be_used_is_told(options: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as error:
        compared(EVEN, **options)
    assert error.value.code == code


def test_a_single_segment_is_told() -> None:
    with pytest.raises(InputError, match="single segment"):
        compared({**EVEN, "kind": ["A"] * N})
