"""Lists of what was heard, and what the answers to a survey say: by territory, and who answered at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from bailiwick.api.markets.intervals import mean_interval, net_score, share_interval
from bailiwick_web.core.access import Actor
from bailiwick_web.crm.models import Account, AccountTerritory, Contact
from bailiwick_web.crm.queries.lists import rows
from bailiwick_web.crm.queries.pages_paging import Slice, chosen, cut
from bailiwick_web.crm.services.routing import BASE
from bailiwick_web.crm.visibility import present, visible
from bailiwick_web.listening.models import Mention, Survey, SurveyInvitation, SurveyResponse, WebVisit

PROMOTER, DETRACTOR = 9, 6
RECENT = timedelta(days=90)
FEW = 5
"""Territories with fewer answers are shown, and said to be too few."""
MOST_INVITED = 2_000


@dataclass(frozen=True)
class Figure:
    """What some answers say: a value on its scale with the interval in which it lies with 95 %."""

    name: str
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_few(self) -> bool:
        """Whether it says next to nothing."""
        return self.n < FEW


def surveys(actor: Actor) -> list[tuple[Survey, Figure, int]]:
    """Every survey with what it says within the scope, and how many were asked."""
    found = list(rows(actor, Survey))
    invited = dict(visible(actor, SurveyInvitation).order_by().values_list("survey").annotate(Count("pk")))
    return [(survey, _overall(answers_of(actor, survey), survey), invited.get(survey.pk, 0)) for survey in found]


def answers_of(actor: Actor, survey: Survey) -> QuerySet[SurveyResponse]:
    """Answers within the scope."""
    return visible(actor, SurveyResponse).filter(survey=survey)


def _counts() -> dict[str, Any]:
    return {
        "n": Count("pk"),
        "good": Count("pk", filter=Q(score__gte=PROMOTER)),
        "bad": Count("pk", filter=Q(score__lte=DETRACTOR)),
        "total": Sum("score"),
        "squares": Sum(F("score") * F("score")),
    }


def _overall(answers: QuerySet[SurveyResponse], survey: Survey) -> Figure:
    return _figures(survey, [{"name": "", **answers.order_by().aggregate(**_counts())}])[0]


def _figures(survey: Survey, counted: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """Counts as figures: of 0 to 10 the net score in points, of 1 to 5 the mean, of words their number."""
    columns = {name: np.array([row[name] or 0 for row in counted], float) for name in ("n", "good", "bad", "total", "squares")}
    if survey.kind == Survey.Kind.FREE or not len(counted):
        return [Figure(row["name"], row["n"]) for row in counted]
    if survey.kind == Survey.Kind.NPS:
        parts = [100 * part for part in net_score(columns["good"], columns["bad"], columns["n"])]
    else:
        parts = list(mean_interval(columns["total"], columns["squares"], columns["n"]))
        parts[1:] = [np.clip(part, 1, 5) for part in parts[1:]]
    return [Figure(row["name"], row["n"], *(_known(part[i]) for part in parts)) for i, row in enumerate(counted)]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def results(actor: Actor, survey: Survey) -> dict[str, Any]:
    """What a survey says: in all, by territory of today, and whether those who answered are like those who were asked."""
    answers = answers_of(actor, survey)
    invited = visible(actor, SurveyInvitation).filter(survey=survey)
    n_invited, n_answered = invited.count(), invited.filter(answered_at__isnull=False).count()
    return {
        "overall": _overall(answers, survey),
        "territories": _by_territory(actor, survey, answers),
        "n_invited": n_invited,
        "n_answered": n_answered,
        "bias": _bias(invited) if n_invited else "",
    }


def _by_territory(actor: Actor, survey: Survey, answers: QuerySet[SurveyResponse]) -> list[Figure]:
    held = AccountTerritory.objects.filter(present(actor.now), layer=BASE, territory__isnull=False)
    named = dict(held.filter(account__in=answers.values("account")).values_list("account", "territory__name"))
    found: dict[str, dict[str, Any]] = {}
    by_account: list[dict[str, Any]] = list(answers.order_by().values("account").annotate(**_counts()))  # type: ignore[arg-type]
    for row in by_account:
        into = found.setdefault(named.get(row["account"]) or str(_("in none")), dict.fromkeys(_counts(), 0))
        for name in into:
            into[name] += row[name] or 0
    counted = [{"name": name, **counts} for name, counts in sorted(found.items())]
    return sorted(_figures(survey, counted), key=lambda figure: (figure.value is None, figure.value or 0, figure.name))


def _bias(invited: QuerySet[SurveyInvitation]) -> str:
    """A sentence, if customers of one class answered clearly more often than those of another."""
    counted = invited.order_by().values("account__tier").annotate(n=Count("pk"), k=Count("pk", filter=Q(answered_at__isnull=False)))
    classes = [row for row in counted if row["account__tier"] and row["n"] >= FEW]
    if len(classes) < 2:
        return ""
    low, high = share_interval([row["k"] for row in classes], [row["n"] for row in classes])
    shares = [row["k"] / row["n"] for row in classes]
    most, least = int(np.argmax(shares)), int(np.argmin(shares))
    if low[most] <= high[least]:
        return ""
    said = {"most": classes[most]["account__tier"], "least": classes[least]["account__tier"]}
    said |= {"much": f"{shares[most]:.0%}", "little": f"{shares[least]:.0%}"}
    return (
        _("Class %(most)s answered clearly more often (%(much)s) than class %(least)s (%(little)s): the figures tell more of them.") % said
    )


def to_invite(actor: Actor, given: Mapping[str, str]) -> QuerySet[Contact]:
    """The main contacts of the accounts that are meant: by segment, class and territory, within the scope."""
    filters = {name: given.get(name, "").strip() for name in ("segment", "tier", "territory", "state")}
    accounts = rows(actor, Account, **filters)
    people = visible(actor, Contact).filter(account__in=accounts.values("pk"), is_main=True, erased_at=None)
    return people.select_related("account").prefetch_related("points").order_by("pk")[:MOST_INVITED]


def responses(actor: Actor, survey: Survey, after: str) -> Slice:
    """Newest answers first."""
    return cut(rows(actor, SurveyResponse, survey=survey.public_id), "-answered_at", after[:500])


MENTION_FILTERS = ("q", "sentiment", "state")


def mentions_found(actor: Actor, given: Mapping[str, str]) -> tuple[dict[str, str], QuerySet[Mention]]:
    """Mentions that somebody asked for."""
    asked = chosen(given, MENTION_FILTERS)
    found = rows(actor, Mention, q=asked["q"])
    if asked["sentiment"] in {"-1", "0", "1"}:
        found = found.filter(sentiment=int(asked["sentiment"]))
    if asked["state"] != "all":
        found = found.filter(is_handled=asked["state"] == "handled")
    return asked, found


def mentions(actor: Actor, given: Mapping[str, str]) -> tuple[dict[str, str], Slice]:
    """One page of them, the newest first."""
    asked, found = mentions_found(actor, given)
    return asked, cut(found, "-mentioned_at", given.get("after", "")[:500])


def visits_found(actor: Actor, given: Mapping[str, str]) -> tuple[dict[str, str], QuerySet[WebVisit]]:
    """Visits that somebody asked for."""
    asked = chosen(given, ("q",))
    return asked, rows(actor, WebVisit, q=asked["q"])


def visits(actor: Actor, given: Mapping[str, str]) -> tuple[dict[str, str], Slice, list[dict[str, Any]]]:
    """One page of them, the newest first; and who looked most in 90 days."""
    asked, found = visits_found(actor, given)
    recent = found.filter(visited_at__gte=actor.now - RECENT, visited_at__lte=actor.now)
    counted = recent.order_by().values("account__public_id", "account__name").annotate(n=Count("pk"), seconds=Avg("seconds"))
    counted = counted.order_by("-n", "account__name")
    most = [row | {"seconds": row["seconds"] and round(row["seconds"])} for row in counted[:8]]
    return asked, cut(found, "-visited_at", given.get("after", "")[:500]), most
