"""A made-up district: one day's registrations, and the changes until the next day.

Equal seeds give equal districts. Four students in ten have a sibling.
"""

import copy
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from local.district.fields import (
    COUNTRIES,
    FIELDS,
    GENDERS,
    GRADES,
    LANGUAGES,
    LUNCH,
    RACES,
    SUFFIXES,
)
from local.district.people import FIRST, MIDDLE, Family, Values, family, phone, plain
from local.district.registration import Registration, registration

_SCHOOLS = (  # number, name, state's number, first and last grade by index in GRADES
    ("0101", "Fair Oaks Elementary", "IA-90101", 0, 6),
    ("0102", 'St. Mary\'s "Upper" School', "IA-90102", 0, 6),
    ("0210", "Periwinkle Middle, West", "IA-90210", 7, 9),
    ("0305", "Anytown High", "IA-90305", 10, 13),
)


@dataclass(frozen=True, slots=True)
class NextDay:
    """What Enroll sends a day later: changed students, new students, and those who left."""

    changed: list[Registration]
    added: list[Registration]
    removed: list[tuple[int, str]]
    """School year and student id."""

    def after(self, registrations: list[Registration]) -> list[Registration]:
        """The district after the changes."""
        new = {_key(one): one for one in (*self.changed, *self.added)}
        left = {_key(one): one for one in registrations} | new
        return [one for key, one in left.items() if key not in self.removed]


def this_school_year(today: dt.date) -> int:
    """The start year: from July on, the current calendar year."""
    return today.year if today.month >= 7 else today.year - 1


def made_up_district(year: int, *, students: int = 600, seed: int = 7) -> list[Registration]:
    """Registrations of a school year and the next, every fifth.

    Includes values that are difficult for CSV files and SISes, and one unapproved registration.
    """
    chance = random.Random(seed)  # noqa: S311  # made-up people
    registrations = list(_students(chance, range(1, students + 1), year))
    for one, changes in zip(registrations, _HARD_CASES, strict=False):
        for path, value in changes.items():
            group, name = path.split(".")
            one["data"][group][name] = value
    if students > len(_HARD_CASES):
        registrations[len(_HARD_CASES)]["status"] = "In Processing"
    return registrations


_HARD_CASES: tuple[dict[str, str], ...] = (
    {"students.lname": "O'Brien", "students.fname": "José"},
    {"students.notes": 'Says "hi", then leaves'},
    {"students.notes": "First line\nSecond line"},
    {
        "household.street": "12 Main St, Apt 4",
        "students.address": "12 Main St, Apt 4",
        "household.zip": "06520",
        "students.zip": "06520",
    },
    {
        "students.notes": "",
        "household.email": "",
        "household.street": "",
        "students.address": "",
    },
    {"students.lname": "Nguyễn-Østergård", "students.notes": "=1+1"},
    {"students.notes": "1e5"},
    {
        "household.street": "7 Fair Oaks Dr\nUnit 2",
        "students.address": "7 Fair Oaks Dr\nUnit 2",
    },
    {  # lives on their own
        "household.email": "",
        **{path: "" for path in FIELDS if path.startswith("student_annual.guardian")},
    },
)


def next_day(registrations: list[Registration], *, seed: int = 8) -> NextDay:
    """One in ten has changed, one in fifty left, and one in fifty is new."""
    chance = random.Random(seed)  # noqa: S311
    order = [one for one in registrations if one["status"].endswith("Approved")]
    chance.shuffle(order)
    share = max(1, len(order) // 50)
    numbers = range(len(registrations) + 1, len(registrations) + 1 + share)
    year = min(one["school_year"] for one in registrations)
    return NextDay(
        changed=[_changed(chance, one) for one in order[share : 6 * share]],
        added=list(_students(chance, numbers, year)),
        removed=[_key(one) for one in order[:share]],
    )


def _key(one: Registration) -> tuple[int, str]:
    return one["school_year"], one["student_id"]


def _changed(chance: random.Random, before: Registration) -> Registration:
    """Changes of each kind that occurs in an office."""
    after = copy.deepcopy(before)
    data = after["data"]
    annual, household, student = data["student_annual"], data["household"], data["students"]
    kind = chance.randrange(4)
    if kind == 0:  # moved
        household["street"] = student["address"] = f"{chance.randrange(1000, 9999)} New Rd"
        household["zip"] = student["zip"] = "00501"
    elif kind == 1:  # a second guardian, or another number
        annual["guardian2_fname"] = chance.choice(FIRST) + "-New"
        annual["guardian2_lname"] = student["lname"]
        annual["guardian2_relationship"] = "Other"
        annual["guardian2_phone"], annual["guardian2_phone_type"] = phone(chance), "Cell"
    elif kind == 2:  # a name corrected
        student["mname"] = "Corrected"
    else:  # another answer
        annual["photo_permission"] = "N" if annual["photo_permission"] == "Y" else "Y"
    return after


def _students(chance: random.Random, numbers: range, year: int) -> Iterator[Registration]:
    """Families one after the other, until all student numbers are used."""
    left = iter(numbers)
    while siblings := list(islice(left, *chance.choices((1, 2, 3), weights=(60, 15, 3.33)))):
        home = family(chance, siblings[0])  # of 100 students 60, 30, 10 have 0, 1, 2 siblings
        for number in siblings:
            yield _student(chance, number, year + (number % 5 == 0), home)


def _student(chance: random.Random, number: int, year: int, home: Family) -> Registration:
    student_id = f"{number * 37:06}"  # leading zeros, not in the order of names
    grade = chance.randrange(len(GRADES))
    school = chance.choice([one for one in _SCHOOLS if one[3] <= grade <= one[4]])
    data = {
        "students": {
            "id": student_id,
            "student_district_id": f"{number * 53 + 7:06}",
            **_person(chance, number, grade, year, home.last_name),
            **{name: home.household[name] for name in ("city", "state", "zip")},
            "address": home.household["street"],
        },
        "student_annual": {
            **home.guardians,
            "school_id": school[0],
            "school_name": school[1],
            "school_state_id": school[2],
            **_answers(chance, year, grade),
        },
        "household": dict(home.household),
        "applications": {
            "submitted_timestamp": f"{year}-0{chance.randrange(2, 7)}-{number % 28 + 1:02} 09:07:00"
        },
    }
    return registration(year, student_id, data)


def _person(chance: random.Random, number: int, grade: int, year: int, last_name: str) -> Values:
    first = chance.choice(FIRST)
    born = dt.date(year - 4 - grade, 1, 1) + dt.timedelta(days=chance.randrange(365))
    (gender,) = chance.choices(GENDERS, weights=(48, 48, 4))
    (races,) = chance.choices((0, 1, 2, 3), weights=(3, 80, 14, 3))
    (country,) = chance.choices(COUNTRIES, weights=(80, *[3] * (len(COUNTRIES) - 1)))
    username = f"{plain(first)[:1]}{plain(last_name)}{number}"
    return {
        "fname": first,
        "lname": last_name,
        "dob": born.isoformat(),
        "mname": chance.choice(MIDDLE),
        "suffix": chance.choice(SUFFIXES) if gender == "Male" and chance.random() < 0.15 else "",
        "nickname": chance.choice(("", "", "", "", first[:3])),
        "state_student_id": f"{chance.randrange(10**9):010}" if chance.random() < 0.9 else "",
        "grade": GRADES[grade],
        "gender": gender,
        "hispanic": chance.choice("YNN"),
        "race": "|".join(sorted(chance.sample(RACES, races))),
        "email": f"{username}@example.org" if grade > 6 else "",
        "username": username,
        "birth_city": "Anytown" if country == "US" else "Elsewhere",
        "birth_state": chance.choice(("IA", "IL", "FL", "TX")) if country == "US" else "",
        "birth_country": country,
        "notes": "",
    }


def _answers(chance: random.Random, year: int, grade: int) -> Values:
    (language,) = chance.choices(LANGUAGES, weights=(60, 15, *[2] * (len(LANGUAGES) - 2)))
    both = language != "English" and chance.random() < 0.3
    moved = grade > 1 and chance.random() < 0.3
    country = chance.choice(COUNTRIES) if moved else ""
    return {
        "entry_date": dt.date(year, 8, 24).isoformat(),
        "home_language": f"{language}|English" if both else language,
        "ell": "Y" if language != "English" and chance.random() < 0.6 else "N",
        "frl": chance.choice(LUNCH),
        "iep": "Y" if chance.random() < 0.14 else "N",
        "previous_school": "Elsewhere School" if moved else "",
        "previous_state": chance.choice(("IL", "MN", "FL")) if country == "US" else "",
        "previous_country": country,
        **{
            f"{name}_permission": chance.choice("YYYN")
            for name in ("photo", "directory", "internet", "survey")
        },
    }
