"""How busy everybody is: hours planned, done and on the road against what they have, week by week, from the activities as they are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils import timezone

from bailiwick import api
from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Person, PersonProfile, Staffing
from bailiwick_web.crm import models as m
from bailiwick_web.crm.visibility import visible

BEFORE, AFTER = 3, 2
"""Weeks that stand beside the one that is looked at."""
WEEK = timedelta(days=7)
FULL_TIME_HOURS, WEEKS_A_YEAR, MOST_FULL_TIMES = 40.0, 46.0, 12.0
"""A capacity up to twelve counts full-time positions of 40 hours a week, a larger one hours a year, of which 46 weeks are worked."""
USUAL_MINUTES = {"call": 15, "visit": 60, "email": 10, "meeting": 60, "task": 30}
"""Of an activity that does not say how long it takes; notes take none."""
FULL = 1.0
_ON_THE_ROAD = ("visit", "meeting")


@dataclass
class Week:
    """The hours of somebody in a week.

    Attributes
    ----------
    n_assumed
        Activities whose length nobody said.
    n_unplaced
        Visits of which nobody knows where they are, so that their way is not in it.
    """

    starts_on: date
    capacity: float = 0.0
    planned: float = 0.0
    done: float = 0.0
    travel: float = 0.0
    n: int = 0
    n_assumed: int = 0
    n_unplaced: int = 0

    @property
    def used(self) -> float | None:
        """Hours ÷ capacity; None where there is no capacity."""
        found = api.utilisation(self.planned, self.done, self.travel, self.capacity)
        return found if found == found else None

    @property
    def look(self) -> str:
        """What it looks like: over, full, or nothing."""
        return "" if self.used is None else "over" if self.used > FULL else "full" if self.used > 0.9 * FULL else ""

    @property
    def width(self) -> str:
        """Of its bar, of 100; never more."""
        return f"{min(100 * (self.used or 0.0), 100):.0f}"


@dataclass
class Line:
    """Somebody with their weeks."""

    person: Person
    seats: list[str]
    weeks: list[Week] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Their positions, unless they are called as the person is."""
        return ", ".join(seat for seat in self.seats if seat != self.person.name)


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def lines(actor: Actor, starts_on: date) -> list[Line]:
    """Everybody within the scope who fills a position in one of the weeks, the busiest of the week first; a fixed number of queries."""
    first, last = starts_on - BEFORE * WEEK, starts_on + (AFTER + 1) * WEEK
    seats = _seats(actor, first, last)
    people = {seat.person_id: seat.person for seat in seats}
    homes, away = _homes(seats), _absences(people, first, last)
    found = {}
    for key, person in people.items():
        own = [seat for seat in seats if seat.person_id == key]
        line = Line(person, sorted({str(seat.position) for seat in own}))
        line.weeks = [Week(first + n * WEEK, _capacity(own, away[key], first + n * WEEK)) for n in range(BEFORE + AFTER + 1)]
        found[key] = line
    _add_work(actor, found, homes, first, last)
    return sorted(found.values(), key=lambda line: (-(line.weeks[BEFORE].used or 0.0), line.person.name))


def _seats(actor: Actor, first: date, last: date) -> list[Staffing]:
    there = Q(valid_from__lt=last) & (Q(valid_until__isnull=True) | Q(valid_until__gt=first))
    rows = Staffing.objects.filter(there, position__in=actor.scope().positions()).select_related("person", "position")
    return list(rows.order_by("person__name", "pk"))


def _homes(seats: Iterable[Staffing]) -> dict[int, tuple[float, float]]:
    """Where people start: their own home, else that of their position."""
    found: dict[int, tuple[float, float]] = {}
    profiles = PersonProfile.objects.filter(person__in=[seat.person_id for seat in seats])
    places = {profile.person_id: (profile.home_lon, profile.home_lat) for profile in profiles}
    for seat in seats:
        assert seat.position is not None
        for lon, lat in (places.get(seat.person_id, (None, None)), (seat.position.home_lon, seat.position.home_lat)):
            if lon is not None and lat is not None:
                found.setdefault(seat.person_id, (lon, lat))
    return found


def _absences(people: Mapping[int, Person], first: date, last: date) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    rows = m.Absence.objects.filter(person__in=list(people), valid_from__lt=last, valid_until__gt=first)
    for person, since, until in rows.values_list("person_id", "valid_from", "valid_until"):
        found[person].append((since, until))
    return found


def hours_a_week(capacity: float) -> float:
    """What a position has in a week.

    >>> hours_a_week(1.0), hours_a_week(0.5), hours_a_week(1840)
    (40.0, 20.0, 40.0)
    """
    return capacity * FULL_TIME_HOURS if capacity <= MOST_FULL_TIMES else capacity / WEEKS_A_YEAR


def _capacity(seats: Iterable[Staffing], away: Iterable[tuple[date, date]], starts_on: date) -> float:
    """Hours of the five working days on which somebody fills a position and is not away."""
    hours, absent = 0.0, list(away)
    for day in (starts_on + timedelta(days=n) for n in range(5)):
        if any(since <= day < until for since, until in absent):
            continue
        for seat in seats:
            if seat.position is not None and seat.valid_from <= day and (seat.valid_until is None or seat.valid_until > day):
                hours += hours_a_week(seat.position.capacity) / 5
    return hours


def _add_work(actor: Actor, found: Mapping[int, Line], homes: Mapping[int, tuple[float, float]], first: date, last: date) -> None:
    """Add the hours of every activity to the week of its day, and the way between the visits of each day."""
    zone = timezone.get_current_timezone()
    begin, end = (datetime.combine(day, time(), zone) for day in (first, last))
    when = Q(state="done", done_at__gte=begin, done_at__lt=end) | Q(state="planned", starts_at__gte=begin, starts_at__lt=end)
    when |= Q(state="planned", starts_at__isnull=True, due_on__gte=first, due_on__lt=last)
    rows = visible(actor, m.Activity).filter(when, person__in=list(found)).exclude(kind="note").order_by("starts_at", "done_at", "pk")
    fields = ("person_id", "kind", "state", "starts_at", "done_at", "due_on", "duration_minutes", "lon", "lat", "account_id")
    table = list(rows.values(*fields))
    places = _places({row["account_id"] for row in table if row["kind"] in _ON_THE_ROAD})
    tours: dict[tuple[int, date], list[tuple[float, float]]] = defaultdict(list)
    for row in table:
        at = row["done_at"] if row["state"] == "done" else row["starts_at"]
        day = timezone.localtime(at, zone).date() if at is not None else row["due_on"]
        week = _week(found[row["person_id"]], day)
        minutes = row["duration_minutes"]
        week.n += 1
        week.n_assumed += minutes is None
        hours = (USUAL_MINUTES.get(row["kind"], 0) if minutes is None else minutes) / 60
        if row["state"] == "done":
            week.done += hours
        else:
            week.planned += hours
        if row["kind"] in _ON_THE_ROAD:
            place = (row["lon"], row["lat"]) if row["lon"] is not None else places.get(row["account_id"])
            if place is None:
                week.n_unplaced += row["kind"] == "visit"
            elif row["kind"] == "visit" or row["lon"] is not None:
                tours[row["person_id"], day].append(place)
    for (person, day), stops in tours.items():
        home = homes.get(person)
        _week(found[person], day).travel += api.tour_hours(np.array(stops), None if home is None else np.array(home))


def _week(line: Line, day: date) -> Week:
    return line.weeks[(day - line.weeks[0].starts_on).days // 7]


def _places(accounts: Iterable[Any]) -> dict[int, tuple[float, float]]:
    rows = m.Location.objects.filter(is_main=True, deleted_at=None, lon__isnull=False, account__in=[key for key in accounts if key])
    return {place.account_id: (place.lon, place.lat) for place in rows if place.lon is not None and place.lat is not None}


def work_of(actor: Actor, person: Person, starts_on: date) -> list[m.Activity]:
    """The activities behind the hours of a week, as the reader sees them."""
    zone = timezone.get_current_timezone()
    begin, end = (datetime.combine(day, time(), zone) for day in (starts_on, starts_on + WEEK))
    when = Q(state="done", done_at__gte=begin, done_at__lt=end) | Q(state="planned", starts_at__gte=begin, starts_at__lt=end)
    when |= Q(state="planned", starts_at__isnull=True, due_on__gte=starts_on, due_on__lt=starts_on + WEEK)
    rows = visible(actor, m.Activity).filter(when, person=person).exclude(kind="note").select_related("account")
    return list(rows.order_by("starts_at", "done_at", "due_on", "pk")[:500])
