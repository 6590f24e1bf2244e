"""What a plan of the engine does not keep, why, and what would help: in names that planners know and languages that they read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bailiwick.domain import FloatArray, IntArray
from bailiwick.domain.said import Said, say, say_all, say_n
from bailiwick.domain.wording import percent
from bailiwick_web.planning.convert import ScenarioArrays


def troubles(before: ScenarioArrays, after: ScenarioArrays) -> list[Said]:
    """Sentences for the card of a run: measures out of balance, then territories in pieces."""
    names = [name for name in after.measures if after.balance.get(name) is not None]
    found = [say_all([_worst(after, name, outside), *_reasons(before, name)]) for name, outside in _outside(after, names)]
    if after.is_contiguous and (n := int((after.n_pieces > 1).sum())):
        found.append(
            say_n(
                "%(n)s territory is in pieces: what is locked, named or forbidden, or what nothing touches, leaves no other way.",
                "%(n)s territories are in pieces: what is locked, named or forbidden, or what nothing touches, leaves no other way.",
                n,
            )
        )
    return found


def _outside(after: ScenarioArrays, names: list[str]) -> Iterator[tuple[str, IntArray]]:
    for name in names:
        outside = np.flatnonzero(after.is_outside[:, list(after.measures).index(name)])
        if len(outside):
            yield name, outside.astype(np.int32)


def _worst(after: ScenarioArrays, name: str, outside: IntArray) -> Said:
    deviations = after.deviations[:, list(after.measures).index(name)]
    j = int(outside[np.argmax(np.abs(deviations[outside]))])
    return say_n(
        "%(n)s territory is more than %(tolerance)s from its target of %(measure)s: %(territory)s with %(deviation)s.",
        "%(n)s territories are more than %(tolerance)s from their targets of %(measure)s, %(territory)s the most with %(deviation)s.",
        len(outside),
        tolerance=percent(float(after.balance[name] or 0.0)),
        measure=name.replace("_", " "),
        territory=after.territories[j].name,
        deviation=percent(float(deviations[j]), signed=True),
    )


def _reasons(before: ScenarioArrays, name: str) -> list[Said]:
    """What the locks do to the balance; where they do nothing, what else to try."""
    held, tolerance = _held(before, name), float(before.balance[name] or 0.0)
    closed = np.array([t.is_locked for t in before.territories], dtype=bool)
    reasons = []
    if (over := held > tolerance + 1e-9).any():
        j = int(np.argmax(np.where(over, held, -np.inf)))
        said = {"territory": before.territories[j].name, "deviation": percent(float(held[j]), signed=True)}
        reasons.append(say("What must stay in %(territory)s is alone %(deviation)s from the target: unlock some of it.", **said))
    if (under := closed & (held < -tolerance - 1e-9)).any():
        j = int(np.argmin(np.where(under, held, np.inf)))
        said = {"territory": before.territories[j].name, "deviation": percent(float(held[j]), signed=True)}
        reasons.append(say("%(territory)s is locked with %(deviation)s: unlock it to let it take more.", **said))
    return reasons or [say("Allow more tolerance, give the engine more time, or try another seed.")]


def _held(before: ScenarioArrays, name: str) -> FloatArray:
    """Deviation of each territory with nothing but what must stay in it, shape (K,)."""
    stays = (before.is_stuck | before.is_ruled) & (before.territory_idx >= 0)
    m = list(before.measures).index(name)
    held = np.bincount(before.territory_idx[stays], before.measures[name][stays], minlength=before.k) + before.given[:, m]
    target = before.targets[:, m]
    return np.divide(held, target, out=np.ones_like(target), where=target > 0) - 1.0
