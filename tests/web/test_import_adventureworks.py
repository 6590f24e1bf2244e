"""The whole of AdventureWorks through the pages and the process that reads files, with the counts of its description."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count, Sum
from django.test import Client

from bailiwick_web.core import jobs
from bailiwick_web.crm.models import Account, Lead, Location, Opportunity, Order, OrderLine, Product, ProductLine
from bailiwick_web.exchange.models import ImportBatch

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def brought(client: Client, *files: Path, kind: str = "records") -> ImportBatch:
    """Files as the wizard takes them; looked at by a job if they are large."""
    given = [SimpleUploadedFile(file.name, file.read_bytes()) for file in files]
    answer = client.post("/imports/new", {"kind": kind, "file": given})
    assert answer.status_code == 302, answer.content.decode()[:3_000]
    return _worked(ImportBatch.objects.get(public_id=answer["Location"].split("/")[2]))


def imported(client: Client, batch: ImportBatch) -> dict[str, dict[str, int]]:
    """Import it by its job; what became of each part."""
    assert client.post(f"/imports/{batch.public_id}/run").status_code == 302
    batch = _worked(batch)
    parts = [batch, *batch.followers.all()]
    assert {part.state for part in parts} == {"imported"}
    assert all(sum(part.counts.values()) == part.n_read for part in parts)
    return {part.filename: part.counts for part in parts}


def _worked(batch: ImportBatch) -> ImportBatch:
    batch.refresh_from_db()
    if batch.job is not None and not batch.job.is_over:
        jobs.perform(batch.job.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def made(n: int, failed: int = 0) -> dict[str, int]:
    return {"created": n, "updated": 0, "unchanged": 0, "failed": failed}


def test_orders_of_three_years_with_their_customers_and_products(sign_in: SignIn, shared_data: Path) -> None:
    """56,046 lines: two order numbers were given to two customers each, which nobody may put right but the user."""
    client, sales = sign_in("planner"), shared_data / "crm_adventureworks_sales"
    above = imported(client, brought(client, shared_data / "crm_adventureworks" / "ProductCategory.csv"))
    assert above == {"ProductCategory.csv": made(4)}
    years = [sales / f"AdventureWorks_Sales_{year}.csv" for year in (2017, 2018, 2019)]
    products = [shared_data / "crm_adventureworks" / "ProductSubcategory.csv", sales / "AdventureWorks_Products.csv"]
    batch = brought(client, *years, *products, sales / "AdventureWorks_Customers.csv")
    assert not Order.objects.exists()
    assert imported(client, batch) == {
        "ProductSubcategory.csv": made(37),
        "AdventureWorks_Products.csv": made(293),
        "AdventureWorks_Customers.csv": made(18_148),
        "AdventureWorks_Sales_2017.csv": made(2_630),
        "AdventureWorks_Sales_2018.csv": made(23_935),
        "AdventureWorks_Sales_2019.csv": made(29_476, failed=5),
    }
    assert (Account.objects.count(), Product.objects.filter(line__isnull=False).count(), Order.objects.count()) == (18_148, 293, 25_162)
    totals = [round(model.objects.aggregate(amount=Sum("amount"))["amount"], 2) for model in (Order, OrderLine)]
    assert totals == [Decimal("24913276.61")] * 2
    first = Order.objects.get(number="SO45080")
    assert (str(first.ordered_on), str(first.account), first.lines.get().place) == ("2017-01-01", "JOHN THOMAS", 1)
    assert ProductLine.objects.filter(parent__isnull=False).count() == 37
    last = batch.followers.get(filename="AdventureWorks_Sales_2019.csv")
    page = client.get(f"/imports/{last.public_id}/").content.decode()
    assert "says that the same order is of another account" in page
    assert "lines have no price and get the list price of their product" in page


def test_stores_products_prospects_and_resellers(sign_in: SignIn, shared_data: Path) -> None:
    client, works, house = sign_in("planner"), shared_data / "crm_adventureworks", shared_data / "crm_adventureworks_dw"
    imported(client, brought(client, works / "ProductCategory.csv"))
    batch = brought(
        client, works / "ProductSubcategory.csv", works / "Product.csv", works / "stores_joined.csv", house / "ProspectiveBuyer.csv"
    )
    assert imported(client, batch) == {
        "ProductSubcategory.csv": made(37),
        "Product.csv": made(504),
        "stores_joined.csv": made(701),
        "ProspectiveBuyer.csv": made(2_059),
    }
    assert Location.objects.filter(placed_by="given").count() == 701
    assert Lead.objects.filter(job_title="Professional").count() == 535
    assert Account.objects.annotate(n=Count("locations")).filter(n=1).count() == 701
    assert imported(client, brought(client, house / "DimReseller.csv", kind="accounts")) == {"DimReseller.csv": made(701)}
    again = brought(client, works / "Product.csv", works / "stores_joined.csv")
    assert {part.counts["unchanged"] for part in (again, *again.followers.all())} == {504, 701}


def test_customers_hang_on_their_stores(sign_in: SignIn, shared_data: Path) -> None:
    """Customers without a name: the user says that their number is it."""
    client, works = sign_in("planner"), shared_data / "crm_adventureworks"
    imported(client, brought(client, works / "stores_joined.csv"))
    batch = brought(client, works / "Customer.csv", kind="accounts")
    assert (batch.state, batch.facts["error"]["code"]) == ("refused", "unknown_column")
    said = {"CustomerID": "external_id", "AccountNumber": "name", "StoreID": "parent"}
    client.post(f"/imports/{batch.public_id}/check", {"act": "look", **{f"column:{column}": field for column, field in said.items()}})
    assert imported(client, _worked(batch)) == {"Customer.csv": made(19_820)}
    assert Account.objects.filter(parent__isnull=False).count() == 1_336


def parts_of(batch: ImportBatch) -> dict[str, ImportBatch]:
    return {part.filename: part for part in (batch, *batch.followers.all())}


def with_fixes(client: Client, part: ImportBatch) -> None:
    """Tick everything that is offered, and look again."""
    fixes = [json.dumps([fix["column"], fix["found"], fix["meant"]]) for fix in part.facts["fixes"]]
    assert client.post(f"/imports/{part.public_id}/check", {"act": "look", "rows_are": part.kind, "fix": fixes}).status_code == 302
    _worked(part.main or part)


def test_maven_as_its_archive_by_the_wizard(sign_in: SignIn, shared_data: Path) -> None:
    """85 accounts, 7 products, 8,800 deals: each trap is found and offered, none is mended by itself; other tables are left out."""
    client = sign_in("planner")
    batch = brought(client, shared_data / "crm_maven" / "crm_sales_opportunities.zip", kind="auto")
    page = client.get(f"/imports/{batch.public_id}/").content.decode()
    assert page.count("Leave out") > 5
    for name in ("sales_teams.csv", "data_dictionary.csv"):
        answer = client.post(f"/imports/{parts_of(batch)[name].public_id}/leave-out")
        batch = _worked(ImportBatch.objects.get(public_id=answer["Location"].split("/")[2]))
    parts = parts_of(batch)
    assert {name: part.kind for name, part in parts.items()} == {
        "products.csv": "products",
        "accounts.csv": "accounts",
        "sales_pipeline.csv": "deals",
    }
    assert (parts["accounts.csv"].counts, parts["products.csv"].counts) == (made(85), made(7))
    deals = parts["sales_pipeline.csv"]
    assert (deals.n_read, deals.counts) == (8_800, {"created": 6_711, "updated": 0, "unchanged": 0, "failed": 2_089})
    offers = {(fix["column"], fix["found"], fix["meant"]) for fix in deals.facts["fixes"]}
    assert ("product", "GTXPro", "GTX Pro") in offers
    assert {found for column, found, _meant in offers if column == "deal_stage"} >= {"Prospecting", "Engaging"}
    assert [(f["found"], f["meant"], f["n"]) for f in parts["accounts.csv"].facts["fixes"]] == [("technolgy", "technology", 12)]
    for name in ("accounts.csv", "sales_pipeline.csv"):
        with_fixes(client, parts_of(batch)[name])
    deals = parts_of(batch)["sales_pipeline.csv"]
    assert (deals.counts, deals.facts["rejected"]) == (made(7_375, failed=1_425), {"no_account": 1_425})
    page = client.get(f"/imports/{deals.public_id}/").content.decode()
    assert "cells of “sales_agent” are left out, nobody knows them" in page
    assert imported(client, ImportBatch.objects.get(pk=batch.pk)) == {
        "products.csv": made(7),
        "accounts.csv": made(85),
        "sales_pipeline.csv": made(7_375, failed=1_425),
    }
    assert Account.objects.filter(industry="technology").count() == 12
    assert not Opportunity.objects.filter(account=None).exists()
    assert Opportunity.objects.filter(stage__kind="won").count() == 4_238


def test_the_sp500_by_the_wizard(sign_in: SignIn, shared_data: Path) -> None:
    client, companies = sign_in("planner"), next((shared_data / "points_sp500").glob("*.csv"))
    assert imported(client, brought(client, companies, kind="accounts")) == {companies.name: made(503)}
    assert brought(client, companies, kind="accounts").counts["unchanged"] == 503
    named = Account.objects.get(name="3M")
    place = named.locations.get()
    assert (named.industry, place.city, place.region) == ("Industrials", "Saint Paul", "Minnesota")
