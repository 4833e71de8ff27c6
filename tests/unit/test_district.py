"""The made-up district is as varied as real ones, and its fields are as documented."""

from collections import Counter

from local.district import NextDay, Registration, made_up_district, next_day
from local.district import fields as documented

DISTRICT = made_up_district(2026)


def paths_of(one: Registration) -> dict[str, str]:
    return {
        f"{group}.{name}": value
        for group, values in one["data"].items()
        for name, value in values.items()
    }


def values_of(path: str) -> set[str]:
    return {paths_of(one)[path] for one in DISTRICT}


def test_a_student_has_the_documented_fields_and_no_others() -> None:
    assert all(paths_of(one).keys() == documented.FIELDS.keys() for one in DISTRICT)


def test_every_code_is_in_use() -> None:
    several = {
        "students.race": documented.RACES,
        "student_annual.home_language": documented.LANGUAGES,
    }
    one = {
        "students.grade": documented.GRADES,
        "students.gender": documented.GENDERS,
        "students.hispanic": ("Y", "N"),
        "students.suffix": documented.SUFFIXES,
        "students.birth_country": documented.COUNTRIES,
        "student_annual.frl": documented.LUNCH,
        "student_annual.guardian1_phone_type": documented.PHONE_TYPES,
        "student_annual.guardian2_relationship": documented.RELATIONSHIPS,
        "household.mailing_same": ("Y", "N"),
    }

    answers = {path: {a for v in values_of(path) for a in v.split("|")} - {""} for path in several}
    chosen = {path: values_of(path) - {""} for path in one}

    assert answers == {path: set(codes) for path, codes in several.items()}
    assert chosen == {path: set(codes) for path, codes in one.items()}


def test_the_same_seed_makes_the_same_district() -> None:
    assert made_up_district(2026) == DISTRICT
    assert made_up_district(2026, seed=9) != DISTRICT


def test_four_in_ten_have_a_sibling_and_one_in_six_three_guardians_or_more() -> None:
    homes = Counter(paths_of(one)["household.id"] for one in DISTRICT)

    siblings = sum(count for count in homes.values() if count > 1)
    many = sum(paths_of(one)["student_annual.guardian3_fname"] != "" for one in DISTRICT)

    assert 0.35 < siblings / len(DISTRICT) < 0.45
    assert 0.12 < many / len(DISTRICT) < 0.22


def test_guardians_are_filled_in_order() -> None:
    for one in DISTRICT:
        filled = [
            paths_of(one)[f"student_annual.guardian{n}_fname"] != ""
            for n in range(1, documented.GUARDIANS + 1)
        ]
        assert filled == sorted(filled, reverse=True)
    assert "" in values_of("student_annual.guardian1_fname")


def test_ids_and_user_names_are_unique_and_keep_leading_zeros() -> None:
    for path in ("students.id", "students.student_district_id", "students.username"):
        assert len(values_of(path)) == len(DISTRICT)
    assert any(value.startswith("0") for value in values_of("students.student_district_id"))


def test_the_next_day_changes_adds_and_removes_approved_students() -> None:
    before = {one["student_id"]: one for one in DISTRICT}

    day = next_day(DISTRICT)

    assert day == next_day(DISTRICT)
    assert (len(day.changed), len(day.added), len(day.removed)) == (55, 11, 11)
    assert all(before[one["student_id"]]["data"] != one["data"] for one in day.changed)
    assert not {one["student_id"] for one in day.added} & before.keys()
    assert all(before[student]["status"] == "Registration Approved" for _, student in day.removed)


def test_the_district_after_the_day_holds_the_changes() -> None:
    day = NextDay(
        changed=[{**DISTRICT[0], "data": {}}],
        added=[],
        removed=[(DISTRICT[1]["school_year"], DISTRICT[1]["student_id"])],
    )

    after = day.after(DISTRICT[:3])

    assert after == [{**DISTRICT[0], "data": {}}, DISTRICT[2]]
