"""Visits to the website: kept one by one or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Invalid
from bailiwick_web.core.services import MANY
from bailiwick_web.crm import checking as c
from bailiwick_web.crm.models import TimelineEvent
from bailiwick_web.crm.services import timeline, writing
from bailiwick_web.crm.services.many.changing import Change, change_all, locked_all, show_anew
from bailiwick_web.crm.services.many.writing import New, create_all, identify_all
from bailiwick_web.listening.models import WebVisit

VISIT = writing.Spec(
    WebVisit,
    {
        **dict.fromkeys(("account", "contact"), c.reference),
        "visited_at": c.instant,
        "page": c.needed(500),
        "seconds": c.whole(0, 86_400),
        "source": c.text(200),
        "campaign": c.text(200),
    },
    needs=("account", "visited_at", "page"),
)


@transaction.atomic
def create_visit(actor: Actor, *, external_ids: Mapping[str, str] | None = None, origin: str = "", **given: Any) -> WebVisit:
    """Keep a visit; sellers may. Recorded, told, on the timeline."""
    return create_visits(actor, [New(given, external_ids or {})], origin=origin)[0]


@transaction.atomic
def create_visits(actor: Actor, news: Sequence[New], *, origin: str = "") -> list[WebVisit]:
    """The same for many."""
    made = create_all(actor, VISIT, [_with_account({"visited_at": actor.now, **new.values}) for new in news], origin=origin)
    identify_all(WebVisit, [(record, new.ids) for record, new in zip(made, news, strict=True)])
    TimelineEvent.objects.bulk_create((event_of(actor, record) for record in made), batch_size=MANY)
    return made


def _with_account(given: dict[str, Any]) -> dict[str, Any]:
    """Whoever names a contact names an account, too."""
    contact = given.get("contact")
    if given.get("account") is None and contact is not None:
        given = given | {"account": contact.account}
    if given.get("account") is None:
        raise Invalid(_("Say which account, or a contact of one."), code="missing", field="account")
    return given


@transaction.atomic
def change_visit(
    actor: Actor, public_id: UUID, *, version: int | None, external_ids: Mapping[str, str] | None = None, **given: Any
) -> WebVisit:
    """Change what is given of a visit; sellers may. Recorded field by field, told."""
    return change_visits(actor, [Change(public_id, version, given, external_ids or {})])[0]


@transaction.atomic
def change_visits(actor: Actor, changes: Sequence[Change]) -> list[WebVisit]:
    """The same for many."""
    found = locked_all(actor, VISIT, changes, "account", "contact")
    change_all(actor, VISIT, found, [change.values for change in changes])
    identify_all(WebVisit, [(visit, change.ids) for visit, change in zip(found, changes, strict=True)])
    show_anew(VISIT.name, found, [event_of(actor, visit) for visit in found])
    return found


def archive_visit(actor: Actor, public_id: UUID, *, version: int | None) -> WebVisit:
    """Put a visit into the bin, off the timeline; sellers may. Recorded, told."""
    visit = writing.archive(actor, VISIT, public_id, version=version)
    timeline.forget(visit)
    return visit


def restore_visit(actor: Actor, public_id: UUID, *, version: int | None) -> WebVisit:
    """Take a visit out of the bin; sellers may. Recorded, told."""
    visit = writing.restore(actor, VISIT, public_id, version=version)
    event_of(actor, visit).save()
    return visit


def event_of(actor: Actor, visit: WebVisit) -> TimelineEvent:
    """A visit on the timeline."""
    about: dict[str, Any] = {"account": visit.account, "contact": visit.contact, "at": visit.visited_at, "title": visit.page}
    return timeline.event(actor, "web", visit, outcome=" · ".join(filter(None, (visit.source, visit.campaign))), **about)
