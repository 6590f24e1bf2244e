"""Names of columns that several kinds of records share, in the spellings of the systems that write them."""

from __future__ import annotations


def names(text: str) -> tuple[str, ...]:
    """Names that are written one after the other, between semicolons."""
    return tuple(" ".join(name.split()) for name in text.split(";"))


STREET_NAMES = names("""
    Billing Street; Street; Address; Address Line 1; AddressLine1; address1_line1; Address 1: Street 1; Mailing Street; Street Address;
    Organization - Address; Person - Postal address; Straße; Strasse
""")
CITY_NAMES = names("""
    Billing City; City; address1_city; Address 1: City; Mailing City; Town; Organization - City/town/village/locality; Ort; Stadt;
    Headquarters Location; Headquarters
""")
REGION_NAMES = names("""
    Billing State/Province; Billing State; Billing State Code; State/Region; State; address1_stateorprovince; Address 1: State/Province;
    Mailing State/Province; Mailing State; Province; StateProvinceCode; Region; Bundesland
""")
POSTAL_NAMES = names("""
    Billing Zip/Postal Code; Billing Postal Code; Billing Code; Zip; Zip Code; Postal Code; address1_postalcode; Address 1: ZIP/Postal Code;
    Mailing Zip/Postal Code; Mailing Postal Code; Mailing Zip; Postcode; Organization - ZIP/Postal code; PLZ; Postleitzahl
""")
COUNTRY_NAMES = names("""
    Billing Country; Country; Country/Region; address1_country; Address 1: Country/Region; Mailing Country; CountryRegionCode;
    office_location; Land
""")
FIRST_NAMES = names("First Name; firstname; Given name; Person - First name; Vorname")
LAST_NAMES = names("Last Name; lastname; Surname; Family name; Person - Last name; Nachname")
CURRENCY_NAMES = names("""
    Currency; CurrencyIsoCode; Account Currency; Amount Currency; Deal Currency; Currency Code; transactioncurrencyid; deal_currency_code;
    Deal - Currency; Währung
""")
ACCOUNT_NAMES = names("""
    Account ID; AccountId; Account Name; Account; Company Name; Company; parentaccountid; customerid; Customer; Potential Customer;
    Associated Company; Associated Company IDs; Primary Associated Company ID; Deal - Organization; Activity - Organization; Organization;
    CustomerKey; CustomerID; StoreID; Customer Number; Customer No; Kundennummer; Kunde; Firma
""")
CONTACT_NAMES = names("""
    Contact ID; ContactId; Contact Email; Contact Name; Contact; primarycontactid; Associated Contact; Associated Contact IDs;
    Deal - Contact person; Activity - Contact person; Person; Ansprechpartner
""")
DESCRIPTION_NAMES = names("Description; Notes; Comments; Bemerkung; Beschreibung")
