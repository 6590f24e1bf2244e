"""The sales organisation: nodes, positions, people, and who fills what from when to when. The one write path to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Node, Person, Position, Record, Staffing
from bailiwick_web.core.refusals import Conflict, Invalid, Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, touch
from bailiwick_web.territories.models import PersonProfile

MOST_WORDS = 50
R = TypeVar("R", bound=Record)


@transaction.atomic
def create_node(actor: Actor, *, name: str, kind: str = "region", parent: UUID | None = None) -> Node:
    """Add a node to the organisation; planners may. Recorded."""
    actor.need(Right.PLAN)
    above = _found(Node, parent) if parent else None
    if above is None and Node.objects.filter(parent=None).exists():
        raise Conflict("The organisation has a root already; say which node the new one belongs to.", code="root")
    node = Node.objects.create(name=_named(name), kind=kind.strip()[:40] or "region", parent=above, path="", **stamped(actor))
    node.path = f"{above.path if above else '/'}{node.pk}/"
    node.save(update_fields=["path"])
    audit(actor, "node.created", node)
    return node


@transaction.atomic
def change_node(
    actor: Actor, public_id: UUID, *, version: int | None, name: str | None = None, kind: str | None = None, parent: UUID | None = None
) -> Node:
    """Rename a node, or hang it elsewhere with everything below it; planners may. Recorded."""
    actor.need(Right.PLAN)
    list(Node.objects.select_for_update().values_list("pk", flat=True))  # two moves at once could make a circle
    node = _locked(Node, public_id, version)
    if name is not None:
        _set(actor, node, "name", _named(name))
    if kind is not None:
        _set(actor, node, "kind", kind.strip()[:40] or node.kind)
    if parent is not None:
        _hang(actor, node, _found(Node, parent))
    touch(actor, node, "name", "kind", "parent", "path")
    return node


def _hang(actor: Actor, node: Node, above: Node) -> None:
    if node.parent_id == above.pk:
        return
    if above.path.startswith(node.path):
        raise Conflict(f"{above} is below {node}, or the same; that would make a circle.", code="circle")
    old, fresh = node.path, f"{above.path}{node.pk}/"
    audit(actor, "node.changed", node, field="parent", before=node.parent or "", after=above)
    Node.objects.filter(path__startswith=old).update(path=Concat(Value(fresh), Substr(F("path"), len(old) + 1)))
    node.parent, node.path = above, fresh


@transaction.atomic
def delete_node(actor: Actor, public_id: UUID, *, version: int | None) -> None:
    """Take an empty node away; planners may. Recorded."""
    actor.need(Right.PLAN)
    node = _locked(Node, public_id, version)
    if node.children.exists() or node.positions.exists() or node.leaders.exists():
        raise Conflict(f"{node} is not empty; move what belongs to it first.", code="in_use")
    audit(actor, "node.deleted", node)
    node.delete()


@transaction.atomic
def create_position(
    actor: Actor,
    *,
    code: str,
    name: str,
    node: UUID,
    capacity: float = 1.0,
    home_lon: float | None = None,
    home_lat: float | None = None,
) -> Position:
    """Add a job, vacant at first; planners may. Recorded."""
    actor.need(Right.PLAN)
    code = code.strip()[:80]
    if not code or Position.objects.filter(code=code).exists():
        raise Conflict(f"There is a position {code!r} already." if code else "Give the position a code.", code="code_taken")
    _check_home(home_lon, home_lat)
    position = Position.objects.create(
        code=code,
        name=_named(name),
        node=_found(Node, node),
        capacity=_capacity(capacity),
        home_lon=home_lon,
        home_lat=home_lat,
        **stamped(actor),
    )
    audit(actor, "position.created", position)
    return position


@transaction.atomic
def change_position(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Position:
    """Change name, node, capacity or home of a job; planners may. Recorded, field by field.

    Territories of scenarios keep what they had: a plan does not change behind the back of its planner.
    """
    actor.need(Right.PLAN)
    position = _locked(Position, public_id, version)
    if "home_lon" in given or "home_lat" in given:
        _check_home(given.get("home_lon", position.home_lon), given.get("home_lat", position.home_lat))
    made: dict[str, Callable[[Any], Any]] = {"name": _named, "capacity": _capacity, "node": lambda value: _found(Node, value)}
    for field, value in given.items():
        _set(actor, position, field, made[field](value) if field in made else value)
    touch(actor, position, *given)
    return position


@transaction.atomic
def create_person(actor: Actor, *, name: str, email: str = "", **profile: Any) -> Person:
    """Add a rep or manager; planners may. Recorded."""
    actor.need(Right.PLAN)
    person = Person.objects.create(name=_named(name), email=email.strip(), **stamped(actor))
    PersonProfile.objects.create(person=person, **_profile(profile))
    audit(actor, "person.created", person)
    return person


@transaction.atomic
def change_person(actor: Actor, public_id: UUID, *, version: int | None, **given: Any) -> Person:
    """Change name, address, skills, languages or home of a person; planners may. Recorded, field by field."""
    actor.need(Right.PLAN)
    person = _locked(Person, public_id, version)
    own: dict[str, Any] = {name: given.pop(name) for name in ("name", "email") if name in given}
    for name, text in own.items():
        _set(actor, person, name, _named(text) if name == "name" else text.strip())
    profile, _ = PersonProfile.objects.get_or_create(person=person)
    for field, value in _profile(given, profile).items():
        before = getattr(profile, field)
        if before != value:
            audit(actor, "person.changed", person, field=field, before=before, after=value)
            setattr(profile, field, value)
    profile.save()
    touch(actor, person, *own)
    return person


@transaction.atomic
def seat(
    actor: Actor, person: UUID, *, position: UUID | None = None, node: UUID | None = None, valid_from: date, valid_until: date | None = None
) -> Staffing:
    """Let somebody fill a position, or lead a node, for a period; planners may. Recorded."""
    actor.need(Right.PLAN)
    if (position is None) == (node is None):
        raise Invalid("Say which position is filled, or which node is led: one of the two.", code="staffing")
    if valid_until is not None and valid_until <= valid_from:
        raise Invalid("The period must end after it begins; its last day is the day before its end.", code="period")
    who = _found(Person, person)
    job = None if position is None else _found(Position, position)
    led = None if node is None else _found(Node, node)
    if job is not None:
        Position.objects.select_for_update().get(pk=job.pk)
        later = Q() if valid_until is None else Q(valid_from__lt=valid_until)
        taken = Staffing.objects.filter(later, position=job).filter(Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from))
        if (other := taken.select_related("person").first()) is not None:
            until = f"until {other.valid_until:%d %b %Y}" if other.valid_until else "without an end"
            raise Conflict(f"{other.person} fills {job} from {other.valid_from:%d %b %Y} {until}; end that first.", code="taken")
    staffing = Staffing.objects.create(person=who, position=job, node=led, valid_from=valid_from, valid_until=valid_until, **stamped(actor))
    audit(actor, "staffing.created", who, after=f"{job or led} from {valid_from}" + (f" to {valid_until}" if valid_until else ""))
    return staffing


@transaction.atomic
def end_staffing(actor: Actor, public_id: UUID, *, version: int | None, valid_until: date) -> Staffing:
    """Say from which day on somebody has a job no longer; planners may. Recorded."""
    actor.need(Right.PLAN)
    staffing = _locked(Staffing, public_id, version)
    if valid_until <= staffing.valid_from:
        raise Invalid(f"It began on {staffing.valid_from:%d %b %Y}; the end must be later.", code="period")
    audit(actor, "staffing.changed", staffing.person, field="valid_until", before=staffing.valid_until or "", after=valid_until)
    staffing.valid_until = valid_until
    touch(actor, staffing, "valid_until")
    return staffing


def _found(kind: type[R], public_id: UUID) -> R:
    record = kind.objects.filter(public_id=public_id).first()  # type: ignore[attr-defined]
    if record is None:
        raise Missing(f"There is no such {kind._meta.verbose_name}.")
    return record


def _locked(kind: type[R], public_id: UUID, version: int | None) -> R:
    record = kind.objects.select_for_update().filter(public_id=public_id).first()  # type: ignore[attr-defined]
    if record is None:
        raise Missing(f"There is no such {kind._meta.verbose_name}.")
    check_version(record, version)
    return record


def _set(actor: Actor, record: Record, field: str, value: Any) -> None:
    before = getattr(record, field)
    if before != value:
        audit(actor, f"{record._meta.model_name}.changed", record, field=field, before=before, after=value)
        setattr(record, field, value)


def _named(name: str) -> str:
    name = name.strip()[:200]
    if not name:
        raise Invalid("Give it a name.", code="no_name")
    return name


def _capacity(value: float) -> float:
    if not 0 < value < 1e9:
        raise Invalid(f"The capacity must be more than 0, found {value:g}.", code="capacity")
    return value


def _check_home(lon: float | None, lat: float | None) -> None:
    if (lon is None) != (lat is None):
        raise Invalid("A home needs longitude and latitude, or neither.", code="home")
    if lon is not None and lat is not None and not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Invalid(f"A home lies within ±180° and ±90°, found {lon:g}, {lat:g}.", code="home")


def _profile(given: dict[str, Any], there: PersonProfile | None = None) -> dict[str, Any]:
    home = (given.get("home_lon", getattr(there, "home_lon", None)), given.get("home_lat", getattr(there, "home_lat", None)))
    _check_home(*home)
    return {field: _words(value) if field in {"skills", "languages"} else value for field, value in given.items()}


def _words(values: Sequence[str]) -> list[str]:
    words = list(dict.fromkeys(value.strip()[:80] for value in values if value.strip()))
    if len(words) > MOST_WORDS:
        raise Invalid(f"At most {MOST_WORDS} of them, found {len(words)}.", code="too_many")
    return words
