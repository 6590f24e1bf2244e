"""Colleagues who are named in what is written of customers: ``@name`` tells them, if they may see it, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from bailiwick.domain.said import say
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import User
from bailiwick_web.core.notices.services import tell_people
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.models import Activity, Case
from bailiwick_web.crm.visibility import visible

FEW = 500
MOST_TOLD = 20
"""So many of one text; who names more writes a circular."""
_AT = re.compile(r"(?:^|(?<=[\s(\[„“\"'>]))@(?=\S)")
_WORD_GOES_ON = re.compile(r"\w")


@dataclass(frozen=True)
class Written:
    """What is written of customers: the model, its texts, and what is selected with it."""

    model: type[Any]
    texts: tuple[str, ...]
    related: tuple[str, ...]


KINDS = {
    "activity": Written(Activity, ("subject", "text", "outcome"), ("account", "lead", "case", "opportunity")),
    "case": Written(Case, ("subject", "text", "solution"), ("account",)),
}


def tell_mentioned(actor: Actor, word: str, ids: Sequence[str]) -> int:
    """Tell colleagues who are named in some records, each once for a record; how many are told. What an import brings tells nobody."""
    kind = KINDS[word]
    n_told, names = 0, None
    for start in range(0, len(ids), FEW):
        rows = kind.model._default_manager.filter(public_id__in=ids[start : start + FEW]).exclude(origin__startswith="import")
        for record in rows.select_related(*kind.related):
            text = "\n".join(getattr(record, name) for name in kind.texts)
            if "@" not in text:
                continue
            names = names if names is not None else _names()
            n_told += _tell(actor, kind.model, record, named(text, names))
    return n_told


def _names() -> list[tuple[str, User]]:
    """How colleagues are called: by their name, their address, and what stands before its @; the longest first."""
    found = []
    for user in User.objects.filter(is_active=True):
        for name in {user.name, user.email, user.email.partition("@")[0]}:
            if plain := folded(name):
                found.append((plain, user))
    return sorted(found, key=lambda pair: (-len(pair[0]), pair[1].pk))


def named(text: str, names: Iterable[tuple[str, User]]) -> list[User]:
    """Colleagues whose name stands after an @; the longest name that fits is meant, and an e-mail address means nobody."""
    found: dict[int, User] = {}
    plain = " ".join(text.split())
    there = list(names)
    for at in _AT.finditer(plain):
        rest = folded(plain[at.end() :][:200])
        fits = [(name, user) for name, user in there if rest.startswith(name) and not _WORD_GOES_ON.match(rest[len(name) :])]
        longest = max((len(name) for name, _user in fits), default=0)
        found |= {user.pk: user for name, user in fits if len(name) == longest}
    return list(found.values())[:MOST_TOLD]


def _tell(actor: Actor, model: type[Any], record: Any, users: Sequence[User]) -> int:
    """Tell those who may see the record; who may not, hears nothing."""
    others = [user for user in users if actor.user is None or user.pk != actor.user.pk]
    seeing = [user for user in others if visible(Actor(user, actor.now), model, ids=[record.public_id]).exists()]
    who = actor.user.name if actor.user is not None else "Bailiwick"
    text = say("%(who)s mentions you: “%(what)s”", who=who, what=record.subject)
    return tell_people(actor, "mentioned", str(record.public_id), [(user, text) for user in seeing], address=_address(record))


def _address(record: Any) -> str:
    """The page where the record stands."""
    if isinstance(record, Case):
        return reverse("case", args=[record.public_id])
    for name, page in (("case", "case"), ("opportunity", "deal"), ("account", "customer"), ("lead", "lead")):
        if (about := getattr(record, name)) is not None:
            return reverse(page, args=[about.public_id])
    return reverse("tasks")
