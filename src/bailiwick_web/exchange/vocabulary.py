"""What the columns of a file can be, with the names that systems and people give them: the only place to touch to know one more.

Pure data. Names are compared by their letters and digits only, as in ``bailiwick.formats``, whose fields (where and what a unit is)
come first; the ones here are kept with every unit under one name, whatever the system calls them.
"""

from __future__ import annotations

from functools import cache

from bailiwick.formats.synonyms import name_key

MEASURE, MONEY, SKIP, OWNER = "measure", "money", "skip", "owner"
"""Kinds of fields that are no fields of ``bailiwick.formats``: a number to balance, one that is money, left out, who has the unit today."""

UNIT_FIELDS = ("id", "name", "lon", "lat", "location", "postcode", "place", "state", "country")
REP_FIELDS = ("id", "name", "capacity", "lon", "lat", "location", "postcode", "place", "state", "country")
ALIGNMENT_FIELDS = ("unit_id", "territory_id")
PLACE_FIELDS = frozenset({"lon", "lat", "location", "postcode", "place"})


def _names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(";"))


OWNERS = _names("""
    Territory; Territory Name; Territory2Id; territoryid; Territory ID; OwnerId; Account Owner; Account Owner: Full Name; Owner; ownerid;
    Owner ID; hubspot_owner_id; Company owner; Contact owner; Deal owner; Lead Owner; Opportunity Owner; Owner Name; Account Manager; Sales
    Rep; Rep; Rep ID; Sales Representative; Salesperson; Sales Person; Salesperson ID; Salesperson Code; Salesperson Number; Sales Rep ID;
    Sales Agent; Account Manager ID; Assigned To; Gebiet; Vertriebsgebiet; Vertreter; Vertreternummer; Außendienst; Secteur; Commercial;
    Vendeur; Vendedor; Comercial
""")

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "street": _names("""
        Street; Street Address; Address; Address Line 1; Billing Street; Billing Address Line 1; Mailing Street; address1_line1; Address 1:
        Street 1; Address 1; Straße; Strasse; Adresse; Calle; Rue; Dirección
    """),
    "shipping_street": _names("Shipping Street; Shipping Address Line 1; address2_line1; Address 2: Street 1"),
    "shipping_city": _names("Shipping City; address2_city; Address 2: City"),
    "shipping_state": _names("Shipping State/Province; Shipping State; address2_stateorprovince; Address 2: State/Province"),
    "shipping_state_code": _names("Shipping State Code"),
    "shipping_postcode": _names("""
        Shipping Zip/Postal Code; Shipping Postal Code; Shipping Zip; address2_postalcode; Address 2: ZIP/Postal Code
    """),
    "shipping_country": _names("Shipping Country; address2_country; Address 2: Country/Region"),
    "shipping_country_code": _names("Shipping Country Code"),
    "shipping_latitude": _names("Shipping Latitude; address2_latitude"),
    "shipping_longitude": _names("Shipping Longitude; address2_longitude"),
    "shipping_accuracy": _names("Shipping Geocode Accuracy"),
    "state_code": _names("State Code; Billing State Code; State Province Code"),
    "country_code": _names("Country Code; Billing Country Code"),
    "location_accuracy": _names("Geocode Accuracy; Billing Geocode Accuracy"),
    "account_number": _names("Account Number; Account No"),
    "parent": _names("""
        ParentId; Parent Account; Parent Account ID; Parent Account Name; parentaccountid; Parent company; hs_parent_company_id; parent
        customer
    """),
    "industry": _names("Industry; industrycode; Industry Code; Sector; Branche; Secteur d'activité"),
    "type": _names("Type; Account Type; Business Type; customertypecode; Relationship Type; Company type; Record Type Name"),
    "segment": _names("Segment; Customer Segment; Tier; Account Tier; Kundensegment"),
    "region": _names("Region; Sales Region; District; Area; Vertriebsregion"),
    "rating": _names("Rating; Account Rating; accountratingcode; Lead Rating"),
    "employees": _names("""
        Employees; Number of Employees; NumberOfEmployees; No. of Employees; Number of Employees (Account); Headcount; Mitarbeiterzahl
    """),
    "annual_revenue": _names("Annual Revenue; AnnualRevenue; revenue; Jahresumsatz"),
    "amount": _names("Amount; Deal Amount; Opportunity Amount; estimatedvalue; Est. Revenue"),
    "recurring_revenue": _names("hs_mrr; MRR; Monthly recurring revenue"),
    "sic": _names("Sic; SIC Code; sic code"),
    "naics": _names("NaicsCode; NAICS Code"),
    "duns": _names("DunsNumber; D-U-N-S Number; Duns"),
    "site": _names("Site; Account Site"),
    "website": _names("Website; Website URL; websiteurl; domain; Company domain name; Web; Homepage; URL"),
    "phone": _names("Phone; Phone Number; telephone1; Main Phone; Business Phone; Telefon; Téléphone; Teléfono"),
    "mobile": _names("Mobile; MobilePhone; Mobile Phone; Mobile phone number"),
    "fax": _names("Fax"),
    "email": _names("Email; E-mail; emailaddress1; Email Address; internalemailaddress; Primary Email; E-Mail-Adresse"),
    "first_name": _names("First name; FirstName; firstname; Given name; Vorname; Prénom"),
    "last_name": _names("Last name; LastName; lastname; Surname; Family name; Nachname; Nom de famille"),
    "job_title": _names("Title; Job Title; jobtitle"),
    "company": _names("Company; Company name; Associated Company; Organisation; Organization; Firma"),
    "status": _names("Status; Lead Status; hs_lead_status; statuscode; Status Reason; statecode; Account Status"),
    "life_cycle": _names("lifecyclestage; Lifecycle Stage; Life cycle"),
    "source": _names("LeadSource; Lead Source; Account Source; hs_analytics_source; Original source; Original Traffic Source"),
    "stage": _names("Stage; StageName; Deal Stage; dealstage; Sales Stage"),
    "pipeline": _names("Pipeline"),
    "probability": _names("Probability; Probability (%)"),
    "forecast_category": _names("Forecast Category; ForecastCategoryName"),
    "closes": _names("CloseDate; Close Date; closedate; estimatedclosedate"),
    "description": _names("Description; Notes; Comments; Bemerkung"),
    "founded": _names("YearStarted; Year Started; Year Founded; founded_year; Year Opened"),
    "last_activity": _names("""
        LastActivityDate; Last Activity; Last Activity Date; notes_last_updated; Last contacted; notes_last_contacted
    """),
    "created": _names("CreatedDate; Created Date; createdate; Create Date; createdon; Created On; Created"),
    "changed": _names("""
        LastModifiedDate; Last Modified Date; hs_lastmodifieddate; lastmodifieddate; modifiedon; Modified On; SystemModstamp; Last modified
    """),
    "record_type": _names("RecordTypeId; Record Type; Account Record Type; Record Type ID"),
    "kept_from_realignment": _names("IsExcludedFromRealign; Exclude from territory assignment rules"),
    "opted_out": _names("HasOptedOutOfEmail; Email Opt Out; donotemail; Unsubscribed from all email"),
    "is_converted": _names("IsConverted; Converted"),
    "converted_account": _names("ConvertedAccountId; Converted Account"),
    "owner_name": _names("""
        OwnerId; Account Owner; Owner; ownerid; hubspot_owner_id; Company owner; Contact owner; Deal owner; Lead Owner; Opportunity Owner
    """),
    "manager": _names("ManagerId; Manager; Manager Name; parentsystemuserid; Vorgesetzter"),
    "is_active": _names("IsActive; Active; isdisabled"),
    "time_zone": _names("TimeZoneSidKey; Time Zone; timezone"),
    "employee_number": _names("EmployeeNumber; Employee Number; Employee ID; Personalnummer"),
    "federation_id": _names("FederationIdentifier; Federation ID"),
    "user_name": _names("Username; User Name; domainname"),
    "role": _names("UserRoleId; Role; Role Name; User Role"),
    "skills": _names("Skills; Languages; Product line"),
}
"""What is kept with a unit or a rep under one name, best names first."""

NUMBERS = frozenset({"employees", "annual_revenue", "amount", "recurring_revenue"})
"""Attributes that are measures where they are filled well enough."""

MONEY_ATTRIBUTES = frozenset({"annual_revenue", "amount", "recurring_revenue"})
"""Those of them that are money."""

CURRENCY_COLUMNS = frozenset(
    map(name_key, _names("Currency; CurrencyIsoCode; Account Currency; Currency Code; transactioncurrencyid; Währung; deal_currency_code"))
)
"""Keys of columns that say in which currency money is."""

SKIPPED = _names("""
    (Do Not Modify) Row Checksum; (Do Not Modify) Modified On; IsDeleted; PhotoUrl; attributes; AssociationCause; SobjectType
""")
"""Columns that other systems keep for themselves."""

LABELS = {
    "id": "Id",
    "name": "Name",
    "lon": "Longitude",
    "lat": "Latitude",
    "location": "Coordinates in one text",
    "postcode": "Postcode",
    "place": "City",
    "state": "State",
    "country": "Country",
    "capacity": "Capacity",
    "unit_id": "Customer or area",
    "territory_id": "Territory",
    OWNER: "Owner or territory",
    MEASURE: "Measure to balance",
    MONEY: "Measure in money",
    SKIP: "Leave out",
    "sic": "SIC code",
    "naics": "NAICS code",
    "duns": "D-U-N-S number",
}


def label_of(field: str) -> str:
    """What people call a field.

    Examples
    --------
    >>> label_of("lon"), label_of("shipping_city")
    ('Longitude', 'Shipping city')
    """
    return LABELS.get(field) or field.replace("_", " ").capitalize()


@cache
def attribute_ranks() -> dict[str, tuple[tuple[int, str], ...]]:
    """Key of a column name → attributes that it can be, with the rank of the name."""
    found: dict[str, list[tuple[int, str]]] = {}
    for field, names in ATTRIBUTES.items():
        for rank, name in enumerate(names):
            found.setdefault(name_key(name), []).append((rank, field))
    return {key: tuple(sorted(ranks)) for key, ranks in found.items()}


@cache
def owner_ranks() -> dict[str, int]:
    """Key of a column name → rank among the names of owners."""
    return {name_key(name): rank for rank, name in reversed(list(enumerate(OWNERS)))}


@cache
def skipped_keys() -> frozenset[str]:
    """Keys of the columns that are left out unless somebody wants them."""
    return frozenset(map(name_key, SKIPPED))
