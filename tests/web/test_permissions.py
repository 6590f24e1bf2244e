"""Every address × every role, made from the URLconf: an address without a row fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, UUIDConverter

from bailiwick_web.core.roles import RIGHTS, Right, Role
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
OTHERS = ("account_", "mfa_", "socialaccount_", "openid_connect_")
"""Views of the library that signs people in."""


def addresses(resolver: Any = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, entry.namespace or namespace)
        else:
            yield namespace, entry


OURS = [pattern for namespace, pattern in addresses() if not namespace and not str(pattern.name).startswith(OTHERS)]
GUARDED = [pattern for pattern in OURS if getattr(pattern.callback, "access", None) != "public"]

SCIM = ("config", "types", "type", "schemas", "schema", "users", "user", "groups", "group")
BY_KEY = {"calendar_ics", *(f"scim_{name}" for name in SCIM)}
"""They look for a key of their own, without which they refuse: see ``permission_rows_connect.py``."""


def test_every_view_says_who_may_reach_it() -> None:
    assert len(OURS) > 30
    for pattern in OURS:
        assert getattr(pattern.callback, "access", None) is not None, f"{pattern.name} has no @access and no @public"
    public = {pattern.name for pattern in OURS if pattern.callback.access == "public"}  # type: ignore[attr-defined]
    assert public - BY_KEY == {"setup", "answer_survey", "enter_demo", "healthz", "set_language", "open_link", "accept_link", "stop_report"}


def address_of(pattern: URLPattern, scenario: Scenario) -> str:
    """The address of the scenario, or of something that is not there."""
    is_scenario = str(pattern.pattern).startswith("scenarios/")
    there = {"public_id": scenario.public_id if is_scenario else uuid4()}
    absent = {
        name: uuid4() if isinstance(kind, UUIDConverter) else 1 if isinstance(kind, IntConverter) else "secret"
        for name, kind in pattern.pattern.converters.items()
    }
    return reverse(str(pattern.name), kwargs={name: there.get(name, absent[name]) for name in absent})


@pytest.mark.parametrize("pattern", GUARDED, ids=lambda p: str(p.name))
def test_who_has_the_right_gets_in_and_nobody_else(sign_in: SignIn, scenario: Scenario, pattern: URLPattern) -> None:
    right: Right = pattern.callback.access  # type: ignore[attr-defined]
    address = address_of(pattern, scenario)
    anonymous = Client().get(address)
    assert anonymous.status_code == 302
    assert anonymous["Location"].startswith("/accounts/login/")
    for role in Role:
        answers = [sign_in(role).get(address), sign_in(role).post(address)]
        statuses = [a.status_code for a in answers]
        if right not in RIGHTS[role]:
            assert statuses == [403, 403], role
            continue
        assert not set(statuses) & {302, 500} or pattern.name not in {"plans", "data", "people", "audit", "organisation"}, (role, statuses)
        assert 500 not in statuses
        sees = Right.PLAN in RIGHTS[role]
        if "scenario" in str(pattern.name) and not sees and right == Right.LOOK:
            assert statuses[0] in {404, 405}, f"{role} can see a draft through {pattern.name}"
            assert statuses[1] in {404, 405}


def test_the_table_of_rights_is_documented() -> None:
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "explanation" / "who-may-what.md").read_text(encoding="utf-8")
    for right in Right:
        row = next(line for line in page.splitlines() if line.startswith(f"| `{right}` |"))
        marks = [cell.strip() == "yes" for cell in row.split("|")[2:7]]
        assert marks == [right in RIGHTS[role] for role in Role], right
