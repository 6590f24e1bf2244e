"""Single accounts that have another territory in one scenario than in another, though their areas may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bailiwick_web.planning.convert import NAMED, ScenarioArrays


@dataclass(frozen=True, slots=True)
class MovedAccount:
    """An account that is named in one of some scenarios, and has not the same territory in all.

    Attributes
    ----------
    key
        Of its unit.
    account_idx, id, name
        Which account.
    home_idx
        The area that it lies in, by index, −1 for none.
    territory_idx, causes
        Its territory in each scenario (−1 for none), and why.
    amounts
        Measure of the areas → what goes along with it.
    """

    key: int
    account_idx: int
    id: str
    name: str
    home_idx: int
    territory_idx: tuple[int, ...]
    causes: tuple[str, ...]
    amounts: dict[str, float]

    def row(self, arrays: Sequence[ScenarioArrays], measures: Sequence[str]) -> dict[str, Any]:
        """As comparisons show units that move."""
        places = list(zip(arrays, self.territory_idx, strict=True))
        return {
            "unit": self.id,
            "name": self.name,
            "unit_idx": self.home_idx,
            "territories": [a.codes[j] if j >= 0 else None for a, j in places],
            "names": [a.territories[j].name if j >= 0 else "" for a, j in places],
            "causes": list(self.causes),
            "values": [self.amounts.get(name, 0.0) for name in measures],
        }


def moved_accounts(arrays: Sequence[ScenarioArrays]) -> list[MovedAccount]:
    """Accounts that are named in any of some scenarios of one plan and have not the same territory in all, the weightiest first."""
    there: dict[int, tuple[ScenarioArrays, int]] = {}
    for one in arrays:
        for i, key in enumerate(one.accounts.keys.tolist()):
            there.setdefault(key, (one, i))
    found = [_judged(arrays, key, *place) for key, place in there.items()]
    moved = [m for m in found if len({_code(a, j) for a, j in zip(arrays, m.territory_idx, strict=True)}) > 1]
    weight = next(iter(arrays[0].measures))
    return sorted(moved, key=lambda m: (-m.amounts.get(weight, 0.0), m.id))


def _judged(arrays: Sequence[ScenarioArrays], key: int, source: ScenarioArrays, i: int) -> MovedAccount:
    named = source.accounts
    home = int(named.home_idx[i])
    places, causes = zip(*(_where(one, key, home) for one in arrays), strict=True)
    amounts = {name: float(values[i]) for name, values in named.amounts.items()}
    return MovedAccount(key, int(named.idx[i]), str(named.ids[i]), str(named.names[i]), home, places, causes, amounts)


def _where(arrays: ScenarioArrays, key: int, home: int) -> tuple[int, str]:
    at = np.flatnonzero(arrays.accounts.keys == key)
    if len(at):
        return int(arrays.accounts.territory_idx[at[0]]), NAMED
    return (int(arrays.territory_idx[home]), str(arrays.causes[home])) if home >= 0 else (-1, "")


def _code(arrays: ScenarioArrays, territory: int) -> str:
    return arrays.codes[territory] if territory >= 0 else ""
