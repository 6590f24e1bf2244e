"""The names that systems give to the columns of records: the only place to touch to know one more.

Pure data, with the names of Salesforce, HubSpot, Dynamics, Zoho and Pipedrive. They are compared by their letters and digits only, so that
``BillingPostalCode`` and ``Billing Postal Code`` are one.
"""

from __future__ import annotations

from bailiwick_web.exchange.asked_names import ASKED
from bailiwick_web.exchange.common_names import (
    ACCOUNT_NAMES,
    CITY_NAMES,
    CONTACT_NAMES,
    COUNTRY_NAMES,
    CURRENCY_NAMES,
    DESCRIPTION_NAMES,
    FIRST_NAMES,
    LAST_NAMES,
    POSTAL_NAMES,
    REGION_NAMES,
    STREET_NAMES,
    names,
)
from bailiwick_web.exchange.heard_names import HEARD
from bailiwick_web.exchange.record_kinds import (
    ACCOUNTS,
    ACTIVITIES,
    ADDRESSES,
    CAMPAIGNS,
    CASES,
    CATEGORIES,
    CONTACTS,
    DAY,
    DEGREES,
    INSTANT,
    LEADS,
    MENTIONS,
    MONEY,
    NEEDS,
    NUMBER,
    OPPORTUNITIES,
    ORDER_LINES,
    ORDERS,
    PRODUCTS,
    QUESTIONS,
    RESPONSES,
    SHARE,
    SURVEYS,
    TEXT,
    WEB_VISITS,
    WHOLE,
    YES_NO,
)

FIELDS: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    ACCOUNTS: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Account ID 18; Account ID; Id; Record ID; Record Id; hs_object_id; Company ID; accountid;
            (Do Not Modify) Account;
            Organization - ID; StoreID; CustomerKey; ResellerKey; CustomerID; Symbol; Kunden-ID
        """)),
        "name": (TEXT, names("""
            Account Name; ResellerName; Company name; Company; Name; Organization - Name; Organization Name; account; Security; Firma;
            Kunde; Firmenname
        """)),
        "first_name": (TEXT, FIRST_NAMES),
        "last_name": (TEXT, LAST_NAMES),
        "code": (TEXT, names("Account Number; accountnumber; ResellerAlternateKey; Customer Number; Customer No; Kundennummer")),
        "parent": (TEXT, names("""
            Parent Account ID; ParentId; Parent Account; Parent Account Name; parentaccountid; Parent company; hs_parent_company_id;
            subsidiary_of
        """)),
        "state": (TEXT, names("Account Type; Type; Lifecycle Stage; lifecyclestage; Relationship Type; customertypecode; Label")),
        "segment": (TEXT, names("Segment; Customer Segment; Kundensegment; BusinessType")),
        "tier": (TEXT, names("Tier; Account Tier; Rating")),
        "industry": (TEXT, names("Industry; industrycode; Sector; GICS Sector; Branche; Specialty")),
        "industry_code": (TEXT, names("SIC Code; Sic; NaicsCode; NAICS Code; NACE")),
        "employees": (WHOLE, names("""
            Employees; Number of Employees; numberofemployees; No. of Employees; NumberEmployees; Number of employees; Mitarbeiter
        """)),
        "annual_revenue": (MONEY, names("Annual Revenue; annualrevenue; revenue; Annual Revenue (converted); Jahresumsatz")),
        "website": (TEXT, names("Website; Company domain name; domain; websiteurl; Website URL; Organization - Website; Webseite")),
        "phone": (TEXT, names("Phone; Phone Number; telephone1; Main Phone; Telefon")),
        "email": (TEXT, names("Email; Email Address; emailaddress1; E-mail; E-Mail-Adresse")),
        "currency": (TEXT, CURRENCY_NAMES),
        "owner": (TEXT, names("""
            Account Owner Email; Account Owner; Company owner; Owner; Organization - Owner; Owner Name;
            Kundenbetreuer
        """)),
        "needs": (TEXT, names("Needs; Bedarf")),
        "description": (TEXT, DESCRIPTION_NAMES),
        "street": (TEXT, STREET_NAMES),
        "city": (TEXT, CITY_NAMES),
        "region": (TEXT, REGION_NAMES),
        "postal_code": (TEXT, POSTAL_NAMES),
        "country": (TEXT, COUNTRY_NAMES),
        "lon": (DEGREES, names("Billing Longitude; Longitude; address1_longitude; lon; lng")),
        "lat": (DEGREES, names("Billing Latitude; Latitude; address1_latitude; lat")),
    },
    CONTACTS: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Contact ID 18; Contact ID; Id; Record ID; Record Id; hs_object_id; contactid;
            (Do Not Modify) Contact; Person - ID
        """)),
        "first_name": (TEXT, FIRST_NAMES),
        "last_name": (TEXT, LAST_NAMES),
        "name": (TEXT, names("Full Name; fullname; Contact Name; Name; Person - Name; Ansprechpartner")),
        "salutation": (TEXT, names("Salutation; Prefix; Anrede")),
        "job_title": (TEXT, names("Title; Job Title; jobtitle; Person - Job title; Position; Funktion")),
        "department": (TEXT, names("Department; Abteilung")),
        "email": (TEXT, names("Email; Email Address; emailaddress1; E-mail; Person - Email; Person - Email - Work; E-Mail-Adresse")),
        "phone": (TEXT, names("Phone; Phone Number; Business Phone; telephone1; Person - Phone; Person - Phone - Work; Telefon")),
        "mobile": (TEXT, names("Mobile; Mobile Phone; MobilePhone; Mobile phone number; Person - Phone - Mobile; Mobil")),
        "account": (TEXT, names("""
            Account ID; AccountId; Account Name; Account; Company Name; Company; parentcustomerid; Associated Company; Primary Associated
            Company ID; Person - Organization; Organization; Firma
        """)),
        "description": (TEXT, DESCRIPTION_NAMES),
    },
    OPPORTUNITIES: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Opportunity ID 18; Opportunity ID; opportunity_id; Id; Record ID; Record Id; Deal ID;
            hs_object_id; opportunityid;
            (Do Not Modify) Opportunity; Deal - ID
        """)),
        "name": (TEXT, names("Opportunity Name; Deal Name; dealname; Name; Topic; Deal - Title; Title")),
        "account": (TEXT, names("""
            Account ID; AccountId; Account Name; account; Company Name; Company; parentaccountid; Potential Customer; Associated Company;
            Deal - Organization; Organization; Kunde
        """)),
        "stage": (TEXT, names("Stage; StageName; Deal Stage; dealstage; deal_stage; Sales Stage; stepname; Deal - Stage; Phase")),
        "amount": (MONEY, names("""
            Amount; Deal Amount; close_value; estimatedvalue; Est. Revenue; Deal - Value; Value; Opportunity Amount; Betrag; Wert
        """)),
        "currency": (TEXT, CURRENCY_NAMES),
        "owner": (TEXT, names("Opportunity Owner Email; Opportunity Owner; Deal owner; Owner; Deal - Owner; sales_agent; Besitzer")),
        "close_on": (DAY, names("""
            Close Date; CloseDate; closedate; close_date; Closing Date; estimatedclosedate; Est. Close Date; Deal - Expected close date
        """)),
        "probability": (SHARE, names("Probability (%); Probability; closeprobability; Deal - Probability")),
        "product": (TEXT, names("Product; Product Name; Line Item; Produkt")),
        "source": (TEXT, names("Lead Source; LeadSource; Source; Original source; hs_analytics_source; Deal - Source")),
        "next_step": (TEXT, names("Next Step; NextStep; Next step")),
        "description": (TEXT, DESCRIPTION_NAMES),
    },
    CATEGORIES: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Product Line ID; Product Family ID; ProductSubcategoryID; ProductCategoryID; Category ID;
            Record ID; Id;
            Produktlinien-ID
        """)),
        "name": (TEXT, names("Name; Product Line; Product Family; Category Name; Category; series; Produktlinie; Kategorie")),
        "code": (TEXT, names("Product Line Code; Category Code; Code")),
        "parent": (TEXT, names("""
            Parent ID; ParentId; Parent Category ID; Parent Category; Parent; ProductCategoryID; ProductCategoryKey; Oberkategorie
        """)),
    },
    PRODUCTS: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Product ID 18; Product ID; Product2Id; ProductKey; Record ID; Record Id; hs_object_id;
            (Do Not Modify) Product;
            Product - ID;
            Id;
            Produkt-ID
        """)),
        "name": (TEXT, names("Product Name; Name; Product - Name; Product; hs_product_name; Produktname; Produkt")),
        "code": (TEXT, names("""
            Product Code; ProductCode; ProductNumber; ProductSKU; SKU; hs_sku; Product - Product code; productnumber; Artikelnummer
        """)),
        "category": (TEXT, names("""
            Product Family; Family; Product Line ID; ProductSubcategoryID; ProductSubcategoryKey; ProductCategoryID; Product Category;
            Product Line; Category; series; Product - Category; Produktlinie; Kategorie
        """)),
        "unit": (TEXT, names("Unit; Unit of Measure; QuantityUnitOfMeasure; Usage Unit; Product - Unit; Einheit")),
        "price": (MONEY, names("""
            List Price; ListPrice; Unit Price; UnitPrice; ProductPrice; sales_price; hs_price; price; Standard Price;
            Product - Unit price; Preis
        """)),
        "currency": (TEXT, CURRENCY_NAMES),
        "is_active": (YES_NO, names("Is Active; IsActive; Active; Product Active; Product - Active; Aktiv")),
        "needs": (TEXT, names("Answers Needs; Needs; Bedarf")),
        "description": (TEXT, (*names("Product Description; ProductDescription; hs_product_description"), *DESCRIPTION_NAMES)),
    },
    ADDRESSES: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Address ID; AddressID; customeraddressid; Record ID; Id; Adress-ID
        """)),
        "account": (TEXT, ACCOUNT_NAMES),
        "place_kind": (TEXT, names("Address Type; AddressType; Type; addresstypecode; Adresstyp")),
        "label": (TEXT, names("Address Name; Label; Site Name; name; Bezeichnung")),
        "street": (TEXT, STREET_NAMES),
        "more": (TEXT, names("Address Line 2; AddressLine2; address1_line2; Street 2; Adresszusatz")),
        "city": (TEXT, CITY_NAMES),
        "region": (TEXT, REGION_NAMES),
        "postal_code": (TEXT, POSTAL_NAMES),
        "country": (TEXT, COUNTRY_NAMES),
        "lon": (DEGREES, names("Longitude; address1_longitude; lon; lng")),
        "lat": (DEGREES, names("Latitude; address1_latitude; lat")),
    },
    LEADS: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Lead ID 18; Lead ID; leadid; (Do Not Modify) Lead; ProspectiveBuyerKey; Lead - ID;
            Record ID; Record Id;
            hs_object_id; Id
        """)),
        "company": (TEXT, names("Company; Company / Account; companyname; Company Name; Lead - Organization; Organization; Firma")),
        "first_name": (TEXT, FIRST_NAMES),
        "last_name": (TEXT, LAST_NAMES),
        "name": (TEXT, names("Lead Name; Full Name; fullname; Name; Lead - Person; Lead - Title; Contact Name")),
        "job_title": (TEXT, names("Title; Job Title; jobtitle; Occupation; Funktion")),
        "email": (TEXT, names("Email; Email Address; EmailAddress; emailaddress1; E-mail; Lead - Email; E-Mail-Adresse")),
        "phone": (TEXT, names("Phone; Phone Number; Business Phone; telephone1; Mobile; Mobile Phone; Lead - Phone; Telefon")),
        "website": (TEXT, names("Website; websiteurl; Website URL; Webseite")),
        "industry": (TEXT, names("Industry; industrycode; Sector; Branche")),
        "employees": (WHOLE, names("No. of Employees; Number of Employees; NumberOfEmployees; Employees; numberofemployees")),
        "status": (TEXT, names("Lead Status; Status; hs_lead_status; statuscode; Status Reason; Lead - Status")),
        "source": (TEXT, names("Lead Source; LeadSource; leadsourcecode; Original source; hs_analytics_source; Source; Lead - Source")),
        "campaign": (TEXT, names("Campaign; Campaign Name; Kampagne")),
        "estimated_amount": (MONEY, names("Estimated Amount; estimatedamount; Estimated Value; Est. Value; Lead - Value")),
        "currency": (TEXT, CURRENCY_NAMES),
        "description": (TEXT, DESCRIPTION_NAMES),
        "street": (TEXT, STREET_NAMES),
        "city": (TEXT, CITY_NAMES),
        "region": (TEXT, REGION_NAMES),
        "postal_code": (TEXT, POSTAL_NAMES),
        "country": (TEXT, COUNTRY_NAMES),
        "lon": (DEGREES, names("Longitude; address1_longitude; lon; lng")),
        "lat": (DEGREES, names("Latitude; address1_latitude; lat")),
    },
    ORDERS: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Order ID 18; Order ID; OrderId; salesorderid; (Do Not Modify) Order; SalesOrderID;
            Record ID; Record Id;
            hs_object_id; Id
        """)),
        "number": (TEXT, names("""
            Order Number; OrderNumber; SalesOrderNumber; ordernumber; Sales Order; Order No; Invoice Number; InvoiceNo; SO Number;
            Auftragsnummer; Bestellnummer
        """)),
        "account": (TEXT, ACCOUNT_NAMES),
        "contact": (TEXT, CONTACT_NAMES),
        "deal": (TEXT, names("Opportunity ID; OpportunityId; Opportunity Name; opportunityid; Deal ID; Deal Name; Potential Name")),
        "ordered_on": (DAY, names("""
            Order Date; OrderDate; Order Start Date; EffectiveDate; Effective Date; InvoiceDate; Invoice Date; Date; datefulfilled;
            hs_order_date; Auftragsdatum; Bestelldatum; Datum
        """)),
        "due_on": (DAY, names("Due Date; DueDate; Order End Date; EndDate; requestdeliveryby; Lieferdatum")),
        "order_state": (TEXT, names("Order Status; Status; statuscode; Stage; Auftragsstatus")),
        "amount": (MONEY, names("""
            Order Amount; Total Amount; TotalAmount; totalamount; Grand Total; TotalDue; SubTotal; Amount; hs_total_price; Betrag; Summe
        """)),
        "currency": (TEXT, CURRENCY_NAMES),
    },
    ORDER_LINES: {
        "order": (TEXT, names("""
            Bailiwick Order ID; Bailiwick Order ID (raw); Order ID; OrderId; Order Number; OrderNumber; SalesOrderID; SalesOrderNumber;
            salesorderid; Sales Order;
            Order No; InvoiceNo;
            Invoice; Invoice Number; Auftragsnummer; Bestellnummer
        """)),
        "place": (WHOLE, names("""
            Order Line Item; OrderLineItem; Order Product Number; OrderItemNumber; Line Number; LineNo; Line; lineitemnumber; Position;
            SalesOrderDetailID
        """)),
        "account": (TEXT, ACCOUNT_NAMES),
        "ordered_on": (DAY, names("Order Date; OrderDate; InvoiceDate; Invoice Date; EffectiveDate; Date; Auftragsdatum; Datum")),
        "product": (TEXT, names("""
            Product ID; Product2Id; ProductKey; StockCode; Product Code; ProductCode; ProductNumber; SKU; Product Name; Product; productid;
            Artikelnummer; Produkt
        """)),
        "text": (TEXT, names("Line Description; Product Description; Description; productdescription; Beschreibung; Bezeichnung")),
        "quantity": (NUMBER, names("Quantity; OrderQuantity; OrderQty; Qty; Menge; Anzahl")),
        "price": (NUMBER, names("Unit Price; UnitPrice; Sales Price; priceperunit; Price; Einzelpreis; Preis")),
        "discount": (SHARE, names("Discount; UnitPriceDiscount; Discount (%); Rabatt")),
        "amount": (MONEY, names("Line Total; LineTotal; Total Price; TotalPrice; extendedamount; Amount; Betrag")),
        "currency": (TEXT, CURRENCY_NAMES),
        "cost": (MONEY, names("Total Cost; Line Cost; Cost; Kosten")),
    },
    CASES: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Case ID 18; Case ID; Case Number; CaseNumber; ticketnumber; (Do Not Modify) Case;
            incidentid; Ticket ID;
            hs_ticket_id;
            Record ID;
            Record Id; Id; Vorgangsnummer
        """)),
        "subject": (TEXT, names("Subject; Case Title; title; Ticket name; Case Subject; Betreff")),
        "account": (TEXT, ACCOUNT_NAMES),
        "contact": (TEXT, CONTACT_NAMES),
        "priority": (TEXT, names("Priority; prioritycode; hs_ticket_priority; Priorität")),
        "about": (TEXT, names("Case Type; Type; casetypecode; Category; Case Reason; Reason; Art")),
        "case_state": (TEXT, names("Case Status; Status; statuscode; statecode; Ticket status; hs_pipeline_stage")),
        "opened_at": (INSTANT, names("""
            Date/Time Opened; Opened; Opened Date; Date Opened; CreatedDate; Created Date; Create Date; createdon; Create date; Created Time
        """)),
        "closed_at": (INSTANT, names("Date/Time Closed; ClosedDate; Closed Date; Date Closed; Close date; closed_date; Resolved On")),
        "text": (TEXT, DESCRIPTION_NAMES),
        "solution": (TEXT, names("Resolution; Solution; resolution; hs_resolution; Lösung")),
        "owner": (TEXT, names("Case Owner Email; Case Owner; Ticket owner; Owner; Besitzer")),
    },
    ACTIVITIES: {
        "external_id": (TEXT, names("""
            Bailiwick ID; Bailiwick ID (raw); Activity ID; Task ID; Event ID; activityid; (Do Not Modify) Activity; Activity - ID;
            Record ID; Record Id;
            hs_object_id; Id
        """)),
        "activity_kind": (TEXT, names("""
            Activity Type; Task Subtype; TaskSubtype; Type; activitytypecode; hs_activity_type; hs_task_type; Activity - Type; Art
        """)),
        "subject": (TEXT, names("""
            Subject; Activity Subject; Task Name; Event Title; Title; hs_task_subject; hs_meeting_title; hs_call_title; Activity - Subject;
            Betreff
        """)),
        "activity_state": (TEXT, names("""
            Task Status; Status; statecode; statuscode; hs_task_status; Activity - Done; Activity Status; Done; Closed
        """)),
        "account": (TEXT, ACCOUNT_NAMES),
        "contact": (TEXT, CONTACT_NAMES),
        "who": (TEXT, names("WhoId; Who ID; Name ID; Name")),
        "what": (TEXT, names("WhatId; What ID; Related To; Related To ID; regardingobjectid; Regarding; Activity - Deal")),
        "due_on": (DAY, names("""
            Due Date; ActivityDate; Activity Date; Date; Due Date Only; scheduledend; Activity - Due date; Fällig am; Datum
        """)),
        "starts_at": (INSTANT, names("""
            Start Date Time; StartDateTime; Start; Start DateTime; scheduledstart; Call Start Time; Start Time; hs_timestamp; Beginn
        """)),
        "done_at": (INSTANT, names("""
            Completed Date/Time; CompletedDateTime; Completed Date; actualend; Activity - Marked as done time; Erledigt am
        """)),
        "duration_minutes": (WHOLE, names("""
            Duration; DurationInMinutes; Duration (Minutes); Call Duration (in minutes); actualdurationminutes
        """)),
        "place": (TEXT, names("Location; Venue; location; Activity - Location; Ort")),
        "outcome": (TEXT, names("Result; Call Result; CallDisposition; Outcome; hs_meeting_outcome; Ergebnis")),
        "reply": (TEXT, names("Reply; Replied; Antwort")),
        "importance": (TEXT, names("Priority; prioritycode; hs_task_priority; Activity - Priority; Priorität")),
        "text": (TEXT, (*names("Full Comments; hs_body_preview; hs_task_body; Activity - Note"), *DESCRIPTION_NAMES)),
        "owner": (TEXT, names("""
            Assigned Email; Assigned; Assigned To; Owner; Activity assigned to; Activity - Assigned to user;
            Besitzer
        """)),
    },
    **HEARD,
    **ASKED,
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
    CAMPAIGNS: (("name",), ("cost",)),
    SURVEYS: (("name",), ("question",)),
    QUESTIONS: (("template",), ("text",)),
    NEEDS: (("account", "contact"), ("question",), ("value",)),
}
"""Kind of record → of each of these groups a file has one field at least."""
