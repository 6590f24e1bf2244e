"""Bugs of imports elsewhere: the same record twice, things made along with a row that was refused, a file imported again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.test import Client

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm import models as m
from bailiwick_web.exchange import services as exchange
from bailiwick_web.exchange.error_file import examples

pytestmark = pytest.mark.django_db
Act = Callable[[str], Actor]
SignIn = Callable[[str], Client]


# B5: a row that was refused still made what it names.


NAMES_WHAT_IS_NOT = {
    "contacts": "First Name,Last Name,Email,Account Name\nJo,Doe,jo@new.com,New Ltd\n",
    "deals": "Deal Name,Company Name,Deal Stage,Amount\nBig one,New Ltd,Closed Won,5\n",
    "addresses": "Account Name,Street,City,Zip\nNew Ltd,1 Main St,Boston,02138\n",
    "activities": "Subject,Type,Company Name,Due Date\nCall,Call,New Ltd,2027-01-31\n",
    "cases": "Case Number,Subject,Account Name\n1,Broken,New Ltd\n",
    "orders": "Order Number,Account Name,Order Start Date,Order Amount\nA-1,New Ltd,2026-01-01,5\n",
    "order_lines": "Order Number,Product Name,Quantity,Sales Price,Order Start Date,Account Name\nA-1,New thing,1,5,2026-01-01,New Ltd\n",
}


@pytest.mark.parametrize("kind", NAMES_WHAT_IS_NOT)
def test_a_row_that_fails_makes_nothing_along(planner: Actor, kind: str) -> None:
    before = _all_there_is()
    batch = exchange.upload(planner, kind, f"{kind}.csv", [NAMES_WHAT_IS_NOT[kind].encode()], options={})
    assert batch.state == "checked", batch.facts.get("error")
    assert (batch.counts["created"], batch.counts["failed"]) == (0, 1), batch.facts
    exchange.run_import(planner, batch.public_id)
    assert _all_there_is() == before


def _all_there_is() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_app_config("crm").get_models()}


# B3: the same record twice in one file.


TWICE = {
    "accounts": "Account Name,Website,City\nAcme,https://www.acme.com,Boston\nAcme Inc,acme.com/shop,Ulm\n",
    "contacts": "First Name,Last Name,Email\nJo,Doe,jo@acme.com\nJ.,Doe,JO@acme.com\n",
    "leads": "First Name,Last Name,Company,Email\nJo,Doe,Acme,jo@acme.com\nJo,D.,Acme,Jo@Acme.com\n",
    "products": "Product Name,Product Code\nBeans,B-1\nBeans again,b-1\n",
}


@pytest.mark.parametrize("kind", TWICE)
def test_the_same_record_twice_in_one_file_is_taken_once(planner: Actor, kind: str) -> None:
    model = {"accounts": m.Account, "contacts": m.Contact, "leads": m.Lead, "products": m.Product}[kind]
    batch = exchange.upload(planner, kind, f"{kind}.csv", [TWICE[kind].encode()], options={})
    assert batch.state == "checked", batch.facts.get("error")
    assert [(e["row"], e["code"]) for e in examples(batch, 9)] == [(3, "duplicate_row")]
    exchange.run_import(planner, batch.public_id)
    assert model._default_manager.count() == 1
    again = exchange.upload(planner, kind, f"{kind}.csv", [TWICE[kind].encode()], options={})
    assert (again.counts["created"], again.counts["unchanged"]) == (0, 1)


# B4: what was imported was imported again when its job was run again.


def test_what_was_imported_is_not_imported_again(planner: Actor) -> None:
    batch = exchange.upload(planner, "accounts", "accounts.csv", [b"Account Name\nAcme\n"], options={})
    exchange.run_import(planner, batch.public_id)
    with pytest.raises(Conflict, match="only a checked file"):
        exchange.run_import(planner, batch.public_id)
    assert m.Account.objects.count() == 1
