"""The one write path to the people of the organisation: who they are, what they can, where they live."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, PersonProfile
from bailiwick_web.core.organisation.checks import home_of, named, words_of
from bailiwick_web.core.refusals import Missing
from bailiwick_web.core.roles import Right
from bailiwick_web.core.services import audit, check_version, stamped, touch

OWN = ("name", "email")


@transaction.atomic
def add_person(actor: Actor, *, name: str, email: str = "", **profile: Any) -> Person:
    """Add a person who can fill positions, with or without a way to sign in; planners may. Recorded.

    ``profile`` may hold ``skills``, ``languages``, ``home_lon`` and ``home_lat``.
    """
    actor.need(Right.ORGANISE)
    person = Person.objects.create(name=named(name), email=email.strip(), **stamped(actor))
    PersonProfile.objects.create(person=person, **_checked(profile, PersonProfile()))
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
    own = {field: named(given[field]) if field == "name" else given[field].strip() for field in OWN if field in given}
    for field, value in own.items():
        _set(actor, found, found, field, value)
    for field, value in _checked({f: v for f, v in given.items() if f not in OWN}, profile).items():
        _set(actor, found, profile, field, value)
    profile.save()
    touch(actor, found, *own)
    found.profile = profile
    return found


def _set(actor: Actor, person: Person, record: Person | PersonProfile, field: str, value: Any) -> None:
    before = getattr(record, field)
    if before != value:
        shown = [", ".join(v) if isinstance(v, list) else "" if v is None else v for v in (before, value)]
        audit(actor, "person.changed", person, field=field, before=shown[0], after=shown[1])
        setattr(record, field, value)


def _checked(given: dict[str, Any], there: PersonProfile) -> dict[str, Any]:
    checked = {field: words_of(value) if field in {"skills", "languages"} else value for field, value in given.items()}
    if {"home_lon", "home_lat"} & given.keys():
        checked |= home_of(given.get("home_lon", there.home_lon), given.get("home_lat", there.home_lat))
    return checked
