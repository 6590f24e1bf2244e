"""Save, share, copy and archive reports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node
from bailiwick_web.core.refusals import Invalid, NotAllowed
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, touch
from bailiwick_web.reports.asking import Definition, asked
from bailiwick_web.reports.models import Report
from bailiwick_web.reports.visibility import find_report, nodes_to_share_with

FIELDS = ("name", "about", "share", "node", "definition")


@transaction.atomic
def save(
    actor: Actor, *, name: str, definition: Definition, about: str = "", share: str = Report.Share.ME, node: Node | None = None
) -> Report:
    """Save a report under a name; everybody may who looks, sharing with everybody is for those who lead or plan. Recorded."""
    actor.need(Right.LOOK)
    assert actor.user is not None
    values = _checked(actor, {"name": name, "about": about, "share": share, "node": node, "definition": definition})
    report = Report.objects.create(owner=actor.user, **values, **stamped(actor))
    audit(actor, "report.created", report, field="share", after=report.share)
    return report


@transaction.atomic
def change(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Report:
    """Change name, definition or sharing of a report; its owner may. Recorded field by field."""
    report = _own(actor, public_id, version)
    now = {name: getattr(report, name) for name in FIELDS}
    for name, value in _checked(actor, now | given, is_checked="definition" not in given).items():
        if now[name] != value:
            audit(actor, "report.changed", report, field=name, before=now[name] or "", after=value or "")
            setattr(report, name, value)
    touch(actor, report, *FIELDS)
    return report


@transaction.atomic
def archive(actor: Actor, public_id: UUID, *, version: int | None) -> Report:
    """Put a report away; its owner may. It is sent no more until it is taken back. Recorded."""
    return _put(actor, public_id, version, is_archived=True)


@transaction.atomic
def restore(actor: Actor, public_id: UUID, *, version: int | None) -> Report:
    """Take a report back; its owner may. Recorded."""
    return _put(actor, public_id, version, is_archived=False)


def _put(actor: Actor, public_id: UUID, version: int | None, *, is_archived: bool) -> Report:
    report = _own(actor, public_id, version)
    report.archived_at = actor.now if is_archived else None
    touch(actor, report, "archived_at")
    audit(actor, "report.archived" if is_archived else "report.restored", report)
    return report


@transaction.atomic
def copy(actor: Actor, public_id: UUID) -> Report:
    """A copy of a report for oneself; everybody may who finds it. Recorded."""
    actor.need(Right.LOOK)
    assert actor.user is not None
    found = find_report(actor, public_id)
    name = _("%(name)s (copy)") % {"name": found.name[:190]}
    made = Report.objects.create(owner=actor.user, name=name, about=found.about, definition=found.definition, **stamped(actor))
    audit(actor, "report.created", made, field="copy of", after=found.public_id)
    return made


def may_change(actor: Actor, report: Report) -> bool:
    """Whether somebody changes a report: its owner, and administrators, as owners leave."""
    return actor.user is None or report.owner_id == actor.user.pk or actor.may(Right.PEOPLE)


def _own(actor: Actor, public_id: UUID, version: int | None) -> Report:
    actor.need(Right.LOOK)
    report = find_report(actor, public_id)
    if not may_change(actor, report):
        raise NotAllowed(_("This report is %(owner)s's; copy it to change it.") % {"owner": report.owner})
    report = Report.objects.select_for_update().get(pk=report.pk)
    check_version(report, version)
    return report


def _checked(actor: Actor, values: dict[str, Any], *, is_checked: bool = False) -> dict[str, Any]:
    """Values that fit: a name, a definition that can be run, a part of the organisation that is theirs."""
    name = str(values["name"] or "").strip()
    if not 1 <= len(name) <= 200:
        raise Invalid(_("Give the report a name of at most 200 characters."), code="field", field="name")
    if values["share"] not in Report.Share.values:
        known = ", ".join(Report.Share.values)
        raise Invalid(_("A report is shared with one of: %(known)s.") % {"known": known}, code="field", field="share")
    node = values["node"] if values["share"] == Report.Share.NODE else None
    if values["share"] == Report.Share.NODE and node is None:
        raise Invalid(_("Say with which part of the organisation the report is shared."), code="field", field="node")
    if node is not None and not nodes_to_share_with(actor).filter(pk=node.pk).exists():
        raise NotAllowed(_("You can share with the parts of the organisation that you lead or belong to."))
    if values["share"] == Report.Share.EVERYBODY and not actor.may(Right.REVIEW):
        raise NotAllowed(_("Only those who lead or plan share with everybody; share with your part of the organisation."))
    definition = values["definition"] if is_checked else asked(actor, values["definition"]).definition.to_json()
    about = str(values["about"] or "").strip()[:500]
    return {"name": name, "about": about, "share": values["share"], "node": node, "definition": definition}
