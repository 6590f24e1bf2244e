"""Who sees what is known of the market: evidence and offers everybody, a use of an offer with its account, a grid with its subject."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Position
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.retelling import retold
from bailiwick_web.core.roles import Right
from bailiwick_web.crm import visibility
from bailiwick_web.crm.queries import lists
from bailiwick_web.market.models import Evidence, Offer, OfferUse, Swot, SwotEntry

SEARCHED: dict[type[Any], tuple[str, ...]] = {Evidence: ("claim", "source", "industry", "region"), Offer: ("name", "what", "segment")}


def register() -> None:
    """Add the rules to those of the records of customers."""
    visibility.RULES[Evidence] = lambda reach: Q()
    visibility.RULES[Offer] = lambda reach: Q()
    visibility.RULES[OfferUse] = lambda reach: Q(account__in=reach.accounts)
    for searched in SEARCHED:
        lists.SPECIAL[searched, "q"] = _search


def _search(actor: Actor, found: QuerySet[Any], text: str) -> QuerySet[Any]:
    wanted = Q()
    for name in SEARCHED[found.model]:
        wanted |= Q(**{f"{name}__icontains": text})
    return found.filter(wanted)


def teams(actor: Actor) -> QuerySet[Node]:
    """Parts of the organisation that somebody leads or plans, with all below them."""
    scope = actor.scope()
    if scope.kind == "all":
        return Node.objects.all()
    inside = Q(pk__in=())
    for path in scope.paths:
        inside |= Q(path__startswith=path)
    return Node.objects.filter(inside)


def sees_company(actor: Actor) -> bool:
    """Whether somebody sees everything, and so how the company as a whole stands."""
    return actor.may(Right.LOOK) and actor.scope().kind == "all"


def seen_others(fact: Mapping[str, Any], seen: Collection[str] | None) -> list[float]:
    """The values that a line was compared with, as far as the reader may see whose they are.

    Parameters
    ----------
    seen
        See :func:`subjects_seen`. Older drafts do not say whose the values are: only who sees everything is told.
    """
    found = fact.get("others", [])
    if seen is None:
        return sorted(one["value"] if isinstance(one, dict) else one for one in found)
    return sorted(one["value"] for one in found if isinstance(one, dict) and one["of"] in seen)


def sees_others(fact: Mapping[str, Any], seen: Collection[str] | None) -> bool:
    """Whether somebody may see all that a line was compared with, and so their median: it tells of each of them."""
    if seen is None or not fact.get("peers"):
        return True
    others = fact.get("others", [])
    return len(others) >= fact["peers"] and all(isinstance(one, dict) and one["of"] in seen for one in others)


def told_fact(fact: Mapping[str, Any], seen: Collection[str] | None) -> dict[str, Any]:
    """What a line rests on, without the median of others and their number where a reader does not see all of them."""
    if sees_others(fact, seen):
        return dict(fact)
    return {name: value for name, value in fact.items() if name not in {"reference", "peers"}} | {"is_partly_told": True}


def text_for(entry: SwotEntry, seen: Collection[str] | None) -> str:
    """A line in the language of the reader, as far as it was drafted, and as much of it as the reader may know."""
    made_of = entry.fact.get("sentence")
    if sees_others(entry.fact, seen):
        return retold(made_of, entry.text)
    words = made_of.get("with", {}) if isinstance(made_of, dict) else {}
    if not {"what", "value"} <= words.keys():
        return _("Compared with others of whom you do not see all.")
    known = {"what": retold(words["what"]), "value": retold(words["value"])}
    return _("%(what)s: %(value)s; compared with others of whom you do not see all.") % known


def subjects_seen(actor: Actor) -> frozenset[str] | None:
    """Identifiers of the territories and teams whose single values somebody may see; None: those of all."""
    if not actor.may(Right.AIM):
        return frozenset()
    if sees_company(actor):
        return None
    keys = (rows.values_list("public_id", flat=True) for rows in (visibility.visible(actor, Position), teams(actor)))
    return frozenset(str(key) for found in keys for key in found)


def visible_swots(actor: Actor) -> QuerySet[Swot]:
    """Grids of what is within the scope; that of the company for those who see everything."""
    found = Swot.objects.select_related("node", "position", "created_by", "changed_by")
    if not actor.may(Right.LOOK):
        return found.none()
    if sees_company(actor):
        return found
    return found.filter(Q(node__in=teams(actor)) | Q(position__in=visibility.visible(actor, Position).values("pk")))


def swot_of(actor: Actor, public_id: Any, *, is_locked: bool = False) -> Swot:
    """One grid; locked until the transaction of the caller ends, if so wanted.

    Raises
    ------
    Missing
        If there is none, or not for this user: the answer is the same.
    """
    found = visible_swots(actor).filter(public_id=public_id)
    grid = (found.select_for_update(of=("self",)) if is_locked else found).first()
    if grid is None:
        raise Missing(_("There is no such grid, or you may not see it."))
    return grid
