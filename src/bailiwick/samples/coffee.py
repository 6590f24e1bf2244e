"""A mid-sized coffee-bean supplier in the United States: customers in four segments, and reps with homes.

How it is made, in this order, from one seeded random source:

1. Each segment has a share of the customers, a least size of place, and a taste for large places: a place is drawn with
   probability proportional to population ** taste. Places and populations are real (``samples.places``).
2. A customer sits near the middle of its place: up to a quarter of the way towards one of the six nearest places.
3. Annual revenue and revenue potential are log-normal around the medians of the segment.
4. Workload in hours a year = visits a year × (hours per visit + hours of local travel), and local travel is longer in small places.
5. Homes of the reps are real cities of 50,000 people or more, drawn with probability proportional to population × √distance to the
   nearest home so far, so that they spread over the country; then each moves to the city nearest to the middle of the customers'
   workload around it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from bailiwick.domain import FloatArray, TextArray
from bailiwick.geography.geodesy import to_lonlat, to_vectors
from bailiwick.samples.places import Places, places_of_the_mainland
from bailiwick.samples.tables import GENERATED, Sample, Table

FULL_TIME_HOURS = 1_800
PART_TIME_HOURS = 1_080
LABEL = "generated, not real"


@dataclass(frozen=True)
class Segment:
    """How the customers of one segment are drawn; money in US dollars a year, hours per visit."""

    name: str
    prefix: str
    share: float
    least_population: int
    taste: float
    visits_per_year: tuple[int, ...]
    visit_hours: float
    revenue_median: float
    revenue_spread: float
    potential_factor: float
    employees_median: float
    years_as_customer: int
    kinds: tuple[str, ...]


SEGMENTS = (
    Segment(
        "High-Volume Businesses", "H", 0.04, 100_000, 1.1, (18, 24, 30), 1.5, 84_000, 0.6, 1.25, 900, 15,
        ("Hotel Group", "Grocery Chain", "Airline Catering", "University Dining", "Corporate Campus", "Hospital Group"),
    ),
    Segment(
        "Medium-Volume Businesses", "M", 0.16, 20_000, 1.0, (10, 12, 14), 1.0, 17_000, 0.6, 1.4, 70, 12,
        ("Coffeehouses", "Restaurant Group", "Bakery Chain", "Markets", "Caterers"),
    ),
    Segment(
        "Small Businesses/Cafes", "S", 0.65, 500, 0.85, (4, 5, 6), 0.5, 3_100, 0.7, 1.5, 7, 10,
        ("Café", "Coffee Bar", "Bakery", "Bistro", "Diner", "Espresso Cart", "Bookshop Café"),
    ),
    Segment(
        "High-Potential New Businesses", "N", 0.15, 5_000, 1.0, (8, 9, 10), 0.75, 1_500, 0.8, 9.0, 12, 1,
        ("Roastery", "Coworking Café", "Cold Brew Bar", "Concept Store", "Food Hall"),
    ),
)  # fmt: skip

_FIRST_WORDS = (
    "Amber", "Blue", "Cedar", "Copper", "Corner", "Daily", "Elm", "First", "Golden", "Harbor", "High", "Iron", "Juniper", "Lantern",
    "Little", "Maple", "Market", "Morning", "North", "Old", "Pine", "Quiet", "Red", "River", "Silver", "South", "Stone", "Sunny",
    "Twin", "Union", "Velvet", "West", "White", "Willow", "Young",
)  # fmt: skip
_SECOND_WORDS = (
    "Anchor", "Barrel", "Bell", "Bridge", "Crown", "Cup", "Door", "Finch", "Fox", "Garden", "Gate", "Grove", "Hearth", "Heron", "Hill",
    "House", "Kettle", "Leaf", "Mill", "Oak", "Orchard", "Owl", "Porch", "Press", "Rooster", "Spoon", "Sparrow", "Station", "Table",
    "Tower", "Wagon", "Well", "Wheel", "Yard",
)  # fmt: skip
_GIVEN_NAMES = (
    "Ada", "Amir", "Bea", "Carlos", "Chen", "Dana", "Elena", "Femi", "Grace", "Hiro", "Ines", "Jamal", "Kira", "Liam", "Maya", "Nadia",
    "Omar", "Priya", "Quinn", "Rosa", "Sam", "Tessa", "Uma", "Viktor", "Wendy", "Yusuf", "Zoe",
)  # fmt: skip
_FAMILY_NAMES = (
    "Adams", "Baker", "Castro", "Diaz", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jensen", "Khan", "Lopez", "Meyer", "Nguyen",
    "Okafor", "Patel", "Quist", "Rossi", "Silva", "Turner", "Usman", "Varga", "Walker", "Young", "Zhang",
)  # fmt: skip


def generate(*, seed: int = 0, n_customers: int = 5_000, n_reps: int = 25) -> Sample:
    """Generate the example; the same seed and versions give the same tables.

    Parameters
    ----------
    seed
        Of the random source.
    n_customers, n_reps
        How many rows the tables have.

    Returns
    -------
    Sample
        ``customers.csv`` and ``reps.csv``, each with a column ``generated``, and a README that says so as well.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    places = places_of_the_mainland()
    customers = _customers(places, n_customers, rng)
    reps = _reps(places, customers, n_reps, rng)
    return Sample("coffee", "Coffee-bean supplier", {"customers.csv": customers, "reps.csv": reps}, _readme(seed, customers, reps))


def _customers(places: Places, n_customers: int, rng: np.random.Generator) -> Table:
    counts = [round(segment.share * n_customers) for segment in SEGMENTS]
    counts[2] += n_customers - sum(counts)
    parts = [_segment_rows(segment, count, places, rng) for segment, count in zip(SEGMENTS, counts, strict=True)]
    names = _unique_names([name for part in parts for name in part["name"]])
    columns = {key: [value for part in parts for value in part[key]] for key in parts[0]}
    return Table({**columns, "name": names, GENERATED: [LABEL] * n_customers})


def _segment_rows(segment: Segment, count: int, places: Places, rng: np.random.Generator) -> dict[str, list[object]]:
    large = places.take(places.population >= segment.least_population)
    appeal = large.population**segment.taste
    home = rng.choice(len(appeal), count, p=appeal / appeal.sum())
    lonlat = _near(places, large.lonlat[home], rng)
    visits = rng.choice(segment.visits_per_year, count)
    travel_hours = 0.2 + 0.45 / (1 + large.population[home] / 20_000)
    revenue = segment.revenue_median * rng.lognormal(0, segment.revenue_spread, count)
    potential = revenue * (1 + (segment.potential_factor - 1) * rng.lognormal(0, 0.4, count))
    employees = np.maximum(1, segment.employees_median * rng.lognormal(0, 0.7, count))
    since = 2026 - rng.integers(0, segment.years_as_customer + 1, count)
    kind = rng.choice(np.array(segment.kinds, dtype=object), count)
    first, second = rng.choice(np.array(_FIRST_WORDS, dtype=object), count), rng.choice(np.array(_SECOND_WORDS, dtype=object), count)
    return {
        "customer_id": [f"{segment.prefix}{i:05d}" for i in range(1, count + 1)],
        "name": [f"{a} {b} {c}" for a, b, c in zip(first, second, kind, strict=True)],
        "segment": [segment.name] * count,
        "business_type": kind.tolist(),
        "employees": employees.round().astype(int).tolist(),
        "customer_since": since.tolist(),
        "city": large.names[home].tolist(),
        "state": large.states[home].tolist(),
        "longitude": lonlat[:, 0].round(5).tolist(),
        "latitude": lonlat[:, 1].round(5).tolist(),
        "visits_per_year": visits.tolist(),
        "workload_hours": (visits * (segment.visit_hours + travel_hours)).round(1).tolist(),
        "annual_revenue": revenue.round().astype(int).tolist(),
        "revenue_potential": potential.round().astype(int).tolist(),
    }


def _near(places: Places, lonlat: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Positions up to a quarter of the way towards one of the six nearest places within 30 km."""
    vectors = to_vectors(places.lonlat)
    here = to_vectors(lonlat)
    away, nearest = cKDTree(vectors).query(here, k=7)
    pick = rng.integers(1, 7, len(here))
    row = np.arange(len(here))
    step = rng.uniform(0, 0.25, len(here)) * (away[row, pick] < 30)
    moved = here + step[:, None] * (vectors[nearest[row, pick]] - here) + rng.normal(0, 0.4, here.shape)
    return to_lonlat(moved)


def _unique_names(names: list[object]) -> list[str]:
    """Number the repeats: Amber Fox Café, Amber Fox Café 2."""
    seen: dict[object, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(f"{name} {seen[name]}" if seen[name] > 1 else str(name))
    return unique


def _reps(places: Places, customers: Table, n_reps: int, rng: np.random.Generator) -> Table:
    cities = places.take(places.population >= 50_000)
    lon, lat, workload = (np.array(customers.columns[name], dtype=np.float64) for name in ("longitude", "latitude", "workload_hours"))
    homes = _homes(cities, to_vectors(np.column_stack([lon, lat])), workload, n_reps, rng)
    is_part_time = np.zeros(n_reps, dtype=bool)
    is_part_time[rng.choice(n_reps, max(1, n_reps // 8), replace=False)] = True
    given = rng.permutation(np.array(_GIVEN_NAMES, dtype=object))
    family = rng.permutation(np.array(_FAMILY_NAMES, dtype=object))
    home = cities.take(homes)
    return Table(
        {
            "rep_id": [f"R{i:02d}" for i in range(1, n_reps + 1)],
            "name": [_rep_name(given, family, i) for i in range(n_reps)],
            "home_city": home.names.tolist(),
            "home_state": home.states.tolist(),
            "longitude": home.lonlat[:, 0].round(5).tolist(),
            "latitude": home.lonlat[:, 1].round(5).tolist(),
            "capacity_hours": np.where(is_part_time, PART_TIME_HOURS, FULL_TIME_HOURS).tolist(),
            "employment": np.where(is_part_time, "part-time", "full-time").tolist(),
            GENERATED: [LABEL] * n_reps,
        }
    )


def _rep_name(given: TextArray, family: TextArray, i: int) -> str:
    return f"{given[i % len(given)]} {family[i % len(family)]}"


def _homes(cities: Places, customers: FloatArray, workload: FloatArray, n_reps: int, rng: np.random.Generator) -> np.ndarray:
    """Indices of distinct cities, spread over the country, each near the middle of the work around it, west to east."""
    points = to_vectors(cities.lonlat)
    gap = np.ones(len(points))
    homes: list[int] = []
    for _ in range(n_reps):
        appeal = cities.population * np.sqrt(gap)
        homes.append(int(rng.choice(len(points), p=appeal / appeal.sum())))
        away = np.linalg.norm(points - points[homes[-1]], axis=1)
        gap = away if len(homes) == 1 else np.minimum(gap, away)
    nearest = cKDTree(points[homes]).query(customers)[1]
    taken: set[int] = set()
    for rep in range(n_reps):
        work = workload * (nearest == rep)
        middle = (work[:, None] * customers).sum(axis=0) / work.sum() if work.any() else points[homes[rep]]
        by_distance = np.argsort(np.linalg.norm(points - middle, axis=1), kind="stable")
        taken.add(next(int(city) for city in by_distance if int(city) not in taken))
    return np.array(sorted(taken, key=lambda city: (cities.lonlat[city, 0], city)))


def _readme(seed: int, customers: Table, reps: Table) -> str:
    hours = float(np.sum(np.array(customers.columns["workload_hours"], dtype=np.float64)))
    room = int(np.sum(np.array(reps.columns["capacity_hours"], dtype=np.int64)))
    counts = "\n".join(f"  {list(customers.columns['segment']).count(s.name):>5,}  {s.name}" for s in SEGMENTS)
    return f"""GENERATED DATA. These companies and people do not exist.

A mid-sized coffee-bean supplier, made by `bailiwick sample coffee --seed {seed}`. Places and their populations are real
(GeoNames, CC BY 4.0); everything else was drawn at random by a documented generator (bailiwick.samples.coffee).

customers.csv  {customers.n_rows:,} customers
{counts}
  workload_hours     hours a year: visits x (visit + local travel); {hours:,.0f} in all
  annual_revenue     US dollars a year
  revenue_potential  attainable US dollars a year

reps.csv  {reps.n_rows} reps with homes in real cities
  capacity_hours     hours a year for customers; {room:,} in all
"""
