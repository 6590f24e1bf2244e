"""The company profile."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, tell, touch
from bailiwick_web.crm import checking as c
from bailiwick_web.market.models import CompanyProfile
from bailiwick_web.market.services.creating import create_unless_there

MOST_LINES, LONGEST = 30, 300


def the_profile() -> CompanyProfile | None:
    """What is said of the company so far."""
    return CompanyProfile.objects.first()


def _lines(field: str, value: Any) -> list[str]:
    found = [c.text(LONGEST)(field, text) for text in value] if isinstance(value, list | tuple) else None
    if found is None or len(found) > MOST_LINES:
        raise Invalid(_("At most %(n)s lines, each a text.") % {"n": MOST_LINES}, code="field", field=field)
    return [text for text in dict.fromkeys(found) if text]


CHECKS: dict[str, Any] = {"core_value": c.text(4_000), "strengths": _lines, "markets": _lines}


def _made_or_locked(actor: Actor, version: int | None) -> CompanyProfile:
    """A new profile, or the one that is there, perhaps since a moment ago, as far as the version is the present one."""
    there = CompanyProfile.objects.select_for_update().first()
    made = create_unless_there(CompanyProfile, **stamped(actor)) if there is None else None
    if made is not None:
        return made
    there = there or CompanyProfile.objects.select_for_update().get()
    check_version(there, version)
    return there


@transaction.atomic
def say_profile(actor: Actor, *, version: int | None, **given: Any) -> CompanyProfile:
    """Say what the company is; planners may. The first time needs no version. Recorded field by field, told."""
    actor.need(Right.PLAN)
    profile = _made_or_locked(actor, version)
    changed = []
    for name, check in CHECKS.items():
        if name not in given:
            continue
        value, before = check(name, given[name]), getattr(profile, name)
        if value != before:
            setattr(profile, name, value)
            audit(actor, "companyprofile.changed", profile, field=name, before=_told(before), after=_told(value))
            changed.append(name)
    if changed:
        touch(actor, profile, *changed)
        tell(actor, "companyprofile.changed", fields=sorted(changed))
    return profile


def _told(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else str(value)
