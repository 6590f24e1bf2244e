"""Pages for those who have a territory, and the answer to "who sees this customer, and why?"."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bailiwick_web.core.access import access, actor_of
from bailiwick_web.core.roles import Right
from bailiwick_web.planning import mine as asked
from bailiwick_web.planning import queries
from bailiwick_web.planning.convert import scenario_arrays


@access(Right.LOOK)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My territories, what changed and why, what is proposed, whom to ask."""
    actor = actor_of(request)
    plans = asked.my_plans(actor)
    for entry in plans:
        if entry["present"] is not None:
            entry["rows"] = queries.territory_rows(scenario_arrays(entry["present"]), entry["places"])
    context = {
        "here": "mine",
        "plans": plans,
        "challenges": asked.my_challenges(actor),
        "contacts": asked.whom_to_ask(actor),
    }
    return render(request, "planning/mine.html", context)


@access(Right.REVIEW)
@require_GET
def who(request: HttpRequest) -> HttpResponse:
    """Who sees a customer or area today, and by which ways."""
    actor, code = actor_of(request), request.GET.get("unit", "").strip()[:200]
    plans = list(queries.visible_plans(actor).order_by("-pk"))
    plan = next((p for p in plans if p.public_id == _uuid(request.GET.get("plan", ""))), plans[0] if plans else None)
    found = asked.who_sees_unit(actor, plan, code, actor.now) if plan is not None and code else None
    context = {"here": "organisation", "plans": plans, "plan": plan, "code": code, "found": found}
    return render(request, "planning/who.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
