"""Bring what people typed to one form, so that only real differences are left: names, numbers, addresses."""

from __future__ import annotations

import re
import unicodedata

LEGAL_FORMS = frozenset(
    [
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "cie",
        "llc",
        "llp",
        "lp",
        "plc",
        "ltd",
        "limited",
        "gmbh",
        "mbh",
        "ag",
        "kg",
        "kgaa",
        "ohg",
        "gbr",
        "ug",
        "ev",
        "eg",
        "se",
        "sa",
        "sas",
        "sarl",
        "spa",
        "srl",
        "bv",
        "nv",
        "ab",
        "as",
        "asa",
        "oy",
        "oyj",
        "aps",
        "kft",
        "sro",
        "doo",
        "pty",
        "pte",
        "kk",
        "sl",
        "lda",
        "ltda",
        "holding",
        "holdings",
        "group",
        "gruppe",
        "groupe",
        "the",
        "and",
        "und",
        "et",
        "y",
        "of",
    ]
)
"""Words of a company's name that tell nothing about which company it is."""

FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "hotmail.com",
        "outlook.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "yahoo.de",
        "yahoo.co.uk",
        "aol.com",
        "icloud.com",
        "me.com",
        "gmx.de",
        "gmx.net",
        "gmx.com",
        "web.de",
        "t-online.de",
        "freenet.de",
        "mail.com",
        "proton.me",
        "protonmail.com",
        "orange.fr",
        "free.fr",
        "wanadoo.fr",
        "laposte.net",
        "libero.it",
        "btinternet.com",
        "example.com",
    ]
)
"""Providers of mailboxes: sharing one says nothing."""

_STREET_WORDS = {
    "street": "st", "strasse": "str", "road": "rd", "avenue": "ave", "av": "ave", "boulevard": "blvd", "drive": "dr", "lane": "ln",
    "court": "ct", "place": "pl", "square": "sq", "highway": "hwy", "parkway": "pkwy", "circle": "cir", "circuit": "cct", "terrace": "tce",
    "crescent": "cres", "close": "cl", "north": "n", "south": "s", "east": "e", "west": "w", "suite": "ste", "apartment": "apt",
}  # fmt: skip
_UNITS = re.compile(r"\b(?:apt|ste|unit|flat|floor|fl|room|rm)\b\s*\w+")
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension|durchwahl)\s*\d+$")
_ZIP_PLUS_4 = re.compile(r"^(\d{5})-\d{4}$")
_LETTERS_ALONE = re.compile(r"\b(?:\w ){1,}\w\b")
_MOST_PHONE_DIGITS, _LEAST_PHONE_DIGITS = 9, 6


def fold(text: str) -> str:
    """Letters and digits in lower case without accents; everything else is a single blank.

    Examples
    --------
    >>> fold("  Café-Müller & Söhne "), fold("Straße"), fold("O'Neill")
    ('cafe muller sohne', 'strasse', 'oneill')
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


def clean_company(text: str) -> str:
    """A company's name without its legal form.

    Examples
    --------
    >>> clean_company("The Müller Group GmbH & Co. KG"), clean_company("A.C.M.E. Corp."), clean_company("Company Inc")
    ('muller', 'acme', 'company inc')
    """
    folded = _LETTERS_ALONE.sub(lambda found: found.group().replace(" ", ""), fold(text))
    words = folded.split()
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


def clean_word(text: str) -> str:
    """A given name or family name: letters and digits only.

    Examples
    --------
    >>> clean_word("Anne-Marie"), clean_word("Mc Carthy")
    ('annemarie', 'mccarthy')
    """
    return fold(text).replace(" ", "")


def split_person(text: str) -> tuple[str, str]:
    """Given name and family name of a name in one column.

    Examples
    --------
    >>> split_person("Smith, Dr. John"), split_person("Ms. Mary Ann Lee"), split_person("Cher")
    (('john', 'smith'), ('mary', 'lee'), ('', 'cher'))
    """
    titles = {"mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "jr", "sr", "mme", "m", "ing"}
    family_first, comma, rest = text.partition(",")
    words = [word for word in fold(rest if comma else text).split() if word not in titles]
    if comma and fold(family_first):
        return (words[0] if words else "", clean_word(family_first))
    if not words:
        return "", ""
    return (words[0], words[-1]) if len(words) > 1 else ("", words[0])


def clean_email(text: str) -> str:
    """A mailbox: lower case, without a tag, without the dots that Gmail ignores; empty if it is none.

    Examples
    --------
    >>> clean_email(" Jo.Doe+news@GMail.com "), clean_email("mailto:a.b@firm.de"), clean_email("n/a")
    ('jodoe@gmail.com', 'a.b@firm.de', '')
    """
    address = text.strip().casefold().removeprefix("mailto:").strip("<> ")
    box, at, domain = address.rpartition("@")
    if not at or not box or "." not in domain or " " in address:
        return ""
    box = box.split("+")[0] or box
    if domain in {"gmail.com", "googlemail.com"}:
        box, domain = box.replace(".", ""), "gmail.com"
    return f"{box}@{domain}"


def clean_domain(text: str) -> str:
    """The domain of a website or an e-mail address; empty for none and for providers of mailboxes.

    Examples
    --------
    >>> clean_domain("https://www.Acme.com/en?x=1"), clean_domain("jo@acme.com"), clean_domain("jo@gmail.com"), clean_domain("none")
    ('acme.com', 'acme.com', '', '')
    """
    host = text.strip().casefold().split("://")[-1]
    host = re.split(r"[/?#:]", host)[0].rpartition("@")[2].strip(". ").removeprefix("www.")
    return host if "." in host and " " not in host and host not in FREE_MAIL else ""


def clean_phone(text: str) -> str:
    """The last nine digits, which country code and trunk zero leave alone; empty for too few and for fillers.

    Examples
    --------
    >>> clean_phone("+49 (0) 30 1234-567"), clean_phone("030 1234567"), clean_phone("(212) 555-0187 ext. 12"), clean_phone("000000000")
    ('301234567', '301234567', '125550187', '')
    """
    digits = re.sub(r"\D", "", _EXTENSION.sub("", text.casefold().replace("(0)", "")))
    digits = digits.lstrip("0")[-_MOST_PHONE_DIGITS:]
    return digits if len(digits) >= _LEAST_PHONE_DIGITS and len(set(digits)) > 2 else ""


def clean_postcode(text: str) -> str:
    """Letters and digits, without the four of ZIP+4 and without leading zeros, which spreadsheets eat.

    Examples
    --------
    >>> clean_postcode("02138-1234"), clean_postcode("2138"), clean_postcode("sw1a 1aa")
    ('2138', '2138', 'SW1A1AA')
    """
    text = _ZIP_PLUS_4.sub(r"\1", text.strip())
    return re.sub(r"[^0-9A-Z]", "", text.upper()).lstrip("0")


def clean_street(text: str, number: str = "") -> tuple[str, str]:
    """House number and street with the usual abbreviations.

    Examples
    --------
    >>> clean_street("12 Main Street, Apt 4"), clean_street("Hauptstraße 5a"), clean_street("Oak Avenue North", "7")
    (('12', 'main st'), ('5a', 'haupt str'), ('7', 'oak ave n'))
    """
    words = [_STREET_WORDS.get(word, word) for word in re.sub(r"(\w)(strasse|str)\b", r"\1 str", fold(text)).split()]
    words = _UNITS.sub("", " ".join(words)).split()
    found = fold(number).replace(" ", "")
    if not found:
        numbered = [word for word in (words[:1] + words[-1:]) if word[:1].isdigit() and not word.endswith(("st", "nd", "rd", "th"))]
        if numbered:
            found = numbered[0]
            words.remove(found)
    return found.lstrip("0"), " ".join(words)


def clean_code(text: str) -> str:
    """A number of registration, tax, insurance: letters and digits without leading zeros.

    Examples
    --------
    >>> clean_code("DE 123.456.789"), clean_code("0042")
    ('DE123456789', '42')
    """
    return re.sub(r"[^0-9A-Z]", "", text.upper()).lstrip("0")
