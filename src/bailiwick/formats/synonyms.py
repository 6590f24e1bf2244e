"""Column names that people and systems use, as data: the only place to touch to make Bailiwick know one more.

Every tuple is in order of preference. Names are compared by their letters and digits only, without case and accents,
so that ``BillingPostalCode``, ``billing_postal_code`` and ``Billing Postal Code`` are one.
"""

from __future__ import annotations

import re
import unicodedata


def _names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(";"))


FIELDS = ("id", "name", "lon", "lat", "x", "y", "location", "postcode", "place", "state", "country")
"""What a column can be mapped to, beside measures."""

FIELD_ALIASES = {
    "unit_id": "id",
    "longitude": "lon",
    "lng": "lon",
    "long": "lon",
    "latitude": "lat",
    "coordinates": "location",
    "zip": "postcode",
    "postal_code": "postcode",
    "postalcode": "postcode",
    "city": "place",
    "town": "place",
    "province": "state",
    "region": "state",
}
"""Other words for the fields, as they may be given by the user."""

FIELD_SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": _names("""
        unit_id; id; Account ID 18; Account ID; accountid; Account: Account ID; Lead ID; Record ID; hs_object_id; Company ID; Customer ID;
        Customer Key; Customer Number; Customer No; Account Number; Account No; Client ID; Client Number; Store ID; Store Number; Site ID;
        Location ID; GEOID; GEOID20; GEOID10; GEO_ID; FIPS; FIPS code; FIPStxt; County FIPS; ZCTA5CE20; GEOID_ZCTA5_20; ZCTA5CE10; ZCTA5;
        ZCTA; NUTS_ID; AGS; INSEE; code_insee; Kundennummer; Kunden-Nr; Kunden-Nr.; KundenID; Kdnr; Debitor; Debitorennummer; Numéro
        client; N° client; Code client; ID client; ID cliente; Código cliente; Número de cliente; Symbol; Ticker; Code
    """),
    "name": _names("""
        name; Account Name; Company name; Company; Customer Name; Customer; Client Name; Store Name; Hospital Name; Unit Name; Site Name;
        Organization Name; Organisation; Organization; Business Name; dealname; label; Title; Area_name; Area name; NAMELSAD; NAMELSAD20;
        Kundenname; Kunde; Firma; Firmenname; Bezeichnung; Nom; Nom du client; Raison sociale; Société; Nombre; Nombre del cliente; Razón
        social; Empresa; Security; Full Name
    """),
    "lon": _names("""
        lon; longitude; lng; long; Billing Longitude; Shipping Longitude; address1_longitude; Address 1: Longitude; Mailing Longitude; Geo
        Longitude; geo_lon; geo_lng; gps_lon; GPS Longitude; Lon WGS84; Longitude WGS84; Centroid Lon; Centroid Longitude; INTPTLON20;
        INTPTLON10; INTPTLON; Decimal Longitude; Längengrad; Laengengrad; geogr. Länge; Länge; longitud; x_lon; lon_dd; x; x coordinate;
        xcoord
    """),
    "lat": _names("""
        lat; latitude; Billing Latitude; Shipping Latitude; address1_latitude; Address 1: Latitude; Mailing Latitude; Geo Latitude;
        geo_lat; gps_lat; GPS Latitude; Lat WGS84; Latitude WGS84; Centroid Lat; Centroid Latitude; INTPTLAT20; INTPTLAT10; INTPTLAT;
        Decimal Latitude; Breitengrad; geogr. Breite; Breite; latitud; y_lat; lat_dd; y; y coordinate; ycoord
    """),
    "x": _names("""
        x; x_km; x coordinate; xcoord; x coord; easting; eastings; Rechtswert; Ostwert; coord_x; pos_x
    """),
    "y": _names("""
        y; y_km; y coordinate; ycoord; y coord; northing; northings; Hochwert; Nordwert; coord_y; pos_y
    """),
    "postcode": _names("""
        postcode; postal_code; Zip; Zip Code; Zipcode; ZIP5; Zip 5; Billing Zip/Postal Code; Billing Postal Code; Billing Zip; Billing Zip
        Code; Shipping Zip/Postal Code; Shipping Postal Code; Shipping Zip; Mailing Zip/Postal Code; Mailing Postal Code; Zip/Postal Code;
        Postal/Zip Code; Postal Code/Zip; address1_postalcode; Address 1: ZIP/Postal Code; Address Zip; ZCTA5CE20; ZCTA5; ZCTA; PLZ;
        Postleitzahl; Rechnung PLZ; Code postal; CP; Código postal; Cod postal; CEP; CAP; Pin code; Pincode; Eircode
    """),
    "place": _names("""
        place; city; town; Billing City; Shipping City; Mailing City; address1_city; Address 1: City; Address City; Major City; City Name;
        City/Town; Town/City; Municipality; Locality; Place name; Village; Suburb; post_office_city; Ort; Stadt; Wohnort; Ortsname;
        Gemeinde; Ville; Commune; Localité; Ciudad; Municipio; Población (ciudad); Localidad; Città; Comune; Cidade; Headquarters
        Location; Headquarters; HQ; Home city; Home; Base; Location
    """),
    "state": _names("""
        state; State Code; state_province; State/Province; State/Region; State Province Code; State or Province; Billing State/Province;
        Billing State Code; Billing State; Billing State/Province (text only); Shipping State/Province; Shipping State Code; Shipping
        State; Mailing State/Province; Mailing State; address1_stateorprovince; Address 1: State/Province; Province; Province Code; State
        Abbr; Stabr; State Name; State Abbreviation; ST; STUSPS; Bundesland; Kanton; Région; Département; Provincia; Estado; Comunidad
        Autónoma; Regione
    """),
    "country": _names("""
        country; Country Code; Country/Region; Country Region Code; Billing Country; Billing Country Code; Shipping Country; Shipping
        Country Code; Mailing Country; address1_country; Address 1: Country/Region; Country Name; Country ISO; ISO country code; ISO2;
        ISO3; ISO; CNTR_CODE; Nation; Land; Ländercode; Länderkennzeichen; Staat; Pays; Code pays; País; Paese
    """),
}

REP_SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": _names("""
        rep_id; id; position_id; user_id; Employee ID; Employee Number; Employee No; Sales Person ID; Salesperson ID;
        BusinessEntityID; hubspot_owner_id; OwnerId; Owner ID; systemuserid; Username; Email; Personalnummer; Matricule; territory_id
    """),
    "name": _names("""
        name; rep; rep name; Sales Rep; Sales Representative; Sales Person; Salesperson; Full Name; Owner; Owner Name; Account Owner;
        Employee; Employee Name; Agent; Sales Agent; Territory; Territory Name; Position; Vertreter; Außendienst; Mitarbeiter; Verkäufer;
        Commercial; Vendeur; Vendedor; Comercial
    """),
    "capacity": _names("""
        capacity; fte; hours; Capacity hours; Hours per year; Hours per week; Working hours; Capacity fte; workload capacity; headcount;
        Kapazität; Stunden; Arbeitszeit; Capacité; Heures; ETP; Capacidad; Horas
    """),
}

ORDER_SYNONYMS: dict[str, tuple[str, ...]] = {
    "customer": _names("""
        customer_id; customer; CustomerKey; Customer No; Customer Number; Customer Name; cust_id; account_id; account; AccountId; Account
        Name; client; client_id; user_id; buyer; Kunde; Kundennummer; Kunden-Nr; Kunden-ID; Client ID; Numéro client; Cliente; id
    """),
    "date": _names("""
        date; order_date; InvoiceDate; Purchase date; Transaction date; Sales date; Posting date; CloseDate; Closed on; close_date; day;
        Timestamp; Order placed; EffectiveDate; CreatedDate; Datum; Bestelldatum; Auftragsdatum; Rechnungsdatum; Date de commande; Fecha
    """),
    "amount": _names("""
        amount; order_amount; Total; Order total; Sales; Sales amount; Revenue; Net amount; Line total; Total due; Subtotal; spent; spend;
        Value; close_value; TotalAmount; Turnover; Betrag; Umsatz; Nettobetrag; Montant; Importe; Ventas
    """),
    "quantity": _names("quantity; qty; Order quantity; units; pieces; Menge; Anzahl; Stück; Quantité; Cantidad"),
    "price": _names("unit_price; price; Unit price net; Sales price; Einzelpreis; Preis; Stückpreis; Prix unitaire; Prix; Precio"),
}

ALIGNMENT_SYNONYMS: dict[str, tuple[str, ...]] = {
    "unit_id": ("unit_id", "unit", "ObjectId", *FIELD_SYNONYMS["id"], "zip", "zipcode", "postcode", "postal_code", "county"),
    "territory_id": _names("""
        territory_id; territory; Territory2Id; Territory2; Territory Name; Territory Code; territoryid; district; district_id; assignment;
        cluster; label; zone; area; Gebiet; Vertriebsgebiet; Territoire; Secteur; Territorio; Zona; rep_id; rep; OwnerId; Owner
    """),
}

RECORD_SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": FIELD_SYNONYMS["name"],
    "given": _names("given; given_name; First name; firstname; forename; Vorname; prénom; nombre de pila"),
    "family": _names("family; family_name; Last name; lastname; surname; Nachname; Familienname; nom de famille; apellido; apellidos"),
    "full_name": _names("full_name; Full name; Contact Name; Contact; Person; Person - Name; Ansprechpartner; Kontakt"),
    "company": _names("""
        company; Company name; Account Name; Account; Organization; Organisation; Person - Organization; Associated Company; employer; Firma
    """),
    "email": _names("""
        email; E-mail; Email address; EmailAddress; emailaddress1; Work email; Contact email; mail; Person - Email;
        E-Mail-Adresse; courriel; correo
    """),
    "phone": _names("""
        phone; Phone number; telephone; telephone1; Main Phone; Business Phone; Work phone; phone_number; mobile; mobilephone;
        Mobile Phone; tel; Telefon; Telefonnummer; téléphone; teléfono
    """),
    "website": _names("website; Company domain name; domain; Web site; websiteurl; url; homepage; Webseite; Internet; site web; sitio web"),
    "street": _names("""
        street; Billing Street; BillingStreet; Mailing Street; MailingStreet; Shipping Street; Street address; address1_line1;
        Address 1: Street 1; address_1; address1; Address line 1; AddressLine1; address; Straße; Strasse; Adresse; rue; dirección
    """),
    "house_number": _names("house_number; street_number; House number; Hausnummer; Hausnr; numéro; número"),
    "postcode": FIELD_SYNONYMS["postcode"],
    "place": FIELD_SYNONYMS["place"],
    "state": FIELD_SYNONYMS["state"],
    "born": _names("born; date_of_birth; dob; birth date; birthdate; birthday; BirthDate; Geburtsdatum; Geburtstag; date de naissance"),
    "registration": _names("""
        registration; registration_number; VAT number; VAT ID; tax id; tax number; DUNS; Duns Number; DunsNumber; soc_sec_id; ssn;
        company number; SIREN; SIRET; USt-IdNr; Steuernummer; CIF; NIF
    """),
}
"""What columns of accounts and contacts mean when records are compared."""

ADJACENCY_SYNONYMS: dict[str, tuple[str, ...]] = {
    "unit_a": _names("""
        unit_a; a; from; source; unit1; unit_1; id1; focal; u; i
    """),
    "unit_b": _names("""
        unit_b; b; to; target; unit2; unit_2; id2; neighbor; neighbour; v; j
    """),
    "border_km": _names("""
        border_km; border; border length km; shared_border_km; length_km; weight_km
    """),
}

MATRIX_SYNONYMS: dict[str, tuple[str, ...]] = {
    "from": _names("from; from_id; origin; origin_id; source; start; unit_a; von"),
    "to": _names("to; to_id; destination; destination_id; target; goal; unit_b; nach"),
    "minutes": _names("minutes; travel_minutes; minute; min; mins; duration_min; duration_minutes; time_min; Minuten"),
    "seconds": _names("seconds; travel_seconds; second; sec; duration_s; duration_sec; time_s; Sekunden"),
    "km": _names("km; kilometres; kilometers; distance_km"),
}

MEASURE_GROUPS: tuple[tuple[str, ...], ...] = (
    _names("workload; workload_hours; workload hours per year; Arbeitslast; charge de travail; carga de trabajo"),
    _names("potential; sales potential; market potential; Potenzial; Potential EUR; potentiel; potencial"),
    _names("revenue; Annual Revenue; annualrevenue; Umsatz; Jahresumsatz; chiffre d'affaires; CA; ingresos; facturación"),
    _names("sales; Annual Sales; Total Sales; Sales Amount; Verkäufe; Absatz; ventes; ventas"),
    _names("""
        population; pop; Total Population; Population 2020; POPESTIMATE; Einwohner; Bevölkerung; habitants; población; habitantes
    """),
    _names("amount; Deal Amount; Opportunity Amount; Betrag; montant; importe"),
    _names("accounts; Number of accounts; n_accounts; customers; Number of customers; Kunden; clients; clientes"),
    _names("""
        employees; Number of Employees; numberofemployees; No of Employees; Number Employees; headcount; Mitarbeiter; Mitarbeiterzahl;
        effectif; empleados
    """),
    _names("visits; calls; Number of visits; Number of calls; Besuche; visites; visitas"),
    _names("orders; Number of orders; Aufträge; Bestellungen; commandes; pedidos"),
    _names("hours; service hours; Stunden; heures; horas"),
)
"""Measures that go by several names; the first of each is the plain word."""

MEASURE_WORDS = _names("""
    workload; potential; revenue; sales; population; amount; accounts; customers; employees; visits; calls; orders; hours; turnover;
    spend; volume; demand; households; prescriptions; quantity; units; opportunities; leads; beds; umsatz; potenzial; einwohner; absatz;
    ventes; ventas
""")
"""A numeric column whose name holds one of these words looks like a measure."""

NOT_A_MEASURE_WORDS = _names("""
    id; ids; bounds; key; code; number; no; nr; zip; postcode; postal; phone; fax; year; date; month; day; since; founded; established; cik;
    duns; siren; siret; isin; cusip; sic; naics; nace; ssn; guid; uuid; lat; lon; latitude; longitude; lng; x; y;
    fips; index; rank; rating; rate; ratio; pct; percent; percentage; share; density; median; mean; avg; average; score; growth; per; min;
    max; quota
""")
"""A column whose name holds one of these words cannot be added up over a territory, or is no quantity at all."""

NOT_A_NAME_WORDS = _names("""
    first; last; middle; user; file; county; city; state; country; street; contact; owner; bank; parent; territory; region; domain;
    product; brand
""")
"""``... Name`` columns that do not name the unit."""

COUNT_MEASURES = ("units", "count", "accounts")
"""Names that mean "one per unit" where no such column exists."""

MISSING_WORDS = (
    "",
    *_names("""
    -; --; ---; –; —; .; ..; ?; na; n/a; #n/a; n.a.; n. a.; nan; nil; null; (null); none; <na>; missing; unknown; not available; not
    applicable; not reported; no data; tbd; #value!; #ref!; #div/0!; #null!; k.a.; k. a.; keine angabe; n.v.; nicht verfügbar; unbekannt;
    n.d.; nd; s.o.; non disponible; inconnu; s/d; sin datos; no disponible; desconocido
"""),
    "\\n",
)
"""Texts that stand for "no value" in a number column, lower case."""

IGNORED_PREFIXES = ("(do not modify)",)
"""Columns that another system keeps for itself (Dynamics 365 round trips); lower case."""


def name_key(text: str) -> str:
    """Letters and digits of a column name, lower case and without accents.

    Examples
    --------
    >>> name_key("Billing Zip/Postal Code"), name_key("Längengrad"), name_key("annual_revenue")
    ('billingzippostalcode', 'langengrad', 'annualrevenue')
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def name_words(text: str) -> list[str]:
    """Words of a column name, split at blanks, punctuation and capitals, lower case.

    Examples
    --------
    >>> name_words("NumberEmployees"), name_words("ZIP Code"), name_words("annual_revenue2")
    (['number', 'employees'], ['zip', 'code'], ['annual', 'revenue', '2'])
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = re.sub(r"([a-z])([A-Z0-9])", r"\1 \2", plain)
    plain = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", plain)
    return [word for word in re.split(r"[\W_]+", plain.lower()) if word]


def measure_keys(name: str) -> tuple[str, ...]:
    """Keys of the columns that can hold the measure ``name``, best first."""
    key = name_key(name)
    group = next((g for g in MEASURE_GROUPS if key in map(name_key, g)), ())
    return tuple(dict.fromkeys([key, *map(name_key, group)]))
