"""Divide one territory by the engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bailiwick import api
from bailiwick.domain import IntArray
from bailiwick_web.planning.convert import COUNT, LOCK, ScenarioArrays

SECONDS = 4.0
"""The engine has so long; parts of a few thousand units take far less."""


def split_units(arrays: ScenarioArrays, j: int, members: IntArray, parts: int, *, seed: int) -> IntArray:
    """Part of each unit of a territory, 0…parts−1, shape of ``members``; part 0 is the one that keeps the code.

    Locked and named units are in part 0. Else the part with the unit nearest to the home is, or without a home the largest.
    """
    code = arrays.codes[j]
    stays = arrays.is_stuck
    own = replace(arrays.units.table, measures=arrays.own_measures)
    table = replace(own.take(members), attributes={LOCK: np.where(stays[members], code, "")})
    plan = api.design(
        table,
        territories=parts,
        balance={name: arrays.balance.get(name) for name in arrays.balance} or {COUNT: 0.05},
        adjacency=arrays.units.adjacency.take(members) if arrays.is_contiguous else "none",
        lock=LOCK,
        seed=seed,
        time_limit=SECONDS,
    )
    found = np.asarray(plan.result.territory_idx)
    keeper = _keeper(arrays, j, members, found)
    order = np.unique(found)
    number = np.empty(int(order.max()) + 1, np.int32)
    number[[keeper, *(i for i in order.tolist() if i != keeper)]] = np.arange(len(order))
    return number[found]


def _keeper(arrays: ScenarioArrays, j: int, members: IntArray, found: IntArray) -> int:
    locked = arrays.is_stuck[members]
    if locked.any():
        return int(found[locked][0])
    territory = arrays.territories[j]
    if territory.home_lon is not None and territory.home_lat is not None:
        at = arrays.units.table.coordinates[members]
        narrow = 1.0 if arrays.units.table.is_planar else np.cos(np.radians(territory.home_lat))
        away = ((at[:, 0] - territory.home_lon) * narrow) ** 2 + (at[:, 1] - territory.home_lat) ** 2
        return int(found[int(away.argmin())])
    return int(np.bincount(found).argmax())
