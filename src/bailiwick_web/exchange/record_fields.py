"""What columns of accounts, contacts and opportunities can be, under the names that systems give them.

Pure data, with the names of Salesforce, HubSpot, Dynamics, Zoho and Pipedrive. They are compared by their letters and digits only, so that
``BillingPostalCode`` and ``Billing Postal Code`` are one.
"""

from __future__ import annotations

ACCOUNTS, CONTACTS, OPPORTUNITIES = "accounts", "contacts", "deals"
RECORD_KINDS = (ACCOUNTS, CONTACTS, OPPORTUNITIES)
SKIPPED_WORD = "skip:"
TEXT, MONEY, WHOLE, DAY, SHARE, DEGREES = "text", "money", "whole", "day", "share", "degrees"


def _names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(";"))


_STREET = _names("""
    Billing Street; Street; Address; Address Line 1; AddressLine1; address1_line1; Address 1: Street 1; Mailing Street; Street Address;
    Organization - Address; Person - Postal address; Straße; Strasse
""")
_CITY = _names("""
    Billing City; City; address1_city; Address 1: City; Mailing City; Town; Organization - City/town/village/locality; Ort; Stadt
""")
_REGION = _names("""
    Billing State/Province; Billing State; Billing State Code; State/Region; State; address1_stateorprovince; Address 1: State/Province;
    Mailing State/Province; Mailing State; Province; StateProvinceCode; Region; Bundesland
""")
_POSTAL = _names("""
    Billing Zip/Postal Code; Billing Postal Code; Billing Code; Zip; Zip Code; Postal Code; address1_postalcode; Address 1: ZIP/Postal Code;
    Mailing Zip/Postal Code; Mailing Postal Code; Mailing Zip; Postcode; Organization - ZIP/Postal code; PLZ; Postleitzahl
""")
_COUNTRY = _names("""
    Billing Country; Country; Country/Region; address1_country; Address 1: Country/Region; Mailing Country; CountryRegionCode;
    office_location; Land
""")
_DESCRIPTION = _names("Description; Notes; Comments; Bemerkung; Beschreibung")

FIELDS: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    ACCOUNTS: {
        "external_id": (TEXT, _names("""
            Account ID 18; Account ID; Id; Record ID; Record Id; hs_object_id; Company ID; accountid; (Do Not Modify) Account;
            Organization - ID; StoreID; Symbol; Kunden-ID
        """)),
        "name": (TEXT, _names("""
            Account Name; Company name; Company; Name; Organization - Name; Organization Name; account; Security; Firma; Kunde; Firmenname
        """)),
        "code": (TEXT, _names("Account Number; accountnumber; Customer Number; Customer No; Kundennummer")),
        "parent": (TEXT, _names("""
            Parent Account ID; ParentId; Parent Account; Parent Account Name; parentaccountid; Parent company; hs_parent_company_id;
            subsidiary_of
        """)),
        "state": (TEXT, _names("Account Type; Type; Lifecycle Stage; lifecyclestage; Relationship Type; customertypecode; Label")),
        "segment": (TEXT, _names("Segment; Customer Segment; Kundensegment; BusinessType")),
        "tier": (TEXT, _names("Tier; Account Tier; Rating")),
        "industry": (TEXT, _names("Industry; industrycode; Sector; GICS Sector; Branche; Specialty")),
        "industry_code": (TEXT, _names("SIC Code; Sic; NaicsCode; NAICS Code; NACE")),
        "employees": (WHOLE, _names("""
            Employees; Number of Employees; numberofemployees; No. of Employees; NumberEmployees; Number of employees; Mitarbeiter
        """)),
        "annual_revenue": (MONEY, _names("Annual Revenue; annualrevenue; revenue; Annual Revenue (converted); Jahresumsatz")),
        "website": (TEXT, _names("Website; Company domain name; domain; websiteurl; Website URL; Organization - Website; Webseite")),
        "phone": (TEXT, _names("Phone; Phone Number; telephone1; Main Phone; Telefon")),
        "email": (TEXT, _names("Email; emailaddress1; E-mail; E-Mail-Adresse")),
        "description": (TEXT, _DESCRIPTION),
        "street": (TEXT, _STREET),
        "city": (TEXT, _CITY),
        "region": (TEXT, _REGION),
        "postal_code": (TEXT, _POSTAL),
        "country": (TEXT, _COUNTRY),
        "lon": (DEGREES, _names("Billing Longitude; Longitude; address1_longitude; lon; lng")),
        "lat": (DEGREES, _names("Billing Latitude; Latitude; address1_latitude; lat")),
    },
    CONTACTS: {
        "external_id": (TEXT, _names("""
            Contact ID 18; Contact ID; Id; Record ID; Record Id; hs_object_id; contactid; (Do Not Modify) Contact; Person - ID
        """)),
        "first_name": (TEXT, _names("First Name; firstname; Given name; Person - First name; Vorname")),
        "last_name": (TEXT, _names("Last Name; lastname; Surname; Family name; Person - Last name; Nachname")),
        "name": (TEXT, _names("Full Name; fullname; Contact Name; Name; Person - Name; Ansprechpartner")),
        "salutation": (TEXT, _names("Salutation; Anrede")),
        "job_title": (TEXT, _names("Title; Job Title; jobtitle; Person - Job title; Position; Funktion")),
        "department": (TEXT, _names("Department; Abteilung")),
        "email": (TEXT, _names("Email; Email Address; emailaddress1; E-mail; Person - Email; Person - Email - Work; E-Mail-Adresse")),
        "phone": (TEXT, _names("Phone; Phone Number; Business Phone; telephone1; Person - Phone; Person - Phone - Work; Telefon")),
        "mobile": (TEXT, _names("Mobile; Mobile Phone; MobilePhone; Mobile phone number; Person - Phone - Mobile; Mobil")),
        "account": (TEXT, _names("""
            Account ID; AccountId; Account Name; Account; Company Name; Company; parentcustomerid; Associated Company; Primary Associated
            Company ID; Person - Organization; Organization; Firma
        """)),
        "description": (TEXT, _DESCRIPTION),
    },
    OPPORTUNITIES: {
        "external_id": (TEXT, _names("""
            Opportunity ID 18; Opportunity ID; opportunity_id; Id; Record ID; Record Id; Deal ID; hs_object_id; opportunityid;
            (Do Not Modify) Opportunity; Deal - ID
        """)),
        "name": (TEXT, _names("Opportunity Name; Deal Name; dealname; Name; Topic; Deal - Title; Title")),
        "account": (TEXT, _names("""
            Account ID; AccountId; Account Name; account; Company Name; Company; parentaccountid; Potential Customer; Associated Company;
            Deal - Organization; Organization; Kunde
        """)),
        "stage": (TEXT, _names("Stage; StageName; Deal Stage; dealstage; deal_stage; Sales Stage; stepname; Deal - Stage; Phase")),
        "amount": (MONEY, _names("""
            Amount; Deal Amount; close_value; estimatedvalue; Est. Revenue; Deal - Value; Value; Opportunity Amount; Betrag; Wert
        """)),
        "close_on": (DAY, _names("""
            Close Date; CloseDate; closedate; close_date; Closing Date; estimatedclosedate; Est. Close Date; Deal - Expected close date
        """)),
        "probability": (SHARE, _names("Probability (%); Probability; closeprobability; Deal - Probability")),
        "product": (TEXT, _names("Product; Product Name; Line Item; Produkt")),
        "source": (TEXT, _names("Lead Source; LeadSource; Source; Original source; hs_analytics_source; Deal - Source")),
        "next_step": (TEXT, _names("Next Step; NextStep; Next step")),
        "description": (TEXT, _DESCRIPTION),
    },
}  # fmt: skip
"""Kind of record → field → what it holds, names best first."""

SYSTEMS: dict[str, tuple[str, ...]] = {
    "hubspot": _names("hs_object_id; Record ID; Company domain name; hubspot_owner_id; lifecyclestage; dealname; hs_lead_status"),
    "dynamics": _names("(Do Not Modify) Account; (Do Not Modify) Contact; (Do Not Modify) Opportunity; accountid; contactid; telephone1"),
    "pipedrive": _names("Organization - Name; Organization - ID; Person - Name; Person - ID; Deal - Title; Deal - ID"),
    "salesforce": _names("""
        Account ID 18; Account ID; Contact ID; Opportunity ID; Billing Zip/Postal Code; BillingPostalCode; StageName; AccountId; IsDeleted
    """),
    "zoho": _names("Record Id; Account Owner; Closing Date; Billing Code"),
}
"""Columns, as they are written there, by which an export of a system is known; the system is the source of its ids."""

INDUSTRIES = frozenset(
    _names("""
    agriculture; automotive; banking; biotechnology; chemicals; construction; consulting; education; electronics; employment; energy;
    engineering; entertainment; environmental; finance; government; healthcare; hospitality; insurance; logistics; machinery;
    manufacturing; marketing; media; medical; pharmaceuticals; recreation; retail; services; shipping; software; technology;
    telecommunications; transportation; utilities; wholesale
    """)
)
"""Words that an industry is called by: what is nearly one of them may be a slip of the keyboard."""

_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def system_of(names: list[str]) -> str:
    """The system that a header comes from, or ``file``.

    Examples
    --------
    >>> system_of(["Account ID", "Account Name"]), system_of(["Deal - Title"]), system_of(["id"])
    ('salesforce', 'pipedrive', 'file')
    """
    return next((system for system, known in SYSTEMS.items() if set(names) & set(known)), "file")


def long_id(text: str) -> str:
    """A Salesforce id of 15 characters in its form of 18, whose last three say which letters are capitals; others as they are.

    Examples
    --------
    >>> long_id("001D000000IqhSL"), long_id("001D000000IqhSLIAZ"), long_id("007")
    ('001D000000IqhSLIAZ', '001D000000IqhSLIAZ', '007')
    """
    if len(text) != 15 or not text.isascii() or not text.isalnum():
        return text
    ends = (sum(1 << i for i, letter in enumerate(text[at : at + 5]) if letter.isupper()) for at in (0, 5, 10))
    return text + "".join(_CHECKSUM[end] for end in ends)
