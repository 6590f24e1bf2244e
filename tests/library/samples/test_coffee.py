"""The generated example is what its README says, and the same every time."""

from __future__ import annotations

import csv
import io
from collections import Counter

import numpy as np
import pytest

from bailiwick.errors import InputError
from bailiwick.geography.geodesy import great_circle_km
from bailiwick.samples import SAMPLES, Sample, make
from bailiwick.samples.coffee import LABEL, SEGMENTS, generate
from bailiwick.samples.places import places_of_the_mainland


@pytest.fixture(scope="module")
def coffee() -> Sample:
    return make("coffee", seed=0)


def test_same_seed_same_bytes(coffee: Sample) -> None:
    assert make("coffee", seed=0).files() == coffee.files()
    assert make("coffee", seed=1).files() != coffee.files()


def test_rows_and_segments(coffee: Sample) -> None:
    customers = coffee.tables["customers.csv"].columns
    assert Counter(customers["segment"]) == {
        "High-Volume Businesses": 200,
        "Medium-Volume Businesses": 800,
        "Small Businesses/Cafes": 3250,
        "High-Potential New Businesses": 750,
    }
    assert coffee.tables["reps.csv"].n_rows == 25
    for key in ("customer_id", "name"):
        assert len(set(customers[key])) == 5000


def test_it_says_everywhere_that_it_is_generated(coffee: Sample) -> None:
    files = coffee.files()
    assert files["README.txt"].startswith("GENERATED DATA.")
    for name in ("customers.csv", "reps.csv"):
        assert {row["generated"] for row in csv.DictReader(io.StringIO(files[name]))} == {LABEL}


def test_customers_sit_near_their_real_place(coffee: Sample) -> None:
    places = places_of_the_mainland()
    where: dict[tuple[str, str], list[np.ndarray]] = {}
    for name, state, lonlat in zip(places.names, places.states, places.lonlat, strict=True):
        where.setdefault((name, state), []).append(lonlat)
    columns = coffee.tables["customers.csv"].columns
    for city, state, lon, lat in zip(*(columns[c] for c in ("city", "state", "longitude", "latitude")), strict=True):
        assert min(great_circle_km(np.array([lon, lat]), place) for place in where[city, state]) < 12


def test_workload_fits_the_reps_and_potential_is_above_revenue(coffee: Sample) -> None:
    customers, reps = coffee.tables["customers.csv"].columns, coffee.tables["reps.csv"].columns
    assert 0.9 < sum(customers["workload_hours"]) / sum(reps["capacity_hours"]) < 1.05  # type: ignore[arg-type]
    assert all(p >= r > 0 for p, r in zip(customers["revenue_potential"], customers["annual_revenue"], strict=True))  # type: ignore[operator]
    assert set(reps["employment"]) == {"full-time", "part-time"}


def test_segments_differ_as_described(coffee: Sample) -> None:
    columns = coffee.tables["customers.csv"].columns
    revenue = np.array(columns["annual_revenue"], dtype=float)
    medians = [float(np.median(revenue[np.array(columns["segment"]) == segment.name])) for segment in SEGMENTS]
    for found, segment in zip(medians, SEGMENTS, strict=True):
        assert found == pytest.approx(segment.revenue_median, rel=0.2)


def test_sizes_can_be_chosen() -> None:
    small = generate(seed=3, n_customers=40, n_reps=3)
    assert [table.n_rows for table in small.tables.values()] == [40, 3]


def test_unknown_example() -> None:
    with pytest.raises(InputError, match="there is no example 'tea'; there are: coffee"):
        make("tea")
    assert set(SAMPLES) == {"coffee"}
