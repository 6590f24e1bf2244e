"""The names that systems give to the columns of records: the only place to touch to know one more.

Pure data, with the names of Salesforce, HubSpot, Dynamics, Zoho and Pipedrive. They are compared by their letters and digits only, so that
``BillingPostalCode`` and ``Billing Postal Code`` are one.
"""

from __future__ import annotations

ACCOUNTS, CONTACTS, OPPORTUNITIES, LEADS, ADDRESSES = "accounts", "contacts", "deals", "leads", "addresses"
CATEGORIES, PRODUCTS, ORDERS, ORDER_LINES, CASES, ACTIVITIES = "categories", "products", "orders", "order_lines", "cases", "activities"
RESPONSES, WEB_VISITS, MENTIONS = "responses", "web_visits", "mentions"
RECORD_KINDS = (
    *(CATEGORIES, PRODUCTS, ACCOUNTS, ADDRESSES, CONTACTS, LEADS, OPPORTUNITIES),
    *(ORDERS, ORDER_LINES, CASES, ACTIVITIES, RESPONSES, WEB_VISITS, MENTIONS),
)
"""In the order in which they are imported: what others name comes first."""
OWN_ID, OWN_ORDER_ID, RAW = "Bailiwick ID", "Bailiwick Order ID", " (raw)"
GUARDED = frozenset((OWN_ID, OWN_ORDER_ID))
"""Headers of identifiers in tables that were exported here; by them the importer knows that texts are guarded against being run."""
EMPTIED = "\x00emptied"
"""A cell that empties its field, where an empty cell would leave it as it is; no file can hold such a text."""
TEXT, MONEY, WHOLE, DAY, SHARE, DEGREES = "text", "money", "whole", "day", "share", "degrees"
NUMBER, INSTANT, YES_NO = "number", "instant", "yes-no"


def _names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(";"))


_STREET = _names("""
    Billing Street; Street; Address; Address Line 1; AddressLine1; address1_line1; Address 1: Street 1; Mailing Street; Street Address;
    Organization - Address; Person - Postal address; Straße; Strasse
""")
_CITY = _names("""
    Billing City; City; address1_city; Address 1: City; Mailing City; Town; Organization - City/town/village/locality; Ort; Stadt;
    Headquarters Location; Headquarters
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
_FIRST = _names("First Name; firstname; Given name; Person - First name; Vorname")
_LAST = _names("Last Name; lastname; Surname; Family name; Person - Last name; Nachname")
_CURRENCY = _names("""
    Currency; CurrencyIsoCode; Account Currency; Amount Currency; Deal Currency; Currency Code; transactioncurrencyid; deal_currency_code;
    Deal - Currency; Währung
""")
_ACCOUNT = _names("""
    Account ID; AccountId; Account Name; Account; Company Name; Company; parentaccountid; customerid; Customer; Potential Customer;
    Associated Company; Associated Company IDs; Primary Associated Company ID; Deal - Organization; Activity - Organization; Organization;
    CustomerKey; CustomerID; StoreID; Customer Number; Customer No; Kundennummer; Kunde; Firma
""")
_CONTACT = _names("""
    Contact ID; ContactId; Contact Email; Contact Name; Contact; primarycontactid; Associated Contact; Associated Contact IDs;
    Deal - Contact person; Activity - Contact person; Person; Ansprechpartner
""")
_DESCRIPTION = _names("Description; Notes; Comments; Bemerkung; Beschreibung")

FIELDS: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    ACCOUNTS: {
        "external_id": (TEXT, _names("""
            Bailiwick ID; Bailiwick ID (raw); Account ID 18; Account ID; Id; Record ID; Record Id; hs_object_id; Company ID; accountid;
            (Do Not Modify) Account;
            Organization - ID; StoreID; CustomerKey; ResellerKey; CustomerID; Symbol; Kunden-ID
        """)),
        "name": (TEXT, _names("""
            Account Name; ResellerName; Company name; Company; Name; Organization - Name; Organization Name; account; Security; Firma;
            Kunde; Firmenname
        """)),
        "first_name": (TEXT, _FIRST),
        "last_name": (TEXT, _LAST),
        "code": (TEXT, _names("Account Number; accountnumber; ResellerAlternateKey; Customer Number; Customer No; Kundennummer")),
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
        "email": (TEXT, _names("Email; Email Address; emailaddress1; E-mail; E-Mail-Adresse")),
        "currency": (TEXT, _CURRENCY),
        "owner": (TEXT, _names("""
            Account Owner Email; Account Owner; Company owner; Owner; Organization - Owner; Owner Name;
            Kundenbetreuer
        """)),
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
            Bailiwick ID; Bailiwick ID (raw); Contact ID 18; Contact ID; Id; Record ID; Record Id; hs_object_id; contactid;
            (Do Not Modify) Contact; Person - ID
        """)),
        "first_name": (TEXT, _FIRST),
        "last_name": (TEXT, _LAST),
        "name": (TEXT, _names("Full Name; fullname; Contact Name; Name; Person - Name; Ansprechpartner")),
        "salutation": (TEXT, _names("Salutation; Prefix; Anrede")),
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
            Bailiwick ID; Bailiwick ID (raw); Opportunity ID 18; Opportunity ID; opportunity_id; Id; Record ID; Record Id; Deal ID;
            hs_object_id; opportunityid;
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
        "currency": (TEXT, _CURRENCY),
        "owner": (TEXT, _names("Opportunity Owner Email; Opportunity Owner; Deal owner; Owner; Deal - Owner; sales_agent; Besitzer")),
        "close_on": (DAY, _names("""
            Close Date; CloseDate; closedate; close_date; Closing Date; estimatedclosedate; Est. Close Date; Deal - Expected close date
        """)),
        "probability": (SHARE, _names("Probability (%); Probability; closeprobability; Deal - Probability")),
        "product": (TEXT, _names("Product; Product Name; Line Item; Produkt")),
        "source": (TEXT, _names("Lead Source; LeadSource; Source; Original source; hs_analytics_source; Deal - Source")),
        "next_step": (TEXT, _names("Next Step; NextStep; Next step")),
        "description": (TEXT, _DESCRIPTION),
    },
    CATEGORIES: {
        "external_id": (TEXT, _names("""
            Bailiwick ID; Bailiwick ID (raw); Product Line ID; Product Family ID; ProductSubcategoryID; ProductCategoryID; Category ID;
            Record ID; Id;
            Produktlinien-ID
        """)),
        "name": (TEXT, _names("Name; Product Line; Product Family; Category Name; Category; series; Produktlinie; Kategorie")),
        "code": (TEXT, _names("Product Line Code; Category Code; Code")),
        "parent": (TEXT, _names("""
            Parent ID; ParentId; Parent Category ID; Parent Category; Parent; ProductCategoryID; ProductCategoryKey; Oberkategorie
        """)),
    },
    PRODUCTS: {
        "external_id": (TEXT, _names("""
            Bailiwick ID; Bailiwick ID (raw); Product ID 18; Product ID; Product2Id; ProductKey; Record ID; Record Id; hs_object_id;
            (Do Not Modify) Product;
            Product - ID;
            Id;
            Produkt-ID
        """)),
        "name": (TEXT, _names("Product Name; Name; Product - Name; Product; hs_product_name; Produktname; Produkt")),
        "code": (TEXT, _names("""
            Product Code; ProductCode; ProductNumber; ProductSKU; SKU; hs_sku; Product - Product code; productnumber; Artikelnummer
        """)),
        "category": (TEXT, _names("""
            Product Family; Family; Product Line ID; ProductSubcategoryID; ProductSubcategoryKey; ProductCategoryID; Product Category;
            Product Line; Category; series; Product - Category; Produktlinie; Kategorie
        """)),
        "unit": (TEXT, _names("Unit; Unit of Measure; QuantityUnitOfMeasure; Usage Unit; Product - Unit; Einheit")),
        "price": (MONEY, _names("""
            List Price; ListPrice; Unit Price; UnitPrice; ProductPrice; sales_price; hs_price; price; Standard Price;
            Product - Unit price; Preis
        """)),
        "currency": (TEXT, _CURRENCY),
        "is_active": (YES_NO, _names("Is Active; IsActive; Active; Product Active; Product - Active; Aktiv")),
        "description": (TEXT, (*_names("Product Description; ProductDescription; hs_product_description"), *_DESCRIPTION)),
    },
    ADDRESSES: {
        "external_id": (TEXT, _names("""
            Bailiwick ID; Bailiwick ID (raw); Address ID; AddressID; customeraddressid; Record ID; Id; Adress-ID
        """)),
        "account": (TEXT, _ACCOUNT),
        "place_kind": (TEXT, _names("Address Type; AddressType; Type; addresstypecode; Adresstyp")),
        "label": (TEXT, _names("Address Name; Label; Site Name; name; Bezeichnung")),
        "street": (TEXT, _STREET),
        "more": (TEXT, _names("Address Line 2; AddressLine2; address1_line2; Street 2; Adresszusatz")),
        "city": (TEXT, _CITY),
        "region": (TEXT, _REGION),
        "postal_code": (TEXT, _POSTAL),
        "country": (TEXT, _COUNTRY),
        "lon": (DEGREES, _names("Longitude; address1_longitude; lon; lng")),
        "lat": (DEGREES, _names("Latitude; address1_latitude; lat")),
    },
    LEADS: {
        "external_id": (TEXT, _names("""
            Bailiwick ID; Bailiwick ID (raw); Lead ID 18; Lead ID; leadid; (Do Not Modify) Lead; ProspectiveBuyerKey; Lead - ID;
            Record ID; Record Id;
            hs_object_id; Id
        """)),
        "company": (TEXT, _names("Company; Company / Account; companyname; Company Name; Lead - Organization; Organization; Firma")),
        "first_name": (TEXT, _FIRST),
        "last_name": (TEXT, _LAST),
        "name": (TEXT, _names("Lead Name; Full Name; fullname; Name; Lead - Person; Lead - Title; Contact Name")),
        "job_title": (TEXT, _names("Title; Job Title; jobtitle; Occupation; Funktion")),
        "email": (TEXT, _names("Email; Email Address; EmailAddress; emailaddress1; E-mail; Lead - Email; E-Mail-Adresse")),
        "phone": (TEXT, _names("Phone; Phone Number; Business Phone; telephone1; Mobile; Mobile Phone; Lead - Phone; Telefon")),
        "website": (TEXT, _names("Website; websiteurl; Website URL; Webseite")),
        "industry": (TEXT, _names("Industry; industrycode; Sector; Branche")),
        "employees": (WHOLE, _names("No. of Employees; Number of Employees; NumberOfEmployees; Employees; numberofemployees")),
        "status": (TEXT, _names("Lead Status; Status; hs_lead_status; statuscode; Status Reason; Lead - Status")),
        "source": (TEXT, _names("Lead Source; LeadSource; leadsourcecode; Original source; hs_analytics_source; Source; Lead - Source")),
        "campaign": (TEXT, _names("Campaign; Campaign Name; Kampagne")),
        "estimated_amount": (MONEY, _names("Estimated Amount; estimatedamount; Estimated Value; Est. Value; Lead - Value")),
        "currency": (TEXT, _CURRENCY),
        "description": (TEXT, _DESCRIPTION),
        "street": (TEXT, _STREET),
        "city": (TEXT, _CITY),
        "region": (TEXT, _REGION),
        "postal_code": (TEXT, _POSTAL),
        "country": (TEXT, _COUNTRY),
        "lon": (DEGREES, _names("Longitude; address1_longitude; lon; lng")),
        "lat": (DEGREES, _names("Latitude; address1_latitude; lat")),
    },
    ORDERS: {
        "external_id": (TEXT, _names("""
            Bailiwick ID; Bailiwick ID (raw); Order ID 18; Order ID; OrderId; salesorderid; (Do Not Modify) Order; SalesOrderID;
            Record ID; Record Id;
            hs_object_id; Id
        """)),
        "number": (TEXT, _names("""
            Order Number; OrderNumber; SalesOrderNumber; ordernumber; Sales Order; Order No; Invoice Number; InvoiceNo; SO Number;
            Auftragsnummer; Bestellnummer
        """)),
        "account": (TEXT, _ACCOUNT),
        "contact": (TEXT, _CONTACT),
        "deal": (TEXT, _names("Opportunity ID; OpportunityId; Opportunity Name; opportunityid; Deal ID; Deal Name; Potential Name")),
        "ordered_on": (DAY, _names("""
            Order Date; OrderDate; Order Start Date; EffectiveDate; Effective Date; InvoiceDate; Invoice Date; Date; datefulfilled;
            hs_order_date; Auftragsdatum; Bestelldatum; Datum
        """)),
        "due_on": (DAY, _names("Due Date; DueDate; Order End Date; EndDate; requestdeliveryby; Lieferdatum")),
        "order_state": (TEXT, _names("Order Status; Status; statuscode; Stage; Auftragsstatus")),
        "amount": (MONEY, _names("""
            Order Amount; Total Amount; TotalAmount; totalamount; Grand Total; TotalDue; SubTotal; Amount; hs_total_price; Betrag; Summe
        """)),
        "currency": (TEXT, _CURRENCY),
    },
    ORDER_LINES: {
        "order": (TEXT, _names("""
            Bailiwick Order ID; Bailiwick Order ID (raw); Order ID; OrderId; Order Number; OrderNumber; SalesOrderID; SalesOrderNumber;
            salesorderid; Sales Order;
            Order No; InvoiceNo;
            Invoice; Invoice Number; Auftragsnummer; Bestellnummer
        """)),
        "place": (WHOLE, _names("""
            Order Line Item; OrderLineItem; Order Product Number; OrderItemNumber; Line Number; LineNo; Line; lineitemnumber; Position;
            SalesOrderDetailID
        """)),
        "account": (TEXT, _ACCOUNT),
        "ordered_on": (DAY, _names("Order Date; OrderDate; InvoiceDate; Invoice Date; EffectiveDate; Date; Auftragsdatum; Datum")),
        "product": (TEXT, _names("""
            Product ID; Product2Id; ProductKey; StockCode; Product Code; ProductCode; ProductNumber; SKU; Product Name; Product; productid;
            Artikelnummer; Produkt
        """)),
        "text": (TEXT, _names("Line Description; Product Description; Description; productdescription; Beschreibung; Bezeichnung")),
        "quantity": (NUMBER, _names("Quantity; OrderQuantity; OrderQty; Qty; Menge; Anzahl")),
        "price": (NUMBER, _names("Unit Price; UnitPrice; Sales Price; priceperunit; Price; Einzelpreis; Preis")),
        "discount": (SHARE, _names("Discount; UnitPriceDiscount; Discount (%); Rabatt")),
        "amount": (MONEY, _names("Line Total; LineTotal; Total Price; TotalPrice; extendedamount; Amount; Betrag")),
        "currency": (TEXT, _CURRENCY),
        "cost": (MONEY, _names("Total Cost; Line Cost; Cost; Kosten")),
    },
    CASES: {
        "external_id": (TEXT, _names("""
            Bailiwick ID; Bailiwick ID (raw); Case ID 18; Case ID; Case Number; CaseNumber; ticketnumber; (Do Not Modify) Case;
            incidentid; Ticket ID;
            hs_ticket_id;
            Record ID;
            Record Id; Id; Vorgangsnummer
        """)),
        "subject": (TEXT, _names("Subject; Case Title; title; Ticket name; Case Subject; Betreff")),
        "account": (TEXT, _ACCOUNT),
        "contact": (TEXT, _CONTACT),
        "priority": (TEXT, _names("Priority; prioritycode; hs_ticket_priority; Priorität")),
        "about": (TEXT, _names("Case Type; Type; casetypecode; Category; Case Reason; Reason; Art")),
        "case_state": (TEXT, _names("Case Status; Status; statuscode; statecode; Ticket status; hs_pipeline_stage")),
        "opened_at": (INSTANT, _names("""
            Date/Time Opened; Opened; Opened Date; Date Opened; CreatedDate; Created Date; Create Date; createdon; Create date; Created Time
        """)),
        "closed_at": (INSTANT, _names("Date/Time Closed; ClosedDate; Closed Date; Date Closed; Close date; closed_date; Resolved On")),
        "text": (TEXT, _DESCRIPTION),
        "solution": (TEXT, _names("Resolution; Solution; resolution; hs_resolution; Lösung")),
        "owner": (TEXT, _names("Case Owner Email; Case Owner; Ticket owner; Owner; Besitzer")),
    },
    ACTIVITIES: {
        "external_id": (TEXT, _names("""
            Bailiwick ID; Bailiwick ID (raw); Activity ID; Task ID; Event ID; activityid; (Do Not Modify) Activity; Activity - ID;
            Record ID; Record Id;
            hs_object_id; Id
        """)),
        "activity_kind": (TEXT, _names("""
            Activity Type; Task Subtype; TaskSubtype; Type; activitytypecode; hs_activity_type; hs_task_type; Activity - Type; Art
        """)),
        "subject": (TEXT, _names("""
            Subject; Activity Subject; Task Name; Event Title; Title; hs_task_subject; hs_meeting_title; hs_call_title; Activity - Subject;
            Betreff
        """)),
        "activity_state": (TEXT, _names("""
            Task Status; Status; statecode; statuscode; hs_task_status; Activity - Done; Activity Status; Done; Closed
        """)),
        "account": (TEXT, _ACCOUNT),
        "contact": (TEXT, _CONTACT),
        "who": (TEXT, _names("WhoId; Who ID; Name ID; Name")),
        "what": (TEXT, _names("WhatId; What ID; Related To; Related To ID; regardingobjectid; Regarding; Activity - Deal")),
        "due_on": (DAY, _names("""
            Due Date; ActivityDate; Activity Date; Date; Due Date Only; scheduledend; Activity - Due date; Fällig am; Datum
        """)),
        "starts_at": (INSTANT, _names("""
            Start Date Time; StartDateTime; Start; Start DateTime; scheduledstart; Call Start Time; Start Time; hs_timestamp; Beginn
        """)),
        "done_at": (INSTANT, _names("""
            Completed Date/Time; CompletedDateTime; Completed Date; actualend; Activity - Marked as done time; Erledigt am
        """)),
        "duration_minutes": (WHOLE, _names("""
            Duration; DurationInMinutes; Duration (Minutes); Call Duration (in minutes); actualdurationminutes
        """)),
        "place": (TEXT, _names("Location; Venue; location; Activity - Location; Ort")),
        "outcome": (TEXT, _names("Result; Call Result; CallDisposition; Outcome; hs_meeting_outcome; Ergebnis")),
        "importance": (TEXT, _names("Priority; prioritycode; hs_task_priority; Activity - Priority; Priorität")),
        "text": (TEXT, (*_names("Full Comments; hs_body_preview; hs_task_body; Activity - Note"), *_DESCRIPTION)),
        "owner": (TEXT, _names("""
            Assigned Email; Assigned; Assigned To; Owner; Activity assigned to; Activity - Assigned to user;
            Besitzer
        """)),
    },
    RESPONSES: {
        "external_id": (TEXT, _names("""
            Bailiwick ID; Bailiwick ID (raw); Response ID; SurveyResponseKey; Survey Response ID; Record ID; Id
        """)),
        "survey": (TEXT, _names("Survey; Survey Name; Survey Title; Umfrage")),
        "account": (TEXT, _ACCOUNT),
        "contact": (TEXT, (*_CONTACT, *_names("Email; Respondent Email; Respondent; E-mail"))),
        "answered_at": (INSTANT, _names("""
            Answered; Answered At; Response Date; ResponseDate; Submitted; Submitted At; Completed; End Date; Date; Datum
        """)),
        "score": (WHOLE, _names("Score; NPS; NPS Score; CSAT; Rating; Response Value; Bewertung; Punkte")),
        "text": (TEXT, _names("""
            Comment; Comments; Feedback; Answer; Response; Reason; EnglishProductSubcategoryName; Kommentar; Antwort
        """)),
    },
    WEB_VISITS: {
        "external_id": (TEXT, _names("Bailiwick ID; Bailiwick ID (raw); Visit ID; Session ID; Record ID; Id")),
        "account": (TEXT, _ACCOUNT),
        "contact": (TEXT, (*_CONTACT, *_names("Visitor Email; Email; E-mail"))),
        "visited_at": (INSTANT, _names("""
            Visited; Visited At; Visit Date; Visit Time; Session Start; hs_visit_timestamp; Time; Timestamp; Date; Zeitpunkt; Datum
        """)),
        "page": (TEXT, _names("Page; Page URL; Page Path; Landing Page; URL; Path; Page Title; Seite")),
        "seconds": (WHOLE, _names("Seconds; Duration (Seconds); Time on Page; Session Duration; Dauer (Sekunden)")),
        "source": (TEXT, _names("Referrer; Referrer URL; Source; Session source; utm_source; Quelle; Herkunft")),
        "campaign": (TEXT, _names("Campaign; utm_campaign; Kampagne")),
    },
    MENTIONS: {
        "external_id": (TEXT, _names("Bailiwick ID; Bailiwick ID (raw); Mention ID; Post ID; Record ID; Id")),
        "text": (TEXT, _names("Mention; Mention Text; Snippet; Text; Content; Post; Message; Body; Erwähnung")),
        "mentioned_at": (INSTANT, _names("Mentioned; Mentioned At; Published; Published At; Post Date; Date; Timestamp; Zeitpunkt; Datum")),
        "account": (TEXT, _ACCOUNT),
        "competitor": (TEXT, _names("Competitor; Competitor Name; Wettbewerber")),
        "channel": (TEXT, _names("Channel; Media Type; Platform; Network; Source; Kanal; Quelle")),
        "author": (TEXT, _names("Author; Author Name; Influencer; Username; Verfasser")),
        "url": (TEXT, _names("Mention URL; Post URL; Permalink; Link; URL")),
        "sentiment": (TEXT, _names("Sentiment; Tone; Stimmung")),
    },
}  # fmt: skip
"""Kind of record → field → what it holds, names best first."""

NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    ACCOUNTS: (("name", "last_name"),),
    CONTACTS: (("name", "last_name", "first_name", "email"),),
    OPPORTUNITIES: (("account",),),
    CATEGORIES: (("name",),),
    PRODUCTS: (("name",),),
    ADDRESSES: (("account",), ("street", "city", "postal_code", "lon")),
    LEADS: (("company", "name", "last_name"),),
    ORDERS: (("account",), ("ordered_on",), ("amount",)),
    ORDER_LINES: (("order",), ("product", "text"), ("quantity", "amount")),
    CASES: (("account", "contact"), ("subject",)),
    ACTIVITIES: (("subject", "activity_kind"),),
    RESPONSES: (("account", "contact"), ("score", "text")),
    WEB_VISITS: (("account", "contact"), ("visited_at",), ("page",)),
    MENTIONS: (("text",), ("mentioned_at",)),
}
"""Kind of record → of each of these groups a file has one field at least."""
