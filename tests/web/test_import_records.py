"""Accounts, contacts and opportunities in: what systems export, what people mistype, an account of every row, and a way back."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from bailiwick_web.core.access import Actor
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm.models import Account, Contact, ExternalId, Location, Opportunity
from bailiwick_web.crm.services import catalogue, customers, money
from bailiwick_web.exchange import services
from bailiwick_web.exchange.error_file import error_file, examples
from bailiwick_web.exchange.models import ImportBatch

pytestmark = pytest.mark.django_db

SALESFORCE = (
    "Account ID,Account Name,Parent Account,Billing Street,Billing City,Billing State/Province,Billing Zip/Postal Code,Billing Country,"
    "Employees,Annual Revenue,Website,Type,Industry\n"
    '001D000000IqhSL,"Åse, Inc.",,1 Main St,Boston,MA,02138,United States,"1,200","$22,700.00",https://www.ase.com,'
    "Customer - Direct,technolgy\n"
    '001D000000IqhSM,Bolt,"Åse, Inc.",2 Oak St,Boston,MA,2139,United States,5,$342.09K,,Prospect,Retail\n'
    "001D000000IqhSN,Nut,,,,,,,many,,,,\n"
)
CONTACTS = (
    "Contact ID,First Name,Last Name,Email,Phone,Account ID\n"
    "003A,Jo,Doe,JO@ase.com,+1 212 555 0187,001D000000IqhSLIAZ\n"
    "003B,Max,Roe,,,Nowhere\n"
)
DEALS = (
    "Deal Name,Company Name,Deal Stage,Amount,Close Date\n"
    'Big one,"Åse, Inc.",Closed Won,"1.234,56 €","16 Apr, 2021 00:02:00"\n'
    "Small one,Bolt,Dreaming,5,2027-01-31\n"
    "Lost soul,,Won,5,2021-01-31\n"
)


def bring(actor: Actor, kind: str, text: str | bytes, name: str = "export.csv", **options: object) -> ImportBatch:
    data = text.encode() if isinstance(text, str) else text
    batch = services.upload(actor, kind, name, [data], options=dict(options))
    assert batch.state == "checked", batch.facts.get("error")
    return batch


def imported(actor: Actor, kind: str, text: str | bytes, name: str = "export.csv", **options: object) -> ImportBatch:
    return services.run_import(actor, bring(actor, kind, text, name, **options).public_id)


def test_a_report_of_salesforce(planner: Actor) -> None:
    batch = bring(planner, "accounts", SALESFORCE)
    assert batch.counts == {"created": 2, "updated": 0, "unchanged": 0, "failed": 1}
    assert not Account.objects.exists()
    assert [(e["row"], e["column"], e["code"]) for e in examples(batch, 9)] == [(4, "Employees", "bad_value")]
    services.run_import(planner, batch.public_id)
    first, second = Account.objects.order_by("pk")
    assert (first.name, first.employees, str(first.annual_revenue), first.currency, first.state) == (
        "Åse, Inc.",
        1200,
        "22700.00",
        "USD",
        "customer",
    )
    assert (str(second.annual_revenue), second.parent) == ("342090.00", first)
    assert ExternalId.objects.get(record_key=first.pk).external_id == "001D000000IqhSLIAZ"
    assert Location.objects.get(account=first).postal_code == "02138"
    again = bring(planner, "accounts", SALESFORCE.replace("001D000000IqhSL,", "001D000000IqhSLIAZ,"))
    assert again.counts == {"created": 0, "updated": 0, "unchanged": 2, "failed": 1}
    assert again.facts["how"] == {"id": 2}


def test_slips_are_offered_and_mended_only_when_agreed(planner: Actor) -> None:
    batch = bring(planner, "accounts", SALESFORCE)
    offered = {(fix["column"], fix["found"], fix["meant"]) for fix in batch.facts["fixes"]}
    assert offered == {("Industry", "technolgy", "technology"), ("Billing Zip/Postal Code", "2139", "02139")}
    services.run_import(planner, batch.public_id)
    assert set(Account.objects.values_list("industry", flat=True)) == {"technolgy", "Retail"}
    assert set(Location.objects.values_list("postal_code", flat=True)) == {"02138", "2139"}
    fixes = {column: {found: meant} for column, found, meant in offered}
    mended = imported(planner, "accounts", SALESFORCE, fixes=fixes)
    assert mended.counts == {"created": 0, "updated": 2, "unchanged": 0, "failed": 1}
    assert set(Account.objects.values_list("industry", flat=True)) == {"technology", "Retail"}
    assert set(Location.objects.values_list("postal_code", flat=True)) == {"02138", "02139"}


def test_a_mended_error_file_brings_the_rest(planner: Actor) -> None:
    batch = imported(planner, "accounts", SALESFORCE)
    mended = (error_file(batch, is_raw=False) or b"").decode().replace("many", "7")
    rest = imported(planner, "accounts", mended, "rejected.csv")
    assert rest.counts == {"created": 1, "updated": 0, "unchanged": 0, "failed": 0}
    assert Account.objects.get(name="Nut").employees == 7


def test_without_ids_by_domain_then_by_name_and_address(planner: Actor) -> None:
    customers.create_account(planner, name="Åse Incorporated", website="ase.com")
    customers.create_account(planner, name="Bolt", location={"city": "Boston", "postal_code": "2139"})
    customers.create_account(planner, name="Bolt", location={"city": "Ulm"})
    batch = bring(planner, "accounts", SALESFORCE)
    assert batch.counts == {"created": 0, "updated": 2, "unchanged": 0, "failed": 1}
    assert batch.facts["how"] == {"domain": 1, "name and address": 1}


def test_contacts_find_their_account_and_each_other(planner: Actor) -> None:
    imported(planner, "accounts", SALESFORCE)
    batch = imported(planner, "contacts", CONTACTS)
    assert batch.counts == {"created": 1, "updated": 0, "unchanged": 0, "failed": 1}
    assert [(e["column"], e["code"]) for e in examples(batch, 9)] == [("Account ID", "no_account")]
    jo = Contact.objects.get()
    assert (jo.name, jo.account.name if jo.account else "") == ("Jo Doe", "Åse, Inc.")
    assert {(p.channel, p.normal) for p in jo.points.all()} == {("email", "jo@ase.com"), ("phone", "+12125550187")}
    assert bring(planner, "contacts", CONTACTS).counts["unchanged"] == 1
    other = imported(planner, "contacts", "First name,Last name,Email,Mobile\nJoanna,Doe,jo@ASE.com,0171 5\n")
    assert other.facts["how"] == {"e-mail address": 1}
    jo.refresh_from_db()
    assert (jo.first_name, jo.points.count()) == ("Joanna", 3)
    assert set(other.rows.get().before or {}) == {"personal"}  # so that erasure reaches it
    services.revert(planner, other.public_id)
    jo.refresh_from_db()
    assert (jo.first_name, jo.points.count()) == ("Jo", 2)


def test_opportunities_of_hubspot(planner: Actor) -> None:
    imported(planner, "accounts", SALESFORCE)
    assert bring(planner, "deals", DEALS).facts["rejected"] == {"no_rate": 1, "no_stage": 1, "no_account": 1}
    money.set_rate(planner, currency="EUR", on=date(2020, 1, 1), rate="1.1")
    batch = bring(planner, "deals", DEALS)
    assert batch.counts == {"created": 1, "updated": 0, "unchanged": 0, "failed": 2}
    assert {(e["row"], e["code"]) for e in examples(batch, 9)} == {(3, "no_stage"), (4, "no_account")}
    assert [fix["found"] for fix in batch.facts["fixes"]] == ["Dreaming"]
    fix = batch.facts["fixes"][0]
    mended = imported(planner, "deals", DEALS, fixes={fix["column"]: {fix["found"]: fix["meant"]}})
    assert mended.counts["created"] == 2
    deal = Opportunity.objects.get(name="Big one")
    assert (str(deal.amount), deal.stage.kind, str(deal.close_on), deal.closed_at.year if deal.closed_at else 0) == (
        "1234.56",
        "won",
        "2021-04-16",
        2021,
    )
    assert bring(planner, "deals", DEALS, fixes={fix["column"]: {fix["found"]: fix["meant"]}}).counts["unchanged"] == 2
    later = imported(planner, "deals", "Deal Name,Company Name,Deal Stage,Amount\nSmall one,Bolt,Closed Lost,7\n")
    small = Opportunity.objects.get(name="Small one")
    assert (later.counts["updated"], small.stage.kind, str(small.amount)) == (1, "lost", "7.00")
    services.revert(planner, later.public_id)
    small.refresh_from_db()
    assert (small.stage.kind, str(small.amount)) == ("open", "5.00")


def test_taking_back_leaves_nothing_and_the_file_can_come_again(planner: Actor) -> None:
    batch = imported(planner, "accounts", SALESFORCE)
    services.revert(planner, batch.public_id)
    assert not Account.objects.filter(deleted_at=None).exists()
    assert not ExternalId.objects.exists()
    assert imported(planner, "accounts", SALESFORCE).counts["created"] == 2


def test_what_others_built_on_is_not_taken_away(planner: Actor) -> None:
    batch = imported(planner, "accounts", SALESFORCE)
    contacts = imported(planner, "contacts", CONTACTS)
    with pytest.raises(Conflict, match="stand on"):
        services.revert(planner, batch.public_id)
    assert Account.objects.filter(deleted_at=None).count() == 2
    services.revert(planner, contacts.public_id)
    services.revert(planner, batch.public_id)
    assert not Account.objects.filter(deleted_at=None).exists()


def table(archive: Path, name: str) -> bytes:
    with zipfile.ZipFile(archive) as file:
        return file.read(f"CRM+Sales+Opportunities/{name}.csv")


def test_maven(planner: Actor, shared_data: Path) -> None:
    """85 accounts and 8,800 deals: every trap is found and offered, none is mended by itself."""
    archive = shared_data / "crm_maven" / "crm_sales_opportunities.zip"
    accounts = imported(planner, "accounts", table(archive, "accounts"), "accounts.csv")
    assert accounts.counts == {"created": 85, "updated": 0, "unchanged": 0, "failed": 0}
    assert [(f["found"], f["meant"], f["n"]) for f in accounts.facts["fixes"]] == [("technolgy", "technology", 12)]
    assert Account.objects.filter(industry="technolgy").count() == 12
    assert Account.objects.filter(parent__isnull=False).count() == 15
    assert bring(planner, "accounts", table(archive, "accounts"), "accounts.csv").counts["unchanged"] == 85
    for line in csv.DictReader(io.StringIO(table(archive, "products").decode())):
        catalogue.add(planner, catalogue.PRODUCT, name=line["product"])
    content = table(archive, "sales_pipeline")
    deals = bring(planner, "deals", content, "sales_pipeline.csv")
    assert deals.facts["n_read"] == sum(deals.counts.values()) == 8_800
    offered = {(f["column"], f["found"]) for f in deals.facts["fixes"]}
    assert ("product", "GTXPro") in offered
    assert {("deal_stage", "Prospecting"), ("deal_stage", "Engaging")} <= offered
    first_open = catalogue.default_pipeline(planner).stages.order_by("place").first()
    assert first_open is not None
    stages = {"deal_stage": {"Prospecting": first_open.name, "Engaging": first_open.name}}
    mended = bring(planner, "deals", content, "sales_pipeline.csv", fixes={**stages, "product": {"GTXPro": "GTX Pro"}})
    assert mended.counts == {"created": 7_375, "updated": 0, "unchanged": 0, "failed": 1_425}
    assert mended.facts["rejected"] == {"no_account": 1_425}
    assert not {f["found"] for f in mended.facts["fixes"]} & {"GTXPro"}
    lines = content.decode().splitlines()
    few = "\n".join([lines[0], *[line for line in lines[1:] if ",GTXPro," in line and ",Won," in line][:40]])
    done = imported(planner, "deals", few, "few.csv", fixes={"product": {"GTXPro": "GTX Pro"}})
    assert done.counts == {"created": 40, "updated": 0, "unchanged": 0, "failed": 0}
    assert Opportunity.objects.filter(lines__product__name="GTX Pro", stage__kind="won").count() == 40
    assert bring(planner, "deals", few, "few.csv", fixes={"product": {"GTXPro": "GTX Pro"}}).counts["unchanged"] == 40


def test_the_sp500_and_the_stores_of_adventureworks(planner: Actor, shared_data: Path) -> None:
    companies = next((shared_data / "points_sp500").glob("*.csv"))
    assert imported(planner, "accounts", companies.read_bytes(), companies.name).counts["created"] == 503
    assert bring(planner, "accounts", companies.read_bytes(), companies.name).counts["unchanged"] == 503
    stores = shared_data / "crm_adventureworks" / "stores_joined.csv"
    batch = bring(planner, "accounts", stores.read_bytes(), stores.name)
    assert sum(batch.counts.values()) == batch.facts["n_read"] == 701
    assert batch.counts["failed"] == 0
