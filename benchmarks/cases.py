"""What is measured: the inputs, our configurations on them, and the peers that can do something with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Neighbours = Literal["given", "own", "none"]
Task = Literal["design", "realign", "front"]


@dataclass(frozen=True)
class Case:
    """One configuration of ours.

    Attributes
    ----------
    input_key
        Name of the input.
    title
        As it stands in the table.
    tolerances
        Measure → allowed deviation, a fraction; the order of the measures is that of the weights.
    neighbours
        ``given``: territories are connected in the neighbour graph of the input. ``own``: in ours, made from the points within
        the measured time. ``none``: they need not be connected.
    task
        ``realign`` and ``front``: our plan of the input is today's, then the market shifts; the plan of the front is its knee.
    """

    input_key: str
    title: str
    tolerances: dict[str, float]
    neighbours: Neighbours = "given"
    task: Task = "design"


CASES = {
    "counties_5": Case("counties", "Bailiwick, population ±5 %", {"POP10": 0.05}),
    "zips_5": Case("zips", "Bailiwick, population ±5 %", {"population": 0.05}),
    "zips_1": Case("zips", "Bailiwick, population ±1 %", {"population": 0.01}),
    "zips_3": Case("zips", "Bailiwick, all three ±10 %", {"population": 0.1, "households": 0.1, "potential_musd": 0.1}),
    "million_1": Case("million", "Bailiwick, calls ±1 %, not connected", {"calls": 0.01}, "none"),
    "million_5": Case("million", "Bailiwick, calls ±5 %, neighbour graph included", {"calls": 0.05}, "own"),
    "million_2": Case("million", "Bailiwick, both ±2 %, neighbour graph included", {"calls": 0.02, "potential": 0.02}, "own"),
    "random500_5": Case("random500", "Bailiwick, all three ±5 %", {"calls": 0.05, "potential": 0.05, "accounts": 0.05}),
    "zips_realign": Case("zips_shifted", "Bailiwick, realign to ±5 %, few changes", {"population": 0.05}, task="realign"),
    "zips_front": Case("zips_shifted", "Bailiwick, front of about ten plans, its knee", {"population": 0.05}, task="front"),
}

TITLES = {
    "counties": "3,109 counties of the United States → 50",
    "zips": "32,515 ZIP codes of the United States → 300",
    "zips_shifted": "32,515 ZIP codes of the United States → 300, a balanced plan after a market shift",
    "million": "1,000,000 accounts → 1,000",
    "random500": "500 random points → 10, three measures",
}

PEERS = {
    "counties": (
        "metis_contiguous",
        "kmeans",
        "kmeans_greedy",
        "kmeans_constrained",
        "ward",
        "gerrychain_0.05",
        "spopt_maxp",
        "spopt_skater",
        "spopt_azp",
    ),
    "zips": ("metis_contiguous", "kmeans", "kmeans_greedy", "kmeans_constrained", "ward", "gerrychain_0.05", "spopt_skater"),
    "zips_shifted": (),
    "million": ("metis_contiguous", "minibatch"),
    "random500": ("metis_contiguous", "kmeans_greedy", "ward", "gerrychain_0.05", "spopt_maxp", "spopt_azp"),
}

PEER_TITLES = {
    "metis_contiguous": "METIS, contiguous",
    "kmeans": "k-means (no balance)",
    "kmeans_greedy": "k-means, then greedy filling",
    "kmeans_constrained": "k-means-constrained (balances counts)",
    "minibatch": "mini-batch k-means (no balance)",
    "ward": "Ward, connected (no balance)",
    "gerrychain_0.05": "GerryChain, recursive trees ±5 %",
    "spopt_maxp": "spopt max-p",
    "spopt_skater": "spopt SKATER",
    "spopt_azp": "spopt AZP",
}
