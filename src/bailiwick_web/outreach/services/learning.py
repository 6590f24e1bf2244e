"""By which channel somebody answers: what they said themselves, else what their answers show, with the counts that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from bailiwick.api.markets.intervals import share_interval
from bailiwick_web.crm.models import Activity, Contact, Lead
from bailiwick_web.crm.models.people import Channel
from bailiwick_web.crm.models.work import Kind

LEAST_ANSWERS = 2
"""One answer is chance."""
KINDS = (Kind.CALL, Kind.EMAIL, Kind.VISIT, Kind.MEETING)
OF_CHANNEL = {Channel.EMAIL: Kind.EMAIL, Channel.PHONE: Kind.CALL, Channel.MOBILE: Kind.CALL}
ANSWERED = (Activity.Reply.ANSWERED, Activity.Reply.INBOUND)


@dataclass(frozen=True)
class Tried:
    """How often something was tried with somebody, and how often they answered that way."""

    kind: str
    n_answered: int
    n: int

    @property
    def label(self) -> Any:
        """Its name."""
        return Kind(self.kind).label


@dataclass(frozen=True)
class Habit:
    """How somebody wants to be reached, and how they answer."""

    stated: str = ""
    learned: str = ""
    evidence: list[Tried] = field(default_factory=list)

    @property
    def preferred(self) -> str:
        """What counts: their word before what was learned."""
        return self.stated or self.learned

    @property
    def stated_label(self) -> Any:
        """Name of what they said."""
        return Kind(self.stated).label if self.stated else ""

    @property
    def learned_label(self) -> Any:
        """Name of what was learned."""
        return Kind(self.learned).label if self.learned else ""


def habits(people: Sequence[Contact | Lead]) -> list[Habit]:
    """How each of some people wants to be reached: one question for contacts, one for leads."""
    tried = _counted("contact", [p.pk for p in people if isinstance(p, Contact)])
    tried |= _counted("lead", [p.pk for p in people if isinstance(p, Lead)])
    found = []
    for who in people:
        word = "contact" if isinstance(who, Contact) else "lead"
        evidence = tried.get((word, who.pk), [])
        found.append(Habit(_stated(who), learned(evidence), evidence))
    return found


def habit(who: Contact | Lead) -> Habit:
    """How one of them wants to be reached."""
    return habits([who])[0]


def _counted(word: str, keys: Iterable[int]) -> dict[tuple[str, int], list[Tried]]:
    done = Activity.objects.filter(**{f"{word}__in": list(keys)}, state=Activity.State.DONE, deleted_at=None, kind__in=KINDS)
    rows: Any = done.exclude(reply="").order_by().values(word, "kind")
    rows = rows.annotate(n=Count("pk"), k=Count("pk", filter=Q(reply__in=ANSWERED)))
    found: dict[tuple[str, int], list[Tried]] = {}
    for row in rows:
        found.setdefault((word, row[word]), []).append(Tried(row["kind"], row["k"], row["n"]))
    return {key: sorted(group, key=lambda t: (-t.n_answered, t.n, t.kind)) for key, group in found.items()}


def learned(evidence: Sequence[Tried]) -> str:
    """The channel that answers come by most surely; none while there are few, or two do equally well.

    Compared are the lower ends of the 95 % intervals of the shares that were answered, so that one answer of one try does not win.

    Examples
    --------
    >>> learned([Tried("call", 4, 5), Tried("email", 1, 6)]), learned([Tried("call", 1, 1)]), learned([])
    ('call', '', '')
    """
    enough = [t for t in evidence if t.n_answered >= LEAST_ANSWERS]
    if not enough:
        return ""
    low, _high = share_interval([t.n_answered for t in enough], [t.n for t in enough])
    ranked = sorted(zip(low.tolist(), enough, strict=True), key=lambda pair: -pair[0])
    is_clear = len(ranked) == 1 or ranked[0][0] > ranked[1][0]
    return str(ranked[0][1].kind) if is_clear else ""


def _stated(who: Contact | Lead) -> str:
    """What somebody said: a way that they prefer, or channels that they like; several say nothing."""
    if isinstance(who, Lead):
        return ""
    marked = {str(OF_CHANNEL[Channel(p.channel)]) for p in who.points.all() if p.is_preferred and p.channel in OF_CHANNEL}
    liked = {str(OF_CHANNEL[Channel(c)]) for c, wish in who.preferences.items() if wish.get("wanted") and c in OF_CHANNEL}
    unwanted = {str(OF_CHANNEL[Channel(c)]) for c, wish in who.preferences.items() if wish.get("wanted") is False and c in OF_CHANNEL}
    for said in (liked - unwanted, marked - unwanted):
        if len(said) == 1:
            return next(iter(said))
    return ""
