"""The journal of moves: what can be undone, and what an entry holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bailiwick.domain import IntArray


@dataclass(frozen=True, eq=False)
class Changes:
    """Units that change, by index: where from, where to (−1 is none), and why before; all of shape (m,)."""

    unit_idx: IntArray
    from_idx: IntArray
    to_idx: IntArray
    cause_before: NDArray[np.object_]

    def reversed(self) -> tuple[IntArray, IntArray, NDArray[np.object_]]:
        """What undoes them: units, territories, causes."""
        return self.unit_idx, self.from_idx, self.cause_before

    def document(self, codes: Sequence[str]) -> dict[str, Any]:
        """As it is stored: territories by code, so that it can be read without the scenario."""
        causes, number = np.unique(self.cause_before.astype(str), return_inverse=True)
        return {
            "codes": list(codes),
            "causes": causes.tolist(),
            "unit": self.unit_idx.tolist(),
            "from": self.from_idx.tolist(),
            "to": self.to_idx.tolist(),
            "cause": number.tolist(),
        }

    @classmethod
    def read(cls, document: dict[str, Any], codes: Sequence[str]) -> Changes:
        """From what is stored, for the territories in their present order."""
        place = {code: j for j, code in enumerate(codes)}
        now = np.array([place.get(code, -1) for code in document["codes"]] + [-1], dtype=np.int32)
        causes = np.array([*document["causes"], ""], dtype=object)
        return cls(
            np.array(document["unit"], dtype=np.int32),
            now[np.array(document["from"], dtype=np.int64)],
            now[np.array(document["to"], dtype=np.int64)],
            causes[np.array(document["cause"], dtype=np.int64)],
        )


def stacks(entries: Iterable[tuple[int, str, int | None]]) -> tuple[list[int], list[int]]:
    """Keys of the moves that can be undone and done again, the next one last.

    Parameters
    ----------
    entries
        Key, kind and the key of the move it undoes or does again, in order.

    Examples
    --------
    >>> stacks([(1, "move", None), (2, "move", None), (3, "undo", 2)])
    ([1], [2])
    >>> stacks([(1, "move", None), (2, "undo", 1), (3, "move", None)])
    ([3], [])
    """
    done: list[int] = []
    undone: list[int] = []
    for key, kind, about in entries:
        if kind == "move":
            done.append(key)
            undone.clear()
        elif kind == "undo" and done:
            undone.append(done.pop())
        elif kind == "redo" and undone:
            done.append(undone.pop())
        assert kind == "move" or about in (undone[-1:] + done[-1:]), "the journal is out of order"
    return done, undone
