"""Which column is what: the headers of the systems that people have, what was said, and what was kept."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bailiwick_web.core.access import Actor
from bailiwick_web.core.models import Position
from bailiwick_web.exchange import services
from bailiwick_web.exchange.child.mapping import find_columns, guess_kind
from bailiwick_web.exchange.models import ImportBatch, MappingTemplate
from bailiwick_web.exchange.queries import columns_shown
from bailiwick_web.exchange.reading import read_file
from bailiwick_web.territories.models import MeasureValue, Unit, UnitSet

SALESFORCE_API = """
Id=id Name=name AccountNumber=account_number AnnualRevenue=money BillingStreet=street BillingCity=place BillingState=state
BillingStateCode=state_code BillingPostalCode=postcode BillingCountry=country BillingCountryCode=country_code BillingLatitude=lat
BillingLongitude=lon BillingGeocodeAccuracy=location_accuracy ShippingStreet=shipping_street ShippingCity=shipping_city
ShippingState=shipping_state ShippingStateCode=shipping_state_code ShippingPostalCode=shipping_postcode ShippingCountry=shipping_country
ShippingCountryCode=shipping_country_code ShippingLatitude=shipping_latitude ShippingLongitude=shipping_longitude
ShippingGeocodeAccuracy=shipping_accuracy Industry=industry NumberOfEmployees=measure OwnerId=owner ParentId=parent Phone=phone
Rating=rating Sic=sic NaicsCode=naics Site=site Type=type Website=website YearStarted=founded DunsNumber=duns
LastActivityDate=last_activity RecordTypeId=record_type IsExcludedFromRealign=kept_from_realignment
"""
SALESFORCE_LEADS = """
Id=id Company=name Status=status LeadSource=source Rating=rating Street=street City=place State=state PostalCode=postcode
Country=country Latitude=lat Longitude=lon NumberOfEmployees=measure AnnualRevenue=money Industry=industry Email=email
HasOptedOutOfEmail=opted_out IsConverted=is_converted ConvertedAccountId=converted_account
"""
SALESFORCE_USERS = """
Username=user_name Email=email FederationIdentifier=federation_id ManagerId=manager IsActive=is_active TimeZoneSidKey=time_zone
EmployeeNumber=id UserRoleId=role Latitude=lat Longitude=lon
"""
SALESFORCE_REPORT = {
    "Account ID": "id",
    "Account Name": "name",
    "Billing Zip/Postal Code": "postcode",
    "Billing State/Province": "state",
    "Billing City": "place",
    "Billing Street": "street",
    "Billing Country": "country",
    "Employees": "measure",
    "Annual Revenue": "money",
    "Account Owner": "owner",
    "Industry": "industry",
    "Type": "type",
    "Phone": "phone",
    "Website": "website",
    "Rating": "rating",
    "Parent Account": "parent",
    "Last Activity": "last_activity",
    "Last Modified Date": "changed",
    "Created Date": "created",
    "Account Number": "account_number",
    "Shipping City": "shipping_city",
    "Shipping Zip/Postal Code": "shipping_postcode",
    "Shipping State/Province": "shipping_state",
    "Account Site": "site",
    "SIC Code": "sic",
}
HUBSPOT_COMPANIES = """
name=name domain=website industry=industry description=description type=type numberofemployees=measure annualrevenue=money city=place
state=state zip=postcode country=country phone=phone hubspot_owner_id=owner lifecyclestage=life_cycle hs_lead_status=status
createdate=created hs_lastmodifieddate=changed hs_object_id=id
"""
HUBSPOT_CONTACTS = """
hs_object_id=id firstname=first_name lastname=last_name email=email jobtitle=job_title company=name phone=phone hs_lead_status=status
lifecyclestage=life_cycle lastmodifieddate=changed hs_analytics_source=source city=place
"""
HUBSPOT_FILE = {
    "Record ID": "id",
    "Company name": "name",
    "Company domain name": "website",
    "First name": "first_name",
    "Last name": "last_name",
    "Email": "email",
    "Deal stage": "stage",
    "Pipeline": "pipeline",
    "Company owner": "owner",
    "City": "place",
    "State/Region": "state",
    "Postal code": "postcode",
    "Country/Region": "country",
    "Number of Employees": "measure",
    "Annual Revenue": "money",
    "Industry": "industry",
    "Phone Number": "phone",
    "Lifecycle Stage": "life_cycle",
    "Lead Status": "status",
    "Create Date": "created",
}
DYNAMICS_API = """
accountid=id name=name territoryid=owner ownerid=owner_name address1_postalcode=postcode address1_latitude=lat address1_longitude=lon
revenue=money numberofemployees=measure industrycode=industry address1_city=place address1_stateorprovince=state
address1_country=country address1_line1=street telephone1=phone emailaddress1=email websiteurl=website parentaccountid=parent
createdon=created modifiedon=changed
"""
DYNAMICS_EXCEL = {
    "(Do Not Modify) Account": "id",
    "(Do Not Modify) Row Checksum": "skip",
    "(Do Not Modify) Modified On": "skip",
    "Account Name": "name",
    "Main Phone": "phone",
    "Address 1: City": "place",
    "Address 1: ZIP/Postal Code": "postcode",
    "Address 1: State/Province": "state",
    "Address 1: Country/Region": "country",
    "Address 1: Street 1": "street",
    "Owner": "owner",
    "Annual Revenue": "money",
    "Number of Employees": "measure",
    "Industry": "industry",
    "Relationship Type": "type",
    "Parent Account": "parent",
    "Website": "website",
    "Email": "email",
    "Status Reason": "status",
    "Created On": "created",
}
CELLS = {
    "id": ("0015g00000A1b2CAAR", "0015g00000A1b2DAAR", "0015g00000A1b2EAAR"),
    "place": ("Boston", "Chicago", "Denver"),
    "shipping_city": ("Boston", "Chicago", "Denver"),
    "state": ("MA", "IL", "CO"),
    "country": ("United States", "United States", "United States"),
    "postcode": ("02138", "60601", "80202"),
    "lat": ("42.37", "41.88", "39.75"),
    "lon": ("-71.11", "-87.62", "-104.99"),
    "measure": ("120000", "80000", "45000"),
    "money": ("120000", "80000", "45000"),
    "founded": ("1999", "2004", "2011"),
    "sic": ("5812", "5411", "7372"),
    "owner": ("Ann", "Bo", "Ann"),
}


def headers(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


VOCABULARIES = {
    "Salesforce reports": ("units", SALESFORCE_REPORT),
    "Salesforce API names, accounts": ("units", headers(SALESFORCE_API)),
    "Salesforce API names, leads": ("units", headers(SALESFORCE_LEADS)),
    "Salesforce API names, users": ("reps", headers(SALESFORCE_USERS)),
    "Salesforce territory members": ("alignment", {"ObjectId": "unit_id", "Territory2Id": "territory_id", "AssociationCause": "skip"}),
    "HubSpot API names, companies": ("units", headers(HUBSPOT_COMPANIES)),
    "HubSpot API names, contacts": ("units", headers(HUBSPOT_CONTACTS)),
    "HubSpot files": ("units", HUBSPOT_FILE),
    "Dynamics logical names": ("units", headers(DYNAMICS_API)),
    "Dynamics Excel exports": ("units", DYNAMICS_EXCEL),
}


class Rows:
    """A table with these columns and three rows that look real."""

    def __new__(cls, expected: dict[str, str]) -> Any:
        from bailiwick.formats import Table

        return Table.from_columns({name: CELLS.get(field, (f"{name} 1", f"{name} 2", f"{name} 3")) for name, field in expected.items()})


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_nine_of_ten_standard_headers_are_understood(vocabulary: str, record_property: Any) -> None:
    kind, expected = VOCABULARIES[vocabulary]
    found = find_columns(Rows(expected), kind, {}, is_complete=False)
    wrong = {name: (found.of_column(name), field) for name, field in expected.items() if found.of_column(name) != field}
    share = 1 - len(wrong) / len(expected)
    record_property("share", share)
    print(f"{vocabulary}: {share:.0%} of {len(expected)}")  # noqa: T201  shown with -rA
    assert share >= 0.9, wrong


@pytest.mark.parametrize("vocabulary", [name for name, (kind, _) in VOCABULARIES.items() if kind == "units"])
def test_the_kind_of_an_export_of_accounts_is_found(vocabulary: str) -> None:
    assert guess_kind(VOCABULARIES[vocabulary][1]) == "units"


pytestmark = pytest.mark.django_db
FILE = "Kennung;Firma;Ort;PLZ;Umsatz;Notiz\n1;Müller;Berlin;10115;1.234,50;x\n2;Weiß;München;80331;99,5;y\n"


def bring(actor: Actor, text: str | bytes, name: str = "a.csv", kind: str = "units", **options: object) -> ImportBatch:
    data = text.encode() if isinstance(text, str) else text
    return services.upload(actor, kind, name, [data], options=dict(options))


def field_of(batch: ImportBatch, name: str) -> str:
    return next(str(column["field"]) for column in batch.facts["columns"] if column["name"] == name)


def test_encoding_separator_and_decimal_comma_are_found_and_shown(planner: Actor) -> None:
    batch = bring(planner, FILE.encode("cp1252"), columns={"id": "Kennung"})
    layout = batch.facts["layout"]
    assert (layout["encoding"], layout["separator"], layout["header_row"], layout["decimal"]) == ("cp1252", ";", 1, ",")
    assert layout["lines"][1][:2] == ["1", "Müller"]
    services.run_import(planner, batch.public_id)
    assert sorted(MeasureValue.objects.values_list("value", flat=True)) == [99.5, 1234.5]
    assert Unit.objects.get(code="2").name == "Weiß"


def test_a_wrong_guess_is_overridden(planner: Actor) -> None:
    text = "report of today\nid|lon|lat|sales\n1|2|48|5\n2|3|49|6\n"
    batch = bring(planner, text, separator="|", header_row=2, encoding="utf-8")
    assert (batch.state, batch.facts["layout"]["header_row"]) == ("checked", 2)
    assert batch.counts["created"] == 2
    wrong = services.check(planner, batch, options={"separator": ";"})
    assert wrong.state == "refused"
    assert wrong.facts["layout"]["separator"] == ";"
    assert services.check(planner, batch, options={}).counts["created"] == 2


def test_columns_have_a_profile(planner: Actor) -> None:
    text = "id,lon,lat,sales,since,zip,empty\n" + "".join(f"c{i},{i % 3},{i},{i * 1.5},2024-01-{i + 1:02d},0{i}138,\n" for i in range(20))
    columns = {column["name"]: column for column in bring(planner, text).facts["columns"]}
    assert (columns["sales"]["type"], columns["sales"]["least"], columns["sales"]["most"]) == ("number", 0.0, 28.5)
    assert (columns["lat"]["type"], columns["lon"]["distinct"], columns["id"]["samples"]) == ("whole number", 3, ["c0", "c1", "c2"])
    assert (columns["since"]["type"], columns["since"]["least"]) == ("date", "2024-01-01")
    assert columns["zip"]["type"] == "text"
    assert (columns["empty"]["type"], columns["empty"]["filled"]) == ("empty", 0)


def test_what_is_said_of_every_column_goes(planner: Actor) -> None:
    text = "Account ID,lon,lat,Annual Revenue,Secret,Longitude 2\n1,2,48,500,s1,9\n2,3,49,600,s2,9\n"
    said = {"id": "Account ID", "lon": "lon", "lat": "lat", "skip:Secret": "Secret"}
    batch = bring(planner, text, columns=said, is_complete=True)
    assert [column["field"] for column in batch.facts["columns"]] == ["id", "lon", "lat", "", "skip", ""]
    services.run_import(planner, batch.public_id)
    assert UnitSet.objects.get().measures.get().key == "units"
    assert Unit.objects.first().attributes == {"Annual Revenue": "500", "Longitude 2": "9"}  # type: ignore[union-attr]


def test_one_column_cannot_be_two_things_nor_two_columns_one(planner: Actor, sign_in: Any) -> None:
    batch = bring(planner, "id,lon,lat,a,b\n1,2,48,5,6\n2,3,49,6,7\n")
    form = {"column:id": "id", "column:lon": "lon", "column:lat": "lat", "column:a": "industry", "column:b": "industry"}
    answer = sign_in("planner").post(f"/imports/{batch.public_id}/check", form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Two columns cannot both be the Industry: “a” and “b”" in page
    assert page.count('<option value="industry" selected>') == 2
    both = bring(planner, "id,lon,lat\n1,2,48\n2,3,49\n", "b.csv", columns={"lon": "lon", "lat": "lon"})
    assert both.facts["error"]["code"] == "map_shared"


def test_who_sells_to_a_customer_is_its_owner_as_a_number_too() -> None:
    names = {"StoreID": "id", "Name": "name", "SalesPersonID": "owner", "Latitude": "lat", "Longitude": "lon"}
    assert find_columns(Rows(names), "units", {}, is_complete=False).owner == "SalesPersonID"
    assert guess_kind(names) == "units"


def test_only_columns_that_were_not_recognised_or_are_at_fault_stand_open(planner: Actor, sign_in: Any) -> None:
    text = "id,lon,lat,Umsatz,Notiz\n1,13.4,52.5,10,x\n2,13.5,52.6,20,y\n3,0,0,30,z\n"
    batch = bring(planner, text)
    shown = columns_shown(batch, [{"name": c["name"], "field": c["field"] or "text"} for c in batch.facts["columns"]])
    assert {c["name"] for c in shown["doubtful"]} == {"lon", "lat", "Notiz"}
    page = sign_in("planner").get(f"/imports/{batch.public_id}/").content.decode()
    table, _, folded = page.partition('<details class="understood">')
    assert 'name="column:Notiz"' in table
    assert 'name="column:Umsatz"' in folded
    assert "2 columns are understood" in folded


def test_a_template_is_kept_and_used_for_the_next_file_with_its_header(planner: Actor) -> None:
    text = "k,breite,laenge,wert,zusatz\n1,48,2,5,a\n2,49,3,6,b\n"
    said = {"id": "k", "lat": "breite", "lon": "laenge", "measure:wert": "wert", "skip:zusatz": "zusatz"}
    batch = bring(planner, text, columns=said, is_complete=True)
    services.save_template(planner, batch, name="Our report")
    again = bring(planner, "zusatz,k,breite,laenge,wert\nq,7,48,2,5\nr,8,49,3,6\n", "next.csv")
    assert again.facts["template"] == "Our report"
    assert {field_of(again, "k"), field_of(again, "wert"), field_of(again, "zusatz")} == {"id", "measure", "skip"}
    services.run_import(planner, again.public_id)
    assert MappingTemplate.objects.get().n_used == 1
    assert services.check(planner, bring(planner, text, "x.csv"), options={"no_template": True}).facts.get("template") is None
    other = bring(planner, "k,breite,laenge,wert\n1,48,2,5\n", "y.csv", columns={"id": "k", "lat": "breite", "lon": "laenge"})
    assert "template" not in other.facts
    services.delete_template(planner, MappingTemplate.objects.get().public_id)
    assert not MappingTemplate.objects.exists()


def test_duplicate_and_merged_headers_and_leading_zeros(planner: Actor) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Customers of the north", None, None, None, None, None])
    sheet.merge_cells("A1:F1")
    sheet.append(["Account ID", "Zip Code", "City", "State", "Sales", "Sales"])
    sheet.append(["007", 2138, "Cambridge", "MA", 5, 6])
    sheet.append(["008", 60601, "Chicago", "IL", 7, 8])
    packed = io.BytesIO()
    book.save(packed)
    batch = bring(planner, packed.getvalue(), "north.xlsx")
    assert batch.state == "checked", batch.facts.get("error")
    assert batch.facts["layout"]["header_row"] == 2
    assert [column["name"] for column in batch.facts["columns"]][-2:] == ["Sales", "Sales_2"]
    services.run_import(planner, batch.public_id)
    cambridge = Unit.objects.get(code="007")
    assert (cambridge.attributes["Zip Code"], cambridge.placed_by) == ("02138", "postcode")


def test_first_and_last_names_make_a_name(planner: Actor) -> None:
    batch = bring(planner, "Record ID,First name,Last name,City,Country/Region\n1,Ann,Lee,Boston,US\n2,Bo,Ray,Denver,US\n")
    services.run_import(planner, batch.public_id)
    assert Unit.objects.get(code="1").name == "Ann Lee"
    assert Unit.objects.get(code="1").placed_by == "place"
    assert batch.facts["placed_by"] == {"place": 2}


def test_reps_are_known_again_by_e_mail_and_name(planner: Actor) -> None:
    first = bring(planner, "Email,Full Name,Capacity\nann@example.org,Ann Lee,1\nbo@example.org,Bo Ray,1\n", "reps.csv", "reps")
    services.run_import(planner, first.public_id)
    assert Position.objects.count() == 2
    other = "User ID,Full Name,Email,Capacity\n17,Ann Lee,ANN@example.org,0.5\n"
    second = bring(planner, other, "other.csv", "reps", columns={"id": "User ID", "name": "Full Name"})
    assert second.counts == {"created": 0, "updated": 1, "unchanged": 0, "failed": 0}, json.dumps(second.facts["how"])


def test_the_process_reads_without_the_big_libraries(tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_text("id,lon,lat\n1,2,3\n2,3,4\n", encoding="utf-8")
    facts = read_file(tmp_path / "file.csv", "units", tmp_path, {})
    assert facts["n_used"] == 2
