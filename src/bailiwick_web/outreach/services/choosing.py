"""By what a step is done: what speaks against each way, and what they like best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bailiwick_web.crm.models import Contact, Lead
from bailiwick_web.crm.models.work import Kind
from bailiwick_web.outreach.services.learning import habits
from bailiwick_web.outreach.services.reaching import ways

PREFERRED = "preferred"
CHANNELS = (PREFERRED, Kind.CALL, Kind.EMAIL, Kind.VISIT, Kind.MEETING, Kind.TASK)


@dataclass(frozen=True)
class Reach:
    """What speaks against each way to reach somebody for a purpose (nothing: an empty text), and the way that they prefer, if known."""

    obstacles: Mapping[str, str]
    preferred: str

    def kind_of(self, step: Mapping[str, Any]) -> tuple[str, str]:
        """By what a step is done now, and what speaks against it; a free choice takes what they prefer, then a call, then an e-mail."""
        if step["channel"] != PREFERRED:
            return step["channel"], self.obstacles[step["channel"]]
        found = list(dict.fromkeys(filter(None, (self.preferred, Kind.CALL, Kind.EMAIL))))
        free = [kind for kind in found if not self.obstacles[kind]]
        return (str(free[0]), "") if free else (PREFERRED, self.obstacles[found[0]])


def reaches(people: Sequence[Contact | Lead], purpose: str) -> list[Reach]:
    """How each of some people can be reached; a fixed number of questions to the database."""
    obstacles = {kind: [way.obstacle for way in ways(people, kind, purpose)] for kind in CHANNELS[1:]}
    return [Reach({kind: found[i] for kind, found in obstacles.items()}, habit.preferred) for i, habit in enumerate(habits(people))]


def reach(who: Contact | Lead, purpose: str) -> Reach:
    """How one of them can be reached."""
    return reaches([who], purpose)[0]
