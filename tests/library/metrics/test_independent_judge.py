"""Our numbers beside those of a judge written by others."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.spatial import cKDTree

from bailiwick.domain import Adjacency, Measure, Problem, UnitTable
from bailiwick.metrics import evaluate


def load_judge(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_common", folder / "common.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("key", ["counties", "zips"])
def test_same_verdict_as_the_independent_judge(shared_bench: Path, key: str) -> None:
    common = load_judge(shared_bench)
    data = common.load(key)
    n, k = len(data["xy"]), data["K"]
    labels = cKDTree(data["xy"][:: n // k][:k]).query(data["xy"])[1].astype(np.int32)
    names = [str(name) for name in data["names"]][: data["w"].shape[1]]
    if len(names) < data["w"].shape[1] or len(set(names)) < len(names):
        names = [f"measure {m}" for m in range(data["w"].shape[1])]
    units = UnitTable(
        ids=np.array([str(i) for i in range(n)], dtype=object),
        coordinates=data["xy"],
        measures={name: data["w"][:, m] for m, name in enumerate(names)},
        is_planar=True,
    )
    problem = Problem(
        units=units,
        measures=tuple(Measure(name) for name in names),
        territory_ids=np.array([str(j) for j in range(k)], dtype=object),
        centre_coordinates=np.full((k, 2), np.nan),
        target_shares=np.full(k, 1 / k),
        adjacency=Adjacency.from_pairs(n, data["edges"]),
    )
    theirs, ours = common.judge(data, labels), evaluate(problem, labels)
    assert theirs["territories"] == k
    assert ours.column("max_deviation").tolist() == pytest.approx(theirs["max_deviation"], abs=6e-5)
    assert ours.column("rms_deviation").tolist() == pytest.approx(theirs["rms_deviation"], abs=6e-5)
    assert ours.mean_distance_km == pytest.approx(theirs["mean_distance_km"], abs=6e-4)
    assert ours.number("territories_in_pieces") == theirs["in_pieces"]
    assert ours.number("cut_edges") == theirs["cut_edges"]
