"""The one write path to the sales organisation: tree, positions, people, who fills what. Planners may; everything is recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Person, PersonProfile, Position, Staffing
from bailiwick_web.core.organisation.checks import capacity_of, home_of, named, words_of
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, touch

LONGEST_PATH = 400


@transaction.atomic
def add_node(actor: Actor, *, name: str, kind: str = "region", parent: Node | None = None) -> Node:
    """Add a node below another, or the first one; planners may. Recorded."""
    actor.need(Right.ORGANISE)
    if parent is None and Node.objects.filter(parent=None).exists():
        raise Conflict(_("The organisation has a top already; add the node below one that is there."), code="second_root")
    node = Node.objects.create(name=named(name), kind=kind.strip()[:40] or "region", parent=parent, path="", **stamped(actor))
    node.path = _below(parent, node)
    node.save(update_fields=["path"])
    audit(actor, "node.created", node, field="parent", after=parent or "")
    return node


@transaction.atomic
def change_node(
    actor: Actor, node: Node, *, version: int | None, name: str | None = None, kind: str | None = None, parent: Node | None = None
) -> Node:
    """Rename a node, change its kind, or hang it, with everything below it, under another; planners may. Recorded.

    Everybody's scope follows from the tree, so it changes with the next request. All nodes are locked: two moves at once
    could make a ring of which neither knows.
    """
    actor.need(Right.ORGANISE)
    every = {n.pk: n for n in Node.objects.select_for_update().order_by("pk")}
    if node.pk not in every or (parent is not None and parent.pk not in every):
        raise Missing(_("There is no such node."))
    node = every[node.pk]
    check_version(node, version)
    before = f"{node.name} ({node.kind})"
    node.name = node.name if name is None else named(name)
    node.kind = node.kind if kind is None else kind.strip()[:40] or node.kind
    if (after := f"{node.name} ({node.kind})") != before:
        audit(actor, "node.changed", node, field="name", before=before, after=after)
    if parent is not None and parent.pk != node.parent_id:
        _hang(actor, node, every[parent.pk], every)
    touch(actor, node, "name", "kind", "parent", "path")
    return node


def _hang(actor: Actor, node: Node, parent: Node, every: dict[int, Node]) -> None:
    """Hang a node under another; all nodes are locked, and the caller saves this one."""
    if node.parent_id is None:
        raise Conflict(_("The top of the organisation cannot be moved."), code="root")
    if parent.path.startswith(node.path):
        raise Conflict(
            _("“%(parent)s” is “%(node)s” itself or below it; a node cannot hang below itself.") % {"parent": parent, "node": node},
            code="circle",
        )
    before, old = every[node.parent_id], node.path
    node.parent, node.path = parent, _below(parent, node)
    below = [n for n in every.values() if n.path.startswith(old) and n.pk != node.pk]
    for n in below:
        n.path = node.path + n.path.removeprefix(old)
        if len(n.path) > LONGEST_PATH:
            raise Conflict(_("The tree would become too deep."), code="too_deep")
    Node.objects.bulk_update(below, ["path"])
    audit(actor, "node.moved", node, field="parent", before=before, after=parent)


@transaction.atomic
def remove_node(actor: Actor, node: Node, *, version: int | None) -> None:
    """Remove a node that holds nothing; planners may. Recorded."""
    actor.need(Right.ORGANISE)
    found = Node.objects.select_for_update().filter(pk=node.pk).first()
    if found is None:
        raise Missing(_("There is no such node."))
    check_version(found, version)
    if found.children.exists() or found.positions.exists() or found.leaders.exists():
        raise Conflict(
            _("“%(node)s” holds nodes, positions or leaders, also former ones; move or end those first.") % {"node": found}, code="in_use"
        )
    audit(actor, "node.removed", found)
    found.delete()


@transaction.atomic
def add_position(
    actor: Actor,
    node: Node,
    *,
    code: str,
    name: str,
    capacity: float = 1.0,
    home_lon: float | None = None,
    home_lat: float | None = None,
) -> Position:
    """Add a position, vacant at first; planners may. Recorded."""
    actor.need(Right.ORGANISE)
    code = code.strip()[:80]
    if not code or Position.objects.filter(code=code).exists():
        raise Conflict(_("A position needs an id of its own; “%(id)s” cannot be used.") % {"id": code}, code="code_taken")
    home = home_of(home_lon, home_lat)
    position = Position.objects.create(code=code, name=named(name), node=node, capacity=capacity_of(capacity), **home, **stamped(actor))
    audit(actor, "position.created", position, field="node", after=node)
    return position


@transaction.atomic
def change_position(actor: Actor, position: Position, *, version: int | None, **given: Any) -> Position:
    """Change what is given of a position: name, capacity, node, home; planners may. Recorded, field by field.

    Territories of scenarios keep what they had: a plan does not change behind the back of its planner.
    """
    actor.need(Right.ORGANISE)
    found = Position.objects.select_for_update(of=("self",)).filter(pk=position.pk).select_related("node").first()
    if found is None:
        raise Missing(_("There is no such position."))
    check_version(found, version)
    if {"home_lon", "home_lat"} & given.keys():
        given |= home_of(given.get("home_lon", found.home_lon), given.get("home_lat", found.home_lat))
    checks: dict[str, Callable[[Any], Any]] = {"name": named, "capacity": capacity_of}
    for field, value in given.items():
        before, after = getattr(found, field), checks[field](value) if field in checks else value
        if before != after:
            setattr(found, field, after)
            audit(actor, "position.changed", found, field=field, before=_told(before), after=_told(after))
    touch(actor, found, *given)
    return found


@transaction.atomic
def staff(
    actor: Actor,
    person: Person,
    *,
    position: Position | None = None,
    node: Node | None = None,
    valid_from: date,
    valid_until: date | None = None,
) -> Staffing:
    """Let a person fill a position or lead a node for a period (the last day not included); planners may. Recorded.

    A position is filled by one person at a time; a node may have several leaders.
    """
    actor.need(Right.ORGANISE)
    if (position is None) == (node is None):
        raise Invalid(_("Say which position the person fills, or which node they lead."), code="staffing")
    if valid_until is not None and valid_until <= valid_from:
        raise Invalid(_("The period must end after it begins; the day of the end is not part of it."), code="period")
    if position is not None:
        Position.objects.select_for_update().get(pk=position.pk)
        _refuse_overlap(position, valid_from, valid_until)
    made = Staffing.objects.create(
        person=person, position=position, node=node, valid_from=valid_from, valid_until=valid_until, **stamped(actor)
    )
    audit(actor, "staffing.created", position or node or made, field="staffing", after=f"{person}: {_period(made)}")
    return made


@transaction.atomic
def end_staffing(actor: Actor, staffing: Staffing, *, on: date, version: int | None) -> Staffing | None:
    """Let a staffing end on a day, which is no longer part of it; planners may. Recorded. One that never began is taken away: ``None``."""
    actor.need(Right.ORGANISE)
    found = Staffing.objects.select_for_update(of=("self",)).filter(pk=staffing.pk).select_related("person", "position", "node").first()
    if found is None:
        raise Missing(_("There is no such staffing."))
    check_version(found, version)
    what, before = found.position or found.node or found, f"{found.person}: {_period(found)}"
    if on <= found.valid_from:
        audit(actor, "staffing.removed", what, field="staffing", before=before)
        found.delete()
        return None
    if found.valid_until is not None and on > found.valid_until and found.position is not None:
        _refuse_overlap(found.position, found.valid_until, on, but=found.pk)
    found.valid_until = on
    touch(actor, found, "valid_until")
    audit(actor, "staffing.ended", what, field="staffing", before=before, after=f"{found.person}: {_period(found)}")
    return found


@transaction.atomic
def add_person(actor: Actor, *, name: str, email: str = "", **profile: Any) -> Person:
    """Add a person who can fill positions, with or without a way to sign in; planners may. Recorded.

    ``profile`` may hold ``skills``, ``languages``, ``home_lon`` and ``home_lat``.
    """
    actor.need(Right.ORGANISE)
    person = Person.objects.create(name=named(name), email=email.strip(), **stamped(actor))
    PersonProfile.objects.create(person=person, **_profile(profile, PersonProfile()))
    audit(actor, "person.created", person)
    return person


@transaction.atomic
def change_person(actor: Actor, person: Person, *, version: int | None, **given: Any) -> Person:
    """Change what is given of a person: name, address, skills, languages, home; planners may. Recorded, field by field."""
    actor.need(Right.ORGANISE)
    found = Person.objects.select_for_update().filter(pk=person.pk).first()
    if found is None:
        raise Missing(_("There is no such person."))
    check_version(found, version)
    profile, _made = PersonProfile.objects.get_or_create(person=found)
    own = {field: named(given[field]) if field == "name" else given[field].strip() for field in ("name", "email") if field in given}
    for field, value in own.items():
        _set_of_person(actor, found, found, field, value)
    for name, said in _profile({f: v for f, v in given.items() if f not in own}, profile).items():
        _set_of_person(actor, found, profile, name, said)
    profile.save()
    touch(actor, found, *own)
    found.profile = profile
    return found


def _refuse_overlap(position: Position, start: date, end: date | None, but: int | None = None) -> None:
    overlap = Q(valid_until__isnull=True) | Q(valid_until__gt=start)
    if end is not None:
        overlap &= Q(valid_from__lt=end)
    other = Staffing.objects.filter(overlap, position=position).exclude(pk=but or 0).select_related("person").first()
    if other is not None:
        raise Conflict(
            _("%(person)s fills “%(position)s” %(period)s; end that first.")
            % {"person": other.person, "position": position, "period": _period(other)},
            code="taken",
        )


def _period(staffing: Staffing) -> str:
    end = f"{staffing.valid_until:%Y-%m-%d}" if staffing.valid_until else "…"
    return f"{staffing.valid_from:%Y-%m-%d} – {end}"


def _below(parent: Node | None, node: Node) -> str:
    path = f"{parent.path if parent else '/'}{node.pk}/"
    if len(path) > LONGEST_PATH:
        raise Conflict(_("The tree would become too deep."), code="too_deep")
    return path


def _told(value: Any) -> Any:
    """A value as the history tells it."""
    return ", ".join(value) if isinstance(value, list) else "" if value is None else value


def _set_of_person(actor: Actor, person: Person, record: Person | PersonProfile, field: str, value: Any) -> None:
    before = getattr(record, field)
    if before != value:
        audit(actor, "person.changed", person, field=field, before=_told(before), after=_told(value))
        setattr(record, field, value)


def _profile(given: dict[str, Any], there: PersonProfile) -> dict[str, Any]:
    checked = {field: words_of(value) if field in {"skills", "languages"} else value for field, value in given.items()}
    if {"home_lon", "home_lat"} & given.keys():
        checked |= home_of(given.get("home_lon", there.home_lon), given.get("home_lat", there.home_lat))
    return checked
