"""Passwords: long, not to be guessed, not breached; and doors that close after too many attempts."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from front_door import OTHER, PASSWORD, enter
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bailiwick_web.core.entrance.passwords import is_listed
from bailiwick_web.core.models import AuditEntry, User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short words", "password_too_short"),
        ("password12345", "password_too_weak"),
        ("qwertyuiop123", "password_too_weak"),
        ("Ann.example2024", "password_too_weak"),
        ("bailiwickbailiwick", "password_too_weak"),
        ("aaaaaaaaaaaaaaaa", "password_too_weak"),
        ("x7#" * 50, "password_too_long"),
    ],
)
def test_weak_passwords_are_refused(password: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(name="Ann Example", email="ann.example@example.org"))
    assert why in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize(
    "password", [PASSWORD, OTHER, "korrekt pferd batterie klammer", "лампа река облако гвоздь", "a b" + "c" * 3 + " 9f!K zz-Q"]
)
def test_long_ones_are_taken_whatever_their_characters(password: str) -> None:
    validate_password(password, User(name="Ann Example", email="ann@example.org"))


def test_breached_ones_are_refused_from_a_file_on_this_machine(tmp_path: Path, settings: Any) -> None:
    digest = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
    others = sorted(hashlib.sha1(str(i).encode()).hexdigest().upper() for i in range(500))
    file = tmp_path / "breached.txt"
    file.write_text("".join(f"{d}:{i}\n" for i, d in enumerate(sorted([*others, digest]))))
    settings.BREACHED_PASSWORDS = str(file)
    with pytest.raises(ValidationError, match="breach"):
        validate_password(PASSWORD)
    validate_password(OTHER)


@hypothesis_settings(max_examples=50, deadline=None)
@given(st.sets(st.binary(min_size=20, max_size=20), max_size=40), st.binary(min_size=20, max_size=20), st.booleans(), st.booleans())
def test_the_list_is_searched_right(tmp_path_factory: Any, digests: set[bytes], wanted: bytes, has_counts: bool, ends: bool) -> None:
    file = tmp_path_factory.mktemp("list") / "list.txt"
    lines = sorted(d.hex().upper() for d in digests)
    file.write_text("\n".join(f"{d}:{len(d) * i}" if has_counts else d for i, d in enumerate(lines)) + ("\n" if ends and lines else ""))
    assert is_listed(file, wanted.hex().upper()) == (wanted in digests)
    assert all(is_listed(file, line) for line in lines)


def test_after_ten_wrong_passwords_the_door_is_closed_also_for_the_right_one(ann: User) -> None:
    answers = [enter("wrong")[1].status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    client, closed = enter()
    assert closed.status_code == 429
    assert 0 < int(closed["Retry-After"]) <= 15 * 60
    assert "Try again in" in closed.content.decode()
    assert client.get("/plans/").status_code == 302
    assert AuditEntry.objects.filter(action="user.locked_out").count() == 1
    # Somebody elsewhere cannot lock the owner out.
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert enter(client=elsewhere)[1].status_code == 302


def test_many_requests_are_slowed_down_and_told_when_to_come_again(db: None) -> None:
    client = Client()
    answers = [client.post("/accounts/login/", {"login": f"u{i}@example.org", "password": "x"}) for i in range(31)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


def test_strangers_are_not_told_who_has_an_account(ann: User) -> None:
    pages = [enter("wrong", who)[1].content.decode() for who in ("ann@example.org", "nobody@example.org")]
    bare = [re.sub(r'value="[^"]*"|content="[^"]*"|"X-CSRFToken": "[^"]*"', "", p) for p in pages]
    assert bare[0] == bare[1]
