"""Whose accounts are, now and on a day, and why; whether what is kept is what follows from the publications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, Staffing
from bailiwick_web.crm.deriving import BY_POSTCODE, CHUNK, FAR, INSIDE, NEAREST, NO_POSITION, UNASSIGNED, derive, present_of
from bailiwick_web.crm.models import Account, AccountNaming, AccountTerritory, Lead
from bailiwick_web.crm.services.belonging import SAME_BY, stretches
from bailiwick_web.crm.services.grounds import counting, facts_of, known_fields, named_by
from bailiwick_web.crm.services.routing import Duty, duty_of
from bailiwick_web.crm.visibility import present
from bailiwick_web.planning.convert import NAMED
from bailiwick_web.planning.models import NamedAccount, UnitAssignment
from bailiwick_web.planning.owning import why as why_unit


@dataclass(frozen=True)
class Whose:
    """An account in a layer: the row that is kept, and who holds its position today."""

    row: AccountTerritory
    holder: Person | None


def now(actor: Actor, accounts: Sequence[Account]) -> dict[int, list[Whose]]:
    """Account → whose it is in every layer now, in two queries."""
    rows = AccountTerritory.objects.filter(present(actor.now), account__in=[a.pk for a in accounts])
    found = list(rows.select_related("territory", "position").order_by("layer"))
    held = holders({row.position_id for row in found if row.position_id is not None}, actor.now.date())
    whose: dict[int, list[Whose]] = {}
    for row in found:
        whose.setdefault(row.account_id, []).append(Whose(row, held.get(row.position_id or 0)))
    return whose


def holders(positions: set[int], on: date) -> dict[int, Person]:
    """Position → who fills it on a day."""
    holding = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    rows = Staffing.objects.filter(holding, position__in=positions, valid_from__lte=on).select_related("person").order_by("-pk")
    return {row.position_id: row.person for row in rows if row.position_id is not None}


def history(account: Account) -> list[AccountTerritory]:
    """Everybody who had an account, and will, in the order of time."""
    rows = AccountTerritory.objects.filter(account=account)
    return list(rows.select_related("territory", "position", "unit", "publication__scenario").order_by("layer", "valid_from", "pk"))


def on_day(account: Account, instant: datetime, layer: str) -> AccountTerritory | None:
    """Who had an account at an instant; None if nobody knows."""
    rows = AccountTerritory.objects.filter(present(instant), account=account, layer=layer)
    return rows.select_related("territory", "position", "unit", "publication__scenario").first()


def duty(row: AccountTerritory, on: date) -> Duty:
    """Who does the work of the position that has an account, on a day: the holder, or whoever stands in."""
    return duty_of(row.position_id, on)


GAPS = {
    NO_POSITION: gettext_lazy("its address has no position"),
    FAR: gettext_lazy("it is too far from every unit of the plan"),
    UNASSIGNED: gettext_lazy("its unit has no territory in the plan"),
    "gap:no_plan": gettext_lazy("no plan counts yet"),
}
"""Why something is in no territory."""


def why(row: AccountTerritory) -> str:
    """Why an account is where it is, in a sentence."""
    return f"{_cause(row)}{_relation(row)}"


def _cause(row: AccountTerritory) -> str:
    kind, _colon, key = row.cause.partition(":")
    if row.cause in GAPS:
        return str(GAPS[row.cause])
    if kind == "named" and key:
        naming = AccountNaming.objects.filter(public_id=key).first()
        return _("named account: %(reason)s") % {"reason": naming.reason} if naming else _("named account")
    if row.unit is None:
        return row.cause or _("no reason was kept")
    return why_unit(row.unit, row.publication.scenario, row.cause)


def _relation(row: AccountTerritory) -> str:
    return _placed(row.relation, str(row.unit or ""), row.distance_km)


def _placed(relation: str, unit: str, distance_km: float | None) -> str:
    if relation == INSIDE:
        return _(" – it lies in %(unit)s") % {"unit": unit}
    if relation == BY_POSTCODE:
        return _(" – by its postal code, %(unit)s") % {"unit": unit}
    if relation == NEAREST:
        return _(" – nearest unit is %(unit)s, %(distance)s km away") % {"unit": unit, "distance": f"{distance_km or 0:.1f}"}
    return ""


def why_lead(lead: Lead) -> str:
    """Why a lead is in its territory, or in none, in a sentence; nothing where no reason was kept."""
    cause = str(lead.routing.get("cause", ""))
    if cause in GAPS:
        return str(GAPS[cause])
    if not cause or cause == "manual":
        return ""
    if cause.partition(":")[0] == "rule":
        return _("by a rule of the plan that counts")
    told = _placed(str(lead.routing.get("relation", "")), str(lead.routing.get("unit", "")), lead.routing.get("distance_km"))
    return str(_("by its place in the plan that counts")) + told


def differences(actor: Actor, keys: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Where what is kept is not what follows from the publications: empty if all is well.

    What counts now and later is derived anew from scratch; of what is over, the unit of each row is looked up in its publication.
    """
    keys = list(Account.objects.filter(deleted_at=None).order_by("pk").values_list("pk", flat=True)) if keys is None else keys
    publications = counting(actor.now)
    fields = known_fields()
    presents = [present_of(publication, fields) for publication in publications]
    found: list[dict[str, Any]] = []
    for start in range(0, len(keys), CHUNK):
        found += _differences(actor, keys[start : start + CHUNK], presents)
        found += _of_the_past(actor, keys[start : start + CHUNK])
    return found


def _differences(actor: Actor, keys: Sequence[int], presents: Sequence[Any]) -> list[dict[str, Any]]:
    facts = facts_of(keys)
    accounts = [fact.key for fact in facts]
    named = named_by(accounts, actor.now)
    kept: dict[tuple[int, str], list[AccountTerritory]] = {}
    rows = AccountTerritory.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=actor.now), account__in=accounts)
    for row in rows.order_by("valid_from"):
        kept.setdefault((row.account_id, row.layer), []).append(row)
    found = []
    for layer in sorted({p.publication.plan.layer for p in presents}):
        of_layer = [p for p in presents if p.publication.plan.layer == layer]
        derived = {p.publication.pk: dict(zip(accounts, derive(p, facts, named.get(layer, {})), strict=True)) for p in of_layer}
        for account in accounts:
            belongings = {key: of_account[account] for key, of_account in derived.items()}
            wanted = [
                (s.end, *(getattr(s.belonging, name) for name in SAME_BY))
                for s in stretches([p.publication for p in of_layer], belongings, actor.now)
            ]
            there = [(row.valid_until, *(getattr(row, name) for name in SAME_BY)) for row in kept.get((account, layer), [])]
            if wanted != there:
                found.append({"account": account, "layer": layer, "kept": there, "derived": wanted})
    return found


def _of_the_past(actor: Actor, keys: Sequence[int]) -> list[dict[str, Any]]:
    rows = AccountTerritory.objects.filter(account__in=keys, valid_until__lte=actor.now, unit__isnull=False).select_related("publication")
    found = []
    for row in rows.exclude(cause__startswith="named:").exclude(cause__startswith="rule:").iterator(chunk_size=2_000):
        if (territory := _territory_then(row)) != row.territory_id:
            found.append({"account": row.account_id, "layer": row.layer, "kept": row.territory_id, "derived": territory})
    return found


def _territory_then(row: AccountTerritory) -> int | None:
    """The territory of the unit of a row by its publication, or of the account that the plan names."""
    scenario = row.publication.scenario_id
    if row.cause == NAMED:
        return NamedAccount.objects.filter(scenario=scenario, unit=row.unit_id).values_list("territory_id", flat=True).first()
    return UnitAssignment.objects.filter(scenario=scenario, unit=row.unit_id).values_list("territory_id", flat=True).first()
