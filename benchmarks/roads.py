"""Time and memory of minutes by road: `python benchmarks/roads.py FILE.osm.pbf…`.

Places are drawn from the nodes of the network. Prints one line per extract and size; run it twice, the first run compiles.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from bailiwick.formats.osm import read_ways
from bailiwick.routing import PROFILES, TAGS, build_network, measure_circuity, road_matrix

SIZES = (300, 1_000)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extracts", nargs="+", help="extracts of OpenStreetMap")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="car")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for extract in options.extracts:
        measure(extract, options.profile, options.seed)
    return 0


def measure(extract: str, profile: str, seed: int) -> None:
    started = time.perf_counter()
    ways = read_ways(extract, TAGS)
    read = time.perf_counter() - started
    network = build_network(ways, PROFILES[profile])
    built = time.perf_counter() - started - read
    print(f"{ways.source}: read {read:.2f} s, network {built:.2f} s, {network.n_nodes:,} nodes, {network.km.sum():,.0f} km of road")
    road_matrix(network, network.coordinates[:2])  # compile, or load what was compiled
    for n in SIZES:
        places = np.random.default_rng(seed).choice(network.coordinates, min(n, network.n_nodes), replace=False)
        started = time.perf_counter()
        found = road_matrix(network, places)
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        relation = measure_circuity(found.minutes, found.km, places)
        words = "" if relation is None else relation.words()
        print(f"  {len(places):,} × {len(places):,}: {seconds:.2f} s, peak {peak:,.0f} MB; {words}")


if __name__ == "__main__":
    raise SystemExit(main())
