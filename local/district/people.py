"""Made-up families: names that are difficult for files, addresses, guardians.

No real people: phone numbers are 555-01.., email addresses are at example.org.
"""

import random
import unicodedata
from dataclasses import dataclass

from local.district.fields import GUARDIANS, PHONE_TYPES, RELATIONSHIPS

FIRST = (
    *("Ava", "Ben", "Chloé", "Dae-Jung", "Elena", "Farid", "Grace", "Hugo", "Inés", "José"),
    *("Anne-Marie", "D'Angelo", "Mary Kate", "Łukasz", "Siobhán", "Søren", "Zoë", "Xóchitl"),
    *("Amina", "Minh", "Noor", "Omar", "Priya", "Quinn", "Tomás", "Uma", "Wren", "Yuki"),
)
MIDDLE = ("", "", "", "Ann", "James", "Lee", "M", "María José", "Ó", "Rae")
LAST = (
    *("Adams", "Brandt", "Chen", "Díaz", "Evans", "García", "Ito", "Jones", "Nguyen", "Okafor"),
    *("O'Brien", "García-López", "Nguyễn", "Østergård", "St. Clair", "van der Berg", "Zieliński"),
    *("D'Amico", "Hawkins", "Kowalski", "Müller", "Park", "Singh", "Warsame", "Yang"),
)
_STREETS = (
    *("Main St", "Center Ave", "Fair Oaks Dr", "Periwinkle St", "Town Line Rd"),
    *("O'Hare Ct", "Peña Blvd", "1st Ave NE", "County Rd 12, Box 7"),
)
_CITIES = ("Anytown", "Anytown", "Anytown", "Someville", "St. Other")

type Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """The data that siblings share: last name, household, guardian fields of student_annual."""

    last_name: str
    household: Values
    guardians: Values


def plain(text: str) -> str:
    """Lower-case ASCII letters only, as in a user name."""
    spelt = unicodedata.normalize("NFKD", text.casefold().translate(_SPELT))
    return "".join(letter for letter in spelt if letter.isascii() and letter.isalnum())


_SPELT = str.maketrans({"ł": "l", "ø": "o"})


def phone(chance: random.Random) -> str:
    """A made-up phone number in one of the two common styles."""
    area, last = chance.choice(("515", "319", "904")), f"01{chance.randrange(100):02}"
    return chance.choice((f"({area}) 555-{last}", f"{area}555{last}"))


def family(chance: random.Random, number: int) -> Family:
    """Guardian fields; one family in six has three or four guardians."""
    last_name = chance.choice(LAST)
    (count,) = chance.choices((1, 2, 3, 4), weights=(25, 58, 11, 6))
    guardians: Values = {}
    for place in range(1, GUARDIANS + 1):
        filled = guardian(chance, last_name, place)
        if place > count:
            filled = dict.fromkeys(filled, "")
        guardians |= {f"guardian{place}_{name}": value for name, value in filled.items()}
    email = guardians["guardian1_email"]
    return Family(last_name, {**household(chance, number), "email": email}, guardians)


def household(chance: random.Random, number: int) -> Values:
    """One in five has a separate mailing address."""
    zip_code = f"{chance.randrange(501, 99951):05}"
    elsewhere = chance.random() < 0.2
    return {
        "id": f"H{number:05}",
        "street": f"{chance.randrange(1, 999)} {chance.choice(_STREETS)}",
        "apartment": f"Apt {chance.randrange(1, 40)}" if chance.random() < 0.2 else "",
        "city": chance.choice(_CITIES),
        "state": "IA",
        "zip": f"{zip_code}-{chance.randrange(10_000):04}" if number % 9 == 0 else zip_code,
        "phone": phone(chance),
        "email": "",
        "mailing_same": "N" if elsewhere else "Y",
        "mailing_street": f"PO Box {chance.randrange(1, 9_999)}" if elsewhere else "",
        "mailing_city": "Anytown" if elsewhere else "",
        "mailing_state": chance.choice(("IA", "IL", "FL")) if elsewhere else "",
        "mailing_zip": zip_code if elsewhere else "",
    }


def guardian(chance: random.Random, family_name: str, place: int) -> Values:
    """The first two are usually the parents."""
    first = chance.choice(FIRST)
    last = family_name if chance.random() < 0.7 else chance.choice(LAST)
    parents = place <= 2 and chance.random() < 0.8
    second = chance.random() < 0.3
    return {
        "fname": first,
        "lname": last,
        "email": f"{plain(first)}.{plain(last)}@example.org" if chance.random() < 0.9 else "",
        "mname": chance.choice(MIDDLE),
        "relationship": chance.choice(RELATIONSHIPS[:2] if parents else RELATIONSHIPS[2:]),
        "phone": phone(chance),
        "phone_type": chance.choice(PHONE_TYPES),
        "phone2": phone(chance) if second else "",
        "phone2_type": chance.choice(PHONE_TYPES) if second else "",
        "lives_with": chance.choice("YYN") if place <= 2 else "N",
        "custody": "Y" if parents else "N",
        "emergency": chance.choice("YYN"),
        "pickup": chance.choice("YYYN"),
    }
