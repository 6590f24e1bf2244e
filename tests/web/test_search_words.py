"""What customers are searched by: the same is found on every database, whatever is typed; and whom somebody sees is asked once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from bailiwick_web.core.access import Actor
from bailiwick_web.crm import services as crm
from bailiwick_web.crm.checking import folded
from bailiwick_web.crm.models import Account
from bailiwick_web.crm.queries.lists import rows

pytestmark = pytest.mark.django_db
NAMES = ("Acme 50% Ltd", "O'Neil & a_b", "Größe\\Maß", "Ab", "Acme Nord", '{"x"}, NULL')
ASKED = (
    "acme",
    "ACME ltd",
    "ac",
    "50%",
    "a_b",
    "axb",
    "o'neil",
    "grosse",
    "größe",
    "\\",
    "b",
    "nord acme",
    '{"x"}',
    "null",
    "nowhere",
    "e\\m",
)


@pytest.mark.parametrize("text", ASKED)
def test_every_word_is_looked_for_as_it_is(planner: Actor, text: str) -> None:
    for name in NAMES:
        crm.customers.create_account(planner, name=name)
    words = folded(text).split()
    expected = {a.name for a in Account.objects.all() if all(word in a.search_text for word in words)}
    assert {a.name for a in rows(planner, Account, q=text)} == expected


def test_postgresql_has_an_index_of_what_is_searched() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("an SQLite database reads its rows")
    found = Account.objects.filter(search_text__holds="nowhere").values("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, params = found.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        assert "account_search" in str(cursor.fetchall())


def test_whom_somebody_sees_is_asked_once_for_all_that_a_request_reads(
    act: Callable[[str], Actor], django_assert_num_queries: Callable[..., Any]
) -> None:
    actor = act("manager")
    with django_assert_num_queries(2):  # their staffings, and what these lead
        scopes = [actor.scope() for _ in range(5)]
    assert (len(set(map(id, scopes))), scopes[0].kind) == (1, "own")
    assert actor.user is not None
    actor.user.role = "planner"
    assert actor.scope().kind == "all", "another role counts at once"
    actor.user.is_active = False
    assert (actor.scope().kind, actor.scope().user_id) == ("own", None)
